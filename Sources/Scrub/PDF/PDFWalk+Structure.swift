// The logical structure: elements of what the pages show, and the attributes that readers know.

import ScrubContract

extension PDFWalk {
  /// Elements of deleted pages and references to deleted annotations have no shape.
  func elementShape(
    _ dictionary: PDFDictionary, _ type: String?
  ) throws(ScrubError) -> PDFShape? {
    if let page = dictionary["Pg"]?.reference, pages.slots[page] != .page {
      tally.add(.history)
      return nil
    }
    switch type {
    case "MCR": return PDFShape.markedContent
    case "OBJR":
      guard let object = dictionary["Obj"]?.reference, let slot = pages.slots[object] else {
        return nil
      }
      return PDFShape("Type", ["Obj": slot, "Pg": .page])
    default:
      if let kids = dictionary["K"], try !isShown(kids, depth: 0) {
        tally.add(.history)
        return nil
      }
      return PDFShape.element
    }
  }

  func cleanKids(_ value: PDFValue, depth: Int) throws(ScrubError) -> PDFValue {
    guard let kids = value.array else {
      return try clean(value, .structureElement, depth: depth + 1)
    }
    var kept: [PDFValue] = []
    for kid in kids {
      let kid = try clean(kid, .structureElement, depth: depth + 1)
      if !kid.isNull { kept.append(kid) }
    }
    return .array(kept)
  }

  /// True if a page of the document shows one of an element's kids, or one of them has no content
  /// that a page could show.
  private func isShown(_ kids: PDFValue, depth: Int) throws(ScrubError) -> Bool {
    let id = kids.reference
    if let id {
      if let known = shown[id] { return known }
      // An element below itself is none below it.
      shown[id] = false
    }
    guard depth <= PDFWalk.standingDepthMax else {
      throw ScrubError(.malformedPDF, "The structure of the document is nested too deeply.")
    }
    var result = false
    switch try PDFPages.resolved(kids, file) {
    case .integer: result = true
    case .array(let list):
      result = list.isEmpty
      for kid in list where !result { result = try isShown(kid, depth: depth + 1) }
    case .dictionary(let dictionary): result = try isShown(dictionary, depth: depth)
    default: break
    }
    if let id { shown[id] = result }
    return result
  }

  private func isShown(_ kid: PDFDictionary, depth: Int) throws(ScrubError) -> Bool {
    if let page = kid["Pg"]?.reference, pages.slots[page] != .page { return false }
    switch kid["Type"]?.name {
    case "MCR": return true
    case "OBJR": return kid["Obj"]?.reference.map { pages.slots[$0] != nil } ?? false
    default:
      guard let kids = kid["K"] else { return true }
      return try isShown(kids, depth: depth + 1)
    }
  }

  /// The attributes of each owner that readers know (ISO 32000-2 section 14.8.5).
  private static let attributes: [String: Set<String>] = [
    "ARIA-1.1": ["role"],
    "Artifact": ["Attached", "BBox", "Subtype", "Type"],
    "Layout": [
      "BBox", "BackgroundColor", "BaselineShift", "BlockAlign", "BorderColor", "BorderStyle",
      "BorderThickness", "Color", "ColumnCount", "ColumnGap", "ColumnWidths", "EndIndent",
      "GlyphOrientationVertical", "Height", "InlineAlign", "LineHeight", "Padding", "Placement",
      "RubyAlign", "RubyPosition", "SpaceAfter", "SpaceBefore", "StartIndent", "TBorderStyle",
      "TPadding", "TextAlign", "TextDecorationColor", "TextDecorationThickness",
      "TextDecorationType", "TextIndent", "TextPosition", "Width", "WritingMode",
    ],
    "List": ["ContinuedFrom", "ContinuedList", "ListNumbering"],
    "PrintField": ["Checked", "Desc", "Role", "checked"],
    "Table": ["ColSpan", "Headers", "RowSpan", "Scope", "Short", "Summary"],
  ]
  private static let textAttributes: Set<String> = [
    "ContinuedFrom", "Desc", "Headers", "Short", "Summary",
  ]

  /// Attributes of layout, lists, tables and form fields; those of programs go.
  func cleanAttributes(
    _ value: PDFValue, depth: Int
  ) throws(ScrubError) -> PDFValue? {
    guard let dictionary = value.dictionary else { return nil }
    guard let owner = dictionary["O"]?.name, let known = PDFWalk.attributes[owner] else {
      tally.add(.vendor)
      return .null
    }
    var kept = PDFDictionary()
    for (key, value) in dictionary.entries where key != "O" {
      guard known.contains(key) else {
        tally.add(.vendor)
        continue
      }
      let slot: PDFSlot = PDFWalk.textAttributes.contains(key) ? .text : .scalar
      let value = try clean(value, slot, depth: depth + 1)
      if !value.isNull { kept.entries.append((key, value)) }
    }
    guard !kept.entries.isEmpty else { return .null }
    kept.set("O", .name(owner))
    return .dictionary(kept)
  }
}
