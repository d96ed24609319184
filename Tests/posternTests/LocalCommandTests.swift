// Commands that need no server: init, store credentials, scrub, audit verify; and the whole demo.

import AuditLog
import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import Glibc
import JSONText
import Testing

@testable import postern

@Suite struct LocalCommandTests {
  @Test func `init makes the folder once and leaves it alone afterwards`() async throws {
    try await Harness.withFolder { folder in
      let first = await Harness.run(["init", "--data", folder + "/d"])
      #expect(first.code == 0 && first.output.contains("keys/pepper"))
      let pepper = try Data(contentsOf: URL(fileURLWithPath: folder + "/d/keys/pepper"))
      let second = await Harness.run(["init", "--data", folder + "/d"])
      #expect(second.output == "\(folder)/d was complete already\n")
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/d/keys/pepper")) == pepper)
    }
  }

  @Test func `store credentials are shell assignments with the secret, facts without it`()
    async throws
  {
    try await Harness.withFolder { folder in
      _ = await Harness.run(["init", "--data", folder])
      let key = try String(contentsOfFile: folder + "/keys/object-store", encoding: .utf8)
        .split(separator: "\n")[0].split(separator: ":").map(String.init)
      let shell = await Harness.run(["store", "credentials", "--shell", "--data", folder])
      #expect(
        shell.output == """
          S3_ENDPOINT='http://127.0.0.1:9000'
          S3_ACCESS_KEY='\(key[0])'
          S3_SECRET_KEY='\(key[1])'
          S3_REGION='us-east-1'
          S3_BUCKET='postern'

          """)
      let facts = await Harness.run(["store", "credentials", "--data", folder])
      #expect(facts.output.contains(key[0]) && !facts.output.contains(key[1]))
      let words = ["store", "credentials", "--json", "--data", folder]
      let json = await Harness.run(words)
      #expect(json.output.contains(key[0]) && !json.output.contains("secret"))
      #expect(await Harness.run(words + ["--shell"]).output.contains(key[1]))
    }
  }

  @Test func `a store of one's own has no credentials here`() async throws {
    try await Harness.withFolder { folder in
      _ = await Harness.run(["init", "--data", folder])
      let outcome = await Harness.run(
        ["store", "credentials", "--data", folder],
        environment: [
          "POSTERN_OBJECT_STORE_ENDPOINT": "https://s3.example.com",
          "POSTERN_OBJECT_STORE_CREDENTIALS": "environment",
        ])
      #expect(outcome.code == 3)
    }
  }

  @Test func `the printed settings name their sources and hide the keys`() async throws {
    try await Harness.withFolder { folder in
      _ = await Harness.run(["init", "--data", folder])
      let outcome = await Harness.run(
        ["serve", "--print-config", "--data", folder, "--loops", "3"],
        environment: ["POSTERN_SCRUB_WORKERS": "5"])
      let value = try JSONValue(parsing: Array(outcome.output.utf8), limits: .configuration)
      #expect(value["loops"] == ["value": 3, "from": "flag"])
      #expect(value["scrub.workers"] == ["value": 5, "from": "environment"])
      #expect(value["keys.pepper"] == "redacted")
    }
  }

  @Test func `credentials of a store without a port of its own are refused`() async throws {
    try await Harness.withFolder { folder in
      _ = await Harness.run(["init", "--data", folder])
      let outcome = await Harness.run(
        ["store", "credentials", "--data", folder],
        environment: ["POSTERN_OBJECT_STORE_LISTEN": "127.0.0.1:0"])
      #expect(outcome.code == 3 && outcome.errors.contains("object_store.listen"))
    }
  }

  @Test func `a whole log verifies, a changed byte does not`() async throws {
    try await Harness.withFolder { folder in
      try Self.writeLog(folder)
      let good = await Harness.run(["audit", "verify", "--data", folder])
      #expect(good.code == 0 && good.output.hasPrefix("✓ acme: 3 entries"))
      let json = await Harness.run(["audit", "verify", "--data", folder, "--json"])
      #expect(json.output.contains(#""log":"acme""#) && json.output.contains(#""size":3"#))
      let tile = URL(fileURLWithPath: folder + "/audit/acme/tile/entries/000.p/3")
      var bytes = try Data(contentsOf: tile)
      bytes[bytes.count - 1] ^= 1
      try bytes.write(to: tile)
      let bad = await Harness.run(["audit", "verify", "--data", folder])
      #expect(bad.code == 5 && bad.errors.contains("acme"))
      let badJSON = await Harness.run(["audit", "verify", "--data", folder, "--json"])
      #expect(badJSON.code == 5 && badJSON.output.contains(#""code":"#))
    }
  }

  @Test func `a log without its key, a swapped key and a rollback are found`() async throws {
    try await Harness.withFolder { folder in
      try Self.writeLog(folder)
      let key = folder + "/audit/acme.vkey"
      let kept = folder + "/kept"
      try FileManager.default.copyItem(atPath: folder + "/audit/acme/checkpoint", toPath: kept)
      let words = ["audit", "verify", "--data", folder, "--log", "acme"]
      #expect(await Harness.run(words + ["--checkpoint", kept]).code == 0)
      let other = try NoteSigner(name: "t/audit/acme", seed: [UInt8](repeating: 9, count: 32))
      try "\(other.verifier)\n".write(toFile: kept + ".vkey", atomically: true, encoding: .utf8)
      #expect(await Harness.run(words + ["--key", kept + ".vkey"]).code == 5)
      try FileManager.default.removeItem(atPath: key)
      #expect(await Harness.run(words).code == 5)
      // A log that is gone is evidence only for who knows that it was there.
      let gone = ["audit", "verify", "--data", folder, "--log", "acne"]
      #expect(await Harness.run(gone + ["--checkpoint", kept]).code == 5)
    }
  }

  @Test func `a former audit key stays while a log is signed by nothing else`() async throws {
    try await Harness.withFolder { folder in
      _ = await Harness.run(["init", "--data", folder])
      try Self.writeLog(folder)
      #expect(await Harness.run(["keys", "rotate", "audit", "--data", folder]).code == 0)
      let files = try KeyFiles.list(DataFolder(path: folder), [.audit])
      let former = try #require(files.last { $0.until != nil })
      let outcome = await Harness.run(
        ["keys", "retire", "audit", former.id ?? "", "--now", "--json", "--data", folder])
      #expect(outcome.code == 3 && outcome.output.contains("log-not-signed"), "\(outcome)")
      #expect(FileManager.default.fileExists(atPath: former.path))
      try FileManager.default.removeItem(atPath: folder + "/audit/acme")
      let again = await Harness.run(
        ["keys", "retire", "audit", former.id ?? "", "--now", "--data", folder])
      #expect(again.code == 0 && !FileManager.default.fileExists(atPath: former.path))
    }
  }

  @Test(arguments: [
    (["--log", "acne"], "log-not-found"), (["--log", "acme", "--key", "x"], "file-not-found"),
    (["--directory", "x", "--key", "x"], "file-not-found"),
    (["--directory", "FOLDER/audit/acme", "--key", "x"], "file-not-found"),
  ])
  func `a mistyped name is not found rather than evidence`(
    words: [String], code: String
  ) async throws {
    try await Harness.withFolder { folder in
      try Self.writeLog(folder)
      let named = words.map { $0.replacing("FOLDER", with: folder) }
      let outcome = await Harness.run(["audit", "verify", "--data", folder, "--json"] + named)
      #expect(outcome.code == 4 && outcome.output.contains("\"\(code)\""), "\(outcome)")
    }
  }

  @Test func `a receipt verifies with its entry and the log's key only`() async throws {
    try await Harness.withFolder { folder in
      try Self.writeLog(folder)
      let directory = LogDirectory(folder + "/audit/acme")
      let receipt = try Receipt(
        source: directory.servingSource, checkpoint: try #require(try directory.checkpoint()),
        index: 1)
      let path = folder + "/r"
      try Data(receipt.bytes).write(to: URL(fileURLWithPath: path))
      let words = ["audit", "verify", "--data", folder, "--receipt", path, "--log", "acme"]
      let good = await Harness.run(words)
      #expect(good.code == 0 && good.output.contains("entry 1") && good.output.contains("two"))
      var changed = Receipt(
        index: receipt.index, path: receipt.path, extra: Array("TWO".utf8),
        checkpoint: receipt.checkpoint)
      try Data(changed.bytes).write(to: URL(fileURLWithPath: path))
      #expect(await Harness.run(words).code == 5)
      changed = Receipt(index: 0, path: receipt.path, extra: nil, checkpoint: receipt.checkpoint)
      try Data(changed.bytes).write(to: URL(fileURLWithPath: path))
      #expect(await Harness.run(words).code == 5)
    }
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `scrub writes beside the file, checks, and never overwrites unasked`() async throws {
    try await Harness.withFolder { folder in
      try Data(DemoPictures.jpeg()).write(to: URL(fileURLWithPath: folder + "/a.jpg"))
      try Data("\u{7f}ELF\u{2}\u{1}\u{1}".utf8).write(to: URL(fileURLWithPath: folder + "/b.bin"))
      let checked = try Harness.program(["scrub", "--check", "a.jpg"], in: folder)
      #expect(checked.code == 1 && checked.output.contains("position"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/a.clean.jpg"))
      #expect(try Harness.program(["scrub", "a.jpg"], in: folder).code == 0)
      #expect(try Harness.program(["scrub", "a.jpg"], in: folder).code == 1)
      #expect(try Harness.program(["scrub", "--force", "a.jpg"], in: folder).code == 0)
      #expect(try Harness.program(["scrub", "--check", "a.clean.jpg"], in: folder).code == 0)
      let refused = try Harness.program(["scrub", "b.bin", "--json"], in: folder)
      #expect(refused.code == 3 && refused.output.contains(#""code":"type-not-supported""#))
      #expect(try Harness.program(["scrub", "--in-place", "a.jpg"], in: folder).code == 0)
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: folder + "/a.jpg"))
          == Data(contentsOf: URL(fileURLWithPath: folder + "/a.clean.jpg")))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names == ["a.clean.jpg", "a.jpg", "b.bin"])
    }
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `scrub in place changes what a link points to, and keeps its mode`() async throws {
    try await Harness.withFolder { folder in
      let real = folder + "/sub/real.jpg"
      try FileManager.default.createDirectory(
        atPath: folder + "/sub", withIntermediateDirectories: true)
      try Data(DemoPictures.jpeg()).write(to: URL(fileURLWithPath: real))
      chmod(real, 0o666)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/a.jpg", withDestinationPath: "sub/real.jpg")
      #expect(try Harness.program(["scrub", "--in-place", "a.jpg"], in: folder).code == 0)
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/a.jpg")
          == "sub/real.jpg")
      #expect(try Harness.program(["scrub", "--check", "sub/real.jpg"], in: folder).code == 0)
      let mode = try FileManager.default.attributesOfItem(atPath: real)[.posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o666)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/sub").count == 1)
    }
  }

  @Test func `without hard links a name that is taken stays as well`() async throws {
    try await Harness.withFolder { folder in
      for (name, isTaken) in [("free", false), ("taken", true)] {
        let (path, temporary) = (folder + "/" + name, folder + "/t")
        if isTaken { try "old".write(toFile: path, atomically: true, encoding: .utf8) }
        try "new".write(toFile: temporary, atomically: true, encoding: .utf8)
        var code: String?
        do throws(CommandError) {
          try ReplacedFile.takeName(temporary, path)
        } catch {
          code = error.code
        }
        #expect(code == (isTaken ? "file-exists" : nil))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == (isTaken ? "old" : "new"))
      }
    }
  }

  @Test func `a file that changed since it was read is not replaced`() async throws {
    try await Harness.withFolder { folder in
      let path = folder + "/a"
      for change in ["bytes", "file", "none"] {
        try "old".write(toFile: path, atomically: true, encoding: .utf8)
        let file = try OpenedFile(path)
        if change == "bytes" { truncate(path, 2) }
        if change == "file" { try "own".write(toFile: path, atomically: true, encoding: .utf8) }
        let clean = SpooledFile(
          descriptor: file.descriptor.number, size: change == "bytes" ? 2 : 3,
          sha256: SHA256.hash(Array("old".utf8)), owner: file.descriptor)
        let error: CommandError?
        do throws(CommandError) {
          try ReplacedFile.write(clean, inPlaceOf: file)
          error = nil
        } catch let thrown {
          error = thrown
        }
        #expect(error?.code == (change == "none" ? nil : "file-changed"), "\(change)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["a"])
        if change == "file" { #expect(try String(contentsOfFile: path, encoding: .utf8) == "own") }
      }
    }
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `the demo passes each step and leaves nothing behind`() async throws {
    try await Harness.withFolder { folder in
      let outcome = try Harness.program(["demo"], in: folder)
      #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
      #expect(outcome.output.contains("All steps passed"))
      let passed = outcome.output.split(separator: "\n").filter { $0.contains(" ✓ ") }
      #expect(passed.count >= 14)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  @Test(.enabled(if: Harness.program != nil, "the program is not beside the tests"))
  func `an interrupted demo leaves nothing behind either`() async throws {
    try await Harness.withFolder { folder in
      let outcome = try Harness.program(["demo"], in: folder) { process in
        // Its folder is the sign that it has begun; the end of the test run is the deadline.
        while try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty, process.isRunning
        { sched_yield() }
        process.interrupt()
      }
      #expect(outcome.code == 1 && outcome.errors.contains("interrupted"), "\(outcome.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
    }
  }

  private static func writeLog(_ folder: String) throws {
    try FileManager.default.createDirectory(
      atPath: folder + "/audit", withIntermediateDirectories: true)
    let signer = try NoteSigner(name: "t/audit/acme", seed: [UInt8](repeating: 7, count: 32))
    let writer = try LogWriter(directory: folder + "/audit/acme", signers: [signer])
    try writer.append(["one", "two", "three"].map { Array($0.utf8) }, at: 0)
    _ = try writer.seal(atMilliseconds: 1_795_251_600_000)
    try "\(signer.verifier)\n".write(
      toFile: folder + "/audit/acme.vkey", atomically: true, encoding: .utf8)
  }
}
