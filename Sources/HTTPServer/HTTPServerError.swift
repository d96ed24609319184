// The error of this library.

/// Why a server could not start, or a certificate not be used.
package struct HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; raw values are stable.
  package enum Code: String, Sendable {
    /// A setting is out of its range.
    case settingInvalid = "setting-invalid"
    /// The address cannot be listened on.
    case listenFailed = "listen-failed"
    /// The certificate file holds no certificate, or one that is too weak or unreadable.
    case certificateUnusable = "certificate-unusable"
    /// A certificate of the chain does not certify the one before it.
    case certificateChainBroken = "certificate-chain-broken"
    /// The certificate has ended.
    case certificateExpired = "certificate-expired"
    /// The certificate is not valid yet.
    case certificateNotYetValid = "certificate-not-yet-valid"
    /// The key file holds no private key in clear.
    case keyUnusable = "key-unusable"
    /// The private key belongs to another certificate.
    case keyMismatch = "certificate-key-mismatch"
    /// A system call failed that should not.
    case systemFailed = "system-failed"
  }

  /// The kind of failure.
  package let code: Code
  /// What failed, with the system's reason.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
