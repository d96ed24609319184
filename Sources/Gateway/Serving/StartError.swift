// Why a gateway did not start.

/// A failure of the start.
package struct StartError: Error, Sendable, CustomStringConvertible {
  /// What went wrong; raw texts never change.
  package enum Code: String, Sendable, CaseIterable {
    /// A setting cannot be used as it is.
    case settingInvalid = "setting-invalid"
    /// A key file is missing or unusable.
    case secretUnusable = "secret-unusable"
    /// The database cannot be opened.
    case databaseUnusable = "database-unusable"
    /// The object store cannot be reached or started.
    case storeUnusable = "store-unusable"
    /// An address cannot be listened on.
    case listenFailed = "listen-failed"
    /// The scrub workers cannot be started.
    case scrubberUnusable = "scrubber-unusable"
    /// The sealer cannot be started.
    case sealerUnusable = "sealer-unusable"
  }

  /// What went wrong.
  package let code: Code

  /// A sentence part for the operator, without secrets.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
