// Identifiers: 128 bits of UUIDv7 (RFC 9562 section 5.7) with a text form that carries its kind,
// `doc_01kafq0zv5e8c9w0yb3s7m2n4p`: Crockford's base 32 in lower case, 26 characters, most
// significant bits first. The text sorts by time of creation and is never a secret.

/// Names a kind of identifier and its text prefix.
package protocol IDKind {
  /// The lower-case prefix without the underscore, such as `doc`.
  static var prefix: StaticString { get }
}

/// An identifier of one kind; identifiers of two kinds cannot be mixed up.
package struct TypedID<Kind: IDKind>: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The upper 64 bits: 48 of milliseconds, 4 of version, 12 random.
  package let high: UInt64

  /// The lower 64 bits: 2 of variant, 62 random.
  package let low: UInt64

  /// Creates an identifier from its 128 bits, as a store keeps them.
  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes a UUIDv7 from a moment and 128 random bits, of which 74 are used.
  package init(at moment: Timestamp, random: (UInt64, UInt64)) {
    let milliseconds = UInt64(max(0, moment.milliseconds)) & 0xffff_ffff_ffff
    high = milliseconds << 16 | 0x7000 | (random.0 & 0x0fff)
    low = 0x8000_0000_0000_0000 | (random.1 & 0x3fff_ffff_ffff_ffff)
  }

  /// Parses the text form exactly: right prefix, 26 lower-case characters, no value above 128 bits.
  package init?(_ text: some StringProtocol) {
    let prefix = String(describing: Kind.prefix)
    let bytes = Array(text.utf8)
    let start = prefix.utf8.count + 1
    guard bytes.count == start + 26, bytes.starts(with: prefix.utf8),
      bytes[start - 1] == UInt8(ascii: "_"), let first = CrockfordBase32.value(of: bytes[start]),
      first < 8
    else { return nil }
    var high = UInt64(0)
    var low = UInt64(0)
    for byte in bytes[start...] {
      guard let digit = CrockfordBase32.value(of: byte) else { return nil }
      high = high << 5 | low >> 59
      low = low << 5 | UInt64(digit)
    }
    self.init(high: high, low: low)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// The text form, such as `doc_01kafq0zv5e8c9w0yb3s7m2n4p`.
  package var description: String {
    var digits = [UInt8](repeating: 0, count: 26)
    var (high, low) = (high, low)
    for position in stride(from: 25, through: 0, by: -1) {
      digits[position] = CrockfordBase32.alphabet[Int(low & 31)]
      low = low >> 5 | high << 59
      high >>= 5
    }
    return String(describing: Kind.prefix) + "_" + String(decoding: digits, as: UTF8.self)
  }

  /// The 16 bytes, most significant first.
  package var bytes: [UInt8] {
    var result = [UInt8]()
    result.reserveCapacity(16)
    for word in [high, low] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        result.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return result
  }

  /// Reads 16 bytes, most significant first; nothing for another length.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var words: [UInt64] = [0, 0]
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.init(high: words[0], low: words[1])
  }
}
