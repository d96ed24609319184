// Strings: UTF-8 is checked, every escape of RFC 8259 section 7 is known, lone surrogates are not.

extension JSONParser {
  /// Reads a string; the position is at its opening quote.
  mutating func string() throws(JSONError) -> String {
    let opening = index
    index += 1
    let start = index
    var seen: UInt8 = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == UInt8(ascii: "\"") {
        let text = bytes[start..<index]
        index += 1
        if seen < 0x80 { return String(decoding: text, as: UTF8.self) }
        return try checked(text, opening)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(opening) }
      guard byte >= 0x20 else { throw controlCharacter }
      seen |= byte
      index += 1
    }
    throw failure(.unexpectedEnd, "a string is not closed", at: opening)
  }

  private var controlCharacter: JSONError {
    failure(.controlCharacter, "a control character in a string must be escaped")
  }

  private func checked(_ text: ArraySlice<UInt8>, _ opening: Int) throws(JSONError) -> String {
    guard let string = String(validating: text, as: UTF8.self) else {
      throw failure(.invalidUTF8, "a string is not UTF-8", at: opening)
    }
    return string
  }

  // The rest of a string from its first escape on; the position is at the backslash.
  private mutating func escapedString(_ opening: Int) throws(JSONError) -> String {
    var text = Array(bytes[(opening + 1)..<index])
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try checked(text[...], opening)
      case UInt8(ascii: "\\"):
        try escape(into: &text)
      case 0..<0x20:
        throw controlCharacter
      default:
        text.append(byte)
        index += 1
      }
    }
    throw failure(.unexpectedEnd, "a string is not closed", at: opening)
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    let start = index
    index += 1
    let letter = next
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "u"): append(try escapedScalar(start), to: &text)
    default:
      throw failure(.invalidEscape, "an escape that JSON does not have", at: start)
    }
  }

  // One `\uXXXX`, or two that form a surrogate pair; the position is behind the first `\u`.
  private mutating func escapedScalar(_ start: Int) throws(JSONError) -> Unicode.Scalar {
    let first = try hexUnit(start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, next == UInt8(ascii: "\\"), index + 1 < bytes.count,
      bytes[index + 1] == UInt8(ascii: "u")
    else { throw loneSurrogate(start) }
    index += 2
    let second = try hexUnit(start)
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw loneSurrogate(start) }
    return scalar
  }

  private func loneSurrogate(_ start: Int) -> JSONError {
    failure(.invalidEscape, "an escape of half a surrogate pair", at: start)
  }

  private mutating func hexUnit(_ start: Int) throws(JSONError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit = next
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): unit = unit << 4 | UInt32(digit - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): unit = unit << 4 | UInt32(digit - 0x61 + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): unit = unit << 4 | UInt32(digit - 0x41 + 10)
      default: throw failure(.invalidEscape, "\"\\u\" needs four hexadecimal digits", at: start)
      }
      index += 1
    }
    return unit
  }

  private func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    text.append(contentsOf: String(Character(scalar)).utf8)
  }
}
