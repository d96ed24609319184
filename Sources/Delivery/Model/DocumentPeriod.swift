// The period that a document is about, such as the month of an invoice: a year, a month or a day of
// the calendar, as ISO 8601 writes it. It says nothing about when a version may be delivered.

/// `2026`, `2026-11` or `2026-11-21`.
package struct DocumentPeriod: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The text form, whose order is that of time.
  package let text: String

  /// Takes a year from 0001, a month or a day that the calendar has; nothing for any other text.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 3, first.count == 4,
      parts.dropFirst().allSatisfy({ $0.count == 2 })
    else { return nil }
    var numbers = [Int]()
    for part in parts {
      guard part.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
        return nil
      }
      numbers.append(part.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }
    guard numbers[0] >= 1 else { return nil }
    if numbers.count > 1, !(1...12).contains(numbers[1]) { return nil }
    if numbers.count > 2, !(1...DocumentPeriod.days(numbers[0], numbers[1])).contains(numbers[2]) {
      return nil
    }
    self.text = text
  }

  package var description: String { text }
  package static func < (left: DocumentPeriod, right: DocumentPeriod) -> Bool {
    left.text < right.text
  }

  /// Whether `other` lies in this period: a day in its month, a month in its year.
  package func contains(_ other: DocumentPeriod) -> Bool {
    other.text.utf8.starts(with: text.utf8)
  }

  /// The first text behind all periods that this one contains.
  package var textAfter: String { text + "." }

  private static func days(_ year: Int, _ month: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }
}
