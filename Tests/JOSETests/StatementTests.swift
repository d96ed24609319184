// Signed statements that are no tokens: what passes, and what never does.

import Base
import JOSE
import Testing

@Suite struct StatementTests {
  private static let type = "scrub-receipt+jwt"
  private static let payload = Array(#"{"iat":1800000000,"iss":"files.example"}"#.utf8)

  private func keys(_ signers: [JWSSigner]) throws -> JWKSet {
    try JWKSet(parsing: JWSSigner.keySet(of: signers))
  }

  private func code(_ statement: String, _ keys: JWKSet) -> JOSEError.Code? {
    do throws(JOSEError) {
      _ = try keys.payload(of: Array(statement.utf8), type: Self.type)
      return nil
    } catch {
      return error.code
    }
  }

  private func statement(header: String, like signed: String) -> String {
    let parts = signed.split(separator: ".")
    return Base64.encode(Array(header.utf8), .url) + ".\(parts[1]).\(parts[2])"
  }

  @Test func `a statement yields its payload, under the present key and under a former one`() throws
  {
    let (former, present) = (try Fixture.signer(1, keyID: nil), try Fixture.signer(2, keyID: nil))
    let set = try keys([present, former])
    for signer in [former, present] {
      let signed = try signer.sign(payload: Self.payload, type: Self.type)
      #expect(try set.payload(of: Array(signed.utf8), type: Self.type) == Self.payload)
      let spelled = "application/Scrub-Receipt+JWT"
      #expect(try set.payload(of: Array(signed.utf8), type: spelled) == Self.payload)
    }
    let gone = try former.sign(payload: Self.payload, type: Self.type)
    #expect(code(gone, try keys([present])) == .keyUnknown)
  }

  @Test func `a statement is refused if anything of it is not as it was signed`() throws {
    let signer = try Fixture.signer()
    let set = try keys([signer])
    let signed = try signer.sign(payload: Self.payload, type: Self.type)
    #expect(code(signed, set) == nil)
    for index in signed.utf8.indices {
      var bytes = Array(signed.utf8)
      let position = signed.utf8.distance(from: signed.utf8.startIndex, to: index)
      bytes[position] = bytes[position] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      #expect(code(String(decoding: bytes, as: UTF8.self), set) != nil, "byte \(position)")
    }
    let forger = try Fixture.signer(9, keyID: "k1")
    #expect(
      code(try forger.sign(payload: Self.payload, type: Self.type), set) == .signatureMismatch)
    let cases: [(String, JOSEError.Code)] = [
      (#"{"alg":"none","kid":"k1","typ":"scrub-receipt+jwt"}"#, .algorithmRefused),
      (#"{"alg":"HS256","kid":"k1","typ":"scrub-receipt+jwt"}"#, .algorithmRefused),
      (#"{"alg":"EdDSA","kid":"k1"}"#, .typeRefused),
      (#"{"alg":"EdDSA","kid":"k1","typ":"at+jwt"}"#, .typeRefused),
      (#"{"alg":"EdDSA","kid":"k1","typ":"scrub-receipt+jwt","crit":["x"]}"#, .headerRefused),
      (#"{"alg":"EdDSA","kid":"k2","typ":"scrub-receipt+jwt"}"#, .keyUnknown),
      (#"{"alg":"EdDSA","kid":"k1","typ":"scrub-receipt+jwt","x":1}"#, .signatureMismatch),
    ]
    for (header, wanted) in cases {
      #expect(code(statement(header: header, like: signed), set) == wanted, "\(header)")
    }
  }

  @Test func `a token is no statement, and a statement is no token`() throws {
    let signer = try Fixture.signer()
    let token = try signer.sign(Fixture.claims())
    #expect(code(token, try keys([signer])) == .typeRefused)
    // Even if it held every claim of a token.
    let statement = try signer.sign(Fixture.claims(), type: Self.type)
    let verifier = try Fixture.verifier([signer], types: ["at+jwt"])
    let refused = Fixture.code {
      try verifier.verify(statement, atMilliseconds: Fixture.now * 1000)
    }
    #expect(refused == .typeRefused)
    // And even where types are not looked at: it has no audience and no end.
    let receipt = try signer.sign(payload: Self.payload, type: Self.type)
    let lax = JWSVerifier(
      policy: try TokenPolicy(issuer: "files.example", audiences: [Fixture.audience]),
      keys: try keys([signer]))
    #expect(
      Fixture.code { try lax.verify(receipt, atMilliseconds: Fixture.now * 1000) }
        == .audienceMismatch)
  }

  @Test func `a statement has at most 64 KiB`() throws {
    let signer = try Fixture.signer()
    let set = try keys([signer])
    let small = try signer.sign(payload: [UInt8](repeating: 0x20, count: 40_000), type: Self.type)
    let large = try signer.sign(payload: [UInt8](repeating: 0x20, count: 50_000), type: Self.type)
    #expect(code(small, set) == nil && code(large, set) == .tokenTooLarge)
  }
}
