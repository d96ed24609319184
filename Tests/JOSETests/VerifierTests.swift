// The verifier: what passes, and which rule refuses what does not. Forgeries by the hundred are in
// the vector files; here each rule has its two sides.

import Base
import JOSE
import Testing

@Suite struct VerifierTests {
  @Test func `a minted token is verified and yields its claims`() throws {
    let signer = try Fixture.signer()
    let nested: ClaimValue = .object([
      ClaimMember("sub", .string("service")), ClaimMember("a/b~c", .array([.integer(7), .null])),
    ])
    let token = try signer.sign(
      Fixture.claims([
        ("act", nested), ("scope", .string("documents:read links:create")),
        ("scp", .array([.string("a"), .string("b")])), ("roles", .string("a \u{301}b")),
        ("https://example.com/tid", .string("acme")), ("flag", .bool(true)),
      ]))
    let verified = try Fixture.verifier([signer]).verify(
      token, atMilliseconds: Fixture.now * 1000)
    #expect(verified.issuer == Fixture.issuer)
    #expect(verified.keyID == "k1")
    #expect(verified.algorithm == .edDSA)
    #expect(verified.subject == "user-1")
    #expect(verified.tokenID == "t-1")
    #expect(verified.expiresAtMilliseconds == (Fixture.now + 300) * 1000)
    #expect(verified.string(at: "https://example.com/tid") == "acme")
    #expect(verified.string(at: "/act/sub") == "service")
    #expect(verified.integer(at: "/act/a~1b~0c/0") == 7)
    #expect(verified.words(at: "scope") == ["documents:read", "links:create"])
    #expect(verified.words(at: "scp") == ["a", "b"])
    #expect(verified.words(at: "roles") == ["a", "\u{301}b"])
    for path in ["none", "/act/none", "/act/a~1b~0c/00", "/act/a~1b~0c/2", "/~2", "/~", "/sub/x"] {
      #expect(verified.claim(at: path) == nil, "\(path)")
    }
    #expect(!verified.description.contains("user-1"))
  }

  @Test(
    arguments: [
      ("iss", .string("https://issuer.example/"), .issuerUnknown),
      ("iss", nil, .issuerUnknown), ("iss", .array([.string(Fixture.issuer)]), .issuerUnknown),
      ("aud", .string("Postern"), .audienceMismatch), ("aud", nil, .audienceMismatch),
      ("aud", .array([]), .audienceMismatch), ("aud", .array([.integer(1)]), .claimInvalid),
      ("aud", .array([.string("x"), .string("postern")]), nil),
      ("aud", .object([]), .claimInvalid),
      ("exp", nil, .claimInvalid), ("exp", .null, .claimInvalid),
      ("exp", .bool(true), .claimInvalid),
      ("exp", .string("1800000300"), .claimInvalid), ("exp", .number(1e300), .claimInvalid),
      ("exp", .integer(9_007_199_254_740_992), nil),
      ("exp", .integer(9_007_199_254_740_993), nil),
      ("exp", .integer(9_007_199_254_740_994), .claimInvalid),
      ("exp", .integer(Fixture.now + 1), nil), ("exp", .integer(Fixture.now), .tokenExpired),
      ("exp", .number(Double(Fixture.now) + 0.5), nil),
      ("nbf", .integer(Fixture.now), nil), ("nbf", .integer(Fixture.now + 1), .tokenNotYetValid),
      ("nbf", .string("1"), .claimInvalid),
      ("iat", .integer(Fixture.now), nil), ("iat", .integer(Fixture.now + 1), .tokenNotYetValid),
      ("iat", .null, .claimInvalid),
      ("sub", .integer(1), .claimInvalid), ("jti", .array([]), .claimInvalid), ("sub", nil, nil),
      ("scope", .array([.string("a")]), .claimInvalid), ("scope", .string(""), nil),
      ("jti", .string(String(repeating: "j", count: 1024)), nil),
      ("jti", .string(String(repeating: "j", count: 1025)), .claimInvalid),
    ] as [(String, ClaimValue?, JOSEError.Code?)])
  func `each registered claim is checked on both sides of its rule`(
    name: String, value: ClaimValue?, wanted: JOSEError.Code?
  ) throws {
    let signer = try Fixture.signer()
    let token = try signer.sign(Fixture.claims([(name, value)]))
    let verifier = try Fixture.verifier([signer])
    let found = Fixture.code { try verifier.verify(token, atMilliseconds: Fixture.now * 1000) }
    #expect(found == wanted)
  }

  @Test func `leeway shifts all three times, and not further`() throws {
    let signer = try Fixture.signer()
    let verifier = try Fixture.verifier([signer], leewaySeconds: 30)
    let cases: [(String, Int64, JOSEError.Code?)] = [
      ("exp", -29, nil), ("exp", -30, .tokenExpired), ("nbf", 30, nil),
      ("nbf", 31, .tokenNotYetValid), ("iat", 30, nil), ("iat", 31, .tokenNotYetValid),
    ]
    for (name, offset, wanted) in cases {
      let token = try signer.sign(Fixture.claims([(name, .integer(Fixture.now + offset))]))
      let found = Fixture.code { try verifier.verify(token, atMilliseconds: Fixture.now * 1000) }
      #expect(found == wanted, "\(name) \(offset)")
    }
  }

  @Test func `a type is demanded only where the policy names one`() throws {
    let signer = try Fixture.signer()
    let cases: [(String, [String], JOSEError.Code?)] = [
      ("at+jwt", [], nil), ("at+jwt", ["at+jwt"], nil), ("application/AT+JWT", ["at+jwt"], nil),
      ("JWT", ["at+jwt"], .typeRefused), ("JWT", ["at+jwt", "jwt"], nil),
    ]
    for (type, types, wanted) in cases {
      let token = try signer.sign(Fixture.claims(), type: type)
      let verifier = try Fixture.verifier([signer], types: types)
      let found = Fixture.code { try verifier.verify(token, atMilliseconds: Fixture.now * 1000) }
      #expect(found == wanted, "\(type) \(types)")
    }
  }

