// The settings of a client. Every wait, size and queue has a bound here.

/// How a client connects, how long it waits and how much it takes.
package struct HTTPClientConfiguration: Sendable {
  /// The time for name resolution, TCP and TLS together.
  package var connectTimeout = Duration.seconds(5)

  /// The time for a whole exchange with its body, unless the request says otherwise.
  package var totalTimeout = Duration.seconds(60)

  /// Fewer bytes a second than this, for `lowSpeedSeconds`, end the exchange as `too-slow`.
  package var lowSpeedBytesPerSecond = 1024

  /// See `lowSpeedBytesPerSecond`; whole seconds, at least 1. Covers a silent server.
  package var lowSpeedSeconds = 20

  /// The size of a buffered answer that is still accepted.
  package var responseBytesMax = 1 << 20

  /// The size of the header section of an answer that is still accepted.
  package var responseHeadBytesMax = 64 << 10

  /// The bytes of a streamed answer that wait for the reader before the connection pauses.
  package var streamWindowBytes = 512 << 10

  /// Bodies of at least this size ask with `Expect: 100-continue` before they are sent.
  package var expectContinueBytes: Int64 = 1 << 20

  /// How long `Expect: 100-continue` is waited for before the body is sent anyway.
  package var expectContinueTimeout = Duration.seconds(1)

  /// Connections to one host; further requests wait.
  package var connectionsPerHostMax = 32

  /// Connections in total; further requests wait.
  package var connectionsMax = 128

  /// Exchanges under way, waiting ones included; further requests fail as `client-overloaded`.
  package var exchangesMax = 1024

  /// Whether only `https` URLs are accepted.
  package var isHTTPSOnly = false

  /// Which addresses may be connected to.
  package var addresses = AddressPolicy.any

  /// A file of PEM certificates to trust instead of those of the system.
  package var certificateAuthorityPath: String?

  /// Connects to this Unix socket, whatever host the URL names.
  package var unixSocketPath: String?

  /// The URL of a proxy; the environment is never asked.
  package var proxyURL: String?

  /// The value of `User-Agent`.
  package var userAgent = "postern/1"

  /// How failed exchanges are repeated.
  package var retry = RetryPolicy()

  /// Creates the default settings, fit for calls to an object store.
  package init() {}

  /// Settings to fetch key sets from the network: `https` only, no private, loopback, link-local
  /// or metadata address unless `allowed` contains it, 64 KiB, 3 seconds, no redirect.
  package static func keySets(allowing allowed: [AddressRange] = []) -> HTTPClientConfiguration {
    var configuration = HTTPClientConfiguration()
    configuration.isHTTPSOnly = true
    configuration.addresses = .publicOnly(except: allowed)
    configuration.responseBytesMax = 64 << 10
    configuration.connectTimeout = .seconds(2)
    configuration.totalTimeout = .seconds(3)
    configuration.lowSpeedSeconds = 2
    configuration.connectionsMax = 8
    configuration.connectionsPerHostMax = 2
    configuration.exchangesMax = 64
    configuration.retry.attemptsMax = 1
    return configuration
  }

  /// Settings to fetch credentials from a metadata, container or token service: small answers, short
  /// waits, any address, because such services live on link-local ones.
  package static func credentialServices() -> HTTPClientConfiguration {
    var configuration = HTTPClientConfiguration()
    configuration.responseBytesMax = 64 << 10
    configuration.connectTimeout = .seconds(1)
    configuration.totalTimeout = .seconds(5)
    configuration.lowSpeedSeconds = 3
    configuration.connectionsMax = 4
    configuration.connectionsPerHostMax = 2
    configuration.exchangesMax = 16
    return configuration
  }
}

extension Duration {
  /// Whole milliseconds, at least 1, so that a tiny wait never turns into libcurl's "forever".
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    guard !overflow, whole < 1 << 40 else { return 1 << 40 }
    return max(1, Int(whole) + Int(attoseconds / 1_000_000_000_000_000))
  }
}
