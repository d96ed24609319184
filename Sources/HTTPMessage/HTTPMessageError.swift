// The error of this library.

/// What was wrong with a message or its body.
package struct HTTPMessageError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure; raw values are stable.
  package enum Code: String, Sendable {
    /// A `%` without two hexadecimal digits, or a byte that must be escaped.
    case malformedEscape = "malformed-escape"
    /// Decoded text that is not UTF-8 or has control characters.
    case malformedText = "malformed-text"
    /// More query parameters than allowed.
    case tooManyParameters = "too-many-parameters"
    /// The body is larger than the limit that the handler chose.
    case bodyTooLarge = "body-too-large"
    /// The chunked framing of the body is broken.
    case bodyMalformed = "body-malformed"
    /// The connection ended before the body did.
    case bodyCutOff = "body-cut-off"
    /// The body came slower than the minimum rate.
    case bodyTimedOut = "body-timed-out"
    /// The other side is gone; nothing more can be written.
    case peerGone = "peer-gone"
    /// The writer of a streamed body failed, or wrote another length than announced.
    case bodyAborted = "body-aborted"
  }

  /// The kind of failure.
  package let code: Code
  /// A sentence that is safe to show to the client.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
