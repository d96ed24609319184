// Integrates sequenced leaves into the trees and publishes signed checkpoints. This is the only code
// that holds the audit key; it runs in a process of its own, `postern seal` (DESIGN 1.5).

import AuditLog
package import Base
package import Delivery
import Glibc

/// Seals the logs of one data folder.
package actor Sealer {
  /// Leaves that are read at once.
  private static let leavesPerRead = 1024

  /// An idle log is signed again after this time, which shows that it lives.
  private static let resealMilliseconds: Int64 = 3_600_000

  /// Logs that stay open between two rounds; each holds the descriptor of its lock.
  private static let writersMax = 256

  /// The least time between two writes of an unchanged status, in milliseconds.
  private static let statusMilliseconds: Int64 = 2000

  /// What the last checkpoint of a log says.
  private struct Sealed {
    let size: Int64
    let at: Int64
  }

  private let folder: DataFolder
  private let origin: String
  private let keys: @Sendable () throws(ConfigurationError) -> [Secret]
  private var seeds: [Secret] = []
  private var seenKeys: SeenKeys?
  private let source: LeafSource
  private let log: Log
  private let clock: Clock
  private let executor = QueueExecutor(label: "sealer")
  private var writers: [LogID: LogWriter] = [:]
  private var sealed: [LogID: Sealed] = [:]
  private var failures: [LogID: String] = [:]
  /// The sizes of the last checkpoints, also of logs that fail since.
  private var integrated: [LogID: Int64] = [:]
  private var told: SealStatus?

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Prepares a sealer.
  /// - Parameter keys: Reads the seeds, the present one first; asked again when the files changed.
  package init(
    folder: DataFolder, origin: String,
    keys: @escaping @Sendable () throws(ConfigurationError) -> [Secret], source: LeafSource,
    log: Log, clock: Clock
  ) {
    self.folder = folder
    self.origin = origin
    self.keys = keys
    self.source = source
    self.log = log
    self.clock = clock
  }

  /// The name of a log in its checkpoints, such as `files.example.com/audit/acme`.
  package static func name(of log: LogID, origin: String) -> String {
    "\(origin)/audit/\(log.description)"
  }

  /// The folder of a log's files.
  package static func directory(of log: LogID, in folder: DataFolder) -> String {
    folder.audit + "/" + log.description
  }

  /// The file with a log's public key, `vkey`, beside its folder.
  package static func verifierFile(of log: LogID, in folder: DataFolder) -> String {
    directory(of: log, in: folder) + ".vkey"
  }

  /// Seals every log that has grown; failures of one log do not stop the others.
  /// - Returns: How many checkpoints were published.
  package func sealOnce() async -> Int {
    var count = 0
    guard readKeys() else { return 0 }
    do throws(StoreError) {
      let logs = try await source.logs()
      for size in logs where await seal(size) { count += 1 }
      tell(logs)
    } catch {
      log.event(.error, "seal-source-failed", [("reason", .text("\(error)"))])
    }
    return count
  }

  /// Says that this process lives and how far it is.
  private func tell(_ logs: [LogSize]) {
    let status = SealStatus(
      at: clock.now(), events: integrated.values.reduce(0, +), logs: logs.count,
      failing: failures.count)
    if let told, told.events == status.events, told.failing == status.failing,
      status.at.milliseconds - told.at.milliseconds < Self.statusMilliseconds
    {
      return
    }
    do throws(FileError) {
      try status.write(folder)
      told = status
    } catch {
      log.event(.warning, "seal-status-not-written", [("reason", .text("\(error)"))])
    }
  }

  /// Seals until cancelled, then once more.
  package func run(every milliseconds: Int64) async {
    while !Task.isCancelled {
      _ = await sealOnce()
      do { try await Task.sleep(for: .milliseconds(milliseconds)) } catch { break }
    }
    _ = await sealOnce()
  }

  private func seal(_ size: LogSize) async -> Bool {
    let now = clock.now().milliseconds
    if let last = sealed[size.log], last.size == size.size,
      now - last.at < Self.resealMilliseconds
    {
      return false
    }
    do {
      let writer = try writer(of: size.log)
      try writer.check(storeSize: Int(size.size))
      while writer.size < Int(size.size) {
        let leaves = try await source.leaves(size.log, Int64(writer.size), Self.leavesPerRead)
        guard !leaves.isEmpty else { break }
        try writer.append(leaves, at: writer.size)
      }
      try writer.seal(atMilliseconds: now)
      sealed[size.log] = Sealed(size: Int64(writer.size), at: now)
      integrated[size.log] = Int64(writer.size)
      failures[size.log] = nil
      return true
    } catch {
      // A writer that failed may not know what is on disk: the next turn opens it anew.
      writers[size.log] = nil
      sealed[size.log] = nil
      report("\(error)", of: size.log)
      return false
    }
  }

  /// One line for a failure, not one for each round in which it lasts.
  private func report(_ reason: String, of id: LogID) {
    guard failures[id] != reason else { return }
    failures[id] = reason
    log.event(
      .error, "seal-failed", [("log", .text(id.description)), ("reason", .text(reason))])
  }

  private func writer(of id: LogID) throws -> LogWriter {
    if let open = writers[id] { return open }
    if writers.count >= Self.writersMax, let any = writers.keys.first { writers[any] = nil }
    let name = Self.name(of: id, origin: origin)
    let signers = try seeds.map { seed in
      try NoteSigner(
        name: name, seed: seed.withBytes { span in (0..<span.count).map { span[$0] } })
    }
    let open = try LogWriter(directory: Self.directory(of: id, in: folder), signers: signers)
    try PublishedKeys.publish(signers.map(\.verifier), Self.verifierFile(of: id, in: folder))
    writers[id] = open
    return open
  }

  /// Reads the keys if their files changed; false while none could be read yet.
  ///
  /// Every log is signed anew then, so that its checkpoint says which keys count.
  private func readKeys() -> Bool {
    let present = SeenKeys(folder)
    guard present != seenKeys || seeds.isEmpty else { return true }
    do throws(ConfigurationError) {
      seeds = try keys()
      seenKeys = present
      writers = [:]
      sealed = [:]
    } catch {
      report("keys: \(error)", of: .system)
    }
    return !seeds.isEmpty
  }
}

/// What the files of the keys looked like: cheap to ask, and different after each change.
private struct SeenKeys: Equatable {
  private let folderSeconds: Int
  private let folderNanoseconds: Int
  private let file: UInt64
  private let fileSeconds: Int

  init(_ folder: DataFolder) {
    var status = stat()
    _ = unsafe lstat(folder.keys, &status)
    (folderSeconds, folderNanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    status = stat()
    // A new file in the old one's place has another number, however quickly it came.
    _ = unsafe lstat(folder.file(of: .audit), &status)
    (file, fileSeconds) = (UInt64(status.st_ino), status.st_mtim.tv_sec)
  }
}
