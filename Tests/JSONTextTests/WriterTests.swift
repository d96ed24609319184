// The writer, the canonical form, and that what is written reads back the same.

import JSONText
import Testing

private let limits = JSONLimits(bytesMax: 1 << 20, depthMax: 32, numberBytesMax: 64)

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// Makes values of every kind from a seed; the same seed makes the same value.
private struct ValueSource {
  var state: UInt64

  mutating func next() -> UInt64 {
    // SplitMix64.
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func text() -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<(next() % 12) {
      let range: UInt64 = [0x20, 0x80, 0x800, 0x11_0000][Int(next() % 4)]
      if let scalar = Unicode.Scalar(UInt32(next() % range)) { scalars.append(scalar) }
    }
    return String(scalars)
  }

  mutating func value(depth: Int) -> JSONValue {
    switch next() % (depth > 0 ? 8 : 6) {
    case 0: return .null
    case 1: return .bool(next() % 2 == 0)
    case 2: return .integer(Int64(bitPattern: next()) >> Int64(next() % 64))
    case 3:
      let number = Double(bitPattern: next())
      return .number(number.isFinite ? number : 0.5)
    case 4, 5: return .string(text())
    case 6:
      return .array((0..<(next() % 5)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      for _ in 0..<(next() % 25) { object[text()] = value(depth: depth - 1) }
      return .object(object)
    }
  }
}

@Suite struct WriterTests {
  @Test func `what is written reads back the same, plain and pretty`() throws {
    var source = ValueSource(state: 1)
    for _ in 0..<2000 {
      let value = source.value(depth: 4)
      for pretty in [false, true] {
        let written = value.write(pretty: pretty)
        let back = try JSONValue(parsing: written, limits: limits)
        if back != value { Issue.record("\(text(written))") }
      }
    }
  }

  @Test func `the escapes are the shortest ones`() {
    let value: JSONValue = "\u{0}\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F} \"\\/\u{7F}é\u{2028}😂"
    #expect(
      text(value.write())
        == #""\u0000\u0001\b\t\n\u000b\f\r\u001f \"\\/"# + "\u{7F}é\u{2028}😂\"")
  }

  @Test func `members, nesting and absent values`() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("a", "x")
    writer.member("none", nil as String?)
    writer.member("n", -12)
    writer.member("most", Int64.max)
    writer.member("least", Int64.min)
    writer.member("t", true)
    writer.member("list", ["p", "q"])
    writer.member("j", json: [1, [:], []])
    writer.key("nested")
    writer.beginArray()
    writer.beginObject()
    writer.endObject()
    writer.number(0.5)
    writer.number(.infinity)
    writer.null()
    writer.verbatim("{\"v\":1}".utf8)
    writer.endArray()
    writer.endObject()
    #expect(
      writer.text
        == #"{"a":"x","n":-12,"most":9223372036854775807,"least":-9223372036854775808,"t":true,"#
        + #""list":["p","q"],"j":[1,{},[]],"nested":[{},0.5,null,null,{"v":1}]}"#)
  }

  @Test func `pretty text has one entry a line`() {
    let value: JSONValue = ["a": [1, 2], "b": [:], "c": ["d": []]]
    let lines = [
      "{", "  \"a\": [", "    1,", "    2", "  ],", "  \"b\": {},", "  \"c\": {", "    \"d\": []",
      "  }", "}",
    ]
    #expect(text(value.write(pretty: true)) == lines.joined(separator: "\n"))
  }
}

@Suite struct CanonicalTests {
  @Test func `members are sorted by UTF-16 code units`() throws {
    // The example of RFC 8785 section 3.2.3: a surrogate pair sorts before U+FB33.
    let input = """
      {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh",\
      "1":"One","\\ud83d\\ude02":"Smiley","\\u0080":"Control","\\u00f6":"Latin Small Letter O"}
      """
    let value = try JSONValue(parsing: Array(input.utf8), limits: limits)
    let canonical = try CanonicalJSON.encode(value)
    let names = try JSONValue(parsing: canonical, limits: limits).objectValue?.names
    #expect(names == ["\r", "1", "\u{80}", "\u{F6}", "\u{20AC}", "\u{1F602}", "\u{FB33}"])
    #expect(text(canonical).hasPrefix(#"{"\r":"Carriage Return","1":"One","#))
  }

  @Test func `nested members are sorted, arrays keep their order, text is not normalised`() throws {
    let value: JSONValue = [
      "b": [["z": 1, "a": .null], 2], "a": ["e\u{301}": true, "\u{E9}": "/"],
    ]
    #expect(
      text(try CanonicalJSON.encode(value))
        == "{\"a\":{\"e\u{301}\":true,\"\u{E9}\":\"/\"},\"b\":[{\"a\":null,\"z\":1},2]}")
  }

  @Test(
    arguments: [
      (.integer(9_007_199_254_740_991), true), (.integer(-9_007_199_254_740_991), true),
      (.integer(9_007_199_254_740_992), false), (.integer(-9_007_199_254_740_992), false),
      (.integer(.min), false), (.number(1), false), ([["a": .number(0.5)]], false), (0, true),
    ] as [(JSONValue, Bool)])
  func `only integers below 2^53 have a canonical form`(value: JSONValue, isTaken: Bool) {
    do throws(JSONError) {
      _ = try CanonicalJSON.encode(value)
      #expect(isTaken)
    } catch {
      #expect(!isTaken && error.code == .notCanonical)
    }
  }
}
