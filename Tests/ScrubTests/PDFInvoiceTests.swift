// What rules keep of a PDF beside its pages: the claim of PDF/A or PDF/UA, and the XML of an invoice.

import Gateway
import Scrub
import Testing

@Suite struct PDFInvoiceTests {
  private static let pdfa = "http://www.aiim.org/pdfa/ns/id/"
  private static let pdfua = "http://www.aiim.org/pdfua/ns/id/"
  private static let facturX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
  private static let xml =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- by Erika Example --><?tool INV-SECRET?>"
    + "<rsm:CrossIndustryInvoice xmlns:rsm=\"urn:x\"><rsm:ID>RE-2026-7</rsm:ID>"
    + "<!-- planted@example.org --></rsm:CrossIndustryInvoice>"

  private static func packet(_ properties: String) -> [UInt8] {
    Array(
      """
      <?xpacket begin="\u{feff}" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Erika Example">
      <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description rdf:about="INV-SECRET" xmlns:pdfaid="\(pdfa)" xmlns:pdfuaid="\(pdfua)"
       xmlns:fx="\(facturX)" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
       xmp:CreateDate="2026-03-04T10:00:00" \(properties)
      </rdf:Description></rdf:RDF></x:xmpmeta>
      <?xpacket end="w"?>
      """.utf8)
  }

  private static let claims =
    "pdfaid:part=\"3\" pdfaid:conformance=\"B\"><fx:DocumentType>INVOICE</fx:DocumentType>"
    + "<fx:DocumentFileName>hidden.txt</fx:DocumentFileName><fx:Version>1.0</fx:Version>"
    + "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>"

  /// An invoice with two attachments, of which one is the invoice.
  private static func invoice(
    name: String = "(factur-x.xml)", xml: String = xml, properties: String = claims
  ) -> [UInt8] {
    var sample = PDFSample(
      catalogue: """
        /Metadata 6 0 R/AF[8 0 R]/Names<</EmbeddedFiles<</Names[(a)7 0 R(b)8 0 R]>>\
        /Dests<</Names[(here)[3 0 R/Fit]]>>>>
        """)
    _ = sample.add("/Type/Metadata/Subtype/XML", packet(properties))
    _ = sample.add("<</Type/Filespec/F(hidden.txt)/EF<</F 9 0 R>>>>")
    _ = sample.add(
      """
      <</Type/Filespec/F\(name)/UF\(name)/Desc(Erika Example)/AFRelationship/Data\
      /EF<</F 9 0 R/UF 9 0 R>>>>
      """)
    _ = sample.add(
      "/Type/EmbeddedFile/Subtype/text#2Fxml/Params<</ModDate(D:2026-03-04)>>", Array(xml.utf8))
    return sample.bytes
  }

  private static func rules(_ answers: (ScrubRule, ScrubRule.Choice)...) -> ScrubRules {
    var rules = ScrubRules()
    for (rule, choice) in answers { rules[rule] = choice }
    return rules
  }

  private func scrubber(_ rules: ScrubRules) throws -> MetadataScrubber {
    try MetadataScrubber(policy: ScrubPolicy(rules: rules))
  }

