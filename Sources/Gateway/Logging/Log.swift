// The server's log: one line of JSON an event on standard error. Values come from us or are ids;
// bodies, tokens, query strings and metadata values have no way in.

package import Base
import Glibc
import JSONText

/// How much an event matters.
package enum LogLevel: String, Sendable {
  case info
  case warning
  case error
}

/// Writes the log.
package struct Log: Sendable {
  private let clock: Clock
  /// Takes whole lines, each with its line end.
  let write: @Sendable ([UInt8]) -> Void

  /// Creates a log that hands its lines to `write`: one or more whole ones, each with its line end.
  package init(clock: Clock, write: @escaping @Sendable ([UInt8]) -> Void) {
    self.clock = clock
    self.write = write
  }

  /// The log on standard error. A line is one `write`, so lines of two processes do not mix.
  package static func standardError(clock: Clock) -> Log {
    Log(clock: clock) { line in
      // A log that cannot be written must not stop the service; there is no other place to say so.
      _ = unsafe line.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
  }

  /// A log that keeps nothing, for the demo and tests.
  package static func silent(clock: Clock) -> Log { Log(clock: clock) { _ in } }

  /// The most bytes of a field's text; the rest is cut off between two characters.
  package static let textBytesMax = 512

  /// Writes one event; texts are cut at `textBytesMax`.
  package func event(
    _ level: LogLevel, _ name: String, _ fields: [(String, LogValue)] = []
  ) {
    write(
      line(level, name) { writer in
        for (name, value) in fields {
          switch value {
          case .text(let text): writer.member(name, Self.cut(text))
          case .number(let number): writer.member(name, number)
          case .truth(let truth): writer.member(name, truth)
          }
        }
      })
  }

  /// One line, with its line end, whose fields `writeFields` adds; for `write`.
  func line(
    _ level: LogLevel, _ name: String, _ writeFields: (inout JSONWriter) -> Void
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: 480)
    writer.beginObject()
    writer.member("time", clock.now().description)
    writer.member("level", level.rawValue)
    writer.member("event", name)
    writeFields(&writer)
    writer.endObject()
    var line = writer.finish()
    line.append(UInt8(ascii: "\n"))
    return line
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > textBytesMax else { return text }
    // A character may consist of any number of scalars, so it is the scalars that are counted.
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > textBytesMax { break }
      result.append(scalar)
    }
    return String(result)
  }
}

/// A value in a log line.
package enum LogValue: Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByStringInterpolation
{
  case text(String)
  case number(Int64)
  case truth(Bool)

  package init(stringLiteral value: String) { self = .text(value) }
  package init(integerLiteral value: Int64) { self = .number(value) }
}
