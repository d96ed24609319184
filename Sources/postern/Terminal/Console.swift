// Where a command prints: results on standard output, everything else on standard error.

import Base
import Glibc

/// ANSI styles, or none when the stream is no terminal or NO_COLOR is set (no-color.org).
struct Style: Sendable {
  let isColoured: Bool

  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }
  func red(_ text: String) -> String { wrap(text, "31") }
  func green(_ text: String) -> String { wrap(text, "32") }
  func yellow(_ text: String) -> String { wrap(text, "33") }
  func cyan(_ text: String) -> String { wrap(text, "36") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}

/// The two output streams of the program.
struct Console: Sendable {
  /// One of the two streams; the raw value is its descriptor.
  enum Stream: Int32, Sendable {
    case output = 1
    case error = 2
  }

  /// The style of standard output.
  let style: Style

  /// The style of standard error.
  let errorStyle: Style

  /// Whether standard output is a terminal: a person reads the result, not a script.
  let isInteractive: Bool

  /// The columns of the terminal on standard output; nothing for no terminal, or one without size.
  var width: Int?

  /// Whether standard error is a terminal: only then a progress bar is drawn.
  let hasProgress: Bool

  /// Takes what is printed.
  let write: @Sendable (String, Stream) -> Void

  /// The console of this process.
  static func standard(environment: [String: String]) -> Console {
    let plain =
      environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
    return Console(
      style: Style(isColoured: !plain && isatty(1) == 1),
      errorStyle: Style(isColoured: !plain && isatty(2) == 1),
      isInteractive: isatty(1) == 1, width: terminalWidth(environment), hasProgress: isatty(2) == 1,
      write: { text, stream in writeAll(text, to: stream.rawValue) })
  }

  /// Prints a line of the result.
  func print(_ text: String) { write(text + "\n", .output) }

  /// Prints the result without a line end.
  func printRaw(_ text: String) { write(text, .output) }

  /// Prints a remark that is not part of the result.
  func note(_ text: String) { write(text + "\n", .error) }

  /// Writes to standard error without a line end, for the progress bar.
  func draw(_ text: String) { write(text, .error) }

  /// Shows a failure as STYLE rule 26 wants it.
  func show(_ error: CommandError) {
    // Both may hold words of the command line or of the server.
    note(errorStyle.red("error:") + " " + Plain.text(error.message))
    if let hint = error.hint { note(errorStyle.yellow("hint:") + " " + Plain.text(hint)) }
  }

  /// `COLUMNS` goes before what the terminal says of itself.
  private static func terminalWidth(_ environment: [String: String]) -> Int? {
    guard isatty(1) == 1 else { return nil }
    if let columns = environment["COLUMNS"].flatMap({ Int($0) }), columns > 0 { return columns }
    var size = winsize()
    // The pointer is valid for the call, which writes nothing but `size`.
    guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  private static func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      // A closed pipe ends output, not the work; there is nobody left to tell.
      guard written > 0 || errno == EINTR else { return }
      bytes = bytes.dropFirst(max(0, written))
    }
  }
}
