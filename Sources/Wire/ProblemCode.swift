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
  /// The request came in clear to an address that speaks TLS.
  case tlsRequired = "tls-required"
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
  /// No such document.
  case documentNotFound = "document-not-found"
  /// No such version.
  case versionNotFound = "version-not-found"
  /// No such link.
  case linkNotFound = "link-not-found"
  /// No such upload.
  case uploadNotFound = "upload-not-found"
  /// No such grant.
  case grantNotFound = "grant-not-found"
  /// No such hold.
  case holdNotFound = "hold-not-found"
  /// A legal hold keeps the document.
  case documentHeld = "document-held"
  /// The retention keeps the document.
  case documentRetained = "document-retained"
  /// No such tenant.
  case tenantNotFound = "tenant-not-found"
  /// No such event.
  case eventNotFound = "event-not-found"
  /// The event is not in a checkpoint yet.
  case eventNotPublished = "event-not-published"
  /// The tenant is missing.
  case tenantRequired = "tenant-required"
  /// The number of downloads is impossible.
  case downloadsOutOfRange = "downloads-out-of-range"
  /// The landing contradicts the number of downloads.
  case landingConflict = "landing-conflict"
  /// Showing this type in the browser is forbidden.
  case inlineForbidden = "inline-forbidden"
  /// The title or a name is not allowed.
  case titleInvalid = "title-invalid"
  /// Too many labels.
  case tooManyLabels = "too-many-labels"
  /// The validity is impossible.
  case validityInvalid = "validity-invalid"
  /// The grant is not possible.
  case grantInvalid = "grant-invalid"
  /// The limit is out of range.
  case limitOutOfRange = "limit-out-of-range"
  /// This link is no longer available.
  case linkUnavailable = "link-unavailable"
  /// The document has no version to deliver.
  case versionUnavailable = "version-unavailable"
  /// The upload did not finish.
  case uploadInterrupted = "upload-interrupted"
  /// The scrubber is busy or failing.
  case scrubberUnavailable = "scrubber-unavailable"
  /// The precondition failed.
  case preconditionFailed = "precondition-failed"
  /// The idempotency key was used for another request.
  case idempotencyKeyReused = "idempotency-key-reused"
  /// The first request with this key is still running.
  case idempotencyInFlight = "idempotency-in-flight"
  /// It changed at the same time.
  case conflict = "conflict"
  /// The policy contradicts itself.
  case policyContradictory = "policy-contradictory"
  /// The keys cannot be read.
  case keysUnusable = "keys-unusable"
  /// The tenant exists.
  case tenantExists = "tenant-exists"
  /// The lifetime is impossible.
  case expiryOutOfRange = "expiry-out-of-range"
  /// Presigned URLs are forbidden.
  case presignedForbidden = "presigned-forbidden"
  /// The scrub rules forbid this answer.
  case scrubRuleForbidden = "scrub-rule-forbidden"
  /// This link has expired.
  case linkExpired = "link-expired"
  /// This link was withdrawn.
  case linkRevoked = "link-revoked"
  /// This link has been used.
  case linkUsedUp = "link-used-up"
  /// The document is not available yet.
  case versionNotYetValid = "version-not-yet-valid"
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
  /// The malware scanner does not let the file through.
  case malwareFound = "malware-found"
  /// The malware scanner gives no answer.
  case scannerUnreachable = "scanner-unreachable"
  /// Files of this type are not accepted.
  case mediaTypeRefused = "media-type-refused"
  /// The policy contradicts itself.
  case policyInvalid = "policy-invalid"
  /// The database is not available.
  case storeUnavailable = "store-unavailable"
  /// There is no space left.
  case storeFull = "store-full"
  /// The object store is not available.
  case objectStoreUnavailable = "object-store-unavailable"
  /// As many downloads run as may.
  case downloadsBusy = "downloads-busy"
  /// The file ends before the range begins.
  case rangeUnsatisfiable = "range-unsatisfiable"
  /// The server is busy.
  case overloaded = "overloaded"
  /// The server is stopping.
  case draining = "draining"
  /// Something went wrong here.
  case unexpected = "internal"
}
