// The time of a signature: `20261121T095700Z`, its day, and the seconds they stand for.

import Base

/// A checked moment in whole seconds since 1970, from year 1970 to year 9999.
struct SigningTime: Sendable {
  let seconds: Int64

  /// Throws `time-out-of-range` outside the years that four digits can write.
  init(_ seconds: Int64) throws(SigV4Error) {
    guard (0...253_402_300_799).contains(seconds) else {
      throw SigV4Error(.timeOutOfRange, "The time of a signature lies from 1970 to 9999.")
    }
    self.seconds = seconds
  }

  /// Parses `YYYYMMDDTHHMMSSZ`; nothing for other text.
  init?(parsing text: Span<UInt8>) {
    guard text.count == 16, text[8] == UInt8(ascii: "T"), text[15] == UInt8(ascii: "Z"),
      let year = SigningTime.number(text, 0..<4), let month = SigningTime.number(text, 4..<6),
      let day = SigningTime.number(text, 6..<8), let hour = SigningTime.number(text, 9..<11),
      let minute = SigningTime.number(text, 11..<13),
      let second = SigningTime.number(text, 13..<15),
      let moment = CalendarParts(
        year: year, month: month, day: day, hour: hour, minute: minute, second: second
      ).timestamp, moment.seconds >= 0
    else { return nil }
    seconds = moment.seconds
  }

  /// Days since 1970.
  var day: Int64 { seconds / 86_400 }

  /// Eight digits, `YYYYMMDD`.
  var dayText: [UInt8] { Array(Timestamp(seconds: seconds).basicFormat.utf8.prefix(8)) }

  /// Sixteen characters, `YYYYMMDDTHHMMSSZ`.
  var text: [UInt8] { Array(Timestamp(seconds: seconds).basicFormat.utf8) }

  private static func number(_ text: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var value = 0
    for index in range {
      let digit = text[index]
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}
