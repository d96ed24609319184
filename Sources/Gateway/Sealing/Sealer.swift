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

  private struct OpenLog {
    let writer: LogWriter
    var sealedAt: Int64
  }

  private let folder: DataFolder
  private let origin: String
  private let seed: Secret
  private let source: LeafSource
  private let log: Log
  private let clock: Clock
  private let executor = QueueExecutor(label: "sealer")
  private var writers: [LogID: OpenLog] = [:]

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Prepares a sealer.
  package init(
    folder: DataFolder, origin: String, seed: Secret, source: LeafSource, log: Log, clock: Clock
  ) {
    self.folder = folder
    self.origin = origin
    self.seed = seed
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
    do throws(StoreError) {
      for size in try await source.logs() where await seal(size) { count += 1 }
    } catch {
      log.event(.error, "seal-source-failed", [("reason", .text("\(error)"))])
    }
    return count
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
    do {
      let now = clock.now().milliseconds
      var open = try writer(of: size.log)
      try open.writer.check(storeSize: Int(size.size))
      let isDue = now - open.sealedAt >= Self.resealMilliseconds
      guard open.writer.size < Int(size.size) || isDue else { return false }
      while open.writer.size < Int(size.size) {
        let leaves = try await source.leaves(
          size.log, Int64(open.writer.size), Self.leavesPerRead)
        guard !leaves.isEmpty else { break }
        try open.writer.append(leaves, at: open.writer.size)
      }
      _ = try open.writer.seal(atMilliseconds: now)
      open.sealedAt = now
      writers[size.log] = open
      return true
    } catch {
      // A writer that failed may not know what is on disk: the next turn opens it anew.
      writers[size.log] = nil
      log.event(
        .error, "seal-failed",
        [("log", .text(size.log.description)), ("reason", .text("\(error)"))])
      return false
    }
  }

  private func writer(of id: LogID) throws -> OpenLog {
    if let open = writers[id] { return open }
    let bytes = seed.withBytes { span in (0..<span.count).map { span[$0] } }
    let signer = try NoteSigner(name: Self.name(of: id, origin: origin), seed: bytes)
    let open = OpenLog(
      writer: try LogWriter(
        directory: Self.directory(of: id, in: folder), signers: [signer]),
      sealedAt: 0)
    try publishVerifier(signer.verifier, of: id)
    writers[id] = open
    return open
  }

  /// Writes the public key beside the log, once; a different one there is left alone, so that a
  /// swapped signing key is noticed by whoever verifies.
  private func publishVerifier(_ verifier: NoteVerifier, of id: LogID) throws(FileError) {
    let path = Self.verifierFile(of: id, in: folder)
    if unsafe access(path, F_OK) == 0 { return }
    let file = try FileDescriptor.open(
      path, O_WRONLY | O_CREAT | O_EXCL, mode: 0o644, purpose: "publish the verification key")
    try file.write(
      Array((verifier.description + "\n").utf8), purpose: "publish the verification key")
    try file.synchronize(purpose: "publish the verification key")
  }
}
