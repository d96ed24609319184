// Drawings and XML: what goes, what stays, which rules decide, and what is refused.

import Base
import Gateway
import Scrub
import Testing

@Suite struct DrawingTests {
  static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
  static let space =
    " xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
  static let secret = "Erika Mustermann"

  static func svg(_ inside: String, _ attributes: String = "") -> [UInt8] {
    Array("\(head)<svg\(space)\(attributes)>\(inside)</svg>".utf8)
  }

  static let planted = Array(
    """
    \(head)<!-- \(secret) --><?xpacket \(secret)?>
    <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
    <svg\(space) xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
     xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" id="svg42" width="10" data-user="\(secret)"
     inkscape:export-filename="/home/\(secret)/a.png"><title>\(secret)</title><desc>\(secret)</desc>
    <metadata><rdf:RDF>\(secret)</rdf:RDF></metadata><inkscape:grid fill="\(secret)"/><script/>
    <style>/* \(secret) */ .a { fill: url(#b) }</style><author>\(secret)</author>
    <g id="b" class="a" inkscape:label="\(secret)" aria-label="\(secret)"><path d="M0 0L1 1"/></g>
    <use xlink:href="#b"/><text x="1">kept &amp; shown</text></svg>
    """.utf8)

  @Test func `no planted text survives, and what is drawn stays`() throws {
    #expect(Self.planted.contains(text: Self.secret))
    let result = try scrubbed(Self.planted, fileName: "a.svg").get()
    let text = String(decoding: result.bytes, as: UTF8.self)
    #expect(!text.contains(Self.secret) && !text.contains("inkscape") && !text.contains("svg42"))
    for part in [
      "width=\"10\"", "<g id=\"b\" class=\"a\">", "<path d=\"M0 0L1 1\"/>", "xlink:href=\"#b\"",
      ".a { fill: url(#b) }", "<text x=\"1\">kept &amp; shown</text>",
    ] {
      #expect(text.contains(part), "\(part)")
    }
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.mediaType == "image/svg+xml" && result.report.mediaType == "image/svg+xml")
    #expect(proof.sha256 == result.report.sha256After)
    let twice = try scrubbed(result.bytes).get()
    #expect(twice.bytes == result.bytes && twice.report.removed.isEmpty)
  }

  @Test func `pictures inside are scrubbed as they would be alone`() throws {
    let picture = DemoPictures.png(orientation: 6)
    let text = Base64.encode(picture, .standard)
    let inner = Self.svg("<title>\(Self.secret)</title><rect/>")
    for reference in [
      "data:image/png;base64,\(text)", "data:image/jpeg;base64,\(text)",
      "data:image/svg+xml;base64,\(Base64.encode(inner, .standard))",
    ] {
      for element in [
        "<image xlink:href=\"\(reference)\"/>", "<image href=\"\(reference)\"/>",
        "<rect style=\"fill:url(\(reference))\"/>", "<style>a{b:url('\(reference)')}</style>",
      ] {
        let result = try scrubbed(Self.svg(element)).get()
        let output = String(decoding: result.bytes, as: UTF8.self)
        #expect(!output.contains(reference))
        #expect(output.contains("data:image/png;base64,") || output.contains("svg+xml;base64,"))
        #expect(throws: Never.self) { try ResidueVerifier().verify(.bytes(result.bytes)) }
        #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(Self.svg(element))) }
        #expect(try scrubbed(result.bytes).get().bytes == result.bytes)
      }
    }
  }

  static let active = [
    "<script>alert(1)</script>", "<script href=\"a.js\">x</script>", "<rect onclick=\"a()\"/>",
    "<image href=\"http://x.example/a.png\"/>", "<image xlink:href=\"file:///a.png\"/>",
    "<a href=\"javascript:a()\"><rect/></a>", "<use href=\"b.svg#c\"/>",
    "<rect fill=\"url(http://x.example/a#b)\"/>", "<style>@import 'a.css';</style>",
    "<style>a{b:u\\72l(http://x.example)}</style>", "<rect style=\"fill:URL( 'a.svg' )\"/>",
    "<set attributeName=\"xlink:href\" to=\"javascript:a()\"/>",
    "<animate attributeName=\"href\" values=\"a;b\"/>", "<image href=\"data:text/html,x\"/>",
    "<feImage href=\"//x.example/a\"/>",
  ]

  @Test(arguments: active)
  func `what acts by itself is refused, dropped or kept as the rule says`(part: String) throws {
    let file = Self.svg("<rect/>" + part)
    #expect(try refusal(file) == .refusedByRule)
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(file)) }
    var rules = ScrubRules()
    for choice in [ScrubRule.Choice.drop, .keep] {
      rules[.scripts] = choice
      let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
      let result = try scrubber.scrub(.bytes(file))
      #expect(throws: Never.self) { try ResidueVerifier(rules: rules).verify(.bytes(result.bytes)) }
      #expect(try scrubber.scrub(.bytes(result.bytes)).bytes == result.bytes)
      let isClean = (try? ResidueVerifier().verify(.bytes(result.bytes))) != nil
      #expect(isClean == (choice == .drop))
    }
  }

  @Test func `links that a reader follows stay, titles by their rule`() throws {
    let link = Self.svg("<a href=\"https://x.example/\"><rect/></a><a xlink:href=\"#b\"/>")
    #expect(try scrubbed(link).get().bytes == link)
    var rules = ScrubRules()
    rules[.descriptions] = .keep
    let titled = Self.svg("<title>t</title><rect aria-label=\"r\"/>")
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    #expect(try scrubber.scrub(.bytes(titled)).bytes == titled)
    #expect(throws: Never.self) { try ResidueVerifier(rules: rules).verify(.bytes(titled)) }
    #expect(try scrubbed(titled).get().bytes == Self.svg("<rect/>"))
  }

  @Test func `an identifier stays if something names it`() throws {
    let named = Self.svg("<style>#top rect{fill:red}</style><rect/>", " id=\"top\"")
    #expect(try scrubbed(named).get().bytes == named)
    #expect(try scrubbed(Self.svg("<rect/>", " id=\"top\"")).get().bytes == Self.svg("<rect/>"))
    let inner = Self.svg("<svg id=\"a\"><rect/></svg>")
    #expect(try scrubbed(inner).get().bytes == inner)
  }

  @Test func `XML keeps its elements and loses its comments`() throws {
    let file = Array(
      "\(Self.head)<!-- c --><a:b xmlns:a=\"urn:x\" c=\"d\"><?p q?>e<!-- c --></a:b>".utf8)
    let result = try scrubbed(file, fileName: "a.xml").get()
    #expect(result.bytes == Array("\(Self.head)<a:b xmlns:a=\"urn:x\" c=\"d\">e</a:b>".utf8))
    #expect(result.report.mediaType == "application/xml")
    #expect(try ResidueVerifier().verify(.bytes(result.bytes)).mediaType == "application/xml")
    #expect(try scrubbed(result.bytes).get().report.removed.isEmpty)
  }

  @Test func `documents that declare things, pages and other drawings are refused`() throws {
    let xhtml = " xmlns=\"http://www.w3.org/1999/xhtml\""
    let laughs = "<!DOCTYPE svg [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>"
    let cases: [(String, ScrubError.Code, String)] = [
      ("entities", .encodingNotSupported, "\(Self.head)\(laughs)<svg\(Self.space)>&b;</svg>"),
      ("a page", .typeNotSupported, "\(Self.head)<html\(xhtml)><body/></html>"),
      ("a page inside", .encodingNotSupported, "\(Self.head)<a><b\(xhtml)/></a>"),
      ("a page in a drawing", .refusedByRule, "<svg\(Self.space)><foreignObject/></svg>"),
      ("not well-formed", .malformedFile, "<svg\(Self.space)><g></svg>"),
      ("an unknown entity", .malformedFile, "<svg\(Self.space)>&nbsp;</svg>"),
      (
        "an encoding", .encodingNotSupported,
        "<?xml version=\"1.0\" encoding=\"shift_jis\"?><svg\(Self.space)/>"
      ),
    ]
    for (name, code, text) in cases {
      #expect(try refusal(Array(text.utf8)) == code, "\(name)")
      #expect(throws: ScrubError.self, "\(name)") {
        try ResidueVerifier().verify(.bytes(Array(text.utf8)))
      }
    }
    let packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    #expect(try refusal(packed, fileName: "a.svgz") == .typeNotSupported)
    for name in ["a.html", "a.jpg", "a.txt"] {
      #expect(try refusal(Self.svg("<rect/>"), fileName: name) == .typeMismatch)
    }
  }

  @Test(arguments: [
    "<!-- c -->", "<?p q?>", "<title>t</title>", "<desc/>", "<metadata/>", "<author/>",
    "<rect data-a=\"b\"/>", "<rect style=\"/* c */\"/>", "<style>/* c */</style>", "<script/>",
    "<g xmlns:i=\"urn:i\"/>", "<g xmlns:i=\"urn:i\" i:a=\"b\"/>", "<foreignObject/>",
    "<image href=\"data:image/png;base64,AAAA\"/>",
  ])
  func `residue of a drawing is found`(part: String) {
    #expect(residue(Self.svg("<rect/>")) == nil)
    #expect(residue(Self.svg(part)) == .residueFound)
  }

  @Test func `drawings in drawings end at a depth`() throws {
    var file = Self.svg("<rect/>")
    for depth in 1...4 {
      let text = Base64.encode(file, .standard)
      file = Self.svg("<image href=\"data:image/svg+xml;base64,\(text)\"/>")
      #expect(try refusal(file) == (depth <= 3 ? nil : .tooManyParts))
    }
  }
}
