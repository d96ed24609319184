// Keys that are rotated: on disk, in a keeper, in the sealer, and in a gateway under load.

import AuditLog
import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import HTTPMessage
import JOSE
import TestSupport
import Testing

@Suite struct KeyRotationTests {
  private let root: TemporaryFolder
  private let folder: DataFolder
  private let time = ManualClock()

  init() throws {
    (root, folder) = try DataFolder.temporary()
  }

  private func rotate(
    _ key: DataFolder.Key, overlapSeconds: Int64 = 60
  ) throws -> KeyRotation {
    let rotation = try KeyRotation(
      key, folder, overlapSeconds: overlapSeconds, at: time.now)
    try rotation.commit()
    return rotation
  }

  @Test(arguments: DataFolder.Key.allCases)
  func `a rotated key stays beside the new one until it is retired`(key: DataFolder.Key) throws {
    let before = try content(folder.file(of: key))
    let rotation = try rotate(key)
    #expect(try content(folder.file(of: key)) != before)
    let files = try KeyFiles.list(folder, [key])
    #expect(files.map(\.id) == [rotation.id, rotation.formerID])
    let former = try #require(files.last)
    #expect(try content(former.path) == before && mode(former.path) == 0o600)
    #expect(former.until?.seconds == time.now.seconds + 60)
    #expect(!former.hasEnded(at: time.now) && former.hasEnded(at: time.now.adding(seconds: 60)))
    try KeyRotation.retire(former, folder)
    #expect(try KeyFiles.list(folder, [key]).map(\.id) == [rotation.id])
    _ = try KeyRing(folder, at: time.now)
  }

  @Test func `a rotation that broke off changes nothing and says how to go on`() throws {
    let before = try content(folder.file(of: .pepper))
    let first = try KeyRotation(.pepper, folder, overlapSeconds: 60, at: time.now)
    let error = #expect(throws: ConfigurationError.self) { _ = try rotate(.pepper) }
    #expect(error?.detail.contains("remove that file") == true)
    #expect(try content(folder.file(of: .pepper)) == before)
    #expect(try KeyFiles.list(folder, [.pepper]).count == 1)
    first.abandon()
    _ = try rotate(.pepper)
  }

  @Test func `seven former keys are kept and an eighth is refused`() throws {
    for _ in 0..<KeyFiles.formerMax { _ = try rotate(.pepper) }
    #expect(throws: ConfigurationError.self) { _ = try rotate(.pepper) }
    #expect(try KeyRing(folder, at: time.now).peppers.count == KeyFiles.formerMax + 1)
    #expect(try KeyRing(folder, at: time.now.adding(seconds: 60)).peppers.count == 1)
  }

  @Test func `a keeper takes new keys at a reload, and its own from before if one is broken`()
    async throws
  {
    let keeper = try KeyKeeper(folder, hasStore: true, clock: time.clock)
    let old = keeper.current
    let rotations = try [DataFolder.Key.pepper, .localIssuer, .objectStore].map { try rotate($0) }
    #expect(keeper.current.localSigner.keyID == old.localSigner.keyID)
    try await keeper.reload { (ring) throws(ConfigurationError) in
      #expect(keeper.current.localSigner.keyID == old.localSigner.keyID)
      #expect(ring.localSigners.count == 2 && ring.storeCredentials.count == 2)
    }
    #expect(keeper.peppers.current.id == rotations[0].id)
    #expect(keeper.peppers.previous.map(\.id) == [old.peppers[0].id])
    #expect(keeper.current.localSigners.map(\.keyID).last == old.localSigner.keyID)
    #expect(keeper.files.count == 6 && !keeper.files.contains { $0.key == .audit })
    #expect(!keeper.isDue)
    time.advance(seconds: 60)
    #expect(keeper.isDue)
    try root.write("keys/pepper", "broken")
    await #expect(throws: ConfigurationError.self) {
      try await keeper.reload { _ throws(ConfigurationError) in }
    }
    #expect(keeper.peppers.current.id == rotations[0].id)
  }

  @Test func `both audit keys sign until the former is retired, and the chain stays verifiable`()
    async throws
  {
    let log = LogID.tenant(try Stage.tenant("acme"))
    let count = Lock(3)
    let sealer = Sealer(
      folder: folder, origin: "test.example",
      keys: { [folder] () throws(ConfigurationError) in try KeyRing.auditSeeds(folder) },
      source: LeafSource(
        logs: { [LogSize(log: log, size: Int64(count.withLock { $0 }))] },
        leaves: { _, index, limit in
          (Int(index)..<count.withLock { $0 }).prefix(limit).map { Array("leaf \($0)".utf8) }
        }), log: .silent(clock: time.clock), clock: time.clock)
    func published() throws -> [NoteVerifier] {
      try PublishedKeys.parse(try content(Sealer.verifierFile(of: log, in: folder)))
    }
    func signatures() throws -> Int {
      try SignedNote(
        parsing: try content(Sealer.directory(of: log, in: folder) + "/checkpoint")
      ).signatures.count
    }
    #expect(await eventually { await sealer.sealOnce() == 1 })
    let (oldKeys, oldNote) = (
      try published(), try content(Sealer.directory(of: log, in: folder) + "/checkpoint")
    )
    #expect(try AuditKeyCheck.unsigned(folder).isEmpty)
    let rotation = try rotate(.audit)
    // Without the former key the log could not be taken up again from here.
    #expect(try AuditKeyCheck.unsigned(folder) == ["acme"])
    time.advance(seconds: 1)
    #expect(await eventually { await sealer.sealOnce() == 1 })
    #expect(try AuditKeyCheck.unsigned(folder).isEmpty)
    let keys = try published()
    #expect(keys.count == 2 && keys[1] == oldKeys[0])
    #expect(try signatures() == 2)
    let directory = Sealer.directory(of: log, in: folder)
    for trusted in [[keys[0]], oldKeys] {
      _ = try LogVerifier(keys: trusted, formerKeys: keys).verify(
        directory: directory, older: [oldNote])
    }
    let former = try #require(try KeyFiles.list(folder, [.audit]).last)
    #expect(former.id == rotation.formerID)
    try KeyRotation.retire(former, folder)
    count.withLock { $0 = 400 }
    time.advance(seconds: 1)
    #expect(await eventually { await sealer.sealOnce() == 1 })
    #expect(try signatures() == 1)
    #expect(try published() == keys)
    let report = try LogVerifier(keys: [keys[0]], formerKeys: oldKeys).verify(
      directory: directory, older: [oldNote])
    #expect(report.checkpoint.size == 400 && report.olderCount == 1)
    // A retired key vouches for its own time only.
    for keys in [LogVerifier(keys: oldKeys), LogVerifier(keys: oldKeys, formerKeys: keys)] {
      #expect(throws: AuditLogError.self) { try keys.verify(directory: directory) }
    }
  }
}
