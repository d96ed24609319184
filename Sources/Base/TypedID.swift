// Identifiers: 128 bits of UUIDv7 (RFC 9562 section 5.7) with a text form that carries its kind,
// `doc_01kafq0zv5e8c9w0yb3s7m2n4p`: Crockford's base 32 in lower case, 26 characters, most
// significant bits first. The text sorts by time of creation and is never a secret.

/// Names a kind of identifier and its text prefix.
package protocol IDKind {
  /// The lower-case prefix without the underscore, such as `doc`.
  static var prefix: StaticString { get }
}

/// An identifier of one kind; identifiers of two kinds cannot be mixed up.
///
/// What depends on the kind is small and inlinable; the loops over bytes and digits are not generic.
package struct TypedID<Kind: IDKind>: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The upper 64 bits: 48 of milliseconds, 4 of version, 12 random.
  package let high: UInt64

  /// The lower 64 bits: 2 of variant, 62 random.
  package let low: UInt64

  /// Creates an identifier from its 128 bits, as a store keeps them.
  @inlinable
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
    guard let words = IDText.parse(String(text), prefix: Kind.prefix) else { return nil }
    self.init(high: words.high, low: words.low)
  }

  @inlinable
  package static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }

  /// The text form, such as `doc_01kafq0zv5e8c9w0yb3s7m2n4p`.
  @inlinable
  package var description: String {
    IDText.write(high: high, low: low, prefix: Kind.prefix)
  }

  /// The 16 bytes, most significant first.
  @inlinable
  package var bytes: [UInt8] { IDText.bytes(high: high, low: low) }

  /// Reads 16 bytes, most significant first; nothing for another length.
  @inlinable
  package init?(bytes: [UInt8]) {
    guard let words = IDText.words(of: bytes) else { return nil }
    self.init(high: words.high, low: words.low)
  }
}

/// The work on an identifier's bits, which is the same for every kind.
@usableFromInline
package enum IDText {
  private static let digitCount = 26

  /// The text form.
  @usableFromInline
  package static func write(high: UInt64, low: UInt64, prefix: StaticString) -> String {
    let start = prefix.utf8CodeUnitCount + 1
    return unsafe String(unsafeUninitializedCapacity: start + digitCount) { text in
      // The prefix is shorter than the capacity by construction.
      prefix.withUTF8Buffer { bytes in
        for index in 0..<bytes.count { unsafe text[index] = bytes[index] }
      }
      unsafe text[start - 1] = UInt8(ascii: "_")
      var (high, low) = (high, low)
      for position in stride(from: start + digitCount - 1, through: start, by: -1) {
        unsafe text[position] = CrockfordBase32.digit(low & 31)
        low = low >> 5 | high << 59
        high >>= 5
      }
      return start + digitCount
    }
  }

  /// The words of a text form; nothing for any other text.
  static func parse(_ text: String, prefix: StaticString) -> (high: UInt64, low: UInt64)? {
    var text = text
    return text.withUTF8 { bytes in
      let start = prefix.utf8CodeUnitCount + 1
      guard bytes.count == start + digitCount, unsafe bytes[start - 1] == UInt8(ascii: "_"),
        prefix.withUTF8Buffer({ unsafe bytes.prefix(start - 1).elementsEqual($0) }),
        let first = unsafe CrockfordBase32.value(of: bytes[start]), first < 8
      else { return nil }
      var high = UInt64(0)
      var low = UInt64(0)
      for index in start..<bytes.count {
        guard let digit = unsafe CrockfordBase32.value(of: bytes[index]) else { return nil }
        high = high << 5 | low >> 59
        low = low << 5 | UInt64(digit)
      }
      return (high, low)
    }
  }

  /// The 16 bytes, most significant first.
  @usableFromInline
  package static func bytes(high: UInt64, low: UInt64) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      unsafe raw.storeBytes(of: high.bigEndian, as: UInt64.self)
      unsafe raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      count = 16
    }
  }

  /// The words of 16 bytes; nothing for another length.
  @usableFromInline
  package static func words(of bytes: [UInt8]) -> (high: UInt64, low: UInt64)? {
    guard bytes.count == 16 else { return nil }
    return unsafe bytes.withUnsafeBytes { raw in
      unsafe (
        UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
        UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      )
    }
  }
}
