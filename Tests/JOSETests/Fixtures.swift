// A local issuer for the tests, and tokens with any claims and headers.

import Base
import JOSE

enum Fixture {
  static let issuer = "https://issuer.example"
  static let audience = "postern"
  /// The test's present, in seconds since 1970.
  static let now: Int64 = 1_800_000_000

  static func signer(_ number: UInt8 = 1, keyID: String? = "k1") throws -> JWSSigner {
    try JWSSigner(ed25519Seed: [UInt8](repeating: number, count: 32), keyID: keyID)
  }

  static func verifier(
    _ signers: [JWSSigner], leewaySeconds: Int = 0, types: [String] = []
  ) throws -> JWSVerifier {
    JWSVerifier(
      policy: try TokenPolicy(
        issuer: issuer, audiences: [audience], leewaySeconds: leewaySeconds, types: types),
      keys: try JWKSet(parsing: JWSSigner.keySet(of: signers)))
  }

  /// Claims that pass; `changes` replace or add, a value of nothing removes.
  static func claims(_ changes: [(String, ClaimValue?)] = []) -> [ClaimMember] {
    var members: [(String, ClaimValue?)] = [
      ("iss", .string(issuer)), ("aud", .string(audience)), ("exp", .integer(now + 300)),
      ("sub", .string("user-1")), ("jti", .string("t-1")),
    ]
    for (name, value) in changes {
      if let position = members.firstIndex(where: { $0.0 == name }) {
        members[position].1 = value
      } else {
        members.append((name, value))
      }
    }
    return members.compactMap { name, value in value.map { ClaimMember(name, $0) } }
  }

  /// The code with which a verification fails; nothing if it does not.
  static func code(
    _ verify: () throws -> VerifiedToken
  ) -> JOSEError.Code? {
    do {
      _ = try verify()
      return nil
    } catch {
      return (error as? JOSEError)?.code
    }
  }
}
