// New versions: what arrives, what is kept, and every way to fail without keeping anything.

import API
import Base
import Cryptography
import Delivery
import Foundation
import JOSE
import JSONText
import ScrubContract
import TestSupport
import Testing

@Suite struct UploadTests {
  static let bytes = [UInt8](repeating: 7, count: 5000)

  static func digest(of bytes: [UInt8]) -> String {
    "sha-256=:\(Base64.encode(SHA256.hash(bytes).bytes, .standard)):"
  }

  /// A document that everyone of acme may write.
  static func document(_ house: House) async throws -> DocumentID {
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    return try await house.stage.createDocument(in: house.acme).id
  }

  @Test func `an upload becomes a version that can be found where the answer says`() async throws {
    let house = try await House()
    let document = try await Self.document(house)
    try await house.open { door in
      let answer = try await door.upload(
        Self.bytes, to: document,
        fields: [
          (
            "Content-Disposition", "attachment; filename=\"plain.jpg\"; filename*=UTF-8''%C3%9C.jpg"
          ),
          ("Repr-Digest", "md5=:abc:, " + Self.digest(of: Self.bytes)),
        ])
      #expect(answer.status == 201 && answer.member("state") == "ready", "\(answer.text)")
      #expect(answer.json?["version"]?["filename"]?.stringValue == "Ü.jpg")
      #expect(answer.json?["version"]?["number"]?.integerValue == 1)
      let receipt = answer.json?["version"]?["receipt"]
      #expect(receipt?["sha256_before"]?.stringValue == SHA256.hash(Self.bytes).hex)
      let location = try #require(answer["Location"])
      let shown = try await door.ask("GET", location)
      #expect(shown.status == 200 && shown.member("filename") == "Ü.jpg")
      #expect(house.objects.keys.count == 1)
      let upload = try await door.ask("GET", "/v1/uploads/\(answer.member("id") ?? "")")
      #expect(upload.member("state") == "ready")
      #expect(upload.json?["version"]?["id"]?.stringValue == shown.member("id"))
    }
  }

