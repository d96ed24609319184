// Sealing: what was appended is signed and verifies offline, also after a crash at any step; what
// must not be signed is not.

import AuditLog
import Base
import Delivery
import Foundation
import Gateway
import Glibc
import SQLiteStore
import TestSupport
import Testing

@Suite struct SealerTests {
  /// Leaves as a store keeps them.
  private final class Leaves: Sendable {
    let logs = Lock<[LogID: [[UInt8]]]>([:])

    func add(_ count: Int, to log: LogID) {
      logs.withLock { logs in
        let start = logs[log]?.count ?? 0
        logs[log, default: []] += (start..<start + count).map { Array("leaf \($0)".utf8) }
      }
    }

    var source: LeafSource {
      LeafSource(
        logs: {
          self.logs.withLock { $0.map { LogSize(log: $0.key, size: Int64($0.value.count)) } }
        },
        leaves: { log, index, limit in
          self.logs.withLock { Array(($0[log] ?? []).dropFirst(Int(index)).prefix(limit)) }
        })
    }
  }

  private let root: TemporaryFolder
  private let folder: DataFolder
  private let leaves = Leaves()
  private let time = ManualClock()
  private let lines = LogLines()
  private let acme: LogID

  init() throws {
    root = try TemporaryFolder()
    folder = DataFolder(path: root.path)
    _ = try folder.create()
    acme = .tenant(try Stage.tenant("acme"))
  }

  private func sealer() throws -> Sealer {
    Sealer(
      folder: folder, origin: "test.example",
      keys: { [folder] () throws(ConfigurationError) in
        try KeyRing.auditSeeds(folder)
      }, source: leaves.source, log: lines.log(time.clock), clock: time.clock)
  }

  private func verifier(_ log: LogID) throws -> NoteVerifier {
    let text = String(
      decoding: try content(Sealer.verifierFile(of: log, in: folder)), as: UTF8.self)
    return try NoteVerifier(text.trimmingCharacters(in: .newlines))
  }

  private func verifiedSize(_ log: LogID) throws -> Int {
    try LogVerifier(keys: [try verifier(log)]).verify(
      directory: Sealer.directory(of: log, in: folder)
    ).checkpoint.size
  }

  @Test func `each log that has grown gets a checkpoint of its own`() async throws {
    let sealer = try sealer()
    #expect(await sealer.sealOnce() == 0)
    for (count, checkpoints) in [(3, 2), (0, 0), (254, 2), (1500, 2)] {
      for log in [acme, .system] { leaves.add(count, to: log) }
      time.advance(seconds: 1)
      #expect(await sealer.sealOnce() == checkpoints)
    }
    #expect(try verifiedSize(acme) == 1757)
    #expect(try verifiedSize(.system) == 1757)
    #expect(try verifier(acme).name == "test.example/audit/acme")
    #expect(lines.all.isEmpty)
    // An idle log is signed again after an hour.
    time.advance(seconds: 3598)
    #expect(await sealer.sealOnce() == 0)
    time.advance(seconds: 2)
    #expect(await sealer.sealOnce() == 2)
  }

  @Test func `a new sealer takes up where the last one stopped`() async throws {
    leaves.add(300, to: acme)
    #expect(await (try sealer()).sealOnce() == 1)
    leaves.add(10, to: acme)
    time.advance(seconds: 1)
    #expect(await (try sealer()).sealOnce() == 1)
    #expect(try verifiedSize(acme) == 310)
  }

  @Test func `tiles without their checkpoint are completed, not signed twice`() async throws {
    leaves.add(200, to: acme)
    #expect(await (try sealer()).sealOnce() == 1)
    let directory = Sealer.directory(of: acme, in: folder)
    let old = try content(directory + "/checkpoint")
    leaves.add(400, to: acme)
    time.advance(seconds: 1)
    #expect(await (try sealer()).sealOnce() == 1)
    // As after a crash between the last tile and the checkpoint; the partial tile of the old one
    // is still there then.
    let seed = try KeyRing.auditSeeds(folder)[0].withBytes { span in
      (0..<span.count).map { span[$0] }
    }
    let copy = root.path + "/copy"
    let signer = try NoteSigner(name: "test.example/audit/acme", seed: seed)
    do {
      let writer = try LogWriter(directory: copy, signers: [signer])
      let all = leaves.logs.withLock { $0[acme] ?? [] }
      try writer.append(Array(all.prefix(200)), at: 0)
      try writer.seal(atMilliseconds: 1)
      try writer.append(Array(all.dropFirst(200)), at: 200)
    }
    try FileManager.default.removeItem(atPath: directory)
    try FileManager.default.moveItem(atPath: copy, toPath: directory)
    try Data(old).write(to: URL(fileURLWithPath: directory + "/checkpoint"))
    time.advance(seconds: 1)
    #expect(await (try sealer()).sealOnce() == 1)
    #expect(try verifiedSize(acme) == 600)
    #expect(lines.all.isEmpty)
  }

