// Small readers over the bytes of a head. All indices are checked by the span or by the caller.

import HTTPMessage

enum Words {
  /// Moves over bytes of a field value, eight at a time while all are plain.
  static func skipFieldValue(_ input: Span<UInt8>, _ index: inout Int) {
    let count = input.count
    var position = index
    while position + 8 <= count {
      // The loop condition has checked the eight bytes; integers have no alignment to keep here.
      let word = unsafe input.bytes.unsafeLoadUnaligned(
        fromUncheckedByteOffset: position, as: UInt64.self)
      // A byte below 0x20 borrows into its top bit; 0x7f becomes 0 and borrows after the xor.
      let low = (word &- 0x2020_2020_2020_2020) & ~word
      let other = word ^ 0x7f7f_7f7f_7f7f_7f7f
      let delete = (other &- 0x0101_0101_0101_0101) & ~other
      if (low | delete) & 0x8080_8080_8080_8080 != 0 { break }
      position += 8
    }
    while position < count, Characters.isFieldValue(input[position]) { position += 1 }
    index = position
  }

  /// Compares with a lower-case text, ignoring the case of ASCII letters.
  static func equals(_ input: Span<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    var offset = 0
    while offset < range.count {
      guard Characters.lowercase(input[range.lowerBound + offset]) == byte(text, offset) else {
        return false
      }
      offset += 1
    }
    return true
  }

  /// The byte of a literal at an offset below its count.
  static func byte(_ text: StaticString, _ offset: Int) -> UInt8 {
    precondition(offset < text.utf8CodeUnitCount, "the offset lies in the literal")
    return unsafe text.utf8Start[offset]
  }

  /// Reads a Content-Length: 1 to 18 digits, so that it fits in 63 bits.
  static func length(
    _ input: Span<UInt8>, _ value: Range<Int>
  ) throws(HeadParser.Stop) -> Int64 {
    guard !value.isEmpty else { throw .refused(.malformedFraming) }
    var result: Int64 = 0
    for index in value {
      guard Characters.isDigit(input[index]) else { throw .refused(.malformedFraming) }
    }
    guard value.count <= 18 else { throw .refused(.bodyTooLarge) }
    for index in value { result = result * 10 + Int64(input[index] - 0x30) }
    return result
  }

  /// Calls `body` for each element of a comma-separated list, blanks trimmed, empty ones left out.
  static func tokens(
    _ input: Span<UInt8>, _ value: Range<Int>, _ body: (Range<Int>) -> Void
  ) {
    var start = value.lowerBound
    while start < value.upperBound {
      var end = start
      while end < value.upperBound, input[end] != UInt8(ascii: ",") { end += 1 }
      let next = end + 1
      while start < end, input[start] == 0x20 || input[start] == 9 { start += 1 }
      while end > start, input[end - 1] == 0x20 || input[end - 1] == 9 { end -= 1 }
      if start < end { body(start..<end) }
      start = next
    }
  }

  /// A byte of `uri-host [":" port]` (RFC 3986 section 3.2.2).
  static func isHost(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
      UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "~"), UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"),
      UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"),
      UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: "%"):
      true
    default: false
    }
  }
}