  @Test func `a version has its signed receipt, and everybody has the keys`() async throws {
    let house = try await House()
    let document = try await Self.document(house)
    try await house.open { door in
      let answer = try await door.upload(Self.bytes, to: document, fields: [])
      let location = try #require(answer["Location"])
      let receipt = try await door.ask("GET", location + "/receipt")
      #expect(receipt.status == 200 && receipt["Content-Type"] == "application/jose")
      let name = try #require(location.split(separator: "/").last)
      #expect(receipt["Content-Disposition"] == "attachment; filename=\"\(name).receipt\"")
      let keys = try await door.knock("GET", "/receipt-keys.json")
      #expect(keys.status == 200 && keys["Content-Type"] == "application/jwk-set+json")
      let payload = try JWKSet(parsing: keys.body).payload(
        of: receipt.body, type: VersionReceipt.type)
      let statement = try #require(
        VersionReceipt(json: try JSONValue(parsing: payload, limits: .request)))
      #expect(statement.version.description == name && statement.document == document)
      #expect(statement.receipt.sha256Before == SHA256.hash(Self.bytes))
      #expect(try await door.ask("GET", location, token: String(receipt.text)).status == 401)
      let wrong = try await door.ask("POST", "/receipt-keys.json")
      #expect(wrong.status == 405 && wrong.code == "method-not-allowed")
      // From before receipts were signed.
      let older = try await house.stage.createDocument(in: house.acme)
      let version = try await house.stage.publish(older, isSigned: false)
      let old = "/v1/documents/\(older.id)/versions/\(version.id)/receipt"
      #expect(try await door.ask("GET", old).code == "not-found")
    }
  }

  @Test func `an upload asks for rules in its query, as far as the policy goes`() async throws {
    let house = try await House()
    let document = try await Self.document(house)
    try await house.open { door in
      func ask(_ scrub: String, token: String? = nil) async throws -> Answer {
        try await door.upload(Self.bytes, to: document, query: "?scrub=" + scrub, token: token)
      }
      let stricter = try await ask("comments=refuse,hidden%3Drefuse")
      let name = stricter.json?["version"]?["receipt"]?["policy"]?.stringValue
      #expect(stricter.status == 201 && name == "strict-1+comments=refuse+hidden=refuse")
      for (scrub, status, code) in [
        ("geography=keep", 403, "scrub-rule-forbidden"),
        ("signed=keep", 403, "scrub-rule-forbidden"),
        ("coments=refuse", 400, "parameter-invalid"), ("comments", 400, "parameter-invalid"),
        ("comments=refuse,comments=drop", 400, "parameter-invalid"), ("", 400, "parameter-invalid"),
        ("comments=refuse,", 400, "parameter-invalid"),
      ] {
        let answer = try await ask(scrub)
        #expect(answer.status == status && answer.code == code, "\(scrub): \(answer.text)")
      }
    }
  }

  @Test func `a signed document that is kept names its approver to those who may know`()
    async throws
  {
    let house = try await House()
    try await house.setPolicy { $0.scrub[.signed] = .keep }
    let document = try await Self.document(house)
    house.scrubber.behave(.kept(try #require(MediaType("application/pdf"))))
    try await house.open { door in
      let path = "/v1/documents/\(document)/versions"
      let clerk = try house.token(subject: "clerk", scopes: ["documents:write"])
      let query = "?scrub=signed=keep"
      let missing = try await door.upload(Self.bytes, to: document, query: query, token: clerk)
      #expect(missing.status == 403 && missing.code == "scope-missing")
      let erika = try house.token(
        subject: "erika", scopes: ["documents:read", "documents:write", "tenant:admin"])
      let kept = try await door.upload(Self.bytes, to: document, query: query, token: erika)
      #expect(kept.status == 201, "\(kept.text)")
      let receipt = kept.json?["version"]?["receipt"]
      #expect(receipt?["unscrubbed"] == true)
      #expect(receipt?["sha256_after"]?.stringValue == SHA256.hash(Self.bytes).hex)
      let shown = try await door.ask("GET", path, token: erika)
      #expect(shown.text.contains(#""approved_by":"erika""#))
      let reader = try house.token(subject: "reader", scopes: ["documents:read"])
      let seen = try await door.ask("GET", path, token: reader)
      #expect(seen.text.contains(#""unscrubbed":true"#) && !seen.text.contains("approved_by"))
    }
  }

  /// A way to fail.
  struct Failure: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var bytes = UploadTests.bytes
    var fields: [(String, String)] = []
    var declaredLength: Int?
    var prepare: @Sendable (House) async throws -> Void = { _ in }
    let status: Int
    let code: String?
    var reason: String?
  }

  static let failures: [Failure] = [
    Failure(
      testDescription: "another digest", fields: [("Repr-Digest", digest(of: [1]))], status: 422,
      code: "digest-mismatch"),
    Failure(
      testDescription: "a digest that is none", fields: [("Repr-Digest", "sha-256=abc")],
      status: 400, code: "digest-malformed"),
    Failure(
      testDescription: "cut off half-way", declaredLength: 9000, status: 400,
      code: "upload-incomplete"),
    Failure(testDescription: "empty", bytes: [], status: 422, code: "upload-empty"),
    Failure(
      testDescription: "over the policy's size",
      prepare: { house in try await house.setPolicy { $0.uploadBytesMax = 4999 } }, status: 413,
      code: "upload-too-large"),
    Failure(
      // The server itself refuses what the head already says.
      testDescription: "over the server's size", bytes: [UInt8](repeating: 7, count: 1_000_001),
      status: 413, code: nil),
    Failure(
      testDescription: "a type that is refused",
      prepare: { house in
        house.scrubber.behave(.outcome(.mediaTypeRefused(RefusalReason("type-unsupported"))))
      }, status: 422, code: "media-type-refused", reason: "type-unsupported"),
    Failure(
      testDescription: "content that is refused",
      prepare: { house in
        house.scrubber.behave(.outcome(.refused(RefusalReason("jpeg-truncated"))))
      }, status: 422, code: "scrub-refused", reason: "jpeg-truncated"),
    Failure(
      testDescription: "no scrubber",
      prepare: { house in house.scrubber.behave(.failure(.unavailable)) },
      status: 503, code: "scrubber-unavailable"),
    Failure(
      testDescription: "a full disk", prepare: { house in house.isDiskFull.withLock { $0 = true } },
      status: 507, code: "store-full"),
    Failure(
      testDescription: "no object storage",
      prepare: { house in house.objects.fail(.put, with: .unavailable) }, status: 503,
      code: "object-store-unavailable"),
    Failure(
      testDescription: "a compressed body", fields: [("Content-Encoding", "gzip")], status: 415,
      code: "encoding-unsupported"),
    Failure(
      testDescription: "an impossible wait", fields: [("Prefer", "wait=601")], status: 400,
      code: "header-invalid"),
  ]

  @Test(arguments: failures)
  func `a failed upload keeps nothing and says why`(failure: Failure) async throws {
    let house = try await House()
    let document = try await Self.document(house)
    try await failure.prepare(house)
    try await house.open { door in
      let answer = try await door.upload(
        failure.bytes, to: document, fields: failure.fields,
        declaredLength: failure.declaredLength)
      #expect(answer.status == failure.status && answer.code == failure.code, "\(answer.text)")
      #expect(answer.member("reason") == failure.reason)
      if failure.status == 503 { #expect(answer["Retry-After"] != nil) }
      let versions = try await door.ask("GET", "/v1/documents/\(document)/versions")
      #expect(versions.json?["items"]?.arrayValue?.isEmpty == true)
    }
    #expect(house.objects.keys.isEmpty)
    let pending = try await house.store.pendingUploads(PageRequest(after: nil, limit: 10))
    #expect(pending.items.isEmpty)
    let log = await house.store.recorded(in: .tenant(house.acme)).map(\.kind)
    #expect(log.count { $0 == .uploadStart } == log.count { $0 == .uploadEnd })
  }

  @Test func `who does not wait is told where to look`() async throws {
    let house = try await House()
    let document = try await Self.document(house)
    let gate = AsyncStream<Void>.makeStream()
    house.scrubber.duringNextScrub { for await _ in gate.stream { break } }
    try await house.open { door in
      let answer = try await door.upload(
        Self.bytes, to: document, fields: [("Prefer", "respond-async, wait=0")])
      #expect(answer.status == 202)
      let location = try #require(answer["Location"])
      #expect(location == "/v1/uploads/\(answer.member("id") ?? "")")
      let during = try await door.ask("GET", location)
      #expect(["received", "scrubbing"].contains(during.member("state")))
      #expect(during.json?["version"] == nil)
      gate.continuation.yield()
      await house.background.drain()
      let after = try await door.ask("GET", location)
      #expect(after.member("state") == "ready")
      #expect(after.json?["version"]?["number"]?.integerValue == 1)
    }
  }

  @Test func `a refused upload tells its reason to who looks later`() async throws {
    let house = try await House()
    let document = try await Self.document(house)
    house.scrubber.behave(.outcome(.refused(RefusalReason("jpeg-truncated"))))
    try await house.open { door in
      let answer = try await door.upload(Self.bytes, to: document, fields: [("Prefer", "wait=0")])
      guard answer.status == 202, let location = answer["Location"] else {
        // The outcome was faster than nothing.
        #expect(answer.code == "scrub-refused")
        return
      }
      await house.background.drain()
      let after = try await door.ask("GET", location)
      #expect(after.member("state") == "refused" && after.member("reason") == "jpeg-truncated")
    }
  }
}
