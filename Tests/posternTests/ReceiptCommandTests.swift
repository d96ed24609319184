// `postern scrub verify-receipt`: what holds, and each way in which a receipt does not.

import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import JOSE
import JSONText
import Testing

@testable import postern

@Suite struct ReceiptCommandTests {
  private static let delivered = Array("what customers get".utf8)
  private static let uploaded = Array("what came in, and more".utf8)
  private static let signer = try? JWSSigner(ed25519Seed: [UInt8](repeating: 1, count: 32))
  private static let forger = try? JWSSigner(ed25519Seed: [UInt8](repeating: 2, count: 32))

  private func statement(isUnscrubbed: Bool = false) throws -> VersionReceipt {
    var receipt = ScrubReceipt(
      policy: "strict-1", tool: "postern-scrub 1.0.0",
      mediaType: try #require(MediaType("image/png")), sha256Before: SHA256.hash(Self.uploaded),
      sha256After: SHA256.hash(Self.delivered), sizeBefore: Int64(Self.uploaded.count),
      sizeAfter: Int64(Self.delivered.count),
      removed: isUnscrubbed ? [] : [.init(name: "exif-gps", count: 2)],
      isUnscrubbed: isUnscrubbed)
    receipt.scan = ScanRecord(.clean, scanner: "ClamAV 1.4.3", database: "27432")
    let now = Timestamp(seconds: 1_800_000_000)
    return VersionReceipt(
      issuer: "files.example", tenant: try #require(TenantID("acme")),
      document: DocumentID(at: now, random: (1, 2)), version: VersionID(at: now, random: (3, 4)),
      publishedAt: now, receipt: receipt)
  }

  private func sign(
    _ json: JSONValue, by signer: JWSSigner?, type: String = VersionReceipt.type
  ) throws -> String {
    try #require(signer).sign(payload: json.write(), type: type)
  }

