// Backups made beside a server at work, and what is restored from them; a damaged one is refused and
// leaves nothing behind.

import AuditLog
import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import SQLiteStore
import TestSupport
import Testing

@Suite struct BackupTests {
  @Test func `a backup taken under load restores to a gateway that goes on`() async throws {
    let setup = try GatewaySetup()
    let place = try TemporaryFolder()
    var parts = Backup.Parts()
    parts.keys = true
    let known = Lock((token: "", document: "", url: ""))
    try await setup.run { [parts] gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      #expect(try await gateway.upload(document, token, .bytes(DemoPictures.jpeg())).status == 201)
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      known.withLock { $0 = (token, document, link.string("url")) }
      let isOver = Lock(false)
      let changes = Lock(0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for worker in 0..<2 {
          group.addTask {
            var count = 0
            while !isOver.withLock({ $0 }) {
              let issued = try await gateway.call(
                .post, "/v1/documents/\(document)/links", token, "{}")
              #expect(issued.status == 201, "\(issued.text)")
              if worker == 0, count % 8 == 0 {
                let upload = try await gateway.upload(
                  document, token, .bytes(DemoPictures.jpeg()))
                #expect(upload.status == 201, "\(upload.text)")
              }
              count += 1
              changes.withLock { $0 += 1 }
            }
          }
        }
        for round in 0..<3 {
          let before = changes.withLock { $0 }
          #expect(await eventually { changes.withLock { $0 } > before })
          let manifest = try Backup(
            of: gateway.folder, to: place.path + "/backup-\(round)", parts
          ).make()
          #expect(manifest.hasKeys && manifest.files > 8)
          #expect(mode("\(place.path)/backup-\(round)/postern.db") == 0o600)
          let keys = try content("\(place.path)/backup-\(round)/receipt-keys.json")
          #expect(try keys == content(gateway.folder.receiptKeys))
        }
        isOver.withLock { $0 = true }
        try await group.waitForAll()
      }
    }
    try await expectRestored(place, known.withLock { $0 })
  }

  private func expectRestored(
    _ place: TemporaryFolder, _ known: (token: String, document: String, url: String)
  ) async throws {
    let folder = DataFolder(path: place.path + "/data")
    for round in 0..<3 {
      let manifest = try Restore(from: place.path + "/backup-\(round)", to: folder).make()
      #expect(manifest.hasObjects)
      #expect(try StoreInspection.inspect(folder: folder.path).faults == [])
      if round < 2 { try FileManager.default.removeItem(atPath: folder.path) }
    }
    #expect(mode(folder.path) == 0o700 && mode(folder.file(of: .pepper)) == 0o600)
    let setup = try GatewaySetup(root: place, folder: folder)
    try await setup.run { gateway in
      // The address in the link is the old one; its path is what counts.
      let path = "/d/" + (known.url.split(separator: "/").last ?? "")
      let redirect = try await gateway.send(.get, gateway.origin + path)
      #expect(redirect.status == 303, "\(redirect.text)")
      let file = try await gateway.send(.get, redirect.fields[.location] ?? "")
      #expect(file.status == 200)
      let versions = try await gateway.call(
        .get, "/v1/documents/\(known.document)/versions", known.token)
      #expect((versions.json["items"]?.arrayValue?.count ?? 0) >= 1)
      let isSealed = await eventually {
        let text = try? await gateway.send(.get, gateway.ops + "/metrics").text
        return text?.contains("\npostern_audit_unsealed_events 0\n") == true
      }
      #expect(isSealed)
      #expect(!gateway.lines.text.contains("seal-failed"))
      let log = LogID.tenant(try Stage.tenant("acme"))
      let key = String(
        decoding: try content(Sealer.verifierFile(of: log, in: folder)), as: UTF8.self)
      let verifier = try NoteVerifier(key.trimmingCharacters(in: .newlines))
      _ = try LogVerifier(keys: [verifier], toleratesUnsignedTail: true).verify(
        directory: Sealer.directory(of: log, in: folder))
    }
  }

  /// A small backup of a folder that no server runs on.
  private func backup(_ place: TemporaryFolder) async throws -> String {
    let folder = DataFolder(path: place.path + "/source")
    _ = try folder.create()
    let store = try SQLiteStore(
      SQLiteStore.Settings(folder: folder.path, node: "test"), clock: .system)
    await store.close()
    try FileManager.default.createDirectory(
      atPath: folder.objects + "/b/00", withIntermediateDirectories: true)
    for path in [folder.objects + "/b/00/object", folder.audit + "/acme.vkey"] {
      try Data("content".utf8).write(to: URL(fileURLWithPath: path))
    }
    _ = try Backup(of: folder, to: place.path + "/backup", .init()).make()
    return place.path + "/backup"
  }

