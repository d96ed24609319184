// Slots whose rule is code: places where the kind of a dictionary depends on what is in it, and
// places that can do more than show a document.

import ScrubContract

extension PDFWalk {
  /// What is left of a value in a slot with code; nothing if the general rules go on.
  func cleanSpecial(
    _ value: PDFValue, _ slot: PDFSlot, depth: Int
  ) throws(ScrubError) -> PDFValue? {
    switch slot {
    case .annotations: return try cleanAnnotations(value, depth: depth)
    case .fieldList: return try cleanFields(value)
    case .action: return try cleanAction(value, depth: depth)
    case .destination: return try cleanDestination(value, depth: depth)
    case .colorSpace: return try cleanColorSpace(value, depth: depth)
    case .structureKids: return try cleanKids(value, depth: depth)
    case .structureAttributes: return try cleanAttributes(value, depth: depth)
    case .appearanceLook:
      // The looks of one state each: the same as a dictionary of forms.
      guard let looks = value.dictionary else { return nil }
      return try clean(.dictionary(looks), .appearanceLooks, depth: depth)
    default: return nil
    }
  }

  /// The shape of a dictionary in a slot; nothing if it must not stand there.
  func shape(
    of dictionary: PDFDictionary, _ slot: PDFSlot, isStream: Bool
  ) throws(ScrubError) -> PDFShape? {
    if case .shape(let shape) = slot.rule { return shape }
    let type = dictionary["Type"]?.name
    switch slot {
    case .form where isStream, .appearanceLook where isStream:
      switch dictionary["Subtype"]?.name {
      case "Image": return PDFShape.imageObject
      case "Form": return PDFShape.formObject
      // Old programs do not say what an appearance or a mask is.
      case nil:
        if dictionary["Width"] != nil, dictionary["Height"] != nil { return PDFShape.imageObject }
        let isForm = slot == .appearanceLook || dictionary["BBox"] != nil
        return isForm ? PDFShape.formObject : nil
      default: return nil
      }
    case .field:
      try refuseSignature(dictionary)
      return PDFShape.fieldObject
    case .layerOrMembership:
      return type == "OCMD" ? PDFShape.membership : shape(of: .layer)
    case .propertyList:
      switch type {
      case "OCG": return shape(of: .layer)
      case "OCMD": return PDFShape.membership
      default: return PDFShape.properties
      }
    case .structureElement, .structureKids: return try elementShape(dictionary, type)
    default: return nil
    }
  }

  private func shape(of slot: PDFSlot) -> PDFShape? {
    if case .shape(let shape) = slot.rule { shape } else { nil }
  }

  /// The forms of ISO 32000-2 section 8.6 by the name that they start with.
  private func cleanColorSpace(
    _ value: PDFValue, depth: Int
  ) throws(ScrubError) -> PDFValue? {
    guard let parts = value.array else { return nil }
    if let plain = try plainColors(parts, depth: depth) { return plain }
    let slots: [PDFSlot]
    switch parts.first?.name {
    case "ICCBased": slots = [.scalar, .profile]
    case "Indexed": slots = [.scalar, .colorSpace, .scalar, .textOrStream]
    case "Separation": slots = [.scalar, .scalar, .colorSpace, .function]
    case "DeviceN": slots = [.scalar, .scalar, .colorSpace, .function, .deviceColors]
    case "CalGray", "CalRGB", "Lab": slots = [.scalar, .colorParameters]
    case "Pattern": slots = [.scalar, .colorSpace]
    default: slots = [.scalar]
    }
    var kept: [PDFValue] = []
    for (part, slot) in zip(parts, slots) {
      kept.append(try clean(part, slot, depth: depth + 1))
    }
    return .array(kept)
  }
}
