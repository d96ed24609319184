// Text, tables and JSON: they pass as they are or are refused, and both readings agree on their type.

import JSONText
import Scrub
import Testing

@Suite struct PlainTextTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let type: String
    let bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ type: String, _ bytes: some Sequence<UInt8>) {
      (self.name, self.type, self.bytes) = (name, type, Array(bytes))
    }
  }

  static let accepted: [Case] = [
    Case("a letter", "text/plain", "Dear Mr Smith,\n\nyours\n".utf8),
    Case("one line", "text/plain", "hello world\n".utf8),
    Case("German", "text/plain", "Grüße aus München\r\n".utf8),
    Case("emoji with joiners", "text/plain", "👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 می‌خواهم\n".utf8),
    Case("with a mark", "text/plain", [0xef, 0xbb, 0xbf] + "Grüße\n".utf8),
    Case(
      "Latin-1", "text/plain",
      "Gr\u{fc}\u{df}e aus M\u{fc}nchen\n".unicodeScalars.map { UInt8($0.value) }),
    Case("Windows quotes", "text/plain", [0x93] + "quoted text here".utf8 + [0x94, 0x0a]),
    Case(
      "UTF-16", "text/plain",
      [0xff, 0xfe] + "Hi 👋 there\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
    Case(
      "UTF-16, high byte first", "text/plain",
      [0xfe, 0xff] + "Grüße\n".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
    Case("author lines", "text/plain", "# author Erika Mustermann\n# 2026-04-01\nbody\n".utf8),
    Case("a form feed and tabs", "text/plain", "page one\u{c}\tpage two\n".utf8),
    Case("less than", "text/plain", "3 < 4 and 5 > 4\n".utf8),
    Case("a table", "text/csv", "name,town\nErika,Berlin\n\"a \"\"b\"\"\nc\",d\n".utf8),
    Case("a table with semicolons", "text/csv", "a;b;c\r\n1;2,5;3\r\n1;2;3".utf8),
    Case("a table with a mark", "text/csv", [0xef, 0xbb, 0xbf] + "a,b\n1,2\n".utf8),
    Case(
      "a wide table", "text/csv",
      [0xff, 0xfe] + "a,b\nä,2\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }),
    Case("a ragged table", "text/plain", "a,b\n1,2,3\n".utf8),
    Case("a table of one record", "text/plain", "a,b\n".utf8),
    Case("an open quote", "text/plain", "a,b\n1,\"2\n".utf8),
    Case("an object", "application/json", "{\"a\": [1, -0.5e+7, true, null, \"\\u00e4\"]}\n".utf8),
    Case("an array", "application/json", "[]".utf8),
    Case("JSON lines", "text/plain", "{\"a\":1}\n{\"a\":2}\n".utf8),
    Case("JSON with a mark", "text/plain", [0xef, 0xbb, 0xbf] + "{}".utf8),
    Case("a JSON number", "text/plain", "12345\n".utf8),
  ]

  @Test(arguments: accepted)
  func `text passes as it is and both readings name its type`(item: Case) throws {
    let result = try scrubbed(item.bytes).get()
    #expect(result.bytes == item.bytes)
    #expect(result.report.mediaType == item.type)
    #expect(result.report.removed.isEmpty)
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.mediaType == item.type)
    #expect(proof.sha256 == result.report.sha256After)
  }

  static let refused: [(String, ScrubError.Code, String?, [UInt8])] = [
    ("page", .typeNotSupported, "text/html", Array("\n <!DOCTYPE html><html>".utf8)),
    ("piece of a page", .typeNotSupported, "text/html", Array("<p>hello".utf8)),
    ("comment of a page", .typeNotSupported, "text/html", Array("<!-- x --><p>".utf8)),
    ("wide page", .typeNotSupported, "text/html", [0xff, 0xfe, 60, 0, 104, 0, 62, 0]),
    ("page with a mark", .typeNotSupported, "text/html", [0xef, 0xbb, 0xbf] + "<b>x".utf8),
    ("script", .typeNotSupported, "text/x-shellscript", Array("#!/bin/sh\nrm\n".utf8)),
    ("batch", .typeNotSupported, "text/x-msdos-batch", Array("@ECHO off\r\ndir\r\n".utf8)),
    ("PHP", .typeNotSupported, "text/x-php", Array("<?php echo 1;".utf8)),
    ("RTF", .typeNotSupported, "text/rtf", Array("{\\rtf1\\ansi{\\info{\\author E}}}".utf8)),
    ("PostScript", .typeNotSupported, "application/postscript", Array("%!PS-Adobe\n".utf8)),
    (
      "mail", .typeNotSupported, "message/rfc822",
      Array("From: a@b.example\nX-Note: 1\nReceived: from c\n by d\n\nhello\n".utf8)
    ),
    (
      "mail folder", .typeNotSupported, "message/rfc822",
      Array("From a@b.example Mon\nMessage-ID: <1@b.example>\n\nhello\n".utf8)
    ),
    ("zeros", .typeNotSupported, nil, [65, 66, 0, 67]),
    ("escapes", .typeNotSupported, nil, Array("red \u{1b}[31m\n".utf8)),
    ("deletes", .typeNotSupported, nil, [65, 127, 66]),
    ("upper controls", .typeNotSupported, nil, Array("a\u{9b}31m b\n".utf8)),
    ("half a pair", .typeNotSupported, nil, [0xff, 0xfe, 0, 0xdc, 65, 0]),
    ("Cyrillic in one byte", .typeNotSupported, nil, [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x0a]),
    ("UTF-32", .typeNotSupported, nil, [0xff, 0xfe, 0, 0, 65, 0, 0, 0]),
    (
      "controls far behind", .malformedFile, nil,
      [UInt8](repeating: 65, count: 100_000) + [1]
    ),
    (
      "cut at the end", .encodingNotSupported, nil,
      [0xef, 0xbb, 0xbf] + [UInt8](repeating: 65, count: 100_000) + [0xc3]
    ),
  ]

  @Test func `what is no plain text is refused by its type`() throws {
    for (name, code, type, bytes) in PlainTextTests.refused {
      guard case .failure(let error) = try scrubbed(bytes) else {
        Issue.record("\(name) was not refused")
        continue
      }
      #expect(error.code == code, "\(name): \(error)")
      if let type { #expect(error.detectedType == type, "\(name): \(error)") }
      #expect(throws: ScrubError.self, "\(name)") { try ResidueVerifier().verify(.bytes(bytes)) }
    }
  }

  @Test func `names of text fit text, and a name of JSON holds the content to it`() throws {
    let (text, json) = (Array("a, b\n".utf8), Array("{\"a\":1}".utf8))
    for name in ["a.txt", "a.csv", "a.log", "a.md", "a", "a.unknown"] {
      #expect(try refusal(text, fileName: name) == nil)
      #expect(try refusal(json, fileName: name) == nil)
    }
    #expect(try refusal(json, fileName: "a.JSON") == nil)
    #expect(try refusal(text, fileName: "a.JSON") == .typeMismatch)
    for name in ["a.html", "a.js", "a.sh", "a.jpg", "a.docx", "a.eml"] {
      #expect(try refusal(text, fileName: name) == .typeMismatch)
    }
  }

  @Test func `characters that nothing shows pass, or are refused by a rule`() throws {
    var rules = ScrubRules()
    rules[.hidden] = .refuse
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let hidden = ["a\u{200b}b", "a\u{2060}b", "a\u{feff}b", "a\u{e0041}b", "a\u{180e}b"]
    for text in hidden {
      #expect(try refusal(Array(text.utf8)) == nil)
      let error = #expect(throws: ScrubError.self) { try scrubber.scrub(.bytes(Array(text.utf8))) }
      #expect(error?.code == .refusedByRule)
      #expect(throws: ScrubError.self) {
        try ResidueVerifier(rules: rules).verify(.bytes(Array(text.utf8)))
      }
    }
    for text in ["👩‍💻", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 flag", "می‌خواهم", "\u{feff}mark"] {
      #expect(throws: Never.self) { try scrubber.scrub(.bytes(Array(text.utf8))) }
    }
  }

  @Test(arguments: [
    "{}", "[[],{}]", " [1]\n", "[0]", "[-1]", "[1e5]", "[1.5E-2]", "[\"\\\"\\\\\\/\\b\"]", "[01]",
    "[1.]", "[.5]", "[+1]", "[1e]", "[-]", "[tru]", "[truee]", "[1,]", "[,1]", "{\"a\"}",
    "{\"a\":}", "{\"a\":1,}", "{a:1}", "[1}", "{]", "[1]]", "[\"\\x\"]", "[\"\\u12g4\"]", "['a']",
    "[\"a\tb\"]", "[1] 2", "[", "{\"a\":1", "[\"a", "[NaN]", "{\"a\":1,\"b\":{\"c\":[null]}}",
  ])
  func `JSON is what the strict reader takes for it`(text: String) throws {
    var isJSON = true
    do throws(JSONError) {
      _ = try JSONValue(parsing: Array(text.utf8), limits: JSONLimits(bytesMax: 4096))
    } catch { isJSON = false }
    let type = try scrubbed(Array(text.utf8)).get().report.mediaType
    #expect((type == "application/json") == isJSON)
  }

  @Test func `JSON is nested as deep as the limit and no deeper`() throws {
    func nested(_ depth: Int) -> [UInt8] {
      [UInt8](repeating: 0x5b, count: depth) + [UInt8](repeating: 0x5d, count: depth)
    }
    #expect(try scrubbed(nested(512)).get().report.mediaType == "application/json")
    #expect(try scrubbed(nested(513)).get().report.mediaType == "text/plain")
  }

  @Test func `types that are never scrubbed are refused with their names`() throws {
    let ole: [UInt8] =
      [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1] + [UInt8](repeating: 0, count: 512)
    let gzip: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    let tar =
      Array("a.txt".utf8) + [UInt8](repeating: 0, count: 95) + Array("0000644\0".utf8)
      + [UInt8](repeating: 0, count: 149) + Array("ustar\0".utf8)
      + [UInt8](repeating: 0, count: 249)
    let program: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + [UInt8](repeating: 0, count: 64)
    for (bytes, part) in [(ole, ""), (gzip, "gzip"), (tar, ""), (program, "application/")] {
      guard case .failure(let error) = try scrubbed(bytes) else {
        Issue.record("\(part) was not refused")
        continue
      }
      #expect(error.code == .typeNotSupported)
      #expect(error.detectedType?.contains(part) == true, "\(error)")
    }
  }
}
