// Reading: documents of a known shape, every limit from both sides, and hostile input.

import Testing
import XMLText

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Reads everything; the code of the refusal, or nothing.
private func refusal(_ document: [UInt8], _ limits: XMLLimits = XMLLimits()) -> XMLError.Code? {
  do throws(XMLError) {
    let reader = try XMLReader(document, limits: limits)
    while try reader.next() != nil {}
    return nil
  } catch {
    return error.code
  }
}

private func nested(_ depth: Int) -> String {
  String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
}

private func attributes(_ count: Int) -> String {
  "<a" + (0..<count).map { " b\($0)='1'" }.joined() + "/>"
}

@Suite struct XMLReaderTests {
  @Test func `events come in document order with resolved names`() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <!--head--><p:r xmlns:p="urn:x" p:k="v&amp;&#x20AC;" e=""><b/><![CDATA[<&]]>t&lt;<?go now?></p:r>
      """
    let reader = try XMLReader(bytes(text))
    var seen = [XMLEvent]()
    while let event = try reader.next() { seen.append(event) }
    let root = XMLName(prefix: "p", local: "r", namespace: "urn:x")
    try #require(seen.count == 8)
    guard case .start(let element) = seen[1] else {
      Issue.record("no root element")
      return
    }
    #expect(element.name == root)
    #expect(element.attribute("k") == "v&\u{20ac}")
    #expect(element.attribute("e") == "")
    #expect(element.attribute("p") == nil)
    let rest: [XMLEvent] = [
      .end(XMLName(local: "b")), .text("<&"), .text("t<"),
      .instruction(target: "go", data: "now"), .end(root),
    ]
    #expect(seen[0] == .comment("head"))
    #expect(Array(seen[3...]) == rest)
    #expect(reader.depth == 0)
  }

  @Test func `a known shape is read with children, text and skip`() throws {
    let text = """
      <List xmlns="urn:s3"><Name>a &amp; b</Name>
        <Item><Key> k </Key><Extra><Deep>1</Deep></Extra><Size>7</Size></Item><!-- x -->
        <Item><Key/><Size>8</Size></Item></List>
      """
    let reader = try XMLReader(bytes(text))
    try reader.root(named: "List")
    var found = [String]()
    while let child = try reader.nextChild() {
      guard child.local == "Item" else {
        found.append(try reader.text())
        continue
      }
      while let part = try reader.nextChild() {
        if part.local == "Extra" { try reader.skip() } else { found.append(try reader.text()) }
      }
    }
    try reader.finish()
    #expect(found == ["a & b", " k ", "7", "", "8"])
  }

  @Test func `a shape that differs is refused`() throws {
    #expect(throws: XMLError.self) { try XMLReader(bytes("<A/>")).root(named: "B") }
    let mixed = try XMLReader(bytes("<A>x<B/></A>"))
    try mixed.root()
    #expect(throws: XMLError.self) { try mixed.nextChild() }
    let child = try XMLReader(bytes("<A>x<B/></A>"))
    try child.root()
    #expect(throws: XMLError.self) { try child.text() }
  }

  static let hostile: [(String, String, XMLError.Code)] = [
    (
      "billion laughs",
      """
      <!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>
      """, .doctypeRefused
    ),
    ("external DTD", "<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/x\"><a/>", .doctypeRefused),
    ("DTD inside", "<a><!DOCTYPE b></a>", .doctypeRefused),
    ("lower-case DTD", "<!doctype html><a/>", .doctypeRefused),
    (
      "file entity", "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
      .doctypeRefused
    ),
    ("undeclared entity", "<a>&nbsp;</a>", .entityRefused),
    ("entity in attribute", "<a b='&x;'/>", .entityRefused),
    ("bare ampersand", "<a>&</a>", .entityRefused),
    ("reference without end", "<a>&#123456789012345;</a>", .entityRefused),
    ("reference to NUL", "<a>&#0;</a>", .malformed),
    ("reference to a control", "<a>&#1;</a>", .malformed),
    ("reference to a surrogate", "<a>&#xD800;</a>", .malformed),
    ("reference above Unicode", "<a>&#x110000;</a>", .malformed),
    ("control character", "<a>\u{1}</a>", .malformed),
    ("NUL", "<a>\u{0}</a>", .encodingRefused),
    ("other encoding", "<?xml version='1.0' encoding='UTF-7'?><a/>", .encodingRefused),
    ("EBCDIC", "<?xml version='1.0' encoding = \"ebcdic-cp-us\"?><a/>", .encodingRefused),
    ("empty", "", .malformed),
    ("blank", " \n", .malformed),
    ("text only", "hello", .malformed),
    ("HTML", "<html><br><p>x</html>", .malformed),
    ("cut in text", "<a><b>te", .malformed),
    ("cut in tag", "<a><b x='1", .malformed),
    ("cut in comment", "<a><!-- ", .malformed),
    ("cut in CDATA", "<a><![CDATA[ ]]", .malformed),
    ("cut before the root ends", "<a><b/>", .malformed),
    ("crossed tags", "<a><b></a></b>", .malformed),
    ("two roots", "<a/><b/>", .malformed),
    ("text behind", "<a/>x", .malformed),
    ("repeated attribute", "<a b='1' b='2'/>", .malformed),
    ("repeated attribute by namespace", "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", .malformed),
    ("unbound prefix", "<p:a/>", .malformed),
    ("less-than in a value", "<a b='<'/>", .malformed),
    ("comment with dashes", "<a><!-- -- --></a>", .malformed),
    ("CDATA end in text", "<a>]]></a>", .malformed),
    ("late declaration", " <?xml version='1.0'?><a/>", .malformed),
    ("end tag first", "</a>", .malformed),
  ]

  @Test(arguments: hostile)
  func `hostile input is refused`(name: String, text: String, code: XMLError.Code) {
    #expect(refusal(bytes(text)) == code)
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    let head = bytes("<a>")
    let tail = bytes("</a>")
    let wrong: [[UInt8]] = [
      [0x80], [0xc0, 0x80], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80],
      [0xff],
    ]
    let refused = wrong.map { refusal(head + $0 + tail) }
    #expect(refused.allSatisfy { $0 == .encodingRefused })
    let wide: [UInt8] = [0xff, 0xfe] + "<a/>".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
    #expect(refusal(wide) == .encodingRefused)
    #expect(refusal(Array(wide.dropFirst(2))) == .encodingRefused)
    #expect(refusal([0xef, 0xbb, 0xbf] + bytes("<a/>")) == nil)
  }

  static let bounds: [(String, String, String, XMLLimits, XMLError.Code)] = [
    ("size", "<aaa/>", "<aaaa/>", XMLLimits(bytesMax: 6), .tooLarge),
    ("depth", nested(32), nested(33), XMLLimits(), .tooDeep),
    (
      "depth of an empty element", "<a><b/></a>", "<a><b><c/></b></a>", XMLLimits(depthMax: 2),
      .tooDeep
    ),
    ("attributes", attributes(64), attributes(65), XMLLimits(), .tooManyAttributes),
    ("text", "<a>12345</a>", "<a>123456</a>", XMLLimits(textBytesMax: 5), .textTooLong),
    ("value", "<a b='12345'/>", "<a b='123456'/>", XMLLimits(textBytesMax: 5), .textTooLong),
    ("comment", "<!--12345--><a/>", "<!--123456--><a/>", XMLLimits(textBytesMax: 5), .textTooLong),
  ]

  @Test(arguments: bounds)
  func `a limit passes its last value and refuses the next`(
    name: String, last: String, first: String, limits: XMLLimits, code: XMLError.Code
  ) {
    #expect(refusal(bytes(last), limits) == nil)
    #expect(refusal(bytes(first), limits) == code)
  }

  @Test func `collected text obeys the limit across pieces`() throws {
    let reader = try XMLReader(
      bytes("<a>123<!-- -->456</a>"), limits: XMLLimits(textBytesMax: 5))
    try reader.root()
    #expect(throws: XMLError.self) { try reader.text() }
  }

  @Test func `every prefix of a document is refused without a trap`() {
    let text = "<?xml version='1.0'?><r a='&lt;'><!--c--><![CDATA[d]]><?p q?>t&#10;<e/></r>"
    let whole = bytes(text)
    let accepted = (0..<whole.count).filter { refusal(Array(whole[..<$0])) == nil }
    #expect(accepted.isEmpty)
    #expect(refusal(whole) == nil)
  }

  @Test func `a reader may be left half-way`() throws {
    for _ in 0..<100 {
      let reader = try XMLReader(bytes("<a><b>text</b></a>"))
      try reader.root(named: "a")
    }
  }
}
