// The catalogue, the page list and the pages.

import ScrubContract

extension PDFWalk {
  private static let kept: [(key: String, slot: PDFSlot)] = [
    ("AcroForm", .interactiveForm), ("Lang", .text), ("MarkInfo", .markInfo),
    ("OCProperties", .layerProperties), ("Outlines", .outline), ("OutputIntents", .outputIntent),
    ("PageLayout", .scalar), ("PageMode", .scalar), ("StructTreeRoot", .structureTree),
    ("ViewerPreferences", .viewerPreferences),
  ]

  private static let handled: Set<String> = [
    "Dests", "Extensions", "Metadata", "Names", "PageLabels", "Pages", "Type", "Version",
  ]

  /// Writes the catalogue and the page list, and thereby names all that they hold; returns the
  /// number of the catalogue.
  func writeRoot(_ catalogue: PDFDictionary) throws(ScrubError) -> Int {
    let root = writer.reserve()
    pagesNumber = writer.reserve()
    try setBase(catalogue["URI"])
    try fixLayers(catalogue)
    if let tree = catalogue["StructTreeRoot"]?.reference { pages.fix(tree, .structureTree) }
    var list: [PDFValue] = []
    for page in pages.pages { list.append(try reference(to: page, .page)) }
    try writer.add(
      .dictionary(
        PDFDictionary(entries: [
          ("Count", .integer(list.count)), ("Kids", .array(list)), ("Type", .name("Pages")),
        ])), as: pagesNumber)
    try writer.add(.dictionary(try cleanCatalogue(catalogue)), as: root)
    return root
  }

  private func cleanCatalogue(_ catalogue: PDFDictionary) throws(ScrubError) -> PDFDictionary {
    try refuseForms(catalogue)
    for (key, _) in catalogue.entries where !PDFWalk.handled.contains(key) {
      if key == "AF", rules[.attachments] == .invoice { continue }
      if !PDFWalk.kept.contains(where: { $0.key == key }) { note(key, .scalar) }
    }
    var result = PDFDictionary(entries: [
      ("Type", .name("Catalog")), ("Pages", PDFWalk.reference(pagesNumber)),
    ])
    for (key, slot) in PDFWalk.kept {
      guard let value = catalogue[key] else { continue }
      // Elements name the root, so it must be an object; `write` makes it.
      if key == "StructTreeRoot" && value.reference == nil { continue }
      let cleaned = try clean(value, slot)
      if !cleaned.isNull { result.set(key, cleaned) }
    }
    let invoice = try writeInvoice(catalogue)
    if let claims = try writeClaims(catalogue, invoice: invoice) {
      result.set("Metadata", PDFWalk.reference(claims))
    }
    // The list of attachments would be shown, and there is none.
    if result["PageMode"]?.name == "UseAttachments" { result.remove("PageMode") }
    if let labels = catalogue["PageLabels"] {
      result.set("PageLabels", try cleanTree(labels, leaf: "Nums", .pageLabel))
    }
    if let names = try cleanNames(catalogue["Names"], invoice) { result.set("Names", names) }
    if let invoice { result.set("AF", .array([PDFWalk.reference(invoice.number)])) }
    if let old = try PDFPages.resolved(catalogue["Dests"] ?? .null, file).dictionary {
      var kept = PDFDictionary()
      for (name, place) in old.entries {
        let place = try clean(place, .destination)
        if !place.isNull { kept.entries.append((name, place)) }
      }
      result.set("Dests", .dictionary(kept))
    }
    return result
  }

  private func refuseForms(_ catalogue: PDFDictionary) throws(ScrubError) {
    let form = try PDFPages.resolved(catalogue["AcroForm"] ?? .null, file).dictionary
    if form?["XFA"] != nil, rules[.xfa] == .refuse {
      throw ScrubError(.xfaForm, "The PDF is an XFA form.")
    }
    let permissions = try PDFPages.resolved(catalogue["Perms"] ?? .null, file).dictionary
    if permissions?["DocMDP"] != nil, rules[.signed] == .refuse {
      throw ScrubError(.signed, "The PDF is certified by a signature.")
    }
    // Bit 1 says only that there is a place for a signature, bit 2 that there is one to be kept.
    let flags = try PDFPages.resolved(form?["SigFlags"] ?? .null, file).integer ?? 0
    if flags & 2 != 0, rules[.signed] == .refuse {
      throw ScrubError(.signed, "The PDF is signed.")
    }
  }

  /// Layers are compared by identity, so each is written once.
  private func fixLayers(_ catalogue: PDFDictionary) throws(ScrubError) {
    let properties = try PDFPages.resolved(catalogue["OCProperties"] ?? .null, file).dictionary
    for layer in try PDFPages.resolved(properties?["OCGs"] ?? .null, file).array ?? [] {
      if let id = layer.reference, pages.slots[id] == nil { pages.fix(id, .layer) }
    }
  }

