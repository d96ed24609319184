// Moments for people: at a terminal in local time to the minute, as `ls -l` shows them; for programs
// as the server writes them.

import Base
import Glibc

enum Moments {
  /// A moment of the server's for the reader of this console.
  static func text(_ moment: String?, _ console: Console) -> String? {
    guard let moment, console.isInteractive, let time = Timestamp(moment) else { return moment }
    return local(time)
  }

  /// What a person wrote, as the server wants it: a moment in UTC, or a day, which begins at
  /// midnight in UTC.
  static func wire(_ text: String, _ option: String) throws(CommandError) -> String {
    for candidate in [text, text + "T00:00:00Z"] where Timestamp(candidate) != nil {
      return candidate
    }
    throw .usage(
      "--\(option) expects a moment such as 2026-11-21T09:00:00Z or a day such as 2026-11-21",
      hint: "moments are in UTC, hence the Z at the end")
  }

  /// The option as the server wants it; nothing if it was not given.
  static func wire(
    _ option: String, of invocation: Invocation
  ) throws(CommandError) -> String? {
    guard let text = invocation.value(option) else { return nil }
    return try wire(text, option)
  }

  /// `2026-11-21 09:57` in the time zone of the environment.
  private static func local(_ moment: Timestamp) -> String {
    var seconds = time_t(moment.seconds)
    // `tm` is called unsafe for the name of its time zone, which is not read.
    var parts = unsafe tm()
    // Both pointers are valid for the call, which writes `parts` and nothing else.
    guard unsafe localtime_r(&seconds, &parts) != nil else { return moment.description }
    let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
    let (hour, minute) = unsafe (parts.tm_hour, parts.tm_min)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month))-\(two(day)) \(two(hour)):\(two(minute))"
  }
}
