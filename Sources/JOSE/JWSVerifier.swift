// The verifier of one issuer's tokens. The order is: sizes, encoding, header, key, signature, and
// only then the claims.

import JSONText

/// Verifies the tokens of one issuer against pinned keys and a policy.
///
/// ```swift
/// let policy = try TokenPolicy(issuer: "https://login.example", audiences: ["postern"])
/// let verifier = JWSVerifier(policy: policy, keys: try JWKSet(parsing: bytes))
/// let token = try verifier.verify(text, atMilliseconds: now)
/// print(token.subject)
/// ```
public struct JWSVerifier: Sendable {
  /// The rules for this issuer.
  public let policy: TokenPolicy

  /// The keys of this issuer.
  public let keys: JWKSet

  /// Creates a verifier.
  public init(policy: TokenPolicy, keys: JWKSet) {
    self.policy = policy
    self.keys = keys
  }

  /// Verifies a compact JWS and its registered claims.
  /// - Parameters:
  ///   - token: The bytes behind `Bearer `.
  ///   - milliseconds: The time, in milliseconds since 1970.
  /// - Throws: A `JOSEError`; `key-unknown` means that fetching the keys again may help.
  public func verify(_ token: [UInt8], atMilliseconds milliseconds: Int64) throws(JOSEError)
    -> VerifiedToken
  {
    do throws(JOSEError) {
      return try verify(try CompactToken(token), atMilliseconds: milliseconds)
    } catch {
      throw error.with(issuer: policy.issuer)
    }
  }

  /// Verifies a compact JWS and its registered claims.
  public func verify(_ token: String, atMilliseconds milliseconds: Int64) throws(JOSEError)
    -> VerifiedToken
  {
    try verify(Array(token.utf8), atMilliseconds: milliseconds)
  }

  /// Verifies header and signature of a JWS whose payload is not a set of claims; yields the payload.
  package func verifiedPayload(of token: [UInt8]) throws(JOSEError) -> [UInt8] {
    let parts = try CompactToken(token)
    _ = try checkSignature(of: parts)
    return parts.payload
  }

  func verify(_ parts: CompactToken, atMilliseconds milliseconds: Int64) throws(JOSEError)
    -> VerifiedToken
  {
    let header = try checkSignature(of: parts)
    if !policy.types.isEmpty {
      guard let type = header.type, policy.types.contains(where: { MediaType.isSame($0, type) })
      else { throw JOSEError(.typeRefused, "the token is not of a type that is taken") }
    }
    let claims = try ClaimRules.claims(parts.payload)
    let rules = ClaimRules(policy: policy, now: Double(milliseconds) / 1000)
    let expiry = try rules.check(claims)
    return VerifiedToken(issuer: policy.issuer, header: header, expiry: expiry, claims: claims)
  }

  private func checkSignature(of parts: CompactToken) throws(JOSEError) -> TokenHeader {
    let header = try TokenHeader(parts.header, allowed: policy.algorithms)
    try keys.checkSignature(of: parts, header)
    return header
  }
}