  /// Of the names only those of places in the document stay.
  private func cleanNames(
    _ value: PDFValue?, _ invoice: Invoice?
  ) throws(ScrubError) -> PDFValue? {
    let names = try PDFPages.resolved(value ?? .null, file).dictionary
    var result = PDFDictionary()
    for (key, tree) in names?.entries ?? [] {
      if key == "Dests" {
        result.set("Dests", try cleanTree(tree, leaf: "Names", .destination))
        continue
      }
      let count = try PDFTree.entries(
        of: tree, leaf: "Names", file, partsMax: limits.objectsMax
      ).count
      switch key {
      case "EmbeddedFiles": tally.add(.attachment, count: max(count, 1) - (invoice == nil ? 0 : 1))
      case "JavaScript": tally.add(.action, count: max(count, 1))
      default: tally.add(.vendor, count: max(count, 1))
      }
    }
    if let invoice {
      let entry: [PDFValue] = [
        .string(Array(invoice.name.utf8)), PDFWalk.reference(invoice.number),
      ]
      let tree = PDFDictionary(entries: [("Names", .array(entry))])
      result.set("EmbeddedFiles", .dictionary(tree))
    }
    return result.entries.isEmpty ? nil : .dictionary(result)
  }

  private func cleanTree(
    _ tree: PDFValue, leaf: String, _ slot: PDFSlot
  ) throws(ScrubError) -> PDFValue {
    let entries = try PDFTree.entries(of: tree, leaf: leaf, file, partsMax: limits.objectsMax)
    var list: [PDFValue] = []
    let shared = PDFTree.shared(entries)
    for (key, value) in entries {
      let isShared = value.reference.map { shared.contains($0) } ?? false
      let value = try cleanEntry(value, slot, isShared: isShared)
      if !value.isNull { list += [key, value] }
    }
    return .dictionary(PDFDictionary(entries: [(leaf, .array(list))]))
  }

  /// An entry of the parent tree is an element or a list of elements, which is written into the
  /// tree unless it stands there twice.
  private func cleanEntry(
    _ value: PDFValue, _ slot: PDFSlot, isShared: Bool
  ) throws(ScrubError) -> PDFValue {
    guard slot == .structureParents else { return try clean(value, slot) }
    if !isShared, value.array == nil, let list = try PDFPages.resolved(value, file).array {
      return try clean(.array(list), .structureElement)
    }
    return try clean(value, .structureElement)
  }

  /// The root of the logical structure, its parent tree flattened.
  func cleanStructure(_ tree: PDFDictionary) throws(ScrubError) -> PDFValue {
    guard let shape = PDFShape.all[.structureTree] else { return .null }
    var kept = try clean(tree, shape, .structureTree)
    if let parents = tree["ParentTree"] {
      let list = try cleanTree(parents, leaf: "Nums", .structureParents)
      kept.set("ParentTree", list)
      let next = list.dictionary?["Nums"]?.array.flatMap { $0.count >= 2 ? $0[$0.count - 2] : nil }
      let last = min(max(next?.integer ?? -1, -1), Int(Int32.max))
      kept.set("ParentTreeNextKey", .integer(last + 1))
    }
    return .dictionary(kept)
  }

  /// A page with what it inherits, its keys in order, and its place in the new list.
  func cleanPage(_ page: PDFDictionary, _ id: PDFObjectID) throws(ScrubError) -> PDFValue {
    var entries = page.entries.filter { $0.key != "Parent" && $0.key != "Type" }
    let inherited = pages.inherited[id] ?? [:]
    for key in PDFPages.inheritable where page[key] == nil {
      guard let value = inherited[key] else { continue }
      let isLarge =
        key == "Resources" && value.value.dictionary != nil || (value.value.array?.count ?? 0) > 4
      entries.append((key, isLarge ? .null : value.value))
    }
    entries.sort { $0.key < $1.key }
    var kept = PDFDictionary()
    for (key, value) in entries {
      guard let slot = PDFShape.page.slots[key] else {
        note(key, .page)
        continue
      }
      let cleaned: PDFValue
      if value.isNull, let holder = inherited[key] {
        cleaned = try shared(holder.value, of: holder.node, slot)
      } else {
        cleaned = try clean(value, slot, depth: 1)
      }
      if !cleaned.isNull { kept.entries.append((key, cleaned)) }
    }
    kept.set("Type", .name("Page"))
    kept.set("Parent", PDFWalk.reference(pagesNumber))
    return .dictionary(kept)
  }
}
