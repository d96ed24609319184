// `Idempotency-Key`: one answer for one key, client, route and body.

import API
import Base
import Delivery
import JOSE
import TestSupport
import Testing

@Suite struct IdempotencyTests {
  static let key = [("Idempotency-Key", "4ecf0a52")]

  @Test func `a repeated request gets its first answer, URL included`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let target = "/v1/documents/\(document.id)/links"
      let first = try await door.ask("POST", target, fields: Self.key, json: "{}")
      #expect(first.status == 201)
      let again = try await door.ask("POST", target, fields: Self.key, json: "{}")
      #expect(again.masked == first.masked)
      let other = try await door.ask("POST", target, fields: Self.key, json: #"{"expires_in":60}"#)
      #expect(other.status == 422 && other.code == "idempotency-key-reused")
      let fresh = try await door.ask(
        "POST", target, fields: [("Idempotency-Key", "another")], json: "{}")
      #expect(fresh.status == 201 && fresh.member("url") != first.member("url"))
      house.time.advance(seconds: 600)
      let dead = try await door.ask("POST", target, fields: Self.key, json: "{}")
      #expect(dead.status == 201 && dead.member("url") != first.member("url"))
    }
    let issued = await house.store.recorded(in: .tenant(house.acme)).count { $0.kind == .linkIssue }
    #expect(issued == 3)
  }

  @Test func `nobody is shown an answer that was made for somebody else`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      let target = "/v1/documents/\(document.id)/links"
      let first = try await door.ask("POST", target, fields: Self.key, json: "{}")
      let portal: [(String, ClaimValue?)] = [("client_id", .string("portal"))]
      var urls = [first.member("url")]
      for subject in ["alice", "mallory"] {
        let answer = try await door.ask(
          "POST", target, token: house.token(subject: subject, changes: portal),
          fields: Self.key, json: "{}")
        #expect(answer.status == 201)
        urls.append(answer.member("url"))
      }
      #expect(Set(urls).count == 3)
      let poor = try await door.ask(
        "POST", target, token: house.token(scopes: ["documents:read"]), fields: Self.key,
        json: "{}")
      #expect(poor.status == 403)
    }
  }

  @Test func `a request in flight is not done twice`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    let during = Lock<Answer?>(nil)
    try await house.open { door in
      let order = #"{"title":"Once"}"#
      // The next change claims the key, the one after it creates the document.
      await house.store.beforeNextChange { store in
        await store.beforeNextChange { _ in
          let answer = try await door.ask("POST", "/v1/documents", fields: Self.key, json: order)
          during.withLock { $0 = answer }
        }
      }
      let first = try await door.ask("POST", "/v1/documents", fields: Self.key, json: order)
      #expect(first.status == 201)
      let second = try #require(during.withLock { $0 })
      #expect(second.status == 409 && second.code == "idempotency-in-flight")
      #expect(second["Retry-After"] == "1")
    }
  }

  @Test func `a failure is not kept`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    try await house.open { door in
      let bad = try await door.ask(
        "POST", "/v1/documents", fields: Self.key, json: #"{"title":""}"#)
      #expect(bad.status == 422)
      let good = try await door.ask(
        "POST", "/v1/documents", fields: Self.key, json: #"{"title":"Mended"}"#)
      #expect(good.status == 201)
    }
  }

  @Test(arguments: [
    "", "a b", "\u{e9}", String(repeating: "k", count: 256),
  ])
  func `a key is 1 to 255 visible characters`(key: String) async throws {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    try await house.open { door in
      let bad = try await door.ask(
        "POST", "/v1/documents", fields: [("Idempotency-Key", key)], json: #"{"title":"A"}"#)
      #expect(bad.status == 400 && bad.code == "header-invalid")
      let good = try await door.ask(
        "POST", "/v1/documents", fields: [("Idempotency-Key", String(repeating: "k", count: 255))],
        json: #"{"title":"A"}"#)
      #expect(good.status == 201)
    }
  }
}

extension IdempotencyTests {
  @Test func `an answer under a rotated pepper is given again, and a new one is not`() async throws
  {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    try await house.open { door in
      func issue(_ key: String) async throws -> Answer {
        try await door.ask(
          "POST", "/v1/documents/\(document.id)/links", fields: [("Idempotency-Key", key)],
          json: "{}")
      }
      let first = try await issue("one")
      house.answerSecrets.withLock {
        $0 = IdempotencySecrets(current: Secret([9]), former: [$0.current])
      }
      #expect(try await issue("one").text == first.text)
      let second = try await issue("two")
      #expect(second.status == 201 && second.text != first.text)
      #expect(try await issue("two").text == second.text)
    }
  }
}
