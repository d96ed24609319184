// Who gets in: tokens of every kind, and the two Unix sockets.

import API
import Base
import Delivery
import JOSE
import TestSupport
import Testing

@Suite struct AuthenticationTests {
  /// A token that is refused, and why.
  struct Refused: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let token: @Sendable (House) throws -> String
  }

  static let refused: [Refused] = [
    Refused(testDescription: "expired") {
      try $0.token(changes: [("exp", .integer($0.time.now.seconds))])
    },
    Refused(testDescription: "not yet valid") {
      try $0.token(changes: [("nbf", .integer($0.time.now.seconds + 60))])
    },
    Refused(testDescription: "forged") { house in
      let parts = try house.token().split(separator: ".")
      let other = try house.token(subject: "root").split(separator: ".")
      return [parts[0], other[1], parts[2]].joined(separator: ".")
    },
    Refused(testDescription: "of another key") {
      try $0.token(signer: JWSSigner(ed25519Seed: [UInt8](repeating: 9, count: 32), keyID: "k1"))
    },
    Refused(testDescription: "for another audience") {
      try $0.token(changes: [("aud", .string("elsewhere"))])
    },
    Refused(testDescription: "of an unknown issuer") {
      try $0.token(issuer: "https://evil.example")
    },
    Refused(testDescription: "for a tenant that its issuer may not name") {
      try $0.token(tenant: "other", issuer: House.foreignIssuer)
    },
    Refused(testDescription: "without a tenant") { try $0.token(tenant: nil) },
    Refused(testDescription: "without a tenant, claiming operator at a foreign issuer") {
      try $0.token(tenant: nil, scopes: ["operator"], issuer: House.foreignIssuer)
    },
    Refused(testDescription: "with a tenant that is no slug") { try $0.token(tenant: "../other") },
    Refused(testDescription: "without a subject") { try $0.token(changes: [("sub", nil)]) },
    Refused(testDescription: "empty") { _ in "" },
    Refused(testDescription: "rubbish") { _ in "a.b.c" },
  ]

  @Test func `every bad token gets one and the same answer`() async throws {
    let house = try await House()
    try await house.open { door in
      var answers = Set<String>()
      for bad in Self.refused {
        let answer = try await door.ask("GET", "/v1/documents", token: bad.token(house))
        #expect(answer.status == 401, "\(bad.testDescription)")
        if bad.testDescription != "empty" { answers.insert(answer.masked) }
      }
      #expect(answers.count == 1)
      let answer = try await door.ask("GET", "/v1/documents", token: "a.b.c")
      #expect(answer.code == "token-refused")
      #expect(answer["WWW-Authenticate"] == "Bearer realm=\"postern\", error=\"invalid_token\"")
      #expect(answer.member("detail") == nil)
      #expect(answer.member("instance") == answer["X-Request-Id"])
      #expect(try await door.ask("GET", "/v1/documents").status == 200)
    }
    let denied = await house.store.recorded(in: .system).map { $0.why ?? "" }
    #expect(denied.contains("token-expired") && denied.contains("signature-mismatch"))
  }

  @Test(arguments: ["", "Basic YTpi", "Bearer", "Token abc", "bearer"])
  func `a missing token is challenged without an error`(field: String) async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.knock(
        "GET", "/v1/documents", fields: field.isEmpty ? [] : [("Authorization", field)])
      #expect(answer.status == 401 && answer.code == "token-missing")
      #expect(answer["WWW-Authenticate"] == "Bearer realm=\"postern\"")
    }
  }

  @Test func `the scheme is read in any case, two tokens are refused`() async throws {
    let house = try await House()
    try await house.open { door in
      let token = try house.token()
      let lower = try await door.knock(
        "GET", "/v1/documents", fields: [("Authorization", "bEARER \(token)")])
      #expect(lower.status == 200)
      let twice = try await door.knock(
        "GET", "/v1/documents",
        fields: [("Authorization", "Bearer \(token)"), ("Authorization", "Bearer \(token)")])
      #expect(twice.status == 400)
    }
  }

  @Test func `an unknown key is asked for once, and then known`() async throws {
    let house = try await House()
    try await house.open { door in
      let token = try house.token(signer: house.rotatedSigner)
      #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
      #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
      #expect(house.refreshes.withLock { $0 } == 1)
      #expect(try await door.ask("GET", "/v1/documents").status == 200)
    }
  }

  @Test func `a revoked token is refused although it was accepted before`() async throws {
    let house = try await House()
    try await house.open { door in
      let token = try house.token(
        jti: "leaked", changes: [("exp", .integer(house.time.now.seconds + 300 * 86_400))])
      #expect(try await door.ask("GET", "/v1/documents", token: token).status == 200)
      let revoked = try await door.command(
        "POST", "/v1/tenants/acme/tokens/revocations", json: #"{"jti":"leaked"}"#)
      #expect(revoked.status == 204)
      let answer = try await door.ask("GET", "/v1/documents", token: token)
      #expect(answer.code == "token-refused")
      #expect(answer.masked == (try await door.ask("GET", "/v1/documents", token: "a.b.c").masked))
      house.time.advance(seconds: 200 * 86_400)
      #expect(try await door.ask("GET", "/v1/documents", token: token).code == "token-refused")
      #expect(try await door.ask("GET", "/v1/documents").status == 200)
    }
  }

  @Test func `an act claim names the service, and grants are the subject's`() async throws {
    let house = try await House()
    _ = try await house.stage.grant(
      .user(try Stage.subject("alice")), .all, [.read, .issue], in: house.acme)
    let document = try await house.stage.createDocument(in: house.acme)
    _ = try await house.stage.publish(document)
    try await house.open { door in
      let act = ClaimValue.object([ClaimMember("sub", .string("bff"))])
      for (subject, status) in [("alice", 201), ("mallory", 404)] {
        let answer = try await door.ask(
          "POST", "/v1/documents/\(document.id)/links",
          token: house.token(subject: subject, changes: [("act", act)]), json: "{}")
        #expect(answer.status == status)
      }
    }
    let issued = await house.store.recorded(in: .tenant(house.acme)).last { $0.kind == .linkIssue }
    #expect(issued?.actor.client == "bff")
    #expect(issued?.actor.person?.subject.text == "alice")
  }

  @Test func `the kernel vouches for peers of the admin socket only`() async throws {
    let house = try await House()
    try await house.open { door in
      #expect(try await door.command("GET", "/v1/tenants").status == 200)
      let proxied = try await door.knock("GET", "/v1/tenants", at: door.proxyAddress)
      #expect(proxied.code == "token-missing")
      let bad = try await door.knock(
        "GET", "/v1/tenants", fields: [("Authorization", "Bearer a.b.c")], at: door.adminAddress)
      #expect(bad.code == "token-refused")
    }
  }

  @Test func `bad tokens run into the limit of their address, good ones do not wait`() async throws
  {
    var settings = HouseSettings()
    settings.addressLimit = RateLimit(requestsPerMinute: 60, burst: 15)
    let house = try await House(settings)
    try await house.open { door in
      let good = try house.token()
      #expect(try await door.ask("GET", "/v1/documents", token: good).status == 200)
      var codes = [String?]()
      for _ in 0..<4 {
        codes.append(try await door.ask("GET", "/v1/documents", token: "a.b.c").code)
      }
      #expect(codes == ["token-refused", "token-refused", "rate-limited", "rate-limited"])
      #expect(try await door.ask("GET", "/v1/documents", token: good).status == 200)
      let unknown = try await door.ask("GET", "/v1/documents", token: house.token(subject: "new"))
      #expect(unknown.status == 429 && unknown["Retry-After"] != nil)
      house.time.advance(seconds: 60)
      #expect(
        try await door.ask("GET", "/v1/documents", token: house.token(subject: "new")).status == 200
      )
    }
  }
}
