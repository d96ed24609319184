// The reader: what it must take, what it must refuse, and with which code.

import JSONText
import Testing

private let limits = JSONLimits(
  bytesMax: 4096, depthMax: 8, numberBytesMax: 24, entriesMax: 40)

private func read(_ text: String, allowComments: Bool = false) throws(JSONError) -> JSONValue {
  try JSONValue(parsing: Array(text.utf8), limits: limits, allowComments: allowComments)
}

private func code(of bytes: [UInt8], _ limits: JSONLimits = limits) -> JSONError.Code? {
  do throws(JSONError) {
    _ = try JSONValue(parsing: bytes, limits: limits)
    return nil
  } catch {
    return error.code
  }
}

@Suite struct ReaderTests {
  @Test(
    arguments: [
      ("null", .null), ("true", true), ("false", false), (" \t\r\n1 ", 1), ("0", 0), ("-0", 0),
      ("-1", -1), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
      ("1.0", .number(1)), ("1e2", .number(100)), ("1E+2", .number(100)), ("1e-2", .number(0.01)),
      ("0.1", .number(0.1)), ("-0.0", .number(0)), ("0e1", .number(0)), ("1e-999", .number(0)),
      ("\"\"", ""), ("\"a\"", "a"), ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\u{8}\u{C}\n\r\t"),
      ("\"\\u0041\\u00e9\\u20AC\"", "Aé€"), ("\"\\ud83d\\uDE02\"", "😂"), ("\"é€😂\"", "é€😂"),
      ("\"\\u0000\"", "\0"), ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"), ("\"\\uFFFF\"", "\u{FFFF}"),
      ("\"x\\ny\"", "x\ny"), ("[]", []), ("[ ]", []), ("[1,[2],{}]", [1, [2], [:]]),
      ("{}", [:]), ("{ \"a\" : 1 , \"b\" : [ ] }", ["a": 1, "b": []]), ("{\"\":0}", ["": 0]),
      ("{\"a\":1,\"A\":2}", ["a": 1, "A": 2]),
    ] as [(String, JSONValue)])
  func `accepts every form of RFC 8259`(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(
    arguments: [
      (
        .unexpectedEnd,
        ["", " ", "[", "{", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "\"", "-"]
      ),
      (.unexpectedEnd, ["\"a", "\"\\\"", "1.", "1e", "1e+"]),
      (
        .syntax,
        [
          "[1,]", "[,1]", "[1 2]", "{,}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "{1:1}",
          "{\"a\":1 \"b\":2}", "nul", "nULL", "True", "tru", "NaN", "Infinity", "-Infinity", "'a'",
          "+1", ".1", "1.x", "1.e1", "1ex", "-x", "01", "-01", "00", "[0x1]", "--1", "]", "}", ",",
          "\u{A0}1", "\u{2028}1", "// c\n1", "/* c */1", "#", "@", "\u{0}1", "[1}", "{\"a\":1]",
          "undefined", "\\u0031", "{\"a\":}", "{:1}", "[\"a\":1]",
        ]
      ),
      (
        .trailingBytes,
        [
          "1 2", "1,", "{}x", "[]]", "\"a\"\"b\"", "1a", "truex", "1//", "null\u{0}", "{}{}",
          "1.0.0",
        ]
      ),
      (
        .invalidEscape,
        [
          "\"\\x41\"", "\"\\'\"", "\"\\u12\"", "\"\\u12G4\"", "\"\\ud800\"", "\"\\udc00\"",
          "\"\\ud800x\"", "\"\\ud800\\n\"", "\"\\ud800\\ud800\"", "\"\\ude02\\ud83d\"",
          "\"\\U0041\"",
          "\"\\\n\"", "\"\\",
        ]
      ),
      (.controlCharacter, ["\"\n\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", "\"\\n\u{1}\""]),
      (
        .duplicateMember,
        [
          "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"\\u0061\":3}", "{\"x\":{\"\":1,\"\":2}}",
          "{\"\\ud83d\\ude02\":1,\"😂\":2}",
        ]
      ),
      (.byteOrderMark, ["\u{FEFF}1"]),
      (.numberOutOfRange, ["1e999", "-1e309", "[1e400]"]),
    ] as [(JSONError.Code, [String])])
  func `refuses what is not JSON`(wanted: JSONError.Code, texts: [String]) {
    for text in texts {
      let found = code(of: Array(text.utf8))
      #expect(found == wanted, "\(text.debugDescription)")
    }
  }

  @Test(
    arguments: [
      [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
      [0xED, 0xBF, 0xBF],
      [0xF0, 0x80, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82], [0xC3],
      [0xF8, 0x88],
      [0xF5, 0x80, 0x80, 0x80],
    ] as [[UInt8]])
  func `refuses strings that are not UTF-8, escaped or not`(bytes: [UInt8]) {
    let quote = UInt8(ascii: "\"")
    #expect(code(of: [quote] + bytes + [quote]) == .invalidUTF8)
    #expect(code(of: [quote] + Array("\\n".utf8) + bytes + [quote]) == .invalidUTF8)
    #expect(code(of: bytes) == .syntax)
  }

  @Test func `names that only look alike are two members`() throws {
    // U+212A KELVIN SIGN is canonically equivalent to K; Swift's == would take them for one.
    let value = try read("{\"\u{212A}\":1,\"K\":2,\"e\u{301}\":3,\"\u{E9}\":4}")
    #expect(value["K"] == 2)
    #expect(value["\u{212A}"] == 1)
    #expect(value["\u{E9}"] == 4)
  }

  @Test func `a duplicate is found among many members`() {
    for count in [2, 15, 16, 17, 18, 39] {
      let names = (0..<count).map { "\"m\($0)\":0" }.joined(separator: ",")
      #expect(code(of: Array("{\(names)}".utf8)) == nil)
      #expect(code(of: Array("{\(names),\"m\(count - 1)\":1}".utf8)) == .duplicateMember)
      #expect(code(of: Array("{\(names),\"\\u006d0\":1}".utf8)) == .duplicateMember)
    }
  }

  @Test func `every limit holds at its last value and refuses the next`() {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      Array(
        (String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    #expect(code(of: nested(8, "[", "]")) == nil)
    #expect(code(of: nested(9, "[", "]")) == .tooDeep)
    #expect(code(of: nested(8, "{\"a\":", "}")) == nil)
    #expect(code(of: nested(9, "{\"a\":", "}")) == .tooDeep)
    #expect(code(of: Array(repeating: UInt8(ascii: "["), count: 4000)) == .tooDeep)
    let digits = String(repeating: "1", count: 24)
    #expect(code(of: Array(digits.utf8)) == nil)
    #expect(code(of: Array((digits + "1").utf8)) == .numberTooLong)
    let ones = Array(repeating: "1", count: 40).joined(separator: ",")
    #expect(code(of: Array("[\(ones)]".utf8)) == nil)
    #expect(code(of: Array("[\(ones),1]".utf8)) == .tooManyEntries)
    let members = (0..<40).map { "\"\($0)\":0" }.joined(separator: ",")
    #expect(code(of: Array("{\(members)}".utf8)) == nil)
    #expect(code(of: Array("{\(members),\"x\":0}".utf8)) == .tooManyEntries)
    let spaces = Array(repeating: UInt8(ascii: " "), count: 4095)
    #expect(code(of: spaces + [UInt8(ascii: "1")]) == nil)
    #expect(code(of: spaces + Array(" 1".utf8)) == .tooLarge)
    #expect(JSONLimits(bytesMax: 1, depthMax: 1000).depthMax == 256)
  }

  @Test(arguments: [
    "// one\n{\"a\": /* two */ 1, // three\n\"b\":2}", "/**/1", "1//", "1/* x */", "/***/1",
    "[/*,*/]", "// é\n1",
  ])
  func `comments are white space only where they are allowed`(text: String) throws {
    _ = try read(text, allowComments: true)
    #expect(throws: JSONError.self) { try read(text) }
  }

  @Test(arguments: ["/1", "/* 1", "1 /*/", "1 /", "# c\n1", "\"/* */", "[1,/* */]", "<!-- -->1"])
  func `nothing else is a comment`(text: String) {
    #expect(throws: JSONError.self) { try read(text, allowComments: true) }
  }

  @Test func `a comment must be UTF-8`() {
    for text in ["/*\u{0}*/1", "//\u{0}\n1"] {
      var bytes = Array(text.utf8)
      bytes[2] = 0xFF
      #expect(throws: JSONError.self) {
        try JSONValue(parsing: bytes, limits: limits, allowComments: true)
      }
    }
  }

  @Test(arguments: [
    ("{\n  \"a\": x}", 2, 8), ("x", 1, 1), ("[1,\n\n2 3]", 3, 3), ("{\"é\":1,\"é\":2}", 1, 8),
  ])
  func `a fault is told by line and column in characters`(text: String, line: Int, column: Int) {
    do throws(JSONError) {
      _ = try read(text)
      Issue.record("accepted")
    } catch {
      #expect((error.line, error.column) == (line, column))
    }
  }
}
