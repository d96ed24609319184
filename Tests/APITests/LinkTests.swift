// Links and presigned URLs as the BFF sees them, and the answers of listings.

import API
import Base
import Cryptography
import Delivery
import Foundation
import JSONText
import TestSupport
import Testing

@Suite struct LinkTests {
  @Test func `a link tells what it delivers and why it ends when it does`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.open { door in
      let answer = try await door.ask(
        "POST", "/v1/documents/\(document.id)/links",
        fields: [("Host", "evil.example"), ("X-Forwarded-Host", "evil.example")],
        json: #"{"expires_in":86400,"filename":"Über\r\n.jpg"}"#)
      #expect(answer.status == 201 && answer["Cache-Control"] == "no-store")
      #expect(answer.member("url")?.hasPrefix("https://files.example/d/pst_") == true)
      #expect(!answer.masked.contains("evil.example"))
      #expect(answer["Location"] == "/v1/links/\(answer.member("id") ?? "")")
      #expect(answer.member("expires_reason") == "policy-maximum")
      #expect(
        answer.member("expires_at") == house.time.now.adding(seconds: 900).description)
      #expect(answer.json?["version"]?["sha256"]?.stringValue == version.sha256.hex)
      #expect(answer.json?["version"]?["filename"]?.stringValue == "Über.jpg")
      #expect(answer.json?["document"]?["title"]?.stringValue == "Invoice 1")
      let event = try await door.ask("GET", "/v1/audit/events/\(answer.member("event_id") ?? "")")
      #expect(event.member("leaf")?.contains("\"type\":\"link.issue\"") == true)
      let pseudonym = try await RouteMatrixTests.pseudonym(in: house.acme, house)
      let person = try await door.ask("GET", "/v1/audit/people/\(pseudonym)")
      #expect(person.member("subject") == "bff" && person.member("issuer") == House.localIssuer)
      #expect(try await door.ask("GET", "/v1/audit/people/bff").code == "identifier-malformed")
    }
  }

  @Test func `a person is found, erased once, and absent from then on`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let path = "/v1/documents/\(document.id)/links"
      let anna = #"{"recipient":{"id":"anna@example.com"}}"#
      let issued = try await door.ask("POST", path, json: anna)
      let event = "/v1/audit/events/\(issued.member("event_id") ?? "")"
      let leaf = try await door.ask("GET", event).member("leaf")
      let people = "/v1/audit/people"
      let found = try await door.ask("GET", people + "?subject=anna%40example.com")
      let person = try #require(found.json?["items"]?.arrayValue?.first)
      #expect(person["subject"] == "anna@example.com")
      let pseudonym = try #require(person["pseudonym"]?.stringValue)
      #expect(leaf?.contains(#""r":"\#(pseudonym)""#) == true)
      let poor = try house.token(subject: "poor", scopes: ["audit:read"])
      let denied = try await door.ask("DELETE", people + "/" + pseudonym, token: poor)
      #expect(denied.code == "scope-missing")
      let erased = try await door.ask("DELETE", people + "/" + pseudonym)
      #expect(erased.status == 200 && erased.json?["complete"] == true)
      #expect(erased.json?["erased"] == 1)
      let again = try await door.ask("DELETE", people + "/" + pseudonym)
      #expect(again.status == 404 && again.code == "not-found")
      #expect(try await door.ask("GET", people + "/" + pseudonym).status == 404)
      #expect(try await door.ask("GET", event).member("leaf") == leaf)
      let record = try await door.ask(
        "GET", "/v1/audit/events/\(erased.member("event_id") ?? "")")
      #expect(record.member("leaf")?.contains("erase \(pseudonym)") == true)
    }
    let records = try await house.store.events(
      EventQuery(kind: .linkIssue), in: .tenant(house.acme), PageRequest())
    #expect(records.items.allSatisfy { $0.personal == nil })
  }

  @Test func `the token is in no answer but the first`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let issued = try await door.ask(
        "POST", "/v1/documents/\(document.id)/links", json: "{}")
      let id = issued.member("id") ?? ""
      let url = try #require(issued.member("url"))
      let token = try #require(url.split(separator: "/").last)
      _ = try await door.knock("GET", "/d/\(token)")
      for target in [
        "/v1/links/\(id)", "/v1/documents/\(document.id)/links", "/v1/audit/events",
        "/v1/documents/\(document.id)",
      ] {
        let answer = try await door.ask("GET", target)
        #expect(answer.status == 200 && !answer.text.contains(token.dropFirst(4).prefix(22)))
        #expect(!answer.text.contains("pst_"))
      }
      let shown = try await door.ask("GET", "/v1/links/\(id)")
      #expect(shown.member("state") == "live" && shown.member("id") == id)
      let revoked = try await door.ask("DELETE", "/v1/links/\(id)")
      #expect(revoked.json?["residual_exposure_seconds"]?.integerValue == 300)
      #expect(revoked.member("event_id") != nil)
      house.time.advance(seconds: 100)
      let again = try await door.ask("DELETE", "/v1/links/\(id)")
      #expect(again.member("revoked_at") == revoked.member("revoked_at"))
      #expect(again.json?["residual_exposure_seconds"]?.integerValue == 200)
      #expect(again.member("event_id") == nil)
      #expect(try await door.ask("GET", "/v1/links/\(id)").member("state") == "revoked")
    }
  }

  @Test func `each order that cannot be is refused with its own code`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let empty = try await house.stage.createDocument(in: house.acme)
    try await house.open { door in
      let orders: [(String, Int, String)] = [
        (#"{"expires_in":0}"#, 422, "expiry-out-of-range"),
        (#"{"max_downloads":0}"#, 422, "downloads-out-of-range"),
        (#"{"max_downloads":101}"#, 422, "downloads-out-of-range"),
        (#"{"max_downloads":1,"landing":"direct"}"#, 422, "landing-conflict"),
        (#"{"landing":"sideways"}"#, 400, "member-invalid"),
        (#"{"disposition":"show"}"#, 400, "member-invalid"),
        (#"{"version":"latest"}"#, 400, "identifier-malformed"),
        (#"{"expires":60}"#, 400, "member-unknown"),
        (#"{"expires_in":"60"}"#, 400, "member-invalid"),
        (#"{"expires_in":60,"expires_in":60}"#, 400, "body-malformed"),
        ("[]", 400, "member-invalid"), ("{", 400, "body-malformed"),
        (#"{"recipient":{}}"#, 400, "member-missing"),
        (#"{"recipient":{"id":"a","email":"a@b"}}"#, 400, "member-unknown"),
        (#"{"recipient":{"id":"\u0007"}}"#, 400, "member-invalid"),
        (#"{"recipient":{"id":"a","roles":[""]}}"#, 400, "member-invalid"),
      ]
      for (order, status, code) in orders {
        let answer = try await door.ask("POST", "/v1/documents/\(document.id)/links", json: order)
        #expect(answer.status == status && answer.code == code, "\(order) \(answer.text)")
      }
      let none = try await door.ask("POST", "/v1/documents/\(empty.id)/links", json: "{}")
      #expect(none.status == 409 && none.code == "version-unavailable")
      let text = try await door.ask("POST", "/v1/documents/\(document.id)/links")
      #expect(text.status == 201)
    }
  }

  @Test func `grants are those of the recipient, and naming one needs a scope`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(
      .user(try Stage.subject("alice")), .all, [.issue], in: house.acme)
    let document = try await house.stage.createDocument(in: house.acme)
    _ = try await house.stage.publish(document)
    try await house.open { door in
      let target = "/v1/documents/\(document.id)/links"
      for (order, scopes, status) in [
        (#"{"recipient":{"id":"alice"}}"#, ["links:create", "links:delegate"], 201),
        (#"{"recipient":{"id":"alice"}}"#, ["links:create"], 403),
        (#"{"recipient":{"id":"bob"}}"#, ["links:create", "links:delegate"], 404),
        ("{}", ["links:create", "links:delegate"], 404),
      ] {
        let answer = try await door.ask(
          "POST", target, token: house.token(scopes: scopes), json: order)
        #expect(answer.status == status, "\(order)")
      }
    }
  }

  @Test func `a presigned URL says that it cannot be revoked, and policy can forbid it`()
    async throws
  {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let target = "/v1/documents/\(document.id)/presigned-urls"
      let answer = try await door.ask("POST", target, json: "{}")
      #expect(answer.status == 201 && answer.json?["revocable"]?.boolValue == false)
      #expect(answer.member("url")?.hasPrefix("https://store.test/") == true)
      #expect(answer["Cache-Control"] == "no-store")
      try await house.setPolicy { $0.allowsPresignedURLs = false }
      let forbidden = try await door.ask("POST", target, json: "{}")
      #expect(forbidden.status == 403 && forbidden.code == "presigned-forbidden")
    }
  }

  @Test func `withdrawal tells for how long URLs that are out still work`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.setPolicy { $0.deletesWithdrawnObjects = false }
    try await house.open { door in
      let issued = try await door.ask(
        "POST", "/v1/documents/\(document.id)/presigned-urls", json: #"{"expires_in":900}"#)
      #expect(issued.status == 201)
      let target = "/v1/documents/\(document.id)/versions/\(version.id)"
      let shown = try await door.ask("GET", target)
      #expect(shown.member("state") == "ready" && shown.member("id") == "\(version.id)")
      let first = try await door.ask("DELETE", target)
      #expect(first.json?["residual_exposure_seconds"]?.integerValue == 900)
      house.time.advance(seconds: 300)
      let second = try await door.ask("DELETE", target)
      #expect(second.json?["residual_exposure_seconds"]?.integerValue == 600)
      #expect(
        second.json?["residual_exposure"] == ["link": 0, "presigned_url": 600, "download": 0])
      #expect(try await door.ask("GET", target).member("state") == "withdrawn")
    }
  }

  @Test func `pages follow each other by cursor and keep their order`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read], in: house.acme)
    var made = [String]()
    for number in 0..<5 {
      house.time.advance(milliseconds: 1)
      made.append(
        "\(try await house.stage.createDocument(in: house.acme, title: "N \(number)").id)")
    }
    try await house.open { door in
      var (seen, cursor, pages) = ([String](), String?.none, 0)
      repeat {
        let more = cursor.map { "&cursor=\($0)" } ?? ""
        let page = try await door.ask("GET", "/v1/documents?limit=2\(more)")
        seen += page.json?["items"]?.arrayValue?.compactMap { $0["id"]?.stringValue } ?? []
        cursor = page.member("next_cursor")
        pages += 1
      } while cursor != nil && pages < 9
      #expect(seen == made.reversed() && pages == 3)
    }
  }

  @Test func `an unchanged answer is not sent again`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      for target in ["/v1/documents", "/v1/documents/\(document.id)", "/v1/policy", "/v1/grants"] {
        let first = try await door.ask("GET", target)
        let tag = try #require(first["ETag"])
        #expect(first["Cache-Control"] == "private, no-cache" && first["Vary"] == "Authorization")
        for sent in [tag, "\"x\", W/\(tag)", "*"] {
          let again = try await door.ask("GET", target, fields: [("If-None-Match", sent)])
          #expect(again.status == 304 && again.body.isEmpty && again["ETag"] == tag)
        }
        let other = try await door.ask("GET", target, fields: [("If-None-Match", "\"x\"")])
        #expect(other.status == 200)
        let failed = try await door.ask("GET", target, fields: [("If-Match", "\"x\"")])
        #expect(failed.status == 412 && failed.code == "precondition-failed")
      }
    }
  }
}
