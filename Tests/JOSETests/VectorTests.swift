// The published and made vectors, all of them, in process.

import Base
import JOSE
import JSONText
import TestSupport
import Testing

@Suite struct VectorTests {
  @Test(
    .needsChecks,
    arguments: ["attacks_public", "rfc_public", "wycheproof_jws_public", "wycheproof_raw_public"])
  func `no vector is accepted or refused wrongly`(file: String) throws {
    let limits = JSONLimits(
      bytesMax: 4 << 20, depthMax: 64, numberBytesMax: 64, entriesMax: 65_536)
    let bytes = try Checks.bytes("corpus/jose/\(file).jsonl")
    var count = 0
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let vector = try JSONValue(parsing: Array(line), limits: limits)
      count += 1
      let expected = vector["expect"]?.stringValue
      if expected == "either" { continue }
      let isValid = try Self.isValid(vector)
      if isValid != (expected == "valid") {
        Issue.record("\(vector["id"]?.stringValue ?? ""): \(isValid)")
      }
    }
    #expect(count > 0)
  }

  private static func isValid(_ vector: JSONValue) throws -> Bool {
    if vector["mode"] == "raw" {
      let algorithm = try #require(JWSAlgorithm(rawValue: vector["alg"]?.stringValue ?? ""))
      let message = try #require(Hex.decode(vector["msg"]?.stringValue ?? "?"))
      let signature = try #require(Hex.decode(vector["sig"]?.stringValue ?? "?"))
      let key = try #require(vector["jwk"]).write()
      return RawSignature.isValid(signature, over: message, algorithm: algorithm, jwk: key)
    }
    let names = vector["algs"]?.stringsValue ?? ["ES256", "RS256", "PS256", "EdDSA", "HS256"]
    let policy = TokenPolicy(
      unchecked: vector["iss"]?.stringValue ?? "",
      audiences: vector["aud"]?.stringValue.map { [$0] } ?? [],
      algorithms: Set(names.compactMap { JWSAlgorithm(rawValue: $0) }), leewaySeconds: 0)
    let token = Array((vector["token"]?.stringValue ?? "").utf8)
    do throws(JOSEError) {
      let keys = try JWKSet(parsing: (vector["jwks"] ?? .null).write())
      let verifier = JWSVerifier(policy: policy, keys: keys)
      if vector["mode"] == "jws" {
        _ = try verifier.verifiedPayload(of: token)
      } else {
        let now = vector["now"]?.integerValue ?? 0
        _ = try verifier.verify(token, atMilliseconds: now * 1000)
      }
      return true
    } catch {
      return false
    }
  }
}
