// The listeners of a gateway: public, admin socket, operations; and the bucket that must be there.

import API
import Base
import Cryptography
import Glibc
import HTTPMessage
import HTTPServer
import S3
import SQLiteStore

extension GatewayServer {
  /// The loops of the public listener.
  static func loopCount(_ options: Options) -> Int {
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    return options.configuration.loops > 0 ? options.configuration.loops : min(64, cores)
  }

  static func publicConfiguration(
    _ options: Options, _ certificates: Certificates, _ sinks: RequestObserver.Sinks
  ) throws(StartError) -> HTTPServerConfiguration {
    var listeners = [ListenAddress]()
    for address in options.configuration.listen { listeners.append(try address.listener()) }
    var configuration = common(options, listeners, sinks, loops: 0..<loopCount(options))
    for address in options.configuration.proxyListen {
      configuration.proxyListeners.append(try address.listener())
    }
    configuration.tls = certificates.gateway?.credentials
    let proxies = options.configuration.trustedProxies.compactMap { AddressBlock($0) }
    configuration.limits.addressLimitExempt = proxies
    configuration.proxies = proxies
    return configuration
  }

  /// The socket in the data folder; only its owner may connect, and the kernel names the peer.
  static func adminConfiguration(
    _ options: Options, _ sinks: RequestObserver.Sinks
  ) -> HTTPServerConfiguration {
    let count = loopCount(options)
    return common(
      options, [.unix(path: options.folder.adminSocket, mode: 0o600)], sinks,
      loops: count..<(count + 1))
  }

  static func opsServer(
    _ options: Options, _ parts: GatewayParts, _ publicServer: HTTPServer, _ draining: Lock<Bool>,
    _ watch: SealWatch
  ) throws(StartError) -> HTTPServer? {
    guard let address = options.configuration.opsListen else { return nil }
    var servers = [("public", publicServer)]
    if let embedded = parts.embedded { servers.append(("store", embedded.server)) }
    let metrics = parts.metrics
    metrics.register(TLSMetrics.families(of: servers))
    metrics.register(TLSMetrics.families(of: parts.certificates.all))
    metrics.register(GatewayMetrics.families(of: servers))
    metrics.register(GatewayMetrics.families(of: parts.store))
    metrics.register(GatewayMetrics.families(of: parts))
    let bucket = options.configuration.objectStore.bucket
    let disk = DiskSpace(
      path: options.folder.path, freeBytesMin: options.configuration.limits.freeDiskBytes)
    metrics.register(GatewayMetrics.families(of: parts.pool))
    if let scanner = parts.scanner { metrics.register(GatewayMetrics.families(of: scanner)) }
    metrics.register(GatewayMetrics.families(of: watch, parts.store))
    metrics.register(ProcessMetrics.families(disk, startedAt: options.clock.now()))
    let check = ReadinessCheck(
      isDraining: { draining.withLock { $0 } }, store: parts.store, client: parts.client,
      bucket: bucket, pool: parts.pool, scanner: parts.scanner, sealer: watch, disk: disk,
      clockWatch: parts.clockWatch, trust: parts.trust)
    let handler = OpsHandler(readiness: { await check() }, metrics: { metrics.text() })
    var configuration = HTTPServerConfiguration(listeners: [try address.listener()])
    configuration.clock = options.clock
    configuration.tls = parts.certificates.ops?.credentials
    return try server(configuration, handler)
  }

  /// Starts one server.
  static func server(
    _ configuration: HTTPServerConfiguration, _ handler: some HTTPHandler
  ) throws(StartError) -> HTTPServer {
    do throws(HTTPServerError) {
      return try HTTPServer(configuration, handler: handler)
    } catch {
      throw StartError(.listenFailed, error.detail)
    }
  }

  /// The embedded store gets its bucket; a store of one's own must have it.
  static func prepareBucket(_ parts: GatewayParts, _ settings: Configuration)
    async throws(StartError)
  {
    guard parts.embedded != nil else { return }
    do throws(S3Error) {
      _ = try await parts.client.createBucket(settings.objectStore.bucket)
    } catch {
      throw StartError(.storeUnusable, "the bucket cannot be made: \(error.code.rawValue)")
    }
  }

  private static func common(
    _ options: Options, _ listeners: [ListenAddress], _ sinks: RequestObserver.Sinks,
    loops: Range<Int>
  ) -> HTTPServerConfiguration {
    let limits = options.configuration.limits
    var configuration = HTTPServerConfiguration(listeners: listeners)
    configuration.loopCount = loops.count
    configuration.clock = options.clock
    configuration.requestIDSeed = Random.pair()
    configuration.limits.connectionsMax = limits.connections
    configuration.limits.connectionsPerAddressMax = limits.connectionsPerAddress
    configuration.timeouts.headSeconds = Double(limits.headSeconds)
    configuration.timeouts.bodySeconds = Double(limits.bodySeconds)
    configuration.timeouts.idleSeconds = Double(limits.idleSeconds)
    configuration.drainSeconds = Double(limits.drainSeconds)
    RequestObserver(sinks, loops: loops).attach(to: &configuration)
    return configuration
  }
}