  private func write(_ folder: String, _ name: String, _ bytes: some Sequence<UInt8>) throws
    -> String
  {
    let path = folder + "/" + name
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// A folder with keys, both files and receipts by name; runs the command on them.
  private func verify(
    _ receipts: [String: String],
    _ body: (_ verify: (String...) async -> Outcome, _ folder: String) async throws -> Void
  ) async throws {
    try await Harness.withFolder { folder in
      let keys = JWSSigner.keySet(of: [try #require(Self.signer)])
      let path = try write(folder, "keys.json", keys)
      _ = try write(folder, "delivered", Self.delivered)
      _ = try write(folder, "uploaded", Self.uploaded)
      _ = try write(folder, "shorter", Self.delivered.dropLast())
      for (name, text) in receipts { _ = try write(folder, name, (text + "\n").utf8) }
      try await body(
        { (words: String...) in
          await Harness.run(
            ["scrub", "verify-receipt"] + words.map { $0.hasPrefix("-") ? $0 : folder + "/" + $0 }
              + (words.contains { $0.hasPrefix("--") } ? [] : ["--keys", path]))
        }, folder)
    }
  }

  @Test func `the receipt of a document that was kept does not call it clean`() async throws {
    let kept = try sign(try statement(isUnscrubbed: true).json, by: Self.signer)
    try await verify(["kept": kept]) { verify, _ in
      let outcome = await verify("kept")
      #expect(outcome.code == 0 && outcome.output.contains("signed, kept as it is"))
      #expect(!outcome.output.contains("clean\n"))
    }
  }

  @Test func `a receipt holds alone and with the file that it is about`() async throws {
    let good = try sign(try statement().json, by: Self.signer)
    try await verify(["good": good]) { verify, folder in
      let alone = await verify("good")
      #expect(alone.code == 0 && alone.output.contains("signed by files.example"))
      #expect(!alone.output.contains("the file is the one"))
      let both = await verify("good", "delivered")
      #expect(both.code == 0 && both.output.contains("the file is the one that was delivered"))
      for text in [
        "acme", "exif-gps ×2", "strict-1", "clean (ClamAV 1.4.3, signatures 27432)", "image/png",
        SHA256.hash(Self.delivered).hex,
      ] {
        #expect(both.output.contains(text), "\(text)")
      }
      let json = await Harness.run([
        "scrub", "verify-receipt", folder + "/good", "--keys", folder + "/keys.json", "--json",
      ])
      let value = try JSONValue(parsing: Array(json.output.utf8), limits: .request)
      #expect(VersionReceipt(json: value) == (try statement()))
    }
  }

  @Test func `what was forged, altered, swapped or is something else is told apart`() async throws {
    let json = try statement().json
    let good = try sign(json, by: Self.signer)
    var altered = try #require(json.objectValue)
    altered["size_after"] = 1
    let parts = good.split(separator: ".")
    let payload = Base64.encode(JSONValue.object(altered).write(), .url)
    var strange = altered
    strange["more"] = 1
    let receipts = [
      "good": good, "altered": "\(parts[0]).\(payload).\(parts[2])",
      "other-key": try sign(json, by: Self.forger),
      "forged": try sign(
        json,
        by: JWSSigner(
          ed25519Seed: [UInt8](repeating: 2, count: 32), keyID: try #require(Self.signer).keyID)),
      "token": try sign(json, by: Self.signer, type: "at+jwt"),
      "strange": try sign(.object(strange), by: Self.signer), "text": "no receipt",
    ]
    try await verify(receipts) { verify, _ in
      let cases: [(Outcome, String)] = [
        (await verify("altered"), "the signature does not match"),
        (await verify("other-key"), "no usable key has the key id"),
        (await verify("forged"), "the signature does not match"),
        (await verify("token"), "not of the type"),
        (await verify("strange"), "what it says is not understood"),
        (await verify("text"), "three segments"),
        (await verify("good", "shorter"), "is not the file of the receipt"),
        (await verify("good", "uploaded"), "as it was uploaded, before anything was removed"),
      ]
      for (outcome, text) in cases {
        #expect(outcome.code == 5 && outcome.output.isEmpty, "\(text)")
        #expect(outcome.errors.contains(text), "\(outcome.errors)")
      }
      #expect(await verify("absent").code == 4)
      #expect(await verify("good", "absent").code == 4)
    }
  }

  @Test func `the keys come from one place, the data folder by default`() async throws {
    let good = try sign(try statement().json, by: Self.signer)
    try await verify(["good": good]) { _, folder in
      let receipt = folder + "/good"
      func run(_ words: String...) async -> Outcome {
        await Harness.run(
          ["scrub", "verify-receipt", receipt] + words, environment: ["POSTERN_DATA": folder])
      }
      #expect(await run().code == 4)
      let set = JWSSigner.keySet(of: [try #require(Self.forger), try #require(Self.signer)])
      _ = try write(folder, "receipt-keys.json", set)
      #expect(await run().code == 0)
      #expect(await run("--data", folder).code == 0)
      #expect(await run("--data", folder, "--keys", folder + "/keys.json").code == 2)
      #expect(await run("--keys", receipt).code == 1)
      #expect(await run("--server", "ftp://x").code == 2)
    }
  }

  @Test(.enabled(if: Harness.program != nil))
  func `a gateway gives receipts that hold without it, and keys that outlive a rotation`()
    async throws
  {
    try await Harness.withFolder { folder in
      let picture = DemoPictures.jpeg()
      try Data(picture).write(to: URL(fileURLWithPath: folder + "/photo.jpg"))
      try Harness.serving(folder) {
        #expect(try Harness.program(["tenant", "create", "acme"], in: folder).code == 0)
        let put = ["put", "photo.jpg", "--tenant", "acme", "--title", "Photo", "--receipt", "r1"]
        let first = try Harness.program(put, in: folder)
        #expect(first.code == 0, "\(first.errors)")
        let taken = try Harness.program(put, in: folder)
        #expect(taken.code == 1 && taken.errors.contains("r1 exists"))
        let rotated = try Harness.program(["keys", "rotate", "local-issuer"], in: folder)
        #expect(rotated.code == 0, "\(rotated.errors)")
        let document = try #require(
          first.output.split(separator: "\n").first?.split(separator: " ").last)
        let shown = try Harness.program(
          ["show", String(document), "--receipt", "r2"], in: folder)
        #expect(shown.code == 0, "\(shown.errors)")
      }
      // The same receipt, however often it is fetched; the gateway is gone.
      let (one, two) = (
        try Data(contentsOf: URL(fileURLWithPath: folder + "/r1")),
        try Data(contentsOf: URL(fileURLWithPath: folder + "/r2"))
      )
      #expect(one == two)
      let verified = try Harness.program(["scrub", "verify-receipt", "r1"], in: folder)
      #expect(verified.code == 0, "\(verified.errors)")
      let original = try Harness.program(
        ["scrub", "verify-receipt", "r1", "photo.jpg"], in: folder)
      #expect(original.code == 5 && original.errors.contains("before anything was removed"))
    }
  }
}
