// Writing: escapes, refusals, and that the reader gets back what went in.

import Testing
import XMLText

@Suite struct XMLWriterTests {
  @Test func `elements, attributes and text are escaped`() throws {
    var writer = XMLWriter()
    try writer.start("a", attributes: ["xmlns:x": "urn:\"1\"", "b": "\t\n\r<"])
    try writer.element("x:c", "1 < 2 && \"3\" > ]]>\r\n\u{1f600}")
    try writer.element("d", "")
    writer.end()
    let text = String(decoding: writer.finish(), as: UTF8.self)
    #expect(
      text == """
        <?xml version="1.0" encoding="UTF-8"?>
        <a xmlns:x="urn:&quot;1&quot;" b="&#9;&#10;&#13;&lt;">\
        <x:c>1 &lt; 2 &amp;&amp; &quot;3&quot; &gt; ]]&gt;&#13;
        \u{1f600}</x:c><d></d></a>
        """)
  }

  @Test func `what was written is read back`() throws {
    let texts = ["", " ", "a\r\nb\rc", "<&>\"'", "\t", "]]>", "e\u{301}", "\u{85}\u{2028}\u{fffd}"]
    for text in texts {
      var writer = XMLWriter(declaration: false)
      try writer.start("r", attributes: ["v": text])
      try writer.text(text)
      writer.end()
      let reader = try XMLReader(writer.finish())
      let root = try reader.root(named: "r")
      #expect(root.attribute("v") == text)
      #expect(try reader.text() == text)
    }
  }

  @Test func `characters and names that XML cannot carry are refused`() {
    let characters: [Unicode.Scalar] = [
      "\u{0}", "\u{1}", "\u{8}", "\u{b}", "\u{c}", "\u{1f}", "\u{fffe}",
    ]
    for character in characters {
      #expect(throws: XMLError(.characterRefused, "the text has a character that XML cannot carry"))
      {
        var writer = XMLWriter()
        try writer.element("a", "x\(character)y")
      }
    }
    for name in ["", "1a", "a b", "a>", ":a", "a:", "a:b:c", "-a", "\u{e4}"] {
      #expect(throws: XMLError(.nameRefused, "the name is not an XML name")) {
        var writer = XMLWriter()
        try writer.start(name)
      }
    }
  }
}
