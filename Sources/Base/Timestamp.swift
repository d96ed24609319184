// Time as the gateway stores and shows it: whole milliseconds since 1970, always UTC.
// Calendar arithmetic is the proleptic Gregorian calendar without leap seconds (POSIX time).

/// A moment in UTC with millisecond resolution.
package struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package var milliseconds: Int64

  /// Creates a moment from milliseconds since 1970.
  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Creates a moment from whole seconds since 1970.
  package init(seconds: Int64) {
    milliseconds = seconds * 1000
  }

  /// Whole seconds since 1970, rounded down.
  package var seconds: Int64 {
    Timestamp.floorDivide(milliseconds, 1000)
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  /// The moment `seconds` later.
  package func adding(seconds: Int64) -> Timestamp {
    Timestamp(milliseconds: milliseconds + seconds * 1000)
  }

  /// The moment as RFC 3339 with milliseconds: `2026-11-21T09:57:00.123Z`.
  package var description: String {
    let parts = CalendarParts(self)
    var text = [UInt8]()
    text.reserveCapacity(24)
    parts.append(to: &text, dateSeparator: UInt8(ascii: "-"), timeSeparator: UInt8(ascii: ":"))
    text.append(UInt8(ascii: "."))
    Timestamp.append(
      Int(milliseconds - seconds * 1000), digits: 3, to: &text)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// The moment in the basic ISO 8601 form that SigV4 uses: `20261121T095700Z`.
  package var basicFormat: String {
    var text = [UInt8]()
    text.reserveCapacity(16)
    CalendarParts(self).append(to: &text, dateSeparator: nil, timeSeparator: nil)
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Parses RFC 3339 in UTC (`Z` only), with zero to three fraction digits; nothing for other text.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.count <= 24, bytes.last == UInt8(ascii: "Z"),
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"),
      let year = Timestamp.number(bytes[0..<4]), let month = Timestamp.number(bytes[5..<7]),
      let day = Timestamp.number(bytes[8..<10]), let hour = Timestamp.number(bytes[11..<13]),
      let minute = Timestamp.number(bytes[14..<16]), let second = Timestamp.number(bytes[17..<19])
    else { return nil }
    var fraction = 0
    if bytes.count > 20 {
      let digits = bytes[20..<(bytes.count - 1)]
      guard bytes[19] == UInt8(ascii: "."), !digits.isEmpty,
        let value = Timestamp.number(digits)
      else { return nil }
      fraction = [100, 10, 1][digits.count - 1] * value
    }
    guard
      let moment = CalendarParts(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second
      ).timestamp
    else { return nil }
    milliseconds = moment.milliseconds + Int64(fraction)
  }

  static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }

  static func append(_ value: Int, digits: Int, to text: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<digits { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    let quotient = value / divisor
    return value % divisor < 0 ? quotient - 1 : quotient
  }
}
