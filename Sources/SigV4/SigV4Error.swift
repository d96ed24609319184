// The one error of this library, for signing and for verification.

/// Why a request could not be signed or was not accepted.
///
/// The detail names a condition and never a secret, a signature or a query value.
public struct SigV4Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// The condition; the raw value is stable.
  @nonexhaustive
  public enum Code: String, Sendable, CaseIterable {
    // Signing.
    case endpointInvalid = "endpoint-invalid"
    case bucketInvalid = "bucket-invalid"
    case keyTooLong = "key-too-long"
    case lifetimeOutOfRange = "lifetime-out-of-range"
    case timeOutOfRange = "time-out-of-range"
    case parameterReserved = "parameter-reserved"
    case controlCharacter = "control-character"
    case headerInvalid = "header-invalid"
    case credentialsInvalid = "credentials-invalid"

    // Verification: what the request looks like.
    case authorizationMissing = "authorization-missing"
    case authorizationAmbiguous = "authorization-ambiguous"
    case authorizationMalformed = "authorization-malformed"
    case queryMalformed = "query-malformed"
    case algorithmUnsupported = "algorithm-unsupported"
    case encodingMalformed = "encoding-malformed"
    case dateMalformed = "date-malformed"
    case requestTooLarge = "request-too-large"
    case payloadHashMissing = "payload-hash-missing"
    case payloadHashMalformed = "payload-hash-malformed"

    // Verification: what it claims.
    case dateMismatch = "date-mismatch"
    case regionMismatch = "region-mismatch"
    case serviceMismatch = "service-mismatch"
    case requestExpired = "request-expired"
    case requestNotYetValid = "request-not-yet-valid"
    case requestTimeSkewed = "request-time-skewed"
    case accessKeyUnknown = "access-key-unknown"
    case sessionTokenInvalid = "session-token-invalid"
    case headerNotSigned = "header-not-signed"
    case signatureMismatch = "signature-mismatch"
  }

  /// The condition.
  public let code: Code

  /// A sentence that is safe to show to a client.
  public let detail: String

  /// Creates an error.
  public init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// The code and the detail.
  public var description: String { "\(code.rawValue): \(detail)" }
}
