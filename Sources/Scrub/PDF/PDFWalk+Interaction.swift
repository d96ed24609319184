// Links and form fields: where they lead, and nothing that they do.

import ScrubContract

extension PDFWalk {
  /// Kinds of addresses that a link may lead to.
  private static let schemes: Set<String> = ["ftp", "http", "https", "mailto", "sip", "tel"]
  /// The name and the four numbers behind the page of a place.
  private static let destinationPartsMax = 5
  /// Bytes of the address that relative links start from; it is copied into each of them.
  private static let baseBytesMax = 2048

  /// The annotations of a page that the first pass has kept.
  func cleanAnnotations(_ value: PDFValue, depth: Int) throws(ScrubError) -> PDFValue {
    var kept: [PDFValue] = []
    let annotations = try PDFPages.resolved(value, file).array ?? []
    try takeInlined(annotations.count)
    for annotation in annotations {
      if let id = annotation.reference {
        if pages.slots[id] != nil { kept.append(try reference(to: id, .link)) }
      } else if let dictionary = annotation.dictionary, let slot = PDFPages.slot(of: dictionary) {
        kept.append(try clean(annotation, slot, depth: depth + 1))
      }
    }
    return kept.isEmpty ? .null : .array(kept)
  }

  /// Fields, without those that stand on no page.
  func cleanFields(_ value: PDFValue) throws(ScrubError) -> PDFValue {
    var kept: [PDFValue] = []
    let fields = try PDFPages.resolved(value, file).array ?? []
    try takeInlined(fields.count)
    for field in fields {
      if try standsOnPage(field, depth: 0), let id = field.reference {
        kept.append(try reference(to: id, .field))
      } else if try PDFPages.resolved(field, file).dictionary != nil {
        // A field must be an object; one that no page shows is left from an earlier state.
        tally.add(field.reference == nil ? .vendor : .history)
      }
    }
    return .array(kept)
  }

  /// True if a field, or one below it, stands on a page of the document. Signatures in the fields
  /// are refused wherever they stand.
  private func standsOnPage(_ field: PDFValue, depth: Int) throws(ScrubError) -> Bool {
    if let id = field.reference {
      if let known = standing[id] { return known }
      // A field below itself is none below it.
      standing[id] = false
    }
    guard depth <= PDFWalk.standingDepthMax else {
      throw ScrubError(.malformedPDF, "The form fields are nested too deeply.")
    }
    guard let dictionary = try PDFPages.resolved(field, file).dictionary else { return false }
    try refuseSignature(dictionary)
    var stands = field.reference.map { pages.slots[$0] == .field } ?? false
    for kid in try PDFPages.resolved(dictionary["Kids"] ?? .null, file).array ?? [] {
      // Not only up to the first: the signatures of all are looked at.
      if try standsOnPage(kid, depth: depth + 1) { stands = true }
    }
    if let id = field.reference { standing[id] = stands }
    return stands
  }

  /// A signature names its signer, and a rewrite breaks it.
  func refuseSignature(_ field: PDFDictionary) throws(ScrubError) {
    guard rules[.signed] == .refuse, let value = field["V"] else { return }
    guard let signature = try PDFPages.resolved(value, file).dictionary else { return }
    if signature["ByteRange"] != nil || signature["Contents"] != nil
      || signature["Type"]?.name == "Sig"
    {
      throw ScrubError(.signed, "The PDF is signed.")
    }
  }

  /// Actions that lead somewhere stay; those that run, send, open or change something go.
  func cleanAction(_ value: PDFValue, depth: Int) throws(ScrubError) -> PDFValue {
    guard let action = try PDFPages.resolved(value, file).dictionary else { return .null }
    if action["Next"] != nil { tally.add(.action) }
    var kept = PDFDictionary()
    switch action["S"]?.name {
    case "GoTo":
      let target = try clean(action["D"] ?? .null, .destination, depth: depth + 1)
      if target.isNull { return .null }
      kept.entries = [("D", target), ("S", .name("GoTo"))]
    case "URI":
      guard let address = try PDFPages.resolved(action["URI"] ?? .null, file).string,
        let allowed = allowedAddress(address)
      else { break }
      kept.entries = [("S", .name("URI")), ("URI", .string(allowed))]
    case "Named":
      guard let name = action["N"]?.name,
        ["FirstPage", "LastPage", "NextPage", "PrevPage"].contains(name)
      else { break }
      kept.entries = [("N", .name(name)), ("S", .name("Named"))]
    case "ResetForm": kept.entries = [("S", .name("ResetForm"))]
    default: break
    }
    if kept.entries.isEmpty {
      tally.add(.action)
      return .null
    }
    return .dictionary(kept)
  }

  /// An address of the web; local paths and scripts are none. Relative ones become absolute if the
  /// document says what they are relative to.
  private func allowedAddress(_ address: [UInt8]) -> [UInt8]? {
    let scheme = address.prefix { $0 != 0x3a && $0 != 0x2f && $0 != 0x3f && $0 != 0x23 }
    if scheme.count < address.count, address[scheme.count] == 0x3a {
      let name = String(decoding: scheme, as: UTF8.self).lowercased()
      return PDFWalk.schemes.contains(name) ? address : nil
    }
    if address.first == 0x23 || address.starts(with: "www.".utf8) { return address }
    guard let slash = baseAddress.lastIndex(of: 0x2f), address.first != 0x2f,
      !address.contains(0x5c)
    else { return nil }
    return Array(baseAddress[...slash]) + address
  }

  /// Takes note of what relative addresses start from.
  func setBase(_ value: PDFValue?) throws(ScrubError) {
    guard let base = try PDFPages.resolved(value ?? .null, file).dictionary?["Base"]?.string else {
      return
    }
    let isWeb = base.starts(with: "http://".utf8) || base.starts(with: "https://".utf8)
    // Three slashes: one of them ends the host.
    guard isWeb, base.count <= PDFWalk.baseBytesMax else { return }
    if base.count(where: { $0 == 0x2f }) >= 3 { baseAddress = base }
  }

  /// A place in this document: a name, or a page of it and how to show that.
  func cleanDestination(_ value: PDFValue, depth: Int) throws(ScrubError) -> PDFValue {
    switch try PDFPages.resolved(value, file) {
    case .name(let name): return .name(name)
    case .string(let name): return .string(name)
    case .dictionary(let dictionary):
      guard let inner = dictionary["D"], depth < 8 else { return .null }
      return try cleanDestination(inner, depth: depth + 1)
    case .array(let parts):
      guard let page = parts.first?.reference else { return .null }
      let target = try reference(to: page, .page)
      if target.isNull { return .null }
      var kept = [target]
      for part in parts.dropFirst().prefix(PDFWalk.destinationPartsMax) {
        switch try PDFPages.resolved(part, file) {
        case let number where number.name != nil || number.integer != nil: kept.append(number)
        case .real(let digits): kept.append(.real(digits))
        default: kept.append(.null)
        }
      }
      return .array(kept)
    default: return .null
    }
  }
}
