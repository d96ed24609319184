// The log: one JSON object a line whatever the values are; the request log: no secret of a path.

import Base
import Gateway
import JSONText
import TestSupport
import Testing

@Suite struct LogTests {
  @Test func `an event is one line of JSON with time, level and name first`() throws {
    let lines = LogLines()
    lines.log(ManualClock().clock).event(
      .warning, "thing-done", [("text", "a"), ("number", 7), ("truth", .truth(true))])
    #expect(
      lines.text == #"{"time":"2026-01-02T03:04:05.678Z","level":"warning","#
        + #""event":"thing-done","text":"a","number":7,"truth":true}"# + "\n")
  }

  @Test(arguments: [
    "line\nbreak", "quote\" and \\", "nul\u{0}", "esc\u{1b}[31m", "del\u{7f}", "\u{2028}\u{2029}",
    "ümlaut 漢字 🏔", "",
  ])
  func `no value breaks the line`(text: String) throws {
    let lines = LogLines()
    lines.log().event(.info, "x", [("value", .text(text))])
    let line = try #require(lines.all.first)
    #expect(line.count(where: { $0 == UInt8(ascii: "\n") }) == 1)
    #expect(line.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") })
    #expect(try JSONValue(parsing: line, limits: .request)["value"]?.stringValue == text)
  }

  @Test(arguments: [
    (String(repeating: "a", count: 512), 512), (String(repeating: "a", count: 513), 512),
    (String(repeating: "é", count: 257), 512), (String(repeating: "漢", count: 171), 510),
    ("e" + String(repeating: "\u{301}", count: 5000), 511),
  ])
  func `long text is cut between characters`(text: String, bytes: Int) throws {
    let lines = LogLines()
    lines.log().event(.info, "x", [("value", .text(text))])
    let value = try JSONValue(parsing: try #require(lines.all.first), limits: .request)["value"]
    #expect(value?.stringValue?.utf8.count == bytes)
  }

  @Test func `a silent log writes nothing`() {
    Log.silent(clock: ManualClock().clock).event(.error, "x")
  }
}
