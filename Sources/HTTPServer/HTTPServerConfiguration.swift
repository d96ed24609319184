// Everything that a server can be told. Defaults are safe in production.

package import Base
package import HTTPMessage

/// Where a server listens.
package enum ListenAddress: Sendable, Hashable {
  /// A TCP address; port 0 lets the kernel choose, `HTTPServer.addresses` tells.
  case tcp(IPAddress, port: UInt16)
  /// A Unix socket at a path of at most 107 bytes, with these permission bits; a stale socket
  /// there is replaced.
  case unix(path: String, mode: UInt32)
}

/// Limits on what clients may send and hold.
package struct HTTPServerLimits: Sendable {
  /// Bytes of request line and fields together, 1 KiB...64 KiB.
  package var headBytesMax = 16_384
  /// Bytes of the request target.
  package var targetBytesMax = 8192
  /// Field lines in a request.
  package var fieldCountMax = 100
  /// Open connections of the whole server.
  package var connectionsMax = 10_000
  /// Open connections of one IPv4 address or IPv6 /64.
  package var connectionsPerAddressMax = 256
  /// Address blocks without the limit for each address, such as the trusted proxies.
  package var addressLimitExempt: [AddressBlock] = []
  /// Requests on one connection; the last one is answered with `Connection: close`.
  package var requestsPerConnectionMax = 100_000

  /// Creates the default limits.
  package init() {}
}

/// Absolute times in seconds after which a slow client is cut off.
package struct HTTPServerTimeouts: Sendable {
  /// From the connect to the end of a PROXY header.
  package var proxySeconds = 1.0
  /// From the connect, or the PROXY header, to the end of the TLS handshake.
  package var handshakeSeconds = 10.0
  /// From the first byte of a head (or the connect) to its end.
  package var headSeconds = 10.0
  /// The window in which a body must make progress of `bytesPerSecondMin`.
  package var bodySeconds = 30.0
  /// Between two requests of a connection.
  package var idleSeconds = 60.0
  /// The window in which an answer must be taken by the client at `bytesPerSecondMin`.
  package var writeSeconds = 30.0
  /// How long unread input is drained after a half-close.
  package var lingerSeconds = 2.0
  /// The slowest accepted transfer of a body or an answer, in bytes a second over a window.
  package var bytesPerSecondMin = 1024.0

  /// Creates the default times.
  package init() {}
}

/// What is known when a request is done; for the access log.
package struct AccessRecord: Sendable {
  /// The head; nothing if it could not be read.
  package let request: HTTPRequest?
  /// The peer of the connection.
  package let peer: Peer
  /// The position of the loop that answered, below `loopCount`; records of one loop come from one
  /// thread.
  package let loop: Int
  /// The id of the request, also in the answer.
  package let id: RequestID
  /// The status sent.
  package let status: HTTPStatus
  /// The refusal, if the server answered in place of the handler.
  package let refusal: RefusalCode?
  /// Bytes of the request body that were received.
  package let receivedBodyBytes: Int64
  /// Bytes of the response body that were handed to the kernel.
  package let sentBodyBytes: Int64
  /// From the end of the head to the last byte, in nanoseconds.
  package let durationNanoseconds: UInt64
  /// Whether the answer was sent whole.
  package let isComplete: Bool
}

/// The settings of a server.
package struct HTTPServerConfiguration: Sendable {
  /// The listeners; at least one, here or in `proxyListeners`.
  package var listeners: [ListenAddress]
  /// Listeners on which each connection must begin with a PROXY header, which names the client.
  package var proxyListeners: [ListenAddress] = []
  /// Who may connect to a TCP address of `proxyListeners`.
  package var proxies: [AddressBlock] = []
  /// The certificate of all TCP listeners; without it they speak in clear. Unix sockets always do.
  package var tls: TLSCredentials?
  /// The number of loops, one thread each, 1...64.
  package var loopCount = 1
  /// The limits.
  package var limits = HTTPServerLimits()
  /// The times.
  package var timeouts = HTTPServerTimeouts()
  /// How long `shutdown` waits for answers in flight.
  package var drainSeconds = 15.0
  /// The clock for deadlines and the Date field.
  package var clock = Clock.system
  /// Random bits that make request ids of this process unique.
  package var requestIDSeed: (UInt64, UInt64) = (0, 0)
  /// Fields added to every answer, such as Server; they must not name what the server sets.
  package var extraFields = HTTPFields()
  /// Makes the answer to a request that the handler never saw.
  package var refusalResponse: @Sendable (HTTPStatus, RefusalCode, RequestID) -> HTTPResponse = {
    status, code, _ in
    HTTPResponse(status, type: "text/plain; charset=utf-8", text: code.rawValue + "\n")
  }
  /// Called on the loop when a request is done; it must not block.
  package var accessLog: (@Sendable (AccessRecord) -> Void)?
  /// Called on a loop, with its position, at the end of each of its turns in which `accessLog` was
  /// called; for work that is cheaper for many records at once. It must not block.
  package var turnEnded: (@Sendable (_ loop: Int) -> Void)?

  /// Creates settings with defaults for everything but the listeners.
  package init(listeners: [ListenAddress]) {
    self.listeners = listeners
  }
}
