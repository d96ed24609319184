// The reader of plain XML: what it reads comes out as from libxml2, and what it should not read it leaves
// to libxml2.

import Scrub
import TestSupport
import Testing

@Suite struct PlainReaderTests {
  private let comparer: XMLComparer

  init() throws { comparer = try XMLComparer() }

  private static let word =
    "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" "
    + "xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""

  private static func body(_ text: String) -> String {
    "<w:document \(word)><w:body>\(text)</w:body></w:document>"
  }

  /// What may be in a body.
  private static let contents: [String] = [
    "<w:p w:rsidR=\"00A1\" w:rsidRDefault=\"00B2\"><w:r w:rsidRPr=\"1\"><w:b /></w:r></w:p>",
    "<w:p><w:r><w:t xml:space=\"preserve\"> a &amp; b &lt; c &gt; d > e &#65;&#x42; </w:t></w:r></w:p>",
    "<w:p><w:r><w:t>a\r\nb\rc\td\u{7f}\u{ef}\u{fffd}</w:t></w:r></w:p>",
    "<w:p><w:r  w:a=\"1\"/></w:p>",
    "<w:p w:a='1\"2' w:b=\"x&quot;&apos;&#10;y\" w:c=\"a>b\"/>",
    "<w:p w:a=\"C:\\Users\\erika\\x\" w:b=\"file:///home/erika\" w:c=\"http://e.org/\"/>",
    "<w:p><w:ins w:author=\"E\"><w:r><w:t>new</w:t></w:r></w:ins><w:del><w:r/></w:del></w:p>",
    "<w:p><w:pPr><w:rPr><w:del w:id=\"1\"/></w:rPr></w:pPr></w:p><w:p/>",
    "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr></w:tbl>",
    "<w:smartTag xmlns:z=\"urn:z\"><w:r z:a=\"1\" w:b=\"2\"><z:x>gone</z:x></w:r></w:smartTag>",
    "<w:r xmlns:v=\"urn:schemas-microsoft-com:vml\"><v:shape v:a=\"1\"/></w:r><w:r/>",
    "<w:hyperlink r:id=\"rId1\"/><w:hyperlink r:id=\"rId2\"><w:r>a</w:r></w:hyperlink>",
    "<w:r><w:instrText>INCLUDE C:\\Users\\e\\x.doc</w:instrText><w:instrText>PAGE</w:instrText></w:r>",
    "<w:r w:rsidRPr=\"1\" w:a=\"2\" w:rsidR=\"3\"><w:t>a</w:t><w:t></w:t><w:t/>b</w:r>",
    "<w:r w:a=\"1\" w:b=\"2\" w:rsidR=\"3\"/><w:r w:b=\"1\" w:rsidR=\"3\" w:a=\"2\" w:c=\"4\" />",
    "<w:r xmlns:q=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\">"
      + "<w:t w:a=\"1\" q:b=\"2\"/><q:t q:a=\"1\" w:b=\"2\"/><w:t q:a=\"1\">c</w:t></w:r>",
  ]

  /// Texts that the reader must read itself.
  static let plain: [String] =
    contents.map(body) + [
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n" + body("<w:p/>"),
      "<?xml version='1.0'?>" + body("<w:p></w:p>\n"),
      "\u{feff}" + body("<w:p><w:r><w:t>a\u{fc}\u{4e2d}\u{1f600}</w:t></w:r></w:p>"),
      "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>"
        + "<row r=\"1\" spans=\"1:2\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\"><f>A1+1</f></c></row>"
        + "</sheetData><extLst><ext uri=\"{1}\"> </ext></extLst></worksheet>",
      "<a xmlns=\"urn:a\"><b xmlns=\"\"><c/></b><b xmlns=\"urn:c\" xmlns:p=\"urn:d\"><p:c p:e=\"\"/></b><b/></a>",
      "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" "
        + "xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><text:p>a"
        + "<text:author-name>E</text:author-name><office:annotation><text:p>x</text:p>"
        + "</office:annotation></text:p></office:body></office:document-content>",
    ]

