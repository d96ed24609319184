// Bytes as text: hexadecimal, base64 (RFC 4648 sections 4 and 5) and Crockford's base 32.
// Decoders are strict: one text for one value, or nothing.

/// Lower-case hexadecimal.
package enum Hex {
  /// Two lower-case digits a byte.
  @inlinable
  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    encode(Array(bytes))
  }

  /// Two lower-case digits a byte.
  package static func encode(_ bytes: [UInt8]) -> String { encode(bytes.span) }

  /// Two lower-case digits a byte.
  package static func encode(_ bytes: Span<UInt8>) -> String {
    unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
      for index in 0..<bytes.count {
        unsafe text[2 * index] = digit(bytes[index] >> 4)
        unsafe text[2 * index + 1] = digit(bytes[index] & 15)
      }
      return 2 * bytes.count
    }
  }

  /// Appends the two digits of a byte.
  package static func append(_ byte: UInt8, to text: inout [UInt8]) {
    text.append(digit(byte >> 4))
    text.append(digit(byte & 15))
  }

  /// The bytes of an even number of lower-case digits; nothing for other text.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    var result = [UInt8]()
    var high: UInt8?
    for byte in text.utf8 {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      default: return nil
      }
      if let first = high {
        result.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return high == nil ? result : nil
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}

/// The two base64 alphabets of RFC 4648.
package enum Base64 {
  /// Which alphabet, and with it whether `=` pads.
  package enum Variant: Sendable {
    /// Section 4: `+` and `/`, padded.
    case standard
    /// Section 5: `-` and `_`, never padded (as JOSE wants it).
    case url
  }

  /// The text of `bytes`.
  @inlinable
  package static func encode(_ bytes: some Collection<UInt8>, _ variant: Variant) -> String {
    encode(Array(bytes), variant)
  }

  /// The text of `bytes`.
  package static func encode(_ bytes: [UInt8], _ variant: Variant) -> String {
    let alphabet = variant == .url ? urlAlphabet : standardAlphabet
    let capacity = (bytes.count + 2) / 3 * 4
    return unsafe String(unsafeUninitializedCapacity: capacity) { text in
      var count = 0
      var buffer: UInt32 = 0
      var bits = 0
      for byte in bytes {
        buffer = buffer << 8 | UInt32(byte)
        bits += 8
        while bits >= 6 {
          bits -= 6
          unsafe text[count] = alphabet[Int(buffer >> UInt32(bits) & 63)]
          count += 1
        }
      }
      if bits > 0 {
        unsafe text[count] = alphabet[Int(buffer << UInt32(6 - bits) & 63)]
        count += 1
      }
      while variant == .standard, count < capacity {
        unsafe text[count] = UInt8(ascii: "=")
        count += 1
      }
      return count
    }
  }

  /// The bytes of canonical text; nothing for foreign characters, wrong padding or unused bits set.
  @inlinable
  package static func decode(_ text: some BidirectionalCollection<UInt8>, _ variant: Variant)
    -> [UInt8]?
  {
    decode(Array(text), variant)
  }

  /// The bytes of canonical text; nothing for foreign characters, wrong padding or unused bits set.
  package static func decode(_ text: [UInt8], _ variant: Variant) -> [UInt8]? {
    var body = text[...]
    if variant == .standard {
      guard body.count % 4 == 0 else { return nil }
      for _ in 0..<2 where body.last == UInt8(ascii: "=") { body = body.dropLast() }
    }
    guard body.count % 4 != 1 else { return nil }
    let values = variant == .url ? urlValues : standardValues
    var result = [UInt8]()
    result.reserveCapacity(body.count * 3 / 4)
    var buffer: UInt32 = 0
    var bits = 0
    for character in body {
      let value = values[Int(character)]
      guard value < 64 else { return nil }
      buffer = buffer << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        result.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
      }
    }
    guard buffer & ((1 << UInt32(bits)) - 1) == 0 else { return nil }
    return result
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standardAlphabet = Array((letters + "+/").utf8)
  private static let urlAlphabet = Array((letters + "-_").utf8)
  private static let standardValues = values(of: standardAlphabet)
  private static let urlValues = values(of: urlAlphabet)

  private static func values(of alphabet: [UInt8]) -> [UInt8] {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }
}

/// Crockford's base 32 digits, lower case only.
enum CrockfordBase32 {
  private static let alphabet: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"

  /// The digit of a value below 32.
  static func digit(_ value: UInt64) -> UInt8 {
    precondition(value < 32, "a digit has five bits")
    return unsafe alphabet.utf8Start[Int(value)]
  }

  static func value(of character: UInt8) -> UInt8? {
    let value = values[Int(character)]
    return value < 32 ? value : nil
  }

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for value in UInt64(0)..<32 { table[Int(digit(value))] = UInt8(value) }
    return table
  }()
}
