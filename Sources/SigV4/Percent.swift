// Percent-encoding as SigV4 wants it: RFC 3986 section 2.3 unreserved characters stay, everything
// else becomes `%XX` in upper case, a space too; nothing is encoded twice and no path is
// normalised.

enum Percent {
  /// Letters, digits, `-`, `.`, `_`, `~` (RFC 3986 section 2.3).
  @inline(__always)
  static func isUnreserved(_ byte: UInt8) -> Bool {
    // Two 64-bit sets, one bit a character, are faster than a table that lives in memory.
    if byte < 64 { return (0x03FF_6000_0000_0000 as UInt64) >> UInt64(byte) & 1 == 1 }
    if byte < 128 { return (0x47FF_FFFE_87FF_FFFE as UInt64) >> UInt64(byte - 64) & 1 == 1 }
    return false
  }

  /// Appends the encoded form of `bytes`; `/` stays only in a path.
  static func append(
    _ bytes: some Sequence<UInt8>, keepingSlashes: Bool = false, to output: inout [UInt8]
  ) {
    for byte in bytes {
      if isUnreserved(byte) || keepingSlashes && byte == UInt8(ascii: "/") {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(upperDigit(byte >> 4))
        output.append(upperDigit(byte & 15))
      }
    }
  }

  /// The encoded form of `bytes`.
  static func encode(_ bytes: some Sequence<UInt8>, keepingSlashes: Bool = false) -> [UInt8] {
    var output = [UInt8]()
    append(bytes, keepingSlashes: keepingSlashes, to: &output)
    return output
  }

  /// Appends the decoded and the canonical form of a part of a URL; false if a `%` is not followed
  /// by two hexadecimal digits.
  ///
  /// In a query `+` is a space, as form encoding and the stores read it; in a path `/` stays. There
  /// must be room for as many decoded bytes as the part has, and three times as many canonical ones.
  @inline(__always)
  static func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, isQuery: Bool,
    _ decoded: inout OutputSpan<UInt8>, _ canonical: inout OutputSpan<UInt8>
  ) -> Bool {
    var index = range.lowerBound
    while index < range.upperBound {
      var byte = bytes[index]
      index += 1
      if isUnreserved(byte) || !isQuery && byte == UInt8(ascii: "/") {
        decoded.append(byte)
        canonical.append(byte)
        continue
      }
      if byte == UInt8(ascii: "%") {
        guard index + 2 <= range.upperBound, let high = value(of: bytes[index]),
          let low = value(of: bytes[index + 1])
        else { return false }
        byte = high << 4 | low
        index += 2
      } else if byte == UInt8(ascii: "+"), isQuery {
        byte = UInt8(ascii: " ")
      }
      decoded.append(byte)
      if isUnreserved(byte) || !isQuery && byte == UInt8(ascii: "/") {
        canonical.append(byte)
      } else {
        canonical.append(UInt8(ascii: "%"))
        canonical.append(upperDigit(byte >> 4))
        canonical.append(upperDigit(byte & 15))
      }
    }
    return true
  }

  /// Both forms of a whole path; nothing for a broken escape.
  static func path(_ text: ArraySlice<UInt8>) -> (decoded: [UInt8], canonical: [UInt8])? {
    var isWhole = false
    var canonical = [UInt8]()
    let decoded = [UInt8](capacity: text.count) { decoded in
      canonical = [UInt8](capacity: 3 * text.count) { canonical in
        isWhole = append(text.span, 0..<text.count, isQuery: false, &decoded, &canonical)
      }
    }
    return isWhole ? (decoded, canonical) : nil
  }

  @inline(__always)
  static func upperDigit(_ value: UInt8) -> UInt8 {
    value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") &- 10)
  }

  private static func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
