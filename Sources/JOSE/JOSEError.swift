// Why a token or a key set was refused. An error says which rule was broken, never what the token
// held; the HTTP interface gives one and the same 401 body for all of them.

/// Why a token, a key or a key set was refused.
public struct JOSEError: Error, Sendable, CustomStringConvertible {
  /// The rule that was broken; the raw text never changes.
  @nonexhaustive public enum Code: String, Sendable, CaseIterable {
    /// The token, its header or its signature is larger than allowed.
    case tokenTooLarge = "token-too-large"
    /// The token is not three base64url segments, or a segment is not what it must be.
    case tokenMalformed = "token-malformed"
    /// The header names an algorithm that is not allowed for this issuer.
    case algorithmRefused = "algorithm-refused"
    /// The header asks for something that is never done: `crit`, `zip`, `b64`, nested tokens.
    case headerRefused = "header-refused"
    /// The header's `typ` is not one that the policy wants.
    case typeRefused = "token-type-refused"
    /// No usable key has the token's key id; fetching the key set again may help.
    case keyUnknown = "key-unknown"
    /// The token names no key, or several keys share its key id.
    case keyAmbiguous = "key-ambiguous"
    /// The signature is not that of the key.
    case signatureMismatch = "signature-mismatch"
    /// A claim has a type or a value that it must not have.
    case claimInvalid = "claim-invalid"
    /// The issuer is not one that is trusted.
    case issuerUnknown = "issuer-unknown"
    /// The token is meant for somebody else.
    case audienceMismatch = "audience-mismatch"
    /// The token has expired.
    case tokenExpired = "token-expired"
    /// The token is not valid yet, or was issued in the future.
    case tokenNotYetValid = "token-not-yet-valid"
    /// A key set is not JSON of the right shape, or exceeds its limits.
    case keySetInvalid = "key-set-invalid"
    /// There is no key set (yet), or it is too old to be trusted.
    case keySetMissing = "key-set-missing"
    /// A policy contradicts itself or exceeds its bounds.
    case policyInvalid = "policy-invalid"
    /// A signing key cannot be used.
    case signingKeyInvalid = "signing-key-invalid"
  }

  /// The rule that was broken.
  public let code: Code

  /// A sentence part for people; holds nothing of the token.
  public let detail: String

  /// The configured issuer whose rules were applied; nothing before an issuer was chosen.
  public let issuer: String?

  init(_ code: Code, _ detail: String, issuer: String? = nil) {
    self.code = code
    self.detail = detail
    self.issuer = issuer
  }

  func with(issuer: String) -> JOSEError {
    JOSEError(code, detail, issuer: issuer)
  }

  /// The code and the detail.
  public var description: String { "\(code.rawValue): \(detail)" }
}
