// The allow-list of PDF as a graph: a slot is a place where a value may stand, and its rule says what
// may stand there. What no rule names is dropped. One object reached through two slots is written
// twice, so that the looser rule never speaks for the stricter one.

/// A place where a value may stand.
enum PDFSlot: UInt8, Sendable, CaseIterable {
  case scalar, text, textOrStream, stream, content, segments
  case page, annotations, field, fieldValue, fieldList, link, watermark
  case appearance, appearanceLook, appearanceLooks, borderStyle, widgetLook, iconFit
  case action, destination, outline
  case resources, graphicStates, graphicState, colorSpaces, colorSpace, colorants, colorParameters
  case deviceColors, processColors, profile, patterns, pattern, shadings, shading
  case functions, function, softMask, group, forms, form, image, fonts, font, fontDescriptor
  case fontProgram, fontStyle, encoding, glyphs, characterCollection
  case propertyLists, propertyList, layer, layerOrMembership, layerProperties, layerConfiguration
  case layerUsage, layerUsageApplication
  case structureTree, structureElement, structureKids, structureParents, structureAttributes
  case attributeClasses, roles, namespace
  case interactiveForm, outputIntent, pageLabel, viewerPreferences, markInfo
}

/// What happens to the data of a stream.
enum PDFData: Sendable {
  /// Checked and copied.
  case plain
  /// A page description: copied if no picture with metadata of its own is in it.
  case content
  /// A colour profile, rebuilt.
  case profile
  /// Segments of JBIG2, without those that a decoder does not need.
  case segments
}

/// The keys of a dictionary that are kept, each with its slot.
struct PDFShape: Sendable {
  let slots: [String: PDFSlot]
  let data: PDFData?
  /// True if a string may stand in place of the dictionary.
  let allowsText: Bool

  init(
    _ scalars: String, text: String = "", _ others: [String: PDFSlot] = [:],
    data: PDFData? = nil, allowsText: Bool = false
  ) {
    var slots = others
    for key in scalars.split(separator: " ") { slots[String(key)] = .scalar }
    for key in text.split(separator: " ") { slots[String(key)] = .text }
    self.slots = slots
    self.data = data
    self.allowsText = allowsText
  }
}

/// What may stand in a slot. Numbers, names and booleans may stand everywhere, arrays of what is
/// allowed too.
enum PDFRule: Sendable {
  /// Nothing else.
  case scalar
  /// Strings.
  case text
  /// A dictionary or stream.
  case shape(PDFShape)
  /// A dictionary whose keys are names of the document's own, each with a value of one slot.
  case map(PDFSlot)
  /// Code decides.
  case special
}

extension PDFSlot {
  /// The rule of the slot.
  var rule: PDFRule { PDFSlot.ordered[Int(rawValue)] }

  /// The rules in the order of the slots.
  private static let ordered = PDFSlot.allCases.map { rules[$0] ?? .scalar }

  private static let rules: [PDFSlot: PDFRule] = {
    var rules: [PDFSlot: PDFRule] = [
      .text: .text,
      .graphicStates: .map(.graphicState), .colorSpaces: .map(.colorSpace),
      .colorants: .map(.colorSpace), .patterns: .map(.pattern), .shadings: .map(.shading),
      .forms: .map(.form), .fonts: .map(.font), .glyphs: .map(.content),
      .propertyLists: .map(.propertyList), .appearanceLooks: .map(.appearanceLook),
      .roles: .map(.scalar), .attributeClasses: .map(.structureAttributes),
    ]
    let special: [PDFSlot] = [
      .page, .annotations, .fieldList, .action, .destination, .colorSpace, .form, .field,
      .layerOrMembership, .appearanceLook, .structureElement, .structureKids, .structureParents,
      .structureAttributes, .propertyList,
    ]
    for slot in special { rules[slot] = .special }
    for (slot, shape) in PDFShape.all { rules[slot] = .shape(shape) }
    return rules
  }()
}
