// All problem codes of the interface with status, title and advice: the catalogue that is served at
// `/problems/{code}`. A raw text never changes; a code is never removed.

/// A stable problem code.
@nonexhaustive
public enum ProblemCode: String, Sendable, CaseIterable {
  /// Authentication is required.
  case tokenMissing = "token-missing"
  /// The token was refused.
  case tokenRefused = "token-refused"
  /// The token lacks a scope.
  case scopeMissing = "scope-missing"
  /// Too many requests.
  case rateLimited = "rate-limited"
  /// No such route.
  case routeNotFound = "route-not-found"
  /// The route has no such method.
  case methodNotAllowed = "method-not-allowed"
  /// Not found.
  case notFound = "not-found"
  /// The request is not well-formed HTTP.
  case requestMalformed = "request-malformed"
  /// The request came too slowly.
  case requestTimeout = "request-timeout"
  /// The request head is too large.
  case headTooLarge = "head-too-large"
  /// The address is too long.
  case targetTooLong = "target-too-long"
  /// The body is too large.
  case bodyTooLarge = "body-too-large"
  /// The length of the body is required.
  case lengthRequired = "length-required"
  /// Unknown expectation.
  case expectationFailed = "expectation-failed"
  /// Unknown method.
  case methodNotImplemented = "method-not-implemented"
  /// Unknown HTTP version.
  case versionNotSupported = "version-not-supported"
  /// The body has the wrong media type.
  case mediaTypeUnsupported = "media-type-unsupported"
  /// The body is compressed.
  case encodingUnsupported = "encoding-unsupported"
  /// The body is not the JSON that was expected.
  case bodyMalformed = "body-malformed"
  /// The body has an unknown member.
  case memberUnknown = "member-unknown"
  /// A member is missing.
  case memberMissing = "member-missing"
  /// A member is invalid.
  case memberInvalid = "member-invalid"
  /// Unknown query parameter.
  case parameterUnknown = "parameter-unknown"
  /// A query parameter is invalid.
  case parameterInvalid = "parameter-invalid"
  /// The identifier is malformed.
  case identifierMalformed = "identifier-malformed"
  /// A header field is invalid.
  case headerInvalid = "header-invalid"
  /// The cursor is invalid.
  case cursorInvalid = "cursor-invalid"
  /// The precondition failed.
  case preconditionFailed = "precondition-failed"
  /// The idempotency key was used for another request.
  case idempotencyKeyReused = "idempotency-key-reused"
  /// The first request with this key is still running.
  case idempotencyInFlight = "idempotency-in-flight"
  /// It changed at the same time.
  case conflict = "conflict"
  /// The tenant exists.
  case tenantExists = "tenant-exists"
  /// The lifetime is impossible.
  case expiryOutOfRange = "expiry-out-of-range"
  /// Presigned URLs are forbidden.
  case presignedForbidden = "presigned-forbidden"
  /// This link has expired.
  case linkExpired = "link-expired"
  /// This link was withdrawn.
  case linkRevoked = "link-revoked"
  /// This link has been used.
  case linkUsedUp = "link-used-up"
  /// This link is not valid yet.
  case linkNotYetValid = "link-not-yet-valid"
  /// There is a newer version.
  case versionSuperseded = "version-superseded"
  /// The document was withdrawn.
  case versionWithdrawn = "version-withdrawn"
  /// The form was not sent from its page.
  case formRefused = "form-refused"
  /// The digest is malformed.
  case digestMalformed = "digest-malformed"
  /// The digest does not match the bytes.
  case digestMismatch = "digest-mismatch"
  /// The upload was cut off.
  case uploadIncomplete = "upload-incomplete"
  /// The file is too large.
  case uploadTooLarge = "upload-too-large"
  /// The file is empty.
  case uploadEmpty = "upload-empty"
  /// The file cannot be proved clean.
  case scrubRefused = "scrub-refused"
  /// Files of this type are not accepted.
  case mediaTypeRefused = "media-type-refused"
  /// Too many files are being scrubbed.
  case scrubberBusy = "scrubber-busy"
  /// The scrubber failed.
  case scrubberFailed = "scrubber-failed"
  /// The policy contradicts itself.
  case policyInvalid = "policy-invalid"
  /// The name is not allowed.
  case nameInvalid = "name-invalid"
  /// The database is not available.
  case storeUnavailable = "store-unavailable"
  /// There is no space left.
  case storeFull = "store-full"
  /// The object store is not available.
  case objectStoreUnavailable = "object-store-unavailable"
  /// The server is busy.
  case overloaded = "overloaded"
  /// The server is stopping.
  case draining = "draining"
  /// Something went wrong here.
  case unexpected = "internal"
}
