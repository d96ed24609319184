// What a rule keeps of a document's metadata and attachments: the claim of a standard, and the XML of
// an electronic invoice (Factur-X, ZUGFeRD, XRechnung, Order-X), which is the invoice in the eyes of
// the law while the pages are its picture.

import ScrubContract
import XMLText

extension PDFWalk {
  /// The names that the standards give to the file.
  static let invoiceNames: Set<String> = [
    "ZUGFeRD-invoice.xml", "factur-x.xml", "order-x.xml", "xrechnung.xml", "zugferd-invoice.xml",
  ]
  static let relationships: Set<String> = ["Alternative", "Data", "Source", "Supplement"]

  /// An attached invoice that stays.
  struct Invoice {
    let name: String
    /// The number of the file specification that was written.
    let number: Int
  }

  /// Writes the invoice of the document, if a rule keeps it and there is one.
  func writeInvoice(_ catalogue: PDFDictionary) throws(ScrubError) -> Invoice? {
    guard rules[.attachments] == .invoice else { return nil }
    let names = try PDFPages.resolved(catalogue["Names"] ?? .null, file).dictionary
    var candidates: [PDFValue] = []
    if let tree = names?["EmbeddedFiles"] {
      candidates = try PDFTree.entries(
        of: tree, leaf: "Names", file, partsMax: limits.objectsMax
      ).map(\.value)
    }
    candidates += try PDFPages.resolved(catalogue["AF"] ?? .null, file).array ?? []
    for candidate in candidates {
      guard let specification = try PDFPages.resolved(candidate, file).dictionary,
        let name = try invoiceName(specification),
        let files = try PDFPages.resolved(specification["EF"] ?? .null, file).dictionary,
        let id = (files["F"] ?? files["UF"])?.reference, try file.object(id).isStream
      else { continue }
      return Invoice(name: name, number: try write(specification, name: name, file: id))
    }
    return nil
  }

  private func write(
    _ specification: PDFDictionary, name: String, file id: PDFObjectID
  ) throws(ScrubError) -> Int {
    let (xml, removed) = try XMLFilter.run(judge: PlainXMLJudge.ofInvoice(), try unpacked(id))
    tally.add(removed)
    let stream = writer.reserve()
    let dictionary = PDFDictionary(entries: [
      ("Type", .name("EmbeddedFile")), ("Subtype", .name("text#2fxml")),
      ("Params", .dictionary(PDFDictionary(entries: [("Size", .integer(xml.count))]))),
      ("Filter", .name("FlateDecode")),
    ])
    try writer.add(dictionary, data: PDFWriter.deflated(xml), as: stream)
    let relationship = specification["AFRelationship"]?.name ?? ""
    let kept = PDFWalk.relationships.contains(relationship) ? relationship : "Alternative"
    let number = writer.reserve()
    let text = PDFValue.string(Array(name.utf8))
    try writer.add(
      .dictionary(
        PDFDictionary(entries: [
          ("Type", .name("Filespec")), ("F", text), ("UF", text),
          ("AFRelationship", .name(kept)),
          (
            "EF",
            .dictionary(
              PDFDictionary(entries: [
                ("F", PDFWalk.reference(stream)), ("UF", PDFWalk.reference(stream)),
              ]))
          ),
        ])), as: number)
    return number
  }

  /// The known name that a file specification has, in either encoding.
  private func invoiceName(_ specification: PDFDictionary) throws(ScrubError) -> String? {
    for key in ["UF", "F"] {
      guard var name = try PDFPages.resolved(specification[key] ?? .null, file).string else {
        continue
      }
      // UTF-16 with a mark in front; the known names are ASCII.
      if name.starts(with: [0xfe, 0xff]) { name = name.dropFirst(2).filter { $0 != 0 } }
      let text = String(decoding: name, as: UTF8.self)
      if PDFWalk.invoiceNames.contains(text) { return text }
    }
    return nil
  }

  /// Writes the packet with the claims of the document, if rules keep them; returns its number.
  func writeClaims(
    _ catalogue: PDFDictionary, invoice: Invoice?
  ) throws(ScrubError) -> Int? {
    guard let id = catalogue["Metadata"]?.reference, try file.object(id).isStream else {
      return nil
    }
    guard rules[.conformance] == .keep || invoice != nil else {
      tally.add(.xmp)
      return nil
    }
    let original = try unpacked(id)
    let packet = PDFPacket.bytes(PDFClaims(packet: original, invoiceName: invoice?.name))
    if packet != original { tally.add(.xmp) }
    guard let packet else { return nil }
    let number = writer.reserve()
    try writer.add(
      PDFDictionary(entries: [("Type", .name("Metadata")), ("Subtype", .name("XML"))]),
      data: packet, as: number)
    return number
  }
}

extension PlainXMLJudge {
  /// Files within the XML of an invoice are refused: they may be of any type and are cleaned by nobody.
  fileprivate static func ofInvoice() -> PlainXMLJudge {
    let files: Set<String> = [
      "AttachmentBinaryObject", "EmbeddedDocumentBinaryObject", "IncludedBinaryObject",
    ]
    return PlainXMLJudge(
      ScrubError(.encodingNotSupported, "The invoice has files within its XML.")
    ) { files.contains($0.local) }
  }
}
