// `traceparent`: what is well-formed, and what is not believed.

import Base
import Testing

@Suite struct TraceContextTests {
  static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  @Test(arguments: [
    (good, true), ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", false),
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", true),
    // A later version may have more (section 4.3).
    ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
    ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later", true),
  ])
  func `a well-formed field is read and written`(field: String, isSampled: Bool) throws {
    let trace = try #require(TraceContext(traceparent: Array(field.utf8)))
    #expect(trace.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(trace.spanID == "00f067aa0ba902b7" && trace.isSampled == isSampled)
    #expect(
      trace.field == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0\(isSampled ? 1 : 0)")
    #expect(trace.child(0xab).field.hasPrefix("00-\(trace.traceID)-00000000000000ab-"))
  }

  @Test func `everything else is no trace`() {
    let good = Self.good
    var bad = [
      "", "00", String(good.dropLast()), good + "-", good + "-01", good + "0",
      good.uppercased(), "ff" + good.dropFirst(2), "0" + good, " " + good,
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      "cc" + good.dropFirst(2) + "x", good.replacing("-", with: "_"),
    ]
    // Each character in turn becomes one that has no place there.
    for index in good.indices {
      for character in ["g", "\u{e9}", "\n"] {
        bad.append(good.replacingCharacters(at: index, with: character))
      }
    }
    let believed = bad.filter { TraceContext(traceparent: Array($0.utf8)) != nil }
    #expect(believed == [])
  }
}

extension String {
  fileprivate func replacingCharacters(at index: Index, with text: String) -> String {
    String(self[..<index]) + text + self[self.index(after: index)...]
  }
}
