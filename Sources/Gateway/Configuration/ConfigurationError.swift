// Why the settings were refused. The server does not start on a doubtful setting.

/// A setting that cannot be used.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// What is wrong; raw texts never change.
  package enum Code: String, Sendable, CaseIterable {
    /// The file cannot be read.
    case fileUnreadable = "configuration-unreadable"
    /// The file is no JSON with comments.
    case malformed = "configuration-malformed"
    /// A key, variable or flag has no meaning.
    case unknownSetting = "setting-unknown"
    /// A value has the wrong form or lies outside its range.
    case invalidSetting = "setting-invalid"
    /// Two settings contradict each other, or a needed one is missing.
    case contradiction = "settings-contradict"
    /// A file with a secret is missing, empty or readable by others.
    case secretUnusable = "secret-unusable"
  }

  /// What is wrong.
  package let code: Code

  /// A sentence part that names the setting, never a secret.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