  @Test(
    arguments: [
      (#"{"alg":"none","kid":"k1"}"#, .algorithmRefused), (#"{"kid":"k1"}"#, .algorithmRefused),
      (#"{"alg":"EdDSA\u0000","kid":"k1"}"#, .algorithmRefused),
      (#"{"alg":["EdDSA"],"kid":"k1"}"#, .algorithmRefused),
      (#"{"alg":"HS256","kid":"k1"}"#, .algorithmRefused),
      (#"{"alg":"EdDSA","kid":"k1","crit":[]}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k1","crit":null}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k1","b64":false}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k1","zip":"DEF"}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k1","cty":"JWT"}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k1","cty":"application/jwt"}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":1}"#, .headerRefused), (#"{"alg":"EdDSA","typ":{}}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"K1"}"#, .keyUnknown), (#"{"alg":"ES256","kid":"k1"}"#, .keyUnknown),
      (#"{"alg":"EdDSA","kid":"k1","kid":"k1"}"#, .tokenMalformed), ("[]", .tokenMalformed),
      (#"{"alg":"EdDSA","kid":"k1"} x"#, .tokenMalformed),
      (#"{"alg":"EdDSA","kid":"k1","jwk":{},"jku":"https://x","b64":true}"#, .signatureMismatch),
      (#"{"alg":"EdDSA","kid":"k1"}"#, .signatureMismatch),
      (#"{"alg":"EdDSA"}"#, .signatureMismatch),
    ] as [(String, JOSEError.Code)])
  func `each header rule has its refusal`(header: String, wanted: JOSEError.Code) throws {
    let verifier = try Fixture.verifier([Fixture.signer()])
    let zeros = Base64.encode([UInt8](repeating: 0, count: 64), .url)
    let token = "\(Base64.encode(Array(header.utf8), .url)).e30.\(zeros)"
    #expect(Fixture.code { try verifier.verify(token, atMilliseconds: 0) } == wanted)
  }

  @Test func `sizes hold at their last value and refuse the next`() throws {
    let verifier = try Fixture.verifier([Fixture.signer()])
    func code(_ header: Int, _ payload: Int, _ signature: Int) -> JOSEError.Code? {
      let parts = [header, payload, signature].map { String(repeating: "A", count: $0) }
      return Fixture.code {
        try verifier.verify(parts.joined(separator: "."), atMilliseconds: 0)
      }
    }
    #expect(code(4, 16_384 - 4 - 4 - 2, 4) == .tokenMalformed)
    #expect(code(4, 16_384 - 4 - 4 - 1, 4) == .tokenTooLarge)
    #expect(code(5460, 4, 4) == .tokenMalformed)
    #expect(code(5464, 4, 4) == .tokenTooLarge)
    #expect(code(4, 4, 2700) == .tokenMalformed)
    #expect(code(4, 4, 2704) == .tokenTooLarge)
    for id in [256, 257] {
      let keyID = String(repeating: "k", count: id)
      let signer = try Fixture.signer(keyID: keyID)
      let token = try signer.sign(Fixture.claims())
      let found = Fixture.code {
        try Fixture.verifier([signer]).verify(token, atMilliseconds: Fixture.now * 1000)
      }
      #expect(found == (id == 256 ? nil : .headerRefused))
    }
  }

  @Test func `a policy that contradicts itself is refused`() throws {
    func code(
      issuer: String = "i", _ algorithms: Set<JWSAlgorithm> = [.es256], leeway: Int = 0
    ) -> JOSEError.Code? {
      do throws(JOSEError) {
        _ = try TokenPolicy(
          issuer: issuer, audiences: [], algorithms: algorithms, leewaySeconds: leeway)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code() == nil)
    #expect(code([.hs256]) == nil)
    #expect(code([.hs256, .es256]) == .policyInvalid)
    #expect(code([]) == .policyInvalid)
    #expect(code(issuer: "") == .policyInvalid)
    #expect(code(leeway: 60) == nil)
    #expect(code(leeway: 61) == .policyInvalid)
    #expect(code(leeway: -1) == .policyInvalid)
  }

  @Test func `a directory applies the claimed issuer's own keys and policy`() throws {
    let (one, other) = (try Fixture.signer(1), try Fixture.signer(2))
    var directory = IssuerDirectory()
    let now = Fixture.now * 1000
    func verify(_ claims: [ClaimMember], by signer: JWSSigner) throws -> VerifiedToken {
      try directory.verify(Array(try signer.sign(claims).utf8), atMilliseconds: now)
    }
    #expect(Fixture.code { try verify(Fixture.claims(), by: one) } == .issuerUnknown)
    try directory.set(Fixture.verifier([one]))
    try directory.set(
      JWSVerifier(
        policy: TokenPolicy(issuer: "second", audiences: [Fixture.audience]),
        keys: JWKSet(parsing: JWSSigner.keySet(of: [other]))))
    let second = Fixture.claims([("iss", .string("second"))])
    #expect(try verify(Fixture.claims(), by: one).issuer == Fixture.issuer)
    #expect(try verify(second, by: other).issuer == "second")
    #expect(Fixture.code { try verify(Fixture.claims(), by: other) } == .signatureMismatch)
    #expect(Fixture.code { try verify(second, by: one) } == .signatureMismatch)
    directory.remove(issuer: "second")
    #expect(directory.issuers == [Fixture.issuer])
    #expect(Fixture.code { try verify(second, by: other) } == .issuerUnknown)
  }
}