  @Test func `a swapped key signs nothing and is reported once`() async throws {
    leaves.add(3, to: acme)
    #expect(await (try sealer()).sealOnce() == 1)
    try root.write("keys/audit", String(repeating: "ab", count: 32))
    leaves.add(3, to: acme)
    let swapped = try sealer()
    for _ in 0..<3 { #expect(await swapped.sealOnce() == 0) }
    #expect(try lines.count("seal-failed") == 1)
    #expect(try verifiedSize(acme) == 3)
  }

  @Test func `a store that lost entries and a clock that went back are refused`() async throws {
    leaves.add(5, to: acme)
    let sealer = try sealer()
    #expect(await sealer.sealOnce() == 1)
    leaves.logs.withLock { $0[acme] = Array(($0[acme] ?? []).prefix(4)) }
    #expect(await sealer.sealOnce() == 0)
    #expect(lines.text.contains("tree-shrank"))
    leaves.add(5, to: acme)
    time.advance(seconds: -1)
    #expect(await sealer.sealOnce() == 0)
    #expect(lines.text.contains("time-went-back"))
    time.advance(seconds: 1)
    #expect(await sealer.sealOnce() == 1)
    #expect(try verifiedSize(acme) == 9)
  }

  @Test func `a log that fails does not stop the others`() async throws {
    leaves.add(1, to: acme)
    leaves.add(1, to: .system)
    try root.write("audit/acme", "a file in the folder's place")
    #expect(await (try sealer()).sealOnce() == 1)
    #expect(try verifiedSize(.system) == 1)
  }

  @Test func `what is published is served, with receipts, and nothing else`() async throws {
    let published = PublishedLog(folder: folder)
    leaves.add(300, to: acme)
    let record = AuditRecord(
      id: EventID(high: 1, low: 2), log: acme, index: 299, leaf: Array("leaf 299".utf8),
      personal: nil)
    #expect(try await published.receipt(record) == nil)
    #expect(try await published.read(acme, "checkpoint") == nil)
    _ = await (try sealer()).sealOnce()
    let receipt = try #require(try await published.receipt(record))
    let checkpoint = try Receipt(parsing: receipt).verify(
      entry: record.leaf, trusting: [try verifier(acme)])
    #expect(checkpoint.size == 300)
    #expect(throws: AuditLogError.self) {
      _ = try Receipt(parsing: receipt).verify(
        entry: Array("leaf 298".utf8), trusting: [try verifier(acme)])
    }
    let late = AuditRecord(
      id: EventID(high: 1, low: 3), log: acme, index: 300, leaf: [], personal: nil)
    #expect(try await published.receipt(late) == nil)
    let paths: [(String, Bool)] = [
      ("checkpoint", true), ("tile/0/000", true), ("tile/entries/000", true),
      ("tile/0/001.p/44", true), ("tile/0/001.p/43", true), ("tile/0/001.p/45", false),
      ("tile/0/002", false),
      ("tile/../checkpoint", false), ("../acme.vkey", false), ("", false), ("tile/", false),
      ("/etc/passwd", false), ("tile/0/000/../000", false),
    ]
    for (path, isThere) in paths {
      #expect((try await published.read(acme, path) != nil) == isThere, "\(path)")
    }
  }

  @Test func `the child ends with its input and is started again when it dies`() async throws {
    try await SQLiteStore(
      SQLiteStore.Settings(folder: folder.path, node: "test"), clock: .system
    ).close()
    let process = SealProcess(folder: folder, log: lines.log(), restartSeconds: 0)
    try await process.start()
    let first = try #require(await process.process)
    let supervision = Task { await process.supervise() }
    kill(first, SIGKILL)
    let isBack = await eventually {
      let now = await process.process
      return now != nil && now != first
    }
    #expect(isBack)
    #expect(try lines.count("sealer-died") == 1)
    supervision.cancel()
    await supervision.value
    await process.stop()
    #expect(await process.process == nil)
    #expect(try lines.count("sealer-killed") == 0)
  }

  @Test func `a child that does not start is an error with its program`() async throws {
    let process = SealProcess(folder: folder, log: lines.log(), program: "/nonexistent/postern")
    let error = await #expect(throws: StartError.self) { try await process.start() }
    #expect(error?.code == .sealerUnusable)
    #expect(await process.process == nil)
    await process.stop()
  }
}
