// The packet that carries the claims of a document (XMP, ISO 16684-1). PDF/A wants each property that
// it does not define described in the packet itself.

/// Writes the packet.
enum PDFPacket {
  /// The packet of some claims; nothing without any.
  static func bytes(_ claims: PDFClaims) -> [UInt8]? {
    var lines: [String] = []
    if let archive = claims.archive {
      lines += group(
        "pdfaid", PDFClaims.archiveNamespace,
        [("part", archive.part), ("conformance", archive.conformance), ("rev", archive.revision)])
    }
    if let access = claims.access {
      lines += group(
        "pdfuaid", PDFClaims.accessNamespace, [("part", access.part), ("rev", access.revision)])
    }
    if let invoice = claims.invoice {
      lines += group(
        "fx", invoice.namespace,
        [
          ("DocumentType", invoice.type), ("DocumentFileName", invoice.fileName),
          ("Version", invoice.version), ("ConformanceLevel", invoice.level),
        ])
    }
    if lines.isEmpty { return nil }
    lines += extensions(claims)
    let all = opening + lines + ["</rdf:RDF>", "</x:xmpmeta>", "<?xpacket end=\"r\"?>"]
    return Array(all.joined(separator: "\n").utf8)
  }

  private static let opening = [
    "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>",
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">",
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">",
  ]

  private static func group(
    _ prefix: String, _ namespace: String, _ properties: [(name: String, value: String?)]
  ) -> [String] {
    let lines = properties.compactMap { property in
      property.value.map { "<\(prefix):\(property.name)>\($0)</\(prefix):\(property.name)>" }
    }
    return ["<rdf:Description rdf:about=\"\" xmlns:\(prefix)=\"\(namespace)\">"] + lines
      + ["</rdf:Description>"]
  }

  /// ISO 19005-2 and -3 section 6.6.2.3; part 4 has no such descriptions.
  private static func extensions(_ claims: PDFClaims) -> [String] {
    guard let part = claims.archive?.part, part != "4" else { return [] }
    var schemas: [String] = []
    if claims.access != nil {
      schemas += schema(
        "PDF/UA Universal Accessibility", PDFClaims.accessNamespace, "pdfuaid",
        [("part", "Integer", "internal", "Part of ISO 14289")])
    }
    if let invoice = claims.invoice {
      schemas += schema(
        "Factur-X PDFA Extension Schema", invoice.namespace, "fx",
        [
          ("DocumentFileName", "Text", "external", "Name of the embedded XML invoice file"),
          ("DocumentType", "Text", "external", "INVOICE"),
          ("Version", "Text", "external", "Version of the XML invoice"),
          ("ConformanceLevel", "Text", "external", "Conformance level of the XML invoice"),
        ])
    }
    if schemas.isEmpty { return [] }
    return [
      "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"",
      " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\"",
      " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">",
      "<pdfaExtension:schemas><rdf:Bag>",
    ] + schemas + ["</rdf:Bag></pdfaExtension:schemas>", "</rdf:Description>"]
  }

  private static func schema(
    _ title: String, _ namespace: String, _ prefix: String,
    _ properties: [(name: String, type: String, category: String, about: String)]
  ) -> [String] {
    let entries = properties.map { property in
      "<rdf:li rdf:parseType=\"Resource\"><pdfaProperty:name>\(property.name)</pdfaProperty:name>"
        + "<pdfaProperty:valueType>\(property.type)</pdfaProperty:valueType>"
        + "<pdfaProperty:category>\(property.category)</pdfaProperty:category>"
        + "<pdfaProperty:description>\(property.about)</pdfaProperty:description></rdf:li>"
    }
    return [
      "<rdf:li rdf:parseType=\"Resource\">", "<pdfaSchema:schema>\(title)</pdfaSchema:schema>",
      "<pdfaSchema:namespaceURI>\(namespace)</pdfaSchema:namespaceURI>",
      "<pdfaSchema:prefix>\(prefix)</pdfaSchema:prefix>", "<pdfaSchema:property><rdf:Seq>",
    ] + entries + ["</rdf:Seq></pdfaSchema:property>", "</rdf:li>"]
  }
}
