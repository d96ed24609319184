// Several trusted issuers at once. The unverified `iss` claim only chooses which issuer's policy
// and keys are applied; that policy then demands the same `iss` under a valid signature.

import JSONText

/// The verifiers of all trusted issuers.
public struct IssuerDirectory: Sendable {
  /// The most issuers.
  public static let issuersMax = 64

  private var verifiers: [JWSVerifier] = []

  /// Creates a directory without issuers, which refuses every token.
  public init() {}

  /// The names of the issuers.
  public var issuers: [String] { verifiers.map(\.policy.issuer) }

  /// Adds an issuer, or replaces the policy and keys of the one with the same name.
  /// - Throws: `policy-invalid` beyond 64 issuers.
  public mutating func set(_ verifier: JWSVerifier) throws(JOSEError) {
    let position = verifiers.firstIndex {
      $0.policy.issuer.hasSameBytes(as: verifier.policy.issuer)
    }
    if let position {
      verifiers[position] = verifier
    } else {
      guard verifiers.count < IssuerDirectory.issuersMax else {
        throw JOSEError(.policyInvalid, "at most \(IssuerDirectory.issuersMax) issuers are trusted")
      }
      verifiers.append(verifier)
    }
  }

  /// Removes an issuer, for instance when its keys are too old to be trusted.
  public mutating func remove(issuer: String) {
    verifiers.removeAll { $0.policy.issuer.hasSameBytes(as: issuer) }
  }

  /// Verifies a token of any of the issuers; see `JWSVerifier.verify`.
  /// - Throws: `issuer-unknown` if the token claims another issuer, else what its verifier throws.
  public func verify(_ token: [UInt8], atMilliseconds milliseconds: Int64) throws(JOSEError)
    -> VerifiedToken
  {
    let parts = try CompactToken(token)
    let claims = try ClaimRules.claims(parts.payload)
    guard let claimed = claims["iss"]?.stringValue,
      let verifier = verifiers.first(where: { $0.policy.issuer.hasSameBytes(as: claimed) })
    else {
      throw JOSEError(.issuerUnknown, "the issuer is not trusted")
    }
    do throws(JOSEError) {
      return try verifier.verify(parts, atMilliseconds: milliseconds)
    } catch {
      throw error.with(issuer: verifier.policy.issuer)
    }
  }
}
