// Tokens that are given out, and the end of tokens: by identifier, subject and issuer.

import Base
import Delivery
import JOSE
import TestSupport
import Testing

@Suite struct TokenTests {
  private static let body = #"{"subject":"bff","scopes":["documents:read"],"roles":["clerk"]}"#

  @Test func `an issued token leaves an event and stands in the list, without its text`()
    async throws
  {
    let house = try await House()
    try await house.open { door in
      let minted = try await door.command("POST", "/v1/tenants/acme/tokens", json: Self.body)
      let (token, id) = (try #require(minted.member("token")), try #require(minted.member("jti")))
      #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
      let list = try await door.command("GET", "/v1/tenants/acme/tokens")
      #expect(list.text.contains(id) && list.text.contains(#""state":"active""#))
      #expect(!list.text.contains(token))
      #expect(try await !door.command("GET", "/v1/tenants/other/tokens").text.contains(id))
      let event = await house.store.recorded(in: .tenant(house.acme)).last
      #expect(event?.kind == .tokenIssue && event?.actor.recipient?.subject.text == "bff")
      #expect(event?.authority?.rule?.contains("documents:read") == true)
      let record = try await house.store.events(
        EventQuery(kind: .tokenIssue), in: .tenant(house.acme), PageRequest()
      ).items.first
      let leaf = String(decoding: record?.leaf ?? [], as: UTF8.self)
      #expect(!leaf.contains("\"bff\"") && !leaf.contains(token) && leaf.contains("token.issue"))
      for (change, state) in [
        (
          {
            _ = try await door.command(
              "POST", "/v1/tenants/acme/tokens/revocations", json: #"{"jti":"\#(id)"}"#)
          },
          "revoked"
        ),
        ({ house.time.advance(seconds: 301) }, "expired"),
      ] as [(() async throws -> Void, String)] {
        try await change()
        let list = try await door.command("GET", "/v1/tenants/acme/tokens")
        #expect(list.text.contains("\"state\":\"\(state)\""))
      }
    }
  }

  @Test func `a token is not given out if its event cannot be recorded`() async throws {
    let house = try await House()
    try await house.open { door in
      await house.store.failChanges(with: StoreError(.full, "full"))
      let refused = try await door.command("POST", "/v1/tenants/acme/tokens", json: Self.body)
      #expect(refused.code == "store-full" && refused.member("token") == nil)
    }
  }

  /// A revocation, and which of the tokens it ends: anna's, bert's, anna's in the other tenant,
  /// anna's of the other issuer.
  static let cases: [(String, String, [Bool])] = [
    ("/v1/tenants/acme", #"{"subject":"anna"}"#, [true, false, false, false]),
    (
      "/v1/tenants/acme", #"{"subject":"anna","issuer":"https://idp.example"}"#,
      [false, false, false, true]
    ),
    ("/v1/tenants/acme", #"{"issuer":"postern-local"}"#, [true, true, false, false]),
    ("/v1/system", #"{"issuer":"postern-local"}"#, [true, true, true, false]),
    ("/v1/system", #"{"subject":"anna"}"#, [true, false, true, false]),
    (
      "/v1/tenants/acme", #"{"subject":"anna","issued_before":"2001-01-01T00:00:00Z"}"#,
      [false, false, false, false]
    ),
  ]

  @Test(arguments: cases)
  func `a revocation counts on the next request, for its holders only`(
    place: String, body: String, ended: [Bool]
  ) async throws {
    let house = try await House()
    try await house.open { door in
      let tokens = [
        try house.token(subject: "anna"), try house.token(subject: "bert"),
        try house.token(subject: "anna", tenant: "other"),
        try house.token(subject: "anna", issuer: House.foreignIssuer),
      ]
      for token in tokens {
        // Twice, so that the verified token lies in the cache of its loop.
        for _ in 0..<2 {
          #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
        }
      }
      let answer = try await door.command("POST", place + "/tokens/revocations", json: body)
      #expect(answer.status == 204, "\(answer.text)")
      for (token, isEnded) in zip(tokens, ended) {
        let answer = try await door.ask("GET", "/v1/documents", token: token)
        #expect(answer.status == (isEnded ? 401 : 200))
      }
      house.time.advance(seconds: 1)
      let newer = try house.token(subject: "anna")
      #expect(try await door.ask("GET", "/v1/documents", token: newer).status == 200)
    }
    let log: LogID = place == "/v1/system" ? .system : .tenant(house.acme)
    #expect(await house.store.recorded(in: log).contains { $0.kind == .tokenRevoke })
  }

  @Test(arguments: [
    ("{}", "member-missing"), (#"{"jti":"a","subject":"b"}"#, "member-invalid"),
    (#"{"jti":"a","issued_before":"2001-01-01T00:00:00Z"}"#, "member-invalid"),
    (#"{"subject":"a","expires_at":"2101-01-01T00:00:00Z"}"#, "member-invalid"),
    (#"{"subject":""}"#, "member-invalid"), (#"{"issuer":""}"#, "member-invalid"),
    (#"{"subject":"a","issued_before":"2101-01-01T00:00:00Z"}"#, "validity-invalid"),
    (#"{"subject":"a","issued_before":"soon"}"#, "member-invalid"),
    (#"{"subject":"a","x":1}"#, "member-unknown"),
  ])
  func `a revocation that is not clear is refused`(body: String, code: String) async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.command(
        "POST", "/v1/tenants/acme/tokens/revocations", json: body)
      #expect(answer.code == code)
      let everywhere = try await door.command("POST", "/v1/system/tokens/revocations", json: body)
      #expect(everywhere.code == code || everywhere.code == "member-invalid")
    }
    #expect(
      await !house.store.recorded(in: .tenant(house.acme)).contains { $0.kind == .tokenRevoke })
  }

  @Test func `a token that does not say when it was issued is ended by every cutoff`() async throws
  {
    let house = try await House()
    try await house.open { door in
      for (changes, status) in [
        ([("iat", nil)], 401), ([("iat", .number(Double(house.time.now.seconds) + 0.5))], 401),
        ([], 401),
      ] as [([(String, ClaimValue?)], Int)] {
        _ = try await door.command(
          "POST", "/v1/tenants/acme/tokens/revocations", json: #"{"subject":"anna"}"#)
        let token = try house.token(
          subject: "anna", changes: changes)
        #expect(try await door.ask("GET", "/v1/documents", token: token).status == status)
      }
    }
  }

  @Test func `a token for a tenant that is not there finds nothing and opens no log`() async throws
  {
    let house = try await House()
    try await house.open { door in
      let token = try house.token(tenant: "nobody")
      let answers = [
        try await door.ask("GET", "/v1/documents", token: token),
        try await door.ask("POST", "/v1/documents", token: token, json: #"{"title":"x"}"#),
        try await door.ask("GET", "/v1/policy", token: token),
        try await door.ask(
          "GET", "/v1/audit/events", token: try house.token(tenant: "nobody", scopes: [])),
      ]
      for answer in answers {
        #expect(answer.status == 404 && answer.code == "not-found")
        #expect(answer.masked == answers[0].masked)
      }
    }
    #expect(await house.store.recorded(in: .tenant(try Stage.tenant("nobody"))).isEmpty)
    #expect(await house.store.recorded(in: .system).last?.why == "tenant-not-found")
  }
}
