// How a metadata store fails. Expected refusals are outcomes of the methods; an error here means
// that the store could not do its step, or that the world changed since the caller looked.

/// Why a store step did not happen.
package struct StoreError: Error, Sendable {
  /// What went wrong.
  package enum Code: String, Sendable, CaseIterable {
    /// The thing is absent, foreign, or the grant is gone: the caller must not learn which.
    case notFound = "not-found"
    /// The version cannot be linked now.
    case versionUnavailable = "version-unavailable"
    /// Something with this name exists, or the thing changed since it was read.
    case conflict = "conflict"
    /// The store cannot be reached, is closing, or its queue is full.
    case unavailable = "unavailable"
    /// The disk is full.
    case full = "full"
    /// What is stored cannot be understood.
    case corrupt = "corrupt"
    /// The leaf would exceed the log's entry limit.
    case eventTooLarge = "event-too-large"
    /// The step may or may not have happened; ids decide after a new look.
    case outcomeUnknown = "outcome-unknown"
  }

  /// What went wrong.
  package let code: Code
  /// A sentence without values of parameters.
  package let detail: String
  /// What caused it, for our own log only.
  package let cause: (any Error)?

  /// Makes an error.
  package init(_ code: Code, _ detail: String, cause: (any Error)? = nil) {
    self.code = code
    self.detail = detail
    self.cause = cause
  }
}

extension StoreError: CustomStringConvertible, CustomDebugStringConvertible {
  /// Code and detail.
  package var description: String { "\(code.rawValue): \(detail)" }

  /// Code, detail and cause.
  package var debugDescription: String {
    cause.map { "\(description) cause=\(String(reflecting: $0))" } ?? description
  }
}
