// What `postern serve` and `postern seal` do once their settings are read.

package import Base
import CSystem
import Delivery
import Glibc
import SQLiteStore

extension GatewayServer {
  /// Starts a gateway, tells `ready` where links begin, and runs until SIGTERM or SIGINT.
  /// - Throws: A `StartError`.
  package static func serve(
    _ options: Options, ready: @Sendable (_ publicOrigin: String) -> Void
  ) async throws(StartError) {
    let stop = StopSignal()
    Heap.keepSmall()
    let server = try await GatewayServer(options)
    ready(server.publicOrigin)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await server.run() }
      await stop.wait()
      group.cancelAll()
    }
  }
}

/// How the C library keeps memory that is free.
private enum Heap {
  /// Arenas that threads share; by default there are eight for each core.
  private static let arenasMax: Int32 = 2
  /// Bytes from which a block is a mapping of its own, given back when it is freed.
  private static let mappedBytes: Int32 = 256 * 1024

  /// By default each of many arenas keeps the most that it ever had, and once a large block was freed
  /// blocks of that size stay: under a mixed load some 4 MB more than with these limits.
  static func keepSmall() {
    // A C library that does not know the parameters serves as well, with more memory.
    _ = postern_keep_heap_small(arenasMax, mappedBytes)
  }
}

/// `postern seal`.
package enum SealProgram {
  /// When the sealer ends.
  package enum End: Sendable {
    /// After one round.
    case once
    /// When standard input ends, which is when the parent does.
    case inputEnds
    /// With SIGTERM or SIGINT.
    case signal
  }

  /// Seals the logs of a data folder.
  /// - Throws: `secret-unusable` without the audit key.
  package static func run(
    _ folder: DataFolder, _ configuration: Configuration, until end: End, clock: Clock = .system,
    log: Log
  ) async throws(StartError) {
    do throws(ConfigurationError) {
      _ = try KeyRing.auditSeeds(folder)
    } catch {
      throw StartError(.secretUnusable, error.detail)
    }
    let reader: LeafReader
    do throws(StoreError) {
      reader = try LeafReader(folder: folder.path)
    } catch {
      throw StartError(.databaseUnusable, error.detail)
    }
    let sealer = Sealer(
      folder: folder, origin: configuration.auditOrigin,
      keys: { () throws(ConfigurationError) in try KeyRing.auditSeeds(folder) },
      source: LeafSource(
        logs: { () throws(StoreError) in try reader.logs() },
        leaves: { log, index, limit throws(StoreError) in
          try reader.leaves(of: log, from: index, limit: limit)
        }), log: log, clock: clock)
    if case .once = end {
      _ = await sealer.sealOnce()
      return
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await sealer.run(every: configuration.sealMilliseconds) }
      if case .inputEnds = end {
        await EndOfInput.wait()
      } else {
        await StopSignal().wait()
      }
      group.cancelAll()
    }
  }
}

/// The end of standard input, read on a thread of its own because `read` blocks.
private actor EndOfInput {
  private let executor = QueueExecutor(label: "standard-input")

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  static func wait() async { await EndOfInput().readToEnd() }

  private func readToEnd() {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(0, &byte, 1)
      if count == 0 || (count < 0 && errno != EINTR) { return }
    }
  }
}
