// The error of this library.

/// Why a server could not start.
package struct HTTPServerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; raw values are stable.
  package enum Code: String, Sendable {
    /// A setting is out of its range.
    case settingInvalid = "setting-invalid"
    /// The address cannot be listened on.
    case listenFailed = "listen-failed"
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
