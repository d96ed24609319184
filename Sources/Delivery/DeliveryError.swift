// Every way in which a use case says no. Codes are stable for ever: they are the problem codes of
// the HTTP contract.

/// Why a use case did not do what was asked.
package struct DeliveryError: Error, Sendable {
  /// What went wrong, as a stable word.
  package enum Code: String, Sendable, CaseIterable {
    // Absent, foreign and forbidden are one.
    case documentNotFound = "document-not-found"
    case versionNotFound = "version-not-found"
    case linkNotFound = "link-not-found"
    case uploadNotFound = "upload-not-found"
    case grantNotFound = "grant-not-found"
    case tenantNotFound = "tenant-not-found"
    case eventNotFound = "event-not-found"
    // What the customer of a link sees.
    case linkExpired = "link-expired"
    case linkRevoked = "link-revoked"
    case linkUsedUp = "link-used-up"
    case linkUnavailable = "link-unavailable"
    // Versions.
    case versionUnavailable = "version-unavailable"
    case versionSuperseded = "version-superseded"
    case versionWithdrawn = "version-withdrawn"
    // What the caller may not do.
    case scopeMissing = "scope-missing"
    case tenantRequired = "tenant-required"
    case presignedForbidden = "presigned-forbidden"
    // What the caller may not ask.
    case expiryOutOfRange = "expiry-out-of-range"
    case downloadsOutOfRange = "downloads-out-of-range"
    case landingConflict = "landing-conflict"
    case inlineForbidden = "inline-forbidden"
    case titleInvalid = "title-invalid"
    case tooManyLabels = "too-many-labels"
    case validityInvalid = "validity-invalid"
    case grantInvalid = "grant-invalid"
    case policyInvalid = "policy-invalid"
    case limitOutOfRange = "limit-out-of-range"
    // Uploads.
    case uploadTooLarge = "upload-too-large"
    case uploadIncomplete = "upload-incomplete"
    case uploadEmpty = "upload-empty"
    case uploadInterrupted = "upload-interrupted"
    case digestMismatch = "digest-mismatch"
    case mediaTypeRefused = "media-type-refused"
    case scrubRefused = "scrub-refused"
    case scrubberUnavailable = "scrubber-unavailable"
    // State of the gateway.
    case conflict = "conflict"
    case tenantExists = "tenant-exists"
    case storeUnavailable = "store-unavailable"
    case storeFull = "store-full"
    case objectStoreUnavailable = "object-store-unavailable"
    case `internal` = "internal"
  }

  /// What went wrong.
  package let code: Code
  /// A sentence that is safe to show to the client.
  package let detail: String
  /// The reason in the vocabulary of the scrubber, for `scrub-refused` and `media-type-refused`.
  package let reason: RefusalReason?
  /// What caused it, for our own log only.
  package let cause: (any Error)?

  /// Makes an error.
  package init(
    _ code: Code, _ detail: String, reason: RefusalReason? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.detail = detail
    self.reason = reason
    self.cause = cause
  }

  /// The error of a token without `scope`.
  package static func missing(_ scope: Scope) -> DeliveryError {
    DeliveryError(.scopeMissing, "The token lacks the scope \(scope.rawValue).")
  }

  /// The one answer for absent, foreign and forbidden documents.
  package static var documentNotFound: DeliveryError {
    DeliveryError(.documentNotFound, "There is no such document.")
  }
}

extension DeliveryError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Code and detail.
  package var description: String { "\(code.rawValue): \(detail)" }

  /// Code, detail, reason and cause.
  package var debugDescription: String {
    var text = description
    if let reason { text += " reason=\(reason)" }
    if let cause { text += " cause=\(String(reflecting: cause))" }
    return text
  }
}
