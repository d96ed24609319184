// Browser uploads: a form carries a policy document and a signature over its text. What the policy
// allows is the caller's to check; here only who signed it and whether the form is whole.

import Base
import Cryptography

/// The fields of a form that carry its signature.
public struct PolicyClaim: Sendable {
  /// `x-amz-algorithm`.
  public var algorithm: [UInt8]
  /// `x-amz-credential`.
  public var credential: [UInt8]
  /// `x-amz-date`.
  public var date: [UInt8]
  /// `x-amz-signature`.
  public var signature: [UInt8]
  /// `x-amz-security-token`; nothing for credentials without one.
  public var sessionToken: [UInt8]?
  /// `policy`: the base64 text as it was sent.
  public var policy: [UInt8]

  /// Creates a claim from the values of the fields.
  public init(
    algorithm: [UInt8], credential: [UInt8], date: [UInt8], signature: [UInt8],
    sessionToken: [UInt8]?, policy: [UInt8]
  ) {
    self.algorithm = algorithm
    self.credential = credential
    self.date = date
    self.signature = signature
    self.sessionToken = sessionToken
    self.policy = policy
  }
}

extension Verifier {
  /// Checks the signature of a policy document and returns the access key id of its signer.
  ///
  /// The time of expiry stands in the policy. `now` only bounds how far ahead the date may be.
  /// Throws `algorithm-unsupported`, `authorization-malformed`, `date-malformed`, what `verify`
  /// throws for the scope, `request-not-yet-valid`, `access-key-unknown`,
  /// `session-token-invalid` and `signature-mismatch`.
  public func verify(
    _ claim: PolicyClaim, at now: Int64, lookup: (_ accessKeyID: String) -> Credentials?
  ) throws(SigV4Error) -> String {
    guard claim.algorithm == Claim.algorithm else {
      throw SigV4Error(.algorithmUnsupported, "Only AWS4-HMAC-SHA256 is supported.")
    }
    guard let scope = CredentialScope(claim.credential[...]),
      Claim.isSignature(claim.signature[...])
    else {
      throw SigV4Error(.authorizationMalformed, "The form's credential or signature is malformed.")
    }
    guard let time = SigningTime(parsing: claim.date.span) else {
      throw SigV4Error(.dateMalformed, "X-Amz-Date is missing or malformed.")
    }
    try checkScope(
      day: scope.day, timeText: claim.date[...], region: scope.region, service: scope.service)
    guard time.seconds <= now + Verifier.skewSecondsMax else {
      throw SigV4Error(.requestNotYetValid, "The date is more than 15 minutes ahead.")
    }
    guard let credentials = lookup(scope.accessKeyID) else {
      throw SigV4Error(.accessKeyUnknown, "The access key id is not known.")
    }
    try checkToken(claim.sessionToken.map { $0[...] }, credentials.sessionToken)
    let key = keys.key(
      for: credentials, day: scope.day, region: scope.region, service: scope.service)
    guard constantTimeEqual(Array(key.authenticate(claim.policy).hex.utf8), claim.signature) else {
      throw SigV4Error(.signatureMismatch, "The signature does not match the policy.")
    }
    return scope.accessKeyID
  }
}
