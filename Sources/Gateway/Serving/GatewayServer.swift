// One running gateway: starts its listeners and helpers, runs until it is told to stop, and stops in
// the order that loses nothing: no new requests, no unfinished publication, a last checkpoint.

import API
package import Base
import Cryptography
import Delivery
import HTTPServer
import SQLiteStore

/// A running gateway.
package final class GatewayServer: Sendable {
  /// What a gateway is started with.
  package struct Options: Sendable {
    package let folder: DataFolder
    package let configuration: Configuration
    package let clock: Clock
    package let log: Log
    /// Variables for store credentials, if the settings name them.
    package let environment: [String: String]

    /// Takes the values as they are.
    package init(
      folder: DataFolder, configuration: Configuration, clock: Clock = .system, log: Log,
      environment: [String: String] = [:]
    ) {
      self.folder = folder
      self.configuration = configuration
      self.clock = clock
      self.log = log
      self.environment = environment
    }
  }

  /// Seconds between two rounds of housekeeping.
  private static let housekeepingSeconds = 5

  /// Rounds of housekeeping between two sweeps of leftovers.
  private static let roundsPerSweep = 60

  /// Rounds of housekeeping between two looks for unfinished uploads in the object store.
  private static let roundsPerStoreSweep = 720

  private let options: Options
  private let parts: GatewayParts
  private let publicServer: HTTPServer
  private let adminServer: HTTPServer
  private let opsServer: HTTPServer?
  private let sealer: SealProcess?
  private let startedAt: Timestamp
  private let isDraining: Lock<Bool>

  /// The origin of links.
  package var publicOrigin: String { parts.publicOrigin }

  /// Starts a gateway; it answers requests when this returns.
  package init(_ options: Options) async throws(StartError) {
    let (folder, settings) = (options.folder, options.configuration)
    let (clock, log) = (options.clock, options.log)
    self.options = options
    startedAt = clock.now()
    let draining = Lock(false)
    isDraining = draining
    let parts = try GatewayParts(
      folder, settings, clock: clock, log: log, environment: options.environment)
    self.parts = parts
    do {
      try await parts.pool.start()
    } catch {
      throw StartError(.scrubberUnusable, "\(error)")
    }
    try await Self.prepareBucket(parts, settings)
    await Self.endUnfinishedDownloads(parts, clock, log)
    let services = parts.services(folder, settings, clock: clock, log: log)
    // The admin socket has one loop.
    let meter = RouteMeter(loops: Self.loopCount(options) + 1)
    parts.metrics.register(meter.families)
    if let exporter = parts.exporter { parts.metrics.register(exporter.families) }
    let sinks = RequestObserver.Sinks(
      meter: meter, sampling: parts.sampling, spans: parts.exporter?.queue,
      log: settings.logsRequests ? log : nil, problems: parts.problems, clock: clock)
    publicServer = try Self.server(
      try Self.publicConfiguration(options, parts.certificates, sinks),
      APIHandler(services: services, isAdminSocket: false))
    adminServer = try Self.server(
      Self.adminConfiguration(options, sinks),
      APIHandler(services: services, isAdminSocket: true))
    sealer =
      settings.sealsItself
      ? SealProcess(folder: folder, flags: Self.sealFlags(settings), log: log) : nil
    try await sealer?.start()
    opsServer = try Self.opsServer(
      options, parts, publicServer, draining,
      SealWatch(folder: folder, child: sealer, clock: clock, startedAt: startedAt))
    ProgramPages.releaseCode()
    log.event(
      .info, "started",
      [
        ("origin", .text(parts.publicOrigin)), ("version", .text(Release.number)),
        ("sqlite", .text(SQLiteStore.libraryVersion)),
        // Debian's SQLite has the WAL-reset bug: it cannot happen with one writing connection.
        ("sqlite_writers", 1),
      ])
  }

  /// The settings of the sealing child, which sees neither our flags nor our variables.
  private static func sealFlags(_ settings: Configuration) -> [String] {
    [
      "--audit-origin", settings.auditOrigin, "--audit-seal-milliseconds",
      String(settings.sealMilliseconds),
    ]
  }

  /// Does the housekeeping until cancelled, then stops the gateway.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.parts.trust.run() }
      group.addTask { await self.parts.certificates.run() }
      group.addTask { await self.keepHouse() }
      group.addTask { await self.keepObjects() }
      group.addTask { await self.watchDownloads() }
      if let exporter = parts.exporter { group.addTask { await exporter.run() } }
      if let sealer { group.addTask { await sealer.supervise() } }
      await group.waitForAll()
    }
    await shutdown()
  }

  /// Stops the gateway: no new connections, then open requests and publications, then the rest.
  package func shutdown() async {
    isDraining.withLock { $0 = true }
    options.log.event(.info, "draining")
    await publicServer.shutdown()
    await adminServer.shutdown()
    await parts.background.drain()
    await flushDenials()
    await lookAtDownloads()
    await parts.pool.shutdown()
    await stopStore()
    await parts.store.close()
    await sealer?.stop()
    await parts.exporter?.exportAll()
    await opsServer?.shutdown()
    options.log.event(.info, "stopped")
  }

  private func stopStore() async {
    do throws(StartError) {
      try await parts.embedded?.shutdown()
    } catch {
      options.log.event(.error, "store-not-stopped", [("reason", .text(error.detail))])
    }
  }

  /// Cuts the downloads that have lost their ground: the one timer of all of them.
  private func watchDownloads() async {
    while !Task.isCancelled {
      await lookAtDownloads()
      let pause = Duration.milliseconds(RunningDownloads.checkMilliseconds)
      do { try await Task.sleep(for: pause) } catch { return }
    }
  }

  private func lookAtDownloads() async {
    let watch = WatchDownloads(store: parts.store, running: parts.running, clock: options.clock)
    do throws(DeliveryError) {
      try await watch.look()
    } catch {
      options.log.event(.error, "download-not-recorded", [("code", .text(error.code.rawValue))])
    }
  }

  /// Says in the log how the downloads of a gateway ended that stopped at work.
  private static func endUnfinishedDownloads(
    _ parts: GatewayParts, _ clock: Clock, _ log: Log
  ) async {
    let watch = WatchDownloads(store: parts.store, running: parts.running, clock: clock)
    do throws(DeliveryError) {
      let count = try await watch.endUnfinished()
      if count > 0 { log.event(.warning, "downloads-ended", [("count", .number(Int64(count)))]) }
    } catch {
      log.event(.error, "download-not-recorded", [("code", .text(error.code.rawValue))])
    }
  }

  private func keepHouse() async {
    while !Task.isCancelled {
      await flushDenials()
      parts.clockWatch.look()
      if parts.keys.isDue { await dropEndedKeys() }
      do { try await Task.sleep(for: .seconds(Self.housekeepingSeconds)) } catch { return }
    }
  }

  /// Deletes what may go. Apart from other housekeeping: a store that is slow must not hold that up.
  private func keepObjects() async {
    let sweep = SweepUploads(store: parts.store, objects: parts.objects, clock: options.clock)
    let unfinished = UnfinishedUploads(
      client: parts.client, bucket: options.configuration.objectStore.bucket, clock: options.clock)
    var round = 0
    while !Task.isCancelled {
      let isWanted = parts.isSweepWanted.withLock { isWanted in
        defer { isWanted = false }
        return isWanted
      }
      if isWanted || round % Self.roundsPerSweep == 0 { await self.sweep(sweep) }
      if round % Self.roundsPerStoreSweep == 0 { await unfinished.sweep(options.log) }
      round += 1
      do { try await Task.sleep(for: .seconds(Self.housekeepingSeconds)) } catch { return }
    }
  }

  private func sweep(_ sweep: SweepUploads) async {
    do throws(DeliveryError) {
      let swept = try await sweep(startedBefore: startedAt)
      for error in swept.errors {
        options.log.event(.warning, "sweep-incomplete", [("code", .text(error.code.rawValue))])
      }
    } catch {
      options.log.event(.warning, "sweep-failed", [("code", .text(error.code.rawValue))])
    }
  }

  private func dropEndedKeys() async {
    do throws(ConfigurationError) {
      try await parts.reloadKeys(options.log)
    } catch {
      options.log.event(.error, "keys-not-read", [("reason", .text(error.detail))])
    }
  }

  private func flushDenials() async {
    do throws(StoreError) {
      try await parts.denials.flush()
    } catch {
      options.log.event(.error, "denials-not-recorded", [("code", .text(error.code.rawValue))])
    }
  }
}
