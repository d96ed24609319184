// The packet of claims as the verifier expects it: line by line, each either one fixed text or a
// property with one of the values that say nothing but which standard is met.

/// Reads one packet against its lines.
struct PDFPacketProof {
  private static let namespaces: Set<String> = [
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#",
    "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:factur-x:pdfa:CrossIndustryDocument:1p0#",
  ]
  private static let foreign = ResidueVerifier.residue("metadata that claim more than a standard")

  private var lines: ArraySlice<String>

  /// Passes if the packet is one that the scrubber writes.
  /// - Parameter invoiceName: The file that an invoice must name; nothing without an invoice.
  static func check(_ bytes: [UInt8], invoiceName: String?) throws(ScrubError) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.utf8.elementsEqual(bytes) else { throw foreign }
    var proof = PDFPacketProof(
      lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...])
    try proof.run(invoiceName)
  }

  private mutating func run(_ invoiceName: String?) throws(ScrubError) {
    try expect("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>")
    try expect("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">")
    try expect("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">")
    let archive = "http://www.aiim.org/pdfa/ns/id/"
    let access = "http://www.aiim.org/pdfua/ns/id/"
    let isArchive = take(group("pdfaid", archive))
    if isArchive {
      try property("pdfaid:part", ["2", "3", "4"])
      _ = take(property: "pdfaid:conformance", ["A", "B", "F", "U"])
      _ = take(property: "pdfaid:rev", ["2020"])
      try expect("</rdf:Description>")
    }
    let isAccess = take(group("pdfuaid", access))
    if isAccess {
      try property("pdfuaid:part", ["1", "2"])
      _ = take(property: "pdfuaid:rev", ["2024"])
      try expect("</rdf:Description>")
    }
    let invoice = PDFPacketProof.namespaces.first { lines.first == group("fx", $0) }
    if let invoice {
      guard let invoiceName else { throw PDFPacketProof.foreign }
      try readInvoice(invoice, name: invoiceName)
    }
    if take(
      "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"\(PDFPacketProof.aiim)extension/\"")
    {
      try readExtensions(access: isAccess ? access : nil, invoice: invoice)
    }
    try expect("</rdf:RDF>")
    try expect("</x:xmpmeta>")
    try expect("<?xpacket end=\"r\"?>")
    guard lines.isEmpty else { throw PDFPacketProof.foreign }
  }

  private static let aiim = "http://www.aiim.org/pdfa/ns/"

  private mutating func readInvoice(_ namespace: String, name: String) throws(ScrubError) {
    try expect(group("fx", namespace))
    try property("fx:DocumentType", ["INVOICE", "ORDER", "ORDER_CHANGE", "ORDER_RESPONSE"])
    try property("fx:DocumentFileName", [name])
    let digits = (lines.first ?? "").dropFirst("<fx:Version>".count).prefix { $0 != "<" }
    guard digits.count <= 8, digits.allSatisfy({ "0123456789.p".contains($0) }) else {
      throw PDFPacketProof.foreign
    }
    try property("fx:Version", [String(digits)])
    try property(
      "fx:ConformanceLevel",
      [
        "BASIC", "BASIC WL", "COMFORT", "COMPLETE", "EN 16931", "EXTENDED", "MINIMUM", "XRECHNUNG",
      ])
    try expect("</rdf:Description>")
  }

  private mutating func readExtensions(
    access: String?, invoice: String?
  ) throws(ScrubError) {
    try expect(" xmlns:pdfaSchema=\"\(PDFPacketProof.aiim)schema#\"")
    try expect(" xmlns:pdfaProperty=\"\(PDFPacketProof.aiim)property#\">")
    try expect("<pdfaExtension:schemas><rdf:Bag>")
    if let access {
      try readSchema(
        "PDF/UA Universal Accessibility", access, "pdfuaid",
        ["part</>Integer</>internal</>Part of ISO 14289"])
    }
    if let invoice {
      try readSchema(
        "Factur-X PDFA Extension Schema", invoice, "fx",
        [
          "DocumentFileName</>Text</>external</>Name of the embedded XML invoice file",
          "DocumentType</>Text</>external</>INVOICE",
          "Version</>Text</>external</>Version of the XML invoice",
          "ConformanceLevel</>Text</>external</>Conformance level of the XML invoice",
        ])
    }
    try expect("</rdf:Bag></pdfaExtension:schemas>")
    try expect("</rdf:Description>")
  }

  /// Properties are given by their four texts, with the tags between them left out.
  private mutating func readSchema(
    _ title: String, _ namespace: String, _ prefix: String, _ properties: [String]
  ) throws(ScrubError) {
    try expect("<rdf:li rdf:parseType=\"Resource\">")
    try property("pdfaSchema:schema", [title])
    try property("pdfaSchema:namespaceURI", [namespace])
    try property("pdfaSchema:prefix", [prefix])
    try expect("<pdfaSchema:property><rdf:Seq>")
    for texts in properties {
      guard let line = lines.popFirst() else { throw PDFPacketProof.foreign }
      var plain = line
      for tag in ["name", "valueType", "category", "description"] {
        plain = plain.replacing("<pdfaProperty:\(tag)>", with: "", maxReplacements: 1)
        plain = plain.replacing("</pdfaProperty:\(tag)>", with: "</>", maxReplacements: 1)
      }
      guard plain == "<rdf:li rdf:parseType=\"Resource\">" + texts + "</></rdf:li>" else {
        throw PDFPacketProof.foreign
      }
    }
    try expect("</rdf:Seq></pdfaSchema:property>")
    try expect("</rdf:li>")
  }

  private func group(_ prefix: String, _ namespace: String) -> String {
    "<rdf:Description rdf:about=\"\" xmlns:\(prefix)=\"\(namespace)\">"
  }

  private mutating func property(_ name: String, _ values: [String]) throws(ScrubError) {
    guard take(property: name, values) else { throw PDFPacketProof.foreign }
  }

  private mutating func take(property name: String, _ values: [String]) -> Bool {
    values.contains { lines.first == "<\(name)>\($0)</\(name)>" } && lines.popFirst() != nil
  }

  /// Swift compares canonical equivalents as equal, so the bytes are compared.
  private mutating func take(_ line: String) -> Bool {
    guard let first = lines.first, first.utf8.elementsEqual(line.utf8) else { return false }
    lines.removeFirst()
    return true
  }

  private mutating func expect(_ line: String) throws(ScrubError) {
    guard take(line) else { throw PDFPacketProof.foreign }
  }
}
