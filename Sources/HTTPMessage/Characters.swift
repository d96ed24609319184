// Character classes of HTTP (RFC 9110 section 5.6, RFC 3986 section 2) as pure functions on bytes.

/// Classes of bytes in messages.
package enum Characters {
  /// `tchar` of RFC 9110 section 5.6.2.
  @inlinable package static func isToken(_ byte: UInt8) -> Bool {
    byte < 128 && (byte < 64 ? tokenLow : tokenHigh) >> UInt64(byte & 63) & 1 == 1
  }

  /// A byte of a field value: visible, space, tab or above 127 (RFC 9110 section 5.5).
  @inlinable package static func isFieldValue(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7f || byte == 9
  }

  /// A decimal digit.
  @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

  /// An ASCII letter.
  package static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

  /// `unreserved` of RFC 3986 section 2.3.
  package static func isUnreserved(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
  }

  /// `attr-char` of RFC 8187 section 3.2.1.
  package static func isAttribute(_ byte: UInt8) -> Bool {
    isDigit(byte) || isLetter(byte) || "!#$&+-.^_`|~".utf8.contains(byte)
  }

  /// The value of a hexadecimal digit in either case.
  package static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte - 0x30 }
    let letter = (byte | 0x20) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }

  /// Compares two byte strings, ASCII letters without regard to case.
  package static func equalIgnoringCase(
    _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
  ) -> Bool {
    guard left.count == right.count else { return false }
    for (one, other) in zip(left, right) where lowercase(one) != lowercase(other) { return false }
    return true
  }

  /// The lower-case form of an ASCII letter; other bytes as they are.
  package static func lowercase(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// One bit for each token character below 64; the tests hold it against the definition.
  @inlinable package static var tokenLow: UInt64 { 0x03ff_6cfa_0000_0000 }
  /// One bit for each token character from 64 on.
  @inlinable package static var tokenHigh: UInt64 { 0x57ff_ffff_c7ff_fffe }
}
