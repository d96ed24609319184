// `POST /v1/link-revocations`: what may be asked, what comes back, and that it is true.

import Base
import Delivery
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct RevocationTests {
  private static let path = "/v1/link-revocations"

  private func issue(_ door: Door, _ document: Document) async throws -> (id: String, way: String) {
    let issued = try await door.ask("POST", "/v1/documents/\(document.id)/links", json: "{}")
    let token = try #require(issued.member("url")?.split(separator: "/").last)
    return (try #require(issued.member("id")), "/d/\(token)")
  }

  @Test func `exactly one of document, subject and all is taken`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let link = try await issue(door, document)
      let bodies: [(String?, Int, String)] = [
        (nil, 400, "member-missing"), ("{}", 400, "member-missing"),
        (#"{"document":null}"#, 400, "member-missing"),
        (#"{"document":"\#(document.id)","subject":"a"}"#, 400, "member-invalid"),
        (#"{"subject":"a","all":true}"#, 400, "member-invalid"),
        (#"{"subject":"a","all":false}"#, 400, "member-invalid"),
        (#"{"document":"\#(document.id)","subject":null}"#, 400, "member-invalid"),
        (#"{"document":"\#(document.id)","subject":"a","all":true}"#, 400, "member-invalid"),
        (#"{"all":false}"#, 400, "member-invalid"), (#"{"all":"yes"}"#, 400, "member-invalid"),
        (#"{"document":"doc_1"}"#, 400, "identifier-malformed"),
        (#"{"document":"\#(link.id)"}"#, 400, "identifier-malformed"),
        (#"{"subject":""}"#, 400, "member-invalid"),
        (#"{"subject":"\u0007"}"#, 400, "member-invalid"),
        (#"{"everything":true}"#, 400, "member-unknown"),
        (#"{"document":"\#(house.stage.id(DocumentKind.self))"}"#, 404, "document-not-found"),
      ]
      for (body, status, code) in bodies {
        let answer = try await door.ask("POST", Self.path, json: body)
        #expect(answer.status == status && answer.code == code, "\(body ?? "") \(answer.text)")
      }
      #expect(try await door.ask("GET", "/v1/links/\(link.id)").member("state") == "live")
    }
  }

  @Test func `the answer counts the links and says what is still exposed`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let first = try await issue(door, document)
      let second = try await issue(door, document)
      #expect(try await door.knock("GET", first.way).status == 303)
      house.time.advance(seconds: 100)
      let body = #"{"document":"\#(document.id)"}"#
      let revoked = try await door.ask("POST", Self.path, json: body)
      #expect(revoked.status == 201 && revoked["Cache-Control"] == "no-store")
      #expect(revoked["Location"] == nil)
      let json = try #require(revoked.json)
      #expect(
        json.objectValue?.names == [
          "revoked_at", "links", "residual_exposure_seconds", "residual_exposure", "event_id",
        ])
      #expect(json["links"] == 2 && json["residual_exposure_seconds"] == 200)
      #expect(json["residual_exposure"] == ["link": 0, "presigned_url": 200, "download": 0])
      for (id, way) in [first, second] {
        let gone = try await door.knock("GET", way, fields: [("Accept", "application/json")])
        #expect(gone.status == 410 && gone.code == "link-revoked")
        let page = try await door.knock("GET", way, fields: [("Accept", "text/html")])
        #expect(page.status == 410 && page.text.contains("withdrawn"))
        let shown = try await door.ask("GET", "/v1/links/\(id)")
        #expect(shown.member("state") == "revoked")
        #expect(shown.member("revoked_at") == revoked.member("revoked_at"))
        let alone = try await door.ask("DELETE", "/v1/links/\(id)")
        #expect(alone.status == 200 && alone.member("event_id") == nil)
        #expect(alone.member("revoked_at") == revoked.member("revoked_at"))
      }
      let event = try await door.ask(
        "GET", "/v1/audit/events/\(revoked.member("event_id") ?? "")")
      #expect(event.text.contains("all links of the document"))
      let again = try await door.ask("POST", Self.path, json: body)
      #expect(again.json?["links"] == 0 && again.member("event_id") != revoked.member("event_id"))
      let third = try await issue(door, document)
      #expect(try await door.knock("GET", third.way).status == 303)
      // The longest of the class counts: here a URL that no link handed out.
      _ = try await door.ask(
        "POST", "/v1/documents/\(document.id)/presigned-urls", json: #"{"expires_in":800}"#)
      let all = try await door.ask("POST", Self.path, json: #"{"all":true}"#)
      #expect(all.json?["links"] == 1)
      #expect(all.json?["residual_exposure"]?["presigned_url"] == 800)
      #expect(all.json?["residual_exposure_seconds"] == 800)
      let one = try await door.ask("DELETE", "/v1/links/\(third.id)")
      #expect(one.json?["residual_exposure"] == ["link": 0, "presigned_url": 300, "download": 0])
    }
  }

  @Test func `others' links and all of them need an administrator`() async throws {
    let house = try await House()
    _ = try await house.openDocument()
    try await house.open { door in
      let tries: [(String, [String], Int)] = [
        (#"{"subject":"anna"}"#, ["links:revoke"], 201),
        (#"{"subject":"bert"}"#, ["links:revoke"], 403),
        (#"{"all":true}"#, ["links:revoke"], 403),
        (#"{"subject":"bert"}"#, ["links:revoke", "tenant:admin"], 201),
        (#"{"all":true}"#, ["links:revoke", "tenant:admin"], 201),
        (#"{"all":true}"#, ["tenant:admin"], 403),
      ]
      for (body, scopes, status) in tries {
        let answer = try await door.ask(
          "POST", Self.path, token: house.token(subject: "anna", scopes: scopes), json: body)
        #expect(answer.status == status, "\(body) \(scopes)")
        #expect(status == 201 || answer.code == "scope-missing")
      }
    }
  }

  @Test func `an operator revokes in the tenant that the path names, and in no other`() async throws
  {
    let house = try await House()
    let (own, _, _) = try await house.openDocument()
    let (foreign, _, _) = try await house.openDocument(in: house.other)
    let access = try house.stage.operatorAccess(in: house.other)
    let link = try await house.stage.issue(foreign, access)
    try await house.open { door in
      let ours = try await issue(door, own)
      let root = try house.token(
        subject: "root", tenant: nil, scopes: ["operator", "links:revoke"])
      let answer = try await door.ask(
        "POST", "/v1/tenants/other/link-revocations", token: root, json: #"{"all":true}"#)
      #expect(answer.status == 201 && answer.json?["links"] == 1, "\(answer.text)")
      #expect(try await door.ask("GET", "/v1/links/\(ours.id)").member("state") == "live")
    }
    #expect(try await house.store.link(link.id, access, right: .read)?.revokedAt != nil)
  }
}
