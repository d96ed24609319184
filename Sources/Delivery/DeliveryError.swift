// Every way in which a use case says no. Codes are stable for ever: they are the problem codes of
// the HTTP contract.

/// Why a use case did not do what was asked.
package struct DeliveryError: Error, Sendable {
  /// What went wrong, as a stable word.
  package enum Code: String, Sendable, CaseIterable {
    // Absent, foreign and forbidden are one.
    /// The document is absent, foreign or forbidden.
    case documentNotFound = "document-not-found"
    /// The document has no such version.
    case versionNotFound = "version-not-found"
    /// The link is absent, foreign or forbidden.
    case linkNotFound = "link-not-found"
    /// The upload is absent, foreign or forbidden.
    case uploadNotFound = "upload-not-found"
    /// The tenant has no such grant.
    case grantNotFound = "grant-not-found"
    /// The document has no such hold.
    case holdNotFound = "hold-not-found"
    /// There is no such tenant.
    case tenantNotFound = "tenant-not-found"
    /// The log has no such event.
    case eventNotFound = "event-not-found"
    // What the customer of a link sees.
    /// The link's time is over.
    case linkExpired = "link-expired"
    /// The link was revoked.
    case linkRevoked = "link-revoked"
    /// All downloads of the link are used.
    case linkUsedUp = "link-used-up"
    /// The link's grant is gone, or no version is valid now.
    case linkUnavailable = "link-unavailable"
    // Versions.
    /// No version, or not this one, can be delivered now.
    case versionUnavailable = "version-unavailable"
    /// The version is not valid yet.
    case versionNotYetValid = "version-not-yet-valid"
    /// A newer version replaced it, and the policy delivers only that.
    case versionSuperseded = "version-superseded"
    /// The version was withdrawn.
    case versionWithdrawn = "version-withdrawn"
    // What must be kept.
    /// A legal hold keeps the document.
    case documentHeld = "document-held"
    /// The tenant's retention keeps the document.
    case documentRetained = "document-retained"
    // What the caller may not do.
    /// The token lacks a scope.
    case scopeMissing = "scope-missing"
    /// An operator did not say which tenant.
    case tenantRequired = "tenant-required"
    /// The policy allows links only.
    case presignedForbidden = "presigned-forbidden"
    /// The policy, or another answer of the upload, does not allow an answer to a scrub rule.
    case scrubRuleForbidden = "scrub-rule-forbidden"
    // What the caller may not ask.
    /// The lifetime is outside 1 second to 7 days.
    case expiryOutOfRange = "expiry-out-of-range"
    /// The count of downloads is outside the policy.
    case downloadsOutOfRange = "downloads-out-of-range"
    /// A counted link cannot redirect on GET.
    case landingConflict = "landing-conflict"
    /// The type is not shown in browsers.
    case inlineForbidden = "inline-forbidden"
    /// The title or name has a bad length or hidden characters.
    case titleInvalid = "title-invalid"
    /// There are more labels than a document can have.
    case tooManyLabels = "too-many-labels"
    /// The validity ends before it begins, or in the past.
    case validityInvalid = "validity-invalid"
    /// The grant has no right, or ends in the past.
    case grantInvalid = "grant-invalid"
    /// The policy has a value outside its range.
    case policyInvalid = "policy-invalid"
    /// Two members of the policy contradict each other.
    case policyContradictory = "policy-contradictory"
    /// The size of a page is outside 1 to 200.
    case limitOutOfRange = "limit-out-of-range"
    // Uploads.
    /// The upload is larger than the policy takes.
    case uploadTooLarge = "upload-too-large"
    /// The upload ended early.
    case uploadIncomplete = "upload-incomplete"
    /// The upload has no bytes.
    case uploadEmpty = "upload-empty"
    /// The gateway stopped while the upload was at work.
    case uploadInterrupted = "upload-interrupted"
    /// The bytes do not have the declared digest.
    case digestMismatch = "digest-mismatch"
    /// The type is not accepted; `reason` says why.
    case mediaTypeRefused = "media-type-refused"
    /// The content is not accepted; `reason` says why.
    case scrubRefused = "scrub-refused"
    /// The file could not be scrubbed now.
    case scrubberUnavailable = "scrubber-unavailable"
    /// The malware scanner found something.
    case malwareFound = "malware-found"
    /// The malware scanner gave no answer.
    case scannerUnreachable = "scanner-unreachable"
    // State of the gateway.
    /// It changed in the meantime or exists already.
    case conflict = "conflict"
    /// There is a tenant of this name.
    case tenantExists = "tenant-exists"
    /// The metadata store is not available.
    case storeUnavailable = "store-unavailable"
    /// The metadata store is full.
    case storeFull = "store-full"
    /// Object storage is not available.
    case objectStoreUnavailable = "object-store-unavailable"
    /// As many downloads run through the gateway, or of the link, as may.
    case downloadsBusy = "downloads-busy"
    /// Something is wrong in the gateway.
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
