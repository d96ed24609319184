// Days to dates and back, after the well-known era arithmetic for the proleptic Gregorian calendar
// (400 years are 146,097 days; the year starts in March so that the leap day comes last).

/// A UTC date and time in parts.
package struct CalendarParts: Sendable, Hashable {
  package var year: Int
  package var month: Int
  package var day: Int
  package var hour: Int
  package var minute: Int
  package var second: Int

  /// Creates parts as they are; `timestamp` checks them.
  package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The parts of a moment, fractions of a second dropped.
  package init(_ moment: Timestamp) {
    let seconds = moment.seconds
    let days = Timestamp.floorDivide(seconds, 86_400)
    let rest = Int(seconds - days * 86_400)
    let shifted = Int(days) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    hour = rest / 3600
    minute = rest / 60 % 60
    second = rest % 60
  }

  /// The moment that the parts name; nothing if one is out of range (a leap second too).
  package var timestamp: Timestamp? {
    guard (0...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
      (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
    else { return nil }
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    let days = era * 146_097 + dayOfEra - 719_468
    let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    let moment = Timestamp(seconds: seconds)
    // 31 February passes the range check above; it comes back as a day in March.
    return CalendarParts(moment) == self ? moment : nil
  }

  /// 0 is Sunday; 1970-01-01 was a Thursday.
  package static func weekday(_ moment: Timestamp) -> Int {
    let days = Timestamp.floorDivide(moment.seconds, 86_400)
    return Int(((days % 7) + 11) % 7)
  }

  func append(to text: inout [UInt8], dateSeparator: UInt8?, timeSeparator: UInt8?) {
    Timestamp.append(year, digits: 4, to: &text)
    if let dateSeparator { text.append(dateSeparator) }
    Timestamp.append(month, digits: 2, to: &text)
    if let dateSeparator { text.append(dateSeparator) }
    Timestamp.append(day, digits: 2, to: &text)
    text.append(UInt8(ascii: "T"))
    Timestamp.append(hour, digits: 2, to: &text)
    if let timeSeparator { text.append(timeSeparator) }
    Timestamp.append(minute, digits: 2, to: &text)
    if let timeSeparator { text.append(timeSeparator) }
    Timestamp.append(second, digits: 2, to: &text)
  }
}