  @Test func `keys are in it only when asked for, and coreutils can check it`() async throws {
    let place = try TemporaryFolder()
    let source = try await backup(place)
    #expect(!FileManager.default.fileExists(atPath: source + "/keys"))
    #expect(mode(source) == 0o700)
    let check = Process()
    check.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    check.arguments = ["--check", "--strict", "--quiet", "SHA256SUMS"]
    check.currentDirectoryURL = URL(fileURLWithPath: source)
    try check.run()
    check.waitUntilExit()
    #expect(check.terminationStatus == 0)
    let target = DataFolder(path: place.path + "/data")
    #expect(try Restore(from: source, to: target).make().hasKeys == false)
    #expect(throws: BackupError.self) { _ = try Restore(from: source, to: target).make() }
  }

  @Test func `a log is copied however often it is sealed while its full tiles are`() async throws {
    let place = try TemporaryFolder()
    let folder = DataFolder(path: place.path + "/source")
    _ = try folder.create()
    let store = try SQLiteStore(
      SQLiteStore.Settings(folder: folder.path, node: "test"), clock: .system)
    await store.close()
    let tiles = folder.audit + "/acme/tile/0"
    try FileManager.default.createDirectory(
      atPath: tiles + "/100.p", withIntermediateDirectories: true)
    for name in (0..<100).map({ "0\($0)" }) + ["100.p/7"] {
      try Data(name.utf8).write(to: URL(fileURLWithPath: tiles + "/" + name))
    }
    let checkpoint = URL(fileURLWithPath: folder.audit + "/acme/checkpoint")
    try Data("0".utf8).write(to: checkpoint)
    let (target, isOver) = (place.path + "/backup", Lock(false))
    // A new checkpoint whenever more tiles lie in the backup.
    let sealing = Task.detached {
      var seen = 0
      while !isOver.withLock({ $0 }) {
        let names = try? FileManager.default.contentsOfDirectory(
          atPath: target + "/audit/acme/tile/0")
        guard let count = names?.count, count > seen else { continue }
        seen = count
        try Data("\(count)".utf8).write(to: checkpoint, options: .atomic)
      }
    }
    _ = try Backup(of: folder, to: target, .init()).make()
    isOver.withLock { $0 = true }
    try await sealing.value
    let restored = DataFolder(path: place.path + "/data")
    _ = try Restore(from: target, to: restored).make()
    #expect(try content(restored.audit + "/acme/tile/0/100.p/7") == Array("100.p/7".utf8))
  }

  enum Damage: String, CaseIterable, Sendable {
    case database, object, vkey, sums, sumsCut, sumsFreed, head, missing, unfinished, escape, link
  }

  @Test(arguments: Damage.allCases)
  func `a damaged backup is refused and leaves nothing`(damage: Damage) async throws {
    let place = try TemporaryFolder()
    let source = try await backup(place)
    let files = FileManager.default
    func edit(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
      var bytes = try content(source + "/" + name)
      change(&bytes)
      try Data(bytes).write(to: URL(fileURLWithPath: source + "/" + name))
    }
    let flip = { (bytes: inout [UInt8]) in bytes[bytes.count / 2] ^= 1 }
    let escape = Array((String(repeating: "0", count: 64) + "  objects/../../x\n").utf8)
    switch damage {
    case .database: try edit("postern.db", flip)
    case .object: try edit("objects/b/00/object", flip)
    case .vkey: try edit("audit/acme.vkey", flip)
    case .sums: try edit("SHA256SUMS", flip)
    case .sumsCut: try edit("SHA256SUMS") { $0.removeLast(10) }
    case .sumsFreed: try edit("SHA256SUMS") { $0 = [] }
    case .head: try edit("backup.json") { $0.removeLast(10) }
    case .missing: try files.removeItem(atPath: source + "/objects/b/00/object")
    case .unfinished: try files.removeItem(atPath: source + "/backup.json")
    case .escape: try edit("SHA256SUMS") { $0 += escape }
    case .link:
      try files.removeItem(atPath: source + "/audit/acme.vkey")
      try files.createSymbolicLink(
        atPath: source + "/audit/acme.vkey",
        withDestinationPath: place.path + "/source/audit/acme.vkey")
    }
    let target = DataFolder(path: place.path + "/data")
    let codes: Set<BackupError.Code> =
      switch damage {
      case .unfinished: [.backupIncomplete]
      case .link: [.fileUnusable]
      default: [.backupDamaged]
      }
    let error = #expect(throws: BackupError.self) {
      _ = try Restore(from: source, to: target).make()
    }
    #expect(codes.contains(error?.code ?? .logBusy), "\(error.map(\.description) ?? "")")
    #expect(try place.names() == ["backup", "source"])
  }

  @Test func `a database that is whole by its hash and broken inside is refused`() async throws {
    let place = try TemporaryFolder()
    let folder = DataFolder(path: place.path + "/source")
    _ = try folder.create()
    try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: folder.database))
    let error = #expect(throws: BackupError.self) {
      _ = try Backup(of: folder, to: place.path + "/backup", .init()).make()
    }
    #expect(error?.code == .databaseUnusable)
    // What was begun is not taken for a backup.
    let later = #expect(throws: BackupError.self) {
      _ = try Restore(
        from: place.path + "/backup", to: DataFolder(path: place.path + "/data")
      ).verify()
    }
    #expect(later?.code == .backupIncomplete)
  }
}
