// Why a JSON text or a member of it was refused. Values of the text never appear in an error.

/// Why JSON was refused.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong; the raw text never changes.
  package enum Code: String, Sendable, CaseIterable {
    /// The text has more bytes than allowed.
    case tooLarge = "json-too-large"
    /// Objects and arrays are nested deeper than allowed.
    case tooDeep = "json-too-deep"
    /// One object or array has more entries than allowed.
    case tooManyEntries = "json-too-many-entries"
    /// A number is written with more characters than allowed.
    case numberTooLong = "json-number-too-long"
    /// A number is not finite as a 64-bit float.
    case numberOutOfRange = "json-number-out-of-range"
    /// The text is not JSON (RFC 8259).
    case syntax = "json-syntax"
    /// The text ends too early.
    case unexpectedEnd = "json-unexpected-end"
    /// Bytes follow the value.
    case trailingBytes = "json-trailing-bytes"
    /// An object names a member twice.
    case duplicateMember = "json-duplicate-member"
    /// The bytes are not UTF-8.
    case invalidUTF8 = "json-invalid-utf8"
    /// A string has an escape that stands for no character.
    case invalidEscape = "json-invalid-escape"
    /// A string holds a control character that must be escaped.
    case controlCharacter = "json-control-character"
    /// The text starts with a byte order mark.
    case byteOrderMark = "json-byte-order-mark"
    /// A member that must be there is not.
    case missingMember = "json-missing-member"
    /// A member that has no meaning here.
    case unknownMember = "json-unknown-member"
    /// A member is of another type than wanted.
    case wrongType = "json-wrong-type"
    /// A member's value lies outside its bounds.
    case outOfRange = "json-value-out-of-range"
    /// A value has no canonical form: a fraction, or an integer of 2^53 or more.
    case notCanonical = "json-not-canonical"
  }

  /// What is wrong.
  package let code: Code

  /// One sentence part for people, safe to show to the client.
  package let detail: String

  /// The line of the fault, from 1; zero for errors about members of a parsed value.
  package let line: Int

  /// The column of the fault in characters, from 1; zero for errors about members.
  package let column: Int

  /// Creates an error without a position.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
    line = 0
    column = 0
  }

  /// Creates an error at a byte offset of the text.
  init(_ code: Code, _ detail: String, in bytes: [UInt8], at offset: Int) {
    self.code = code
    self.detail = detail
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        // A continuation byte of UTF-8 starts no new character.
        column += 1
      }
    }
    self.line = line
    self.column = column
  }

  package var description: String {
    line > 0
      ? "\(code.rawValue): \(detail) (line \(line), column \(column))"
      : "\(code.rawValue): \(detail)"
  }
}
