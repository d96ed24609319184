// What the metadata of a PDF claim about its form: that it follows PDF/A or PDF/UA, and that it is an
// electronic invoice. Only these claims are read, each from a short list of values, and written as a
// packet of our own. PDF/A-1 is not claimed: it forbids the object streams that are written.

import ScrubContract
import XMLText

/// The claims of one document.
struct PDFClaims {
  /// An electronic invoice, as Factur-X, ZUGFeRD and Order-X describe it.
  struct Invoice {
    let namespace: String
    let type: String
    let fileName: String
    let version: String
    let level: String
  }

  static let archiveNamespace = "http://www.aiim.org/pdfa/ns/id/"
  static let accessNamespace = "http://www.aiim.org/pdfua/ns/id/"
  /// Factur-X and ZUGFeRD 2, ZUGFeRD 2.0, ZUGFeRD 1, Order-X.
  static let invoiceNamespaces = [
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#",
    "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#",
    "urn:factur-x:pdfa:CrossIndustryDocument:1p0#",
  ]
  static let invoiceTypes: Set<String> = ["INVOICE", "ORDER", "ORDER_CHANGE", "ORDER_RESPONSE"]
  static let invoiceLevels: Set<String> = [
    "BASIC", "BASIC WL", "COMFORT", "COMPLETE", "EN 16931", "EXTENDED", "MINIMUM", "XRECHNUNG",
  ]
  private static let packetBytesMax = 1 << 20

  /// Part 2, 3 or 4 of ISO 19005, and what of it is met.
  private(set) var archive: (part: String, conformance: String?, revision: String?)?
  /// Part 1 or 2 of ISO 14289.
  private(set) var access: (part: String, revision: String?)?
  private(set) var invoice: Invoice?

  /// Reads a packet; one that cannot be read claims nothing.
  /// - Parameter invoiceName: The name of the invoice that stays in the document.
  init(packet: [UInt8], invoiceName: String?) {
    var values: [String: String] = [:]
    do throws(XMLError) {
      let reader = try XMLReader(packet, limits: XMLLimits(bytesMax: PDFClaims.packetBytesMax))
      var current: XMLName?
      func note(_ name: XMLName, _ value: String) {
        let key = name.namespace + " " + name.local
        if values[key] == nil { values[key] = value.filter { !$0.isNewline } }
      }
      while let event = try reader.next() {
        switch event {
        case .start(let element):
          current = element.name
          for attribute in element.attributes { note(attribute.name, attribute.value) }
        case .text(let text): if let current { note(current, text) }
        case .end: current = nil
        case .comment, .instruction: break
        }
      }
    } catch {
      return
    }
    readArchive(values, hasInvoice: invoiceName != nil)
    let part = values[PDFClaims.accessNamespace + " part"]
    if part == "1" { access = ("1", nil) }
    if part == "2", values[PDFClaims.accessNamespace + " rev"] == "2024" { access = ("2", "2024") }
    if let invoiceName { readInvoice(values, invoiceName) }
  }

  private mutating func readArchive(_ values: [String: String], hasInvoice: Bool) {
    let conformance = values[PDFClaims.archiveNamespace + " conformance"]
    switch values[PDFClaims.archiveNamespace + " part"] {
    case "2", "3":
      guard let part = values[PDFClaims.archiveNamespace + " part"], let conformance,
        ["A", "B", "U"].contains(conformance)
      else { return }
      archive = (part, conformance, nil)
    case "4" where values[PDFClaims.archiveNamespace + " rev"] == "2020":
      // F means that files are embedded, and there are none but an invoice.
      archive = ("4", conformance == "F" && hasInvoice ? "F" : nil, "2020")
    default: break
    }
  }

  private mutating func readInvoice(_ values: [String: String], _ name: String) {
    for namespace in PDFClaims.invoiceNamespaces {
      guard let type = values[namespace + " DocumentType"], PDFClaims.invoiceTypes.contains(type),
        let version = values[namespace + " Version"], PDFClaims.isVersion(version),
        let level = values[namespace + " ConformanceLevel"],
        PDFClaims.invoiceLevels.contains(level)
      else { continue }
      invoice = Invoice(
        namespace: namespace, type: type, fileName: name, version: version, level: level)
      return
    }
  }

  /// Such as 1.0, 2p0 or 1.0.07.
  private static func isVersion(_ text: String) -> Bool {
    (1...8).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e || $0 == 0x70 }
  }
}