  @Test(arguments: ["(factur-x.xml)", "<FEFF00780072006500630068006E0075006E0067002E0078006D006C>"])
  func `the invoice stays with its claim, its comments and all other files go`(
    name: String
  ) throws {
    let rules = Self.rules((.attachments, .invoice))
    let result = try scrubber(rules).scrub(.bytes(Self.invoice(name: name)))
    let text = unpacked(result.bytes)
    #expect(PDFSample.plantedTexts.allSatisfy { !text.contains(text: $0) })
    let file = name.hasPrefix("(") ? "factur-x.xml" : "xrechnung.xml"
    for kept in [
      "<rsm:ID>RE-2026-7</rsm:ID>", "/AF [", "/UF (\(file))", "/AFRelationship /Data", "(here)",
      "<pdfaid:part>3</pdfaid:part>", "<fx:DocumentFileName>\(file)</fx:DocumentFileName>",
      "<pdfaSchema:namespaceURI>\(Self.facturX)</pdfaSchema:namespaceURI>",
    ] { #expect(text.contains(text: kept), "\(kept)") }
    let proof = try ResidueVerifier(rules: rules).verify(.bytes(result.bytes))
    #expect(proof.sha256 == result.report.sha256After)
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(result.bytes)) }
    let again = try scrubber(rules).scrub(.bytes(result.bytes))
    #expect(again.bytes == result.bytes && again.report.removed.isEmpty)
  }

  @Test func `without the rule nothing of both stays`() throws {
    let bytes = try scrubbed(Self.invoice()).get().bytes
    let text = unpacked(bytes)
    #expect(!text.contains(text: "RE-2026-7") && !text.contains(text: "pdfaid"))
    _ = try ResidueVerifier().verify(.bytes(bytes))
    let other = try scrubber(Self.rules((.attachments, .invoice)))
      .scrub(.bytes(Self.invoice(name: "(invoice.xml)"))).bytes
    #expect(!unpacked(other).contains(text: "RE-2026-7"))
    _ = try ResidueVerifier().verify(.bytes(other))
  }

  static let claimed: [(properties: String, kept: [String])] = [
    ("pdfaid:part=\"2\" pdfaid:conformance=\"U\">", ["part>2<", "conformance>U<"]),
    (
      "pdfaid:part=\"3\" pdfaid:conformance=\"A\" pdfuaid:part=\"1\">",
      ["conformance>A<", "<pdfuaid:part>1<", "<pdfaSchema:prefix>pdfuaid<"]
    ),
    (
      "pdfaid:part=\"4\" pdfaid:conformance=\"F\" pdfaid:rev=\"2020\" pdfuaid:part=\"2\" "
        + "pdfuaid:rev=\"2024\">", ["part>4<", "rev>2020<", "<pdfuaid:part>2<", "rev>2024<"]
    ),
    ("pdfaid:part=\"1\" pdfaid:conformance=\"B\">", []),
    ("pdfaid:part=\"2\" pdfaid:conformance=\"Erika\">", []),
    ("><pdfaid:part>2", []),
  ]

  @Test(arguments: claimed.indices)
  func `of metadata only the claim of a standard is kept`(index: Int) throws {
    let rules = Self.rules((.conformance, .keep))
    let (properties, kept) = Self.claimed[index]
    let result = try scrubber(rules).scrub(.bytes(Self.invoice(properties: properties)))
    let text = unpacked(result.bytes)
    #expect(kept.allSatisfy { text.contains(text: $0) })
    #expect(text.contains(text: "xmpmeta") == !kept.isEmpty)
    #expect(!text.contains(text: "conformance>F<") && !text.contains(text: "RE-2026-7"))
    #expect(PDFSample.plantedTexts.allSatisfy { !text.contains(text: $0) })
    _ = try ResidueVerifier(rules: rules).verify(.bytes(result.bytes))
    #expect(try scrubber(rules).scrub(.bytes(result.bytes)).bytes == result.bytes)
  }

  @Test func `an invoice that cannot be cleaned refuses the document`() throws {
    let scrubber = try scrubber(Self.rules((.attachments, .invoice)))
    let inner =
      "<a xmlns=\"urn:x\"><EmbeddedDocumentBinaryObject>AA==</EmbeddedDocumentBinaryObject></a>"
    for (xml, code) in [
      (inner, ScrubError.Code.encodingNotSupported), ("<a>", .malformedFile),
      ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", nil),
    ] {
      let error = #expect(throws: ScrubError.self) {
        try scrubber.scrub(.bytes(Self.invoice(xml: xml)))
      }
      if let code { #expect(error?.code == code) }
    }
  }

  @Test func `a verifier that knows the rules still finds what is hidden in them`() throws {
    let rules = Self.rules((.attachments, .invoice), (.conformance, .keep))
    let clean = try scrubber(rules).scrub(.bytes(Self.invoice())).bytes
    _ = try ResidueVerifier(rules: rules).verify(.bytes(clean))
    let changes = [
      ("<pdfaid:conformance>B<", "<pdfaid:conformance>C<"),
      ("<fx:Version>1.0<", "<fx:Version>1a0<"),
      ("DocumentFileName>factur-x.xml<", "DocumentFileName>factur-y.xml<"),
      ("Name of the embedded XML", "Name of our EmbeddedXML"),
      ("</x:xmpmeta>\n", "</x:xmpmeta> "), ("/Subtype /XML", "/Subtype /XMQ"),
      ("/Params <</Size ", "/Params <</Sise "),
    ]
    for (from, to) in changes {
      let changed = clean.replacing(Array(from.utf8), with: Array(to.utf8))
      #expect(changed != clean, "\(from)")
      #expect(residue(changed, rules: rules) == .residueFound, "\(from)")
    }
    // Kept by one rule only, found by who knows the other.
    for only in [Self.rules((.conformance, .keep)), ScrubRules()] {
      #expect(throws: ScrubError.self) {
        try ResidueVerifier(rules: only).verify(.bytes(clean))
      }
    }
  }
}
