// The one error of this module. It names the condition; it never carries key or message bytes.

/// Why a key, a signature or a sealed box was not accepted.
package struct CryptographyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong; the raw value is stable.
  package enum Code: String, Sendable {
    /// The key has the wrong size, is not on its curve, or is too weak.
    case keyInvalid = "key-invalid"
    /// The key kind or curve is not supported.
    case keyUnsupported = "key-unsupported"
    /// A sealed box is too short, was changed, or was sealed with another key.
    case sealBroken = "seal-broken"
    /// OpenSSL refused an operation that should not fail.
    case operationFailed = "operation-failed"
  }

  /// What went wrong.
  package let code: Code

  /// A sentence for people; safe to show to a client.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  /// The code and the detail.
  package var description: String { "\(code.rawValue): \(detail)" }
}
