// Tokens and key sets: nothing is accepted that the one known key did not sign.

import JOSE

extension FuzzTarget {
  /// A signer that exists for fuzzing only.
  private static let signer: JWSSigner? = {
    do throws(JOSEError) {
      return try JWSSigner(ed25519Seed: [UInt8](repeating: 7, count: 32), keyID: "fuzz")
    } catch {
      return nil
    }
  }()

  // Made for each input: held by a global, the tag bits that an enum keeps in its pointers would look
  // like a leak to the address sanitizer.
  private static func makeVerifier() -> JWSVerifier? {
    do throws(JOSEError) {
      guard let signer else { return nil }
      return JWSVerifier(
        policy: try TokenPolicy(issuer: "https://fuzz.example", audiences: ["postern"]),
        keys: try JWKSet(parsing: JWSSigner.keySet(of: [signer])))
    } catch {
      return nil
    }
  }

  /// The one token that is valid.
  private static let genuine: [UInt8] = {
    do throws(JOSEError) {
      let claims: [ClaimMember] = [
        ClaimMember("iss", .string("https://fuzz.example")), ClaimMember("aud", .string("postern")),
        ClaimMember("exp", .integer(2_000_000_000)), ClaimMember("jti", .string("a")),
      ]
      return Array(try signer?.sign(claims).utf8 ?? "".utf8)
    } catch {
      return []
    }
  }()

  static let jws = FuzzTarget(
    name: "jws",
    dictionary: [
      "eyJhbGciOiJFZERTQSIsImtpZCI6ImZ1enoiLCJ0eXAiOiJhdCtqd3QifQ", ".", "..", "=", "none", "crit",
    ]
  ) { input in
    guard let verifier = makeVerifier() else { preconditionFailure("the fuzz key cannot be used") }
    check(input, verifier)
    // The first byte chooses which segment of the genuine token the rest replaces.
    guard let choice = input.first else { return }
    var segments = genuine.split(
      separator: UInt8(ascii: "."), omittingEmptySubsequences: false
    ).map { Array($0) }
    segments[Int(choice) % segments.count] = Array(input.dropFirst())
    check(Array(segments.joined(separator: [UInt8(ascii: ".")])), verifier)
  }

  // Accepted is the genuine token, and nothing else.
  private static func check(_ token: [UInt8], _ verifier: JWSVerifier) {
    do throws(JOSEError) {
      _ = try verifier.verify(token, atMilliseconds: 1_900_000_000_000)
      precondition(token == genuine, "a forged token was accepted")
    } catch {
      precondition(token != genuine, "the genuine token was refused")
    }
  }

  static let keySet = FuzzTarget(
    name: "key-set",
    dictionary: [
      "{\"keys\":[", "\"kty\":", "\"EC\"", "\"RSA\"", "\"OKP\"", "\"oct\"", "\"crv\":", "\"P-256\"",
      "\"Ed25519\"", "\"x\":", "\"y\":", "\"n\":", "\"e\":", "\"AQAB\"", "\"k\":", "\"kid\":",
      "\"use\":", "\"key_ops\":", "\"alg\":",
    ]
  ) { input in
    do throws(JOSEError) {
      let keys = try JWKSet(parsing: input)
      precondition(keys.count + keys.skippedCount <= JWKSet.keysMax, "a set beyond its limit")
    } catch {
      precondition(error.code == .keySetInvalid, "a set was refused for another reason")
    }
  }
}
