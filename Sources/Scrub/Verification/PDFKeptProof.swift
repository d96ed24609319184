// The metadata packet and the invoice that rules keep, as the verifier expects them: three objects of
// exactly one shape, which the catalogue names at their places.

import XMLText

/// Checks what a rule keeps, and tells which objects that are.
struct PDFKeptProof {
  /// Objects that have been checked here.
  private(set) var numbers: Set<Int> = []
  /// Entries that the catalogue may have.
  private(set) var entries: Set<String> = []

  private static let invoiceNames = [
    "ZUGFeRD-invoice.xml", "factur-x.xml", "order-x.xml", "xrechnung.xml", "zugferd-invoice.xml",
  ]
  private static let xmlBytesMax = 64 << 20

  private let file: PDFFile

  init(
    _ file: PDFFile, root: PDFObjectID, rules: ScrubRules, limits: ScrubLimits
  ) throws(ScrubError) {
    self.file = file
    guard rules[.conformance] == .keep || rules[.attachments] == .invoice,
      let catalogue = try file.object(root).value.dictionary
    else { return }
    var invoiceName: String?
    if rules[.attachments] == .invoice, let list = catalogue["AF"] {
      invoiceName = try checkInvoice(list, catalogue["Names"]?.dictionary)
      entries.formUnion(["AF", "EmbeddedFiles"])
    }
    guard let packet = catalogue["Metadata"] else { return }
    guard rules[.conformance] == .keep || invoiceName != nil, let id = packet.reference else {
      throw PDFKeptProof.foreign
    }
    let object = try file.object(id)
    try expect(object.value, ["Length": nil, "Subtype": "XML", "Type": "Metadata"])
    guard object.isStream else { throw PDFKeptProof.foreign }
    let bytes = try unsafe file.withStream(id, isDecoded: false) { (bytes, _) in
      unsafe [UInt8](bytes)
    }
    try PDFPacketProof.check(bytes, invoiceName: invoiceName)
    numbers.insert(Int(id.number))
    entries.insert("Metadata")
  }

  /// The entries of a dictionary of the catalogue without those that were checked here.
  func rest(
    _ entries: [(key: String, value: PDFScan.Value)], isOutermost: Bool
  ) -> [(key: String, value: PDFScan.Value)] {
    let known: Set<String> = isOutermost ? ["AF", "Metadata"] : ["EmbeddedFiles"]
    return entries.filter { !(known.contains($0.key) && self.entries.contains($0.key)) }
  }

  private static let foreign = ResidueVerifier.residue("an attachment that is no invoice")

  /// The list has one file, which the names of the document have too.
  private mutating func checkInvoice(
    _ list: PDFValue, _ names: PDFDictionary?
  ) throws(ScrubError) -> String {
    let tree = names?["EmbeddedFiles"]?.dictionary
    guard let list = list.array, list.count == 1, let id = list[0].reference,
      names?.entries.allSatisfy({ $0.key == "Dests" || $0.key == "EmbeddedFiles" }) == true,
      let tree, tree.entries.count == 1, let entry = tree["Names"]?.array, entry.count == 2,
      let name = PDFKeptProof.invoiceNames.first(where: { isText(entry[0], $0) }),
      entry[1].reference == id, let specification = try file.object(id).value.dictionary
    else { throw PDFKeptProof.foreign }
    try expect(
      .dictionary(specification),
      ["AFRelationship": nil, "EF": nil, "F": nil, "Type": "Filespec", "UF": nil])
    let relationship = specification["AFRelationship"]?.name ?? ""
    guard isText(specification["F"], name), isText(specification["UF"], name),
      ["Alternative", "Data", "Source", "Supplement"].contains(relationship),
      let files = specification["EF"]?.dictionary, files.entries.count == 2,
      let stream = files["F"]?.reference, files["UF"]?.reference == stream
    else { throw PDFKeptProof.foreign }
    let object = try file.object(stream)
    try expect(
      object.value,
      [
        "Filter": "FlateDecode", "Length": nil, "Params": nil, "Subtype": "text#2fxml",
        "Type": "EmbeddedFile",
      ])
    let sizes = object.value.dictionary?["Params"]?.dictionary?.entries ?? []
    let xml = try unsafe file.withStream(stream, isDecoded: true) { (bytes, _) in
      unsafe [UInt8](bytes)
    }
    guard object.isStream, sizes.count == 1, sizes[0].key == "Size",
      sizes[0].value.integer == xml.count
    else { throw PDFKeptProof.foreign }
    try PDFKeptProof.check(xml: xml)
    numbers.formUnion([Int(id.number), Int(stream.number)])
    return name
  }

  /// Elements and text, and nothing that no reader of the invoice looks at.
  private static func check(xml: [UInt8]) throws(ScrubError) {
    var limits = XMLLimits(bytesMax: xmlBytesMax, depthMax: 250, attributesMax: 20_000)
    limits.textBytesMax = 9 << 20
    do throws(XMLError) {
      let reader = try XMLReader(xml, limits: limits)
      while let event = try reader.next() {
        switch event {
        case .comment, .instruction: throw XMLError(.malformed, "a comment")
        case .start(let element) where element.name.local.hasSuffix("BinaryObject"):
          throw XMLError(.malformed, "a file")
        case .start, .text, .end: break
        }
      }
    } catch {
      throw foreign
    }
  }

  private func isText(_ value: PDFValue?, _ text: String) -> Bool {
    value?.string?.elementsEqual(text.utf8) == true
  }

  /// Passes for a dictionary with exactly these keys, and names where they are given.
  private func expect(_ value: PDFValue, _ shape: [String: String?]) throws(ScrubError) {
    guard let dictionary = value.dictionary, dictionary.entries.count == shape.count,
      dictionary.entries.allSatisfy({ entry in
        guard let name = shape[entry.key] else { return false }
        return name == nil || entry.value.name == name
      })
    else { throw PDFKeptProof.foreign }
  }
}
