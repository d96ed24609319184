// What is asked wrongly is refused with a code, and the codes explain themselves.

import API
import Base
import Delivery
import Foundation
import JSONText
import TestSupport
import Testing
import Wire

@Suite struct StrictnessTests {
  @Test(arguments: [
    ("/v1/documents?limt=1", "parameter-unknown"),
    ("/v1/documents?limit=1&limit=1", "parameter-invalid"),
    ("/v1/documents?limit=x", "parameter-invalid"),
    ("/v1/documents?limit=%zz", "parameter-invalid"),
    ("/v1/documents?limit=0", "limit-out-of-range"),
    ("/v1/documents?limit=201", "limit-out-of-range"),
    ("/v1/documents?cursor=!", "cursor-invalid"),
    ("/v1/documents?cursor=ZG9j", "cursor-invalid"),
    ("/v1/documents?type=Not%20a%20slug", "parameter-invalid"),
    ("/v1/documents?q=", "parameter-invalid"),
    ("/v1/documents?updated_since=yesterday", "parameter-invalid"),
    ("/v1/documents/doc_1", "identifier-malformed"),
    ("/v1/documents/lnk_01kafq0zv5e8c9w0yb3s7m2n4p", "identifier-malformed"),
    ("/v1/documents/DOC_01kafq0zv5e8c9w0yb3s7m2n4p", "identifier-malformed"),
    ("/v1/links/x", "identifier-malformed"), ("/v1/uploads/x", "identifier-malformed"),
    ("/v1/audit/events/x", "identifier-malformed"),
    ("/v1/audit/events?type=link.steal", "parameter-invalid"),
    ("/v1/policy?x=1", "parameter-unknown"),
  ])
  func `what cannot be read is refused`(target: String, code: String) async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.ask("GET", target)
      #expect(answer.status == 400 && answer.code == code, "\(answer.text)")
      #expect(answer["Content-Type"] == "application/problem+json")
      #expect(answer.member("type") == "/problems/\(code)")
    }
  }

  private static func post(
    _ door: Door, _ body: String, _ type: String?, _ path: String
  ) async throws -> Answer {
    let fields = [("Authorization", "Bearer \(try door.house.token())")]
    return try await door.knock(
      "POST", path, fields: fields + (type.map { [("Content-Type", $0)] } ?? []), body: body)
  }

  private static func status(
    _ door: Door, _ subject: String, _ tenant: String = "acme"
  ) async throws -> Int {
    let token = try door.house.token(subject: subject, tenant: tenant)
    return try await door.ask("GET", "/v1/documents", token: token).status
  }

  @Test func `bodies are strict JSON of the right type and size`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    try await house.open { door in
      let (good, json) = (#"{"title":"A"}"#, "application/json")
      let large = #"{"title":"\#(String(repeating: "a", count: 65_536))"}"#
      let (documents, grants) = ("/v1/documents", "/v1/grants")
      let grant = #"{"subject":"everyone","documents":"all","actions":["read"]"#
      let cases: [(String, String?, String, Int, String?)] = [
        (good, "application/json; charset=utf-8", documents, 201, nil),
        (good, "text/plain", documents, 415, "media-type-unsupported"),
        (good, nil, documents, 415, "media-type-unsupported"),
        ("", nil, documents, 400, "member-missing"),
        (#"{"title":"A","titel":"B"}"#, json, documents, 400, "member-unknown"),
        ("{\"title\":\"\u{202e}\"}", json, documents, 422, "title-invalid"),
        (large, json, documents, 413, nil),
        (grant + "}", json, grants, 201, nil),
        (grant + #","id":"grt_1"}"#, json, grants, 400, "member-invalid"),
        (grant + #","valid_until":"soon"}"#, json, grants, 400, "member-invalid"),
        (grant + #","valid_until":"2020-01-01T00:00:00Z"}"#, json, grants, 422, "grant-invalid"),
      ]
      for (body, type, path, status, code) in cases {
        let answer = try await Self.post(door, body, type, path)
        #expect(answer.status == status && answer.code == code, "\(body.prefix(60))")
      }
    }
  }

  @Test func `tenant and subject each have their limit, and the answer says how long to wait`()
    async throws
  {
    var settings = HouseSettings()
    settings.tenantLimit = RateLimit(requestsPerMinute: 60, burst: 4)
    settings.subjectLimit = RateLimit(requestsPerMinute: 60, burst: 2)
    let house = try await House(settings)
    try await house.open { door in
      var statuses = [Int]()
      for subject in ["a", "a", "a", "b", "b"] {
        statuses.append(try await Self.status(door, subject))
      }
      #expect(statuses == [200, 200, 429, 200, 429])
      let limited = try await door.ask("GET", "/v1/documents", token: house.token(subject: "c"))
      #expect(limited.code == "rate-limited" && limited["Retry-After"] == "1")
      #expect(try await Self.status(door, "d", "other") == 200)
      for _ in 0..<9 { #expect(try await door.command("GET", "/v1/tenants").status == 200) }
      house.time.advance(seconds: 1)
      #expect(try await Self.status(door, "c") == 200)
    }
  }

  @Test func `an outage of the database is told as such`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      await house.store.failChanges(with: StoreError(.full, "full"))
      let full = try await door.ask("POST", "/v1/documents/\(document.id)/links", json: "{}")
      #expect(full.status == 507 && full.code == "store-full")
      await house.store.failChanges(with: nil)
      await house.store.failReads(with: StoreError(.unavailable, "secret path"))
      let gone = try await door.ask("GET", "/v1/documents")
      #expect(gone.status == 503 && gone["Retry-After"] == "5" && !gone.text.contains("secret"))
      await house.store.failReads(with: StoreError(.corrupt, "secret row"))
      let broken = try await door.ask("GET", "/v1/documents")
      #expect(broken.status == 500 && broken.code == "internal")
      #expect(broken.member("detail") == nil)
      await house.store.failReads(with: nil)
    }
    #expect(house.reported.withLock { $0 } == ["store-full", "store-unavailable", "internal"])
  }

  @Test func `an operator makes tenants and tokens, and the tokens work`() async throws {
    let house = try await House()
    try await house.open { door in
      let created = try await door.command(
        "POST", "/v1/tenants", json: #"{"id":"newco","title":"New Co"}"#)
      #expect(created.status == 201)
      #expect(try await door.command("GET", created["Location"] ?? "").member("id") == "newco")
      let again = try await door.command("POST", "/v1/tenants", json: #"{"id":"newco"}"#)
      #expect(again.status == 409 && again.code == "tenant-exists")
      let bad = try await door.command("POST", "/v1/tenants", json: #"{"id":"New Co"}"#)
      #expect(bad.code == "member-invalid")
      let minted = try await door.command(
        "POST", "/v1/tenants/newco/tokens",
        json: #"{"subject":"bff","scopes":["documents:read"]}"#)
      #expect(minted.status == 201 && minted["Cache-Control"] == "no-store")
      let token = try #require(minted.member("token"))
      #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
      let ghost = try await door.command(
        "POST", "/v1/tenants/ghost/tokens", json: #"{"subject":"bff","scopes":[]}"#)
      #expect(ghost.code == "tenant-not-found")
      let late = try await door.command(
        "POST", "/v1/tenants/newco/tokens/revocations",
        json: #"{"jti":"a","expires_at":"2020-01-01T00:00:00Z"}"#)
      #expect(late.code == "validity-invalid")
      let policy = try await door.command(
        "PUT", "/v1/tenants/newco/policy", json: RouteMatrixTests.policy)
      #expect(policy.status == 200)
      let stale = try await door.command(
        "PUT", "/v1/tenants/newco/policy", json: RouteMatrixTests.policy)
      #expect(stale.status == 409 && stale.code == "conflict")
    }
  }

  @Test func `published files of the log and receipts are the tenant's own`() async throws {
    let house = try await House()
    try await house.open { door in
      let checkpoint = try await door.ask("GET", "/v1/audit/log/checkpoint")
      #expect(checkpoint.status == 200 && checkpoint.text == "log of acme\n")
      for path in [
        "0/000", "0/x001/../000", "%2e%2e/keys", "0/A", String(repeating: "0", count: 65),
      ] {
        #expect(try await door.ask("GET", "/v1/audit/log/tile/\(path)").status == 404)
      }
      let events = try await door.ask("GET", "/v1/audit/events")
      let items = try #require(events.json?["items"]?.arrayValue)
      let ids = items.compactMap { $0["id"]?.stringValue }
      let proof = try await door.ask("GET", "/v1/audit/events/\(ids[ids.count - 1])/receipt")
      #expect(proof.text == "proof of acme\n")
      let soon = try await door.ask("GET", "/v1/audit/events/\(ids[0])/receipt")
      #expect(soon.code == "event-not-published" && soon["Retry-After"] == "2")
    }
  }

  @Test func `operators read the log of what has no tenant, and that is recorded once`()
    async throws
  {
    let house = try await House()
    try await house.open { door in
      _ = try await door.ask("GET", "/v1/documents", token: "a.b.c")
      for _ in 0..<3 { _ = try await door.command("GET", "/v1/system/audit/events") }
      let events = try await door.command("GET", "/v1/system/audit/events")
      let items = events.json?["items"]?.arrayValue ?? []
      #expect(items.compactMap { $0["log"]?.stringValue } == ["_system", "_system"])
      let id = items.last?["id"]?.stringValue ?? ""
      let event = try await door.command("GET", "/v1/system/audit/events/\(id)")
      #expect(event.member("leaf")?.contains("authz.deny") == true)
      #expect(event.member("leaf")?.contains("token-malformed") == true)
      let proof = try await door.command("GET", "/v1/system/audit/events/\(id)/receipt")
      #expect(proof.text == "proof of _system\n")
      let checkpoint = try await door.command("GET", "/v1/system/audit/log/checkpoint")
      #expect(checkpoint.text == "log of _system\n")
      _ = try await door.command("POST", "/v1/tenants", json: #"{"id":"newco"}"#)
      let first = try await door.command("GET", "/v1/tenants/newco/audit/log/checkpoint")
      #expect(first.code == "event-not-published" && first["Retry-After"] == "2")
      let absent = try await door.command("GET", "/v1/tenants/nobody/audit/log/checkpoint")
      #expect(absent.code == "tenant-not-found")
      #expect(try await door.ask("GET", "/v1/audit/events/\(id)").code == "event-not-found")
      house.time.advance(seconds: 60)
      _ = try await door.command("GET", "/v1/system/audit/events")
    }
    let kinds = await house.store.recorded(in: .system).map(\.kind)
    #expect(kinds == [.authorizationDeny, .logRead, .logRead])
  }

  @Test func `every problem code explains itself`() async throws {
    let house = try await House()
    try await house.open { door in
      let list = try await door.knock("GET", "/problems")
      let codes = list.json?.arrayValue?.compactMap { $0["code"]?.stringValue }
      #expect(codes == ProblemCode.allCases.map(\.rawValue))
      for code in ProblemCode.allCases {
        let page = try await door.knock("GET", "/problems/\(code.rawValue)")
        #expect(page.status == 200 && page.member("title")?.isEmpty == false, "\(code)")
        #expect((400...599).contains(page.json?["status"]?.integerValue ?? 0), "\(code)")
      }
      #expect(try await door.knock("GET", "/problems/none").code == "route-not-found")
      let post = try await door.knock("POST", "/problems")
      #expect(post.status == 405 && post["Allow"] == "GET, HEAD")
      #expect(try await door.knock("HEAD", "/problems").body.isEmpty)
    }
  }

  @Test func `every refusal of the domain has its problem code and a fitting status`() {
    for code in DeliveryError.Code.allCases {
      let problem = Problem(DeliveryError(code, "why"))
      #expect(problem.code.rawValue == code.rawValue)
      let status = problem.code.status
      switch code.rawValue {
      case let text where text.hasSuffix("-not-found"): #expect(status == 404)
      case let text
      where text.hasSuffix("-unavailable") && text != "version-unavailable"
        && text != "link-unavailable" || text == "scanner-unreachable" || text == "downloads-busy":
        #expect(status == 503 && problem.retryAfterSeconds != nil)
      case let text where text.hasPrefix("link-"): #expect(status == 410)
      case "internal": #expect(status == 500 && problem.detail == nil)
      case "store-full": #expect(status == 507)
      default: #expect((400..<500).contains(status))
      }
    }
  }
}
