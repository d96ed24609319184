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
    /// A certificate file cannot be used.
    case certificateUnusable = "certificate-unusable"
    /// The certificates of a file do not certify each other in order.
    case certificateChainBroken = "certificate-chain-broken"
    /// A certificate has ended.
    case certificateExpired = "certificate-expired"
    /// A certificate is not valid yet.
    case certificateNotYetValid = "certificate-not-yet-valid"
    /// A certificate's key file cannot be used, or others can read it.
    case keyUnusable = "key-unusable"
    /// A key is that of another certificate.
    case keyMismatch = "certificate-key-mismatch"
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
