// HTTP dates (RFC 9110 section 5.6.7): IMF-fixdate is written and read. The two obsolete forms are
// read as nothing, which makes a condition with one of them be ignored.

package import Base

/// Reads and writes `Sun, 06 Nov 1994 08:49:37 GMT`.
package enum HTTPDate {
  /// The number of bytes of an IMF-fixdate.
  package static let byteCount = 29

  /// The text of a moment, fractions of a second dropped.
  package static func text(_ moment: Timestamp) -> String {
    var output = [UInt8]()
    output.reserveCapacity(byteCount)
    write(moment, to: &output)
    return String(decoding: output, as: UTF8.self)
  }

  /// Appends the 29 bytes of a moment.
  package static func write(_ moment: Timestamp, to output: inout [UInt8]) {
    let parts = CalendarParts(moment)
    output.append(contentsOf: weekdays[CalendarParts.weekday(moment)].utf8)
    output.append(contentsOf: ", ".utf8)
    append(parts.day, digits: 2, to: &output)
    output.append(UInt8(ascii: " "))
    output.append(contentsOf: months[parts.month - 1].utf8)
    output.append(UInt8(ascii: " "))
    append(parts.year, digits: 4, to: &output)
    output.append(UInt8(ascii: " "))
    append(parts.hour, digits: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    append(parts.minute, digits: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    append(parts.second, digits: 2, to: &output)
    output.append(contentsOf: " GMT".utf8)
  }

  /// The moment of an IMF-fixdate; nothing for any other text or a wrong day of the week.
  package static func parse(_ text: some StringProtocol) -> Timestamp? {
    let bytes = Array(text.utf8)
    guard bytes.count == byteCount, let month = months.firstIndex(of: string(bytes[8..<11])),
      let day = number(bytes[5..<7]), let year = number(bytes[12..<16]),
      let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]),
      // Second 60 is allowed for leap seconds; it is read as 59.
      let second = number(bytes[23..<25]), second <= 60,
      let moment = CalendarParts(
        year: year, month: month + 1, day: day, hour: hour, minute: minute,
        second: min(second, 59)
      ).timestamp
    else { return nil }
    var expected = [UInt8]()
    write(moment, to: &expected)
    if second == 60 { expected.replaceSubrange(23..<25, with: "60".utf8) }
    return expected == bytes ? moment : nil
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func string(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    guard digits.allSatisfy(Characters.isDigit) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }

  private static func append(_ value: Int, digits: Int, to output: inout [UInt8]) {
    var divisor = digits == 4 ? 1000 : 10
    while divisor > 0 {
      output.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
      divisor /= 10
    }
  }
}