  /// Texts that only libxml2 reads, or refuses.
  static let other: [String] = [
    "", " ", "<", "<>", "<a", "<a>", "</a>", "<a/><b/>", "<a/>x", "x<a/>", "<a></b>", "<a b/>",
    "<?xml version=\"1.1\"?><a/>", "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a/>",
    " <?xml version=\"1.0\"?><a/>", "<?xml version=\"1.0\"?>", "<?xml version=\"1.0\"?>\n",
    "<?x y?><a/>", "<a><?x y?></a>", "<a><!-- x --></a>",
    "<a><![CDATA[x]]></a>", "<!DOCTYPE a><a/>", "<a>&nbsp;</a>", "<a>&#0;</a>", "<a>&#xfffe;</a>",
    "<a>& </a>", "<a>]]></a>", "<a>\u{1}</a>", "<a>\u{fffe}</a>", "<a b=\"\u{ffff}\"/>",
    "<a b=\"1\" b=\"2\"/>", "<a b=\"<\"/>", "<a b=\"&lt\"/>", "<a b=1/>", "<a b=\"1\"c=\"2\"/>",
    "<a b=\"1\n2\"/>", "<a b = \"1\"/>", "<p:a/>", "<a p:b=\"1\"/>", "<a:b:c xmlns:a=\"urn:a\"/>",
    "<a xmlns:p=\"\"/>", "<a xmlns:p=\"urn:p\" xmlns:p=\"urn:q\"/>", "<a xmlns:xml=\"urn:x\"/>",
    "<a xmlns:p=\"urn:p\" xmlns:q=\"urn:p\" p:b=\"1\" q:b=\"2\"/>", "<a xmlns=\"a b\"/>",
    "<a xmlns:p=\"http://www.w3.org/2000/xmlns/\"/>", "<\u{e4}/>", "<a \u{e4}=\"1\"/>", "<a/ >",
    "<a b='1/>", "<a b=\"1/>", "<a>&#+65;</a>", "<a>&#x;</a>", "<-a/>", "<a:-b xmlns:a=\"urn:a\"/>",
    String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300),
    "<a><b c=\"1\"/><b c=\"1\" c=\"1\"/></a>", "<a><b c=\"1\"/><b c=\"<\"/></a>",
    "<a><b/><b></a></b>",
    "<a xmlns:p=\"urn:p\" xmlns:q=\"urn:p\"><b p:c=\"1\"/><b q:c=\"1\"/><b p:c=\"1\" q:c=\"1\"/></a>",
    "<a xmlns:p=\"urn:p\"><b p:c=\"1\"/><b xmlns:p=\"urn:q\" xmlns:q=\"urn:q\" q:c=\"1\" p:c=\"1\"/></a>",
    "<a " + (0..<200).map { "b\($0)=\"\"" }.joined(separator: " ") + "/>",
  ]

  @Test(arguments: plain, XMLComparison.Rules.allCases)
  func `a plain text comes out as from libxml2`(text: String, rules: XMLComparison.Rules) {
    let comparison = comparer.compare(Array(text.utf8), rules: rules)
    #expect(comparison.isPlain && comparison.isSame)
  }

  /// From the second time on all names are known and stretches are copied; there are some of them.
  @Test(arguments: contents.indices, XMLComparison.Rules.allCases)
  func `what is known by now comes out as before`(index: Int, rules: XMLComparison.Rules) {
    let content = PlainReaderTests.contents[index]
    let text = PlainReaderTests.body(String(repeating: content, count: 40_000 / content.utf8.count))
    let comparison = comparer.compare(Array(text.utf8), rules: rules)
    #expect(comparison.isPlain && comparison.isSame)
  }

  @Test(arguments: other) func `any other text is left to libxml2`(text: String) {
    #expect(!comparer.compare(Array(text.utf8), rules: .plain).isPlain)
  }

  @Test func `bytes that are no UTF-8 are left to libxml2`() {
    for bad: [UInt8] in [
      [0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe4, 0x20], [0xf5, 0x80, 0x80, 0x80],
    ] {
      let text = Array("<a>".utf8) + bad + Array("</a>".utf8)
      #expect(!comparer.compare(text, rules: .plain).isPlain)
    }
  }

  @Test func `what a plain text says survives`() throws {
    let text = PlainReaderTests.body("<w:p w:rsidR=\"1\"><w:r><w:t>a &amp; b</w:t></w:r></w:p>")
    let output = try #require(comparer.compare(Array(text.utf8), rules: .officeOpen).output)
    let expected = text.replacing(" w:rsidR=\"1\"", with: "")
    #expect(
      output.elementsEqual(Array(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + expected).utf8)))
  }

  @Test(arguments: plain.indices, XMLComparison.Rules.allCases)
  func `damaged texts end the same`(index: Int, rules: XMLComparison.Rules) {
    let whole = PlainReaderTests.plain[index]
    // Three times, so that damage hits names that are known and names that are not.
    let content = index < PlainReaderTests.contents.count ? PlainReaderTests.contents[index] : ""
    let text = Array(
      content.isEmpty
        ? whole.utf8 : PlainReaderTests.body(String(repeating: content, count: 3)).utf8)
    let bytes = Array("<>/=\"'& :;x#]\n\r\0\u{ef}".utf8)
    var state = UInt64(index) &+ 88_172_645_463_325_252
    for _ in 0..<60 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let place = Int(state >> 33) % text.count
      let byte = bytes[Int(state >> 20) % bytes.count]
      var changed = text
      switch state >> 60 & 3 {
      case 0: changed[place] = byte
      case 1: changed.insert(byte, at: place)
      case 2: changed.remove(at: place)
      default: changed.removeSubrange(place..<min(place + Int(state >> 50 & 15), text.count))
      }
      let comparison = comparer.compare(changed, rules: rules)
      #expect(comparison.isSame, "\(String(decoding: changed, as: UTF8.self))")
    }
  }
}
