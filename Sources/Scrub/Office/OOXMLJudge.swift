// The rules of one part of an Office Open XML document: what its tables say, what becomes of references
// to parts that go, and what tracked changes leave when they are accepted.

import ScrubContract
import XMLText

/// Judges one part.
final class OOXMLJudge: XMLJudge {
  /// What a relationship of the part turned into.
  enum Target {
    case kept
    case dropped
    /// An object that goes while its picture stays.
    case unlinked
    case unknown
  }

  let blanksPaths = true
  let collectsExcerpts: Bool
  private let rules: ScrubRules
  private let targets: [String: Target]
  /// Whether formulas may refer to other workbooks, which go.
  private let hasExternalBooks: Bool
  private let dropsNotes: Bool
  /// What was seen that the tables do not count.
  private(set) var tally = CarrierTally()

  private var isNameGone = false
  private var isNote = false
  /// Whether the object around the present place is a link that leads nowhere.
  private var isUnlinked = false
  private var paragraphs: [(isDeleted: Bool, isInBody: Bool)] = []
  private var rows: [Bool] = []

  init(
    _ context: ScrubContext, targets: [String: Target], hasExternalBooks: Bool, dropsNotes: Bool
  ) {
    rules = context.rules
    collectsExcerpts = context.collectsExcerpts
    self.targets = targets
    self.hasExternalBooks = hasExternalBooks
    self.dropsNotes = dropsNotes
  }

  func knows(namespace: String) -> Bool {
    namespace.isEmpty || OOXMLNames.vocabulary(namespace) != nil
  }

  func verdict(on element: XMLName) -> XMLVerdict {
    guard let vocabulary = OOXMLNames.vocabulary(element.namespace) else {
      // The root of a VML part has no namespace; nothing else that is shown does.
      if element.namespace.isEmpty && element.local == "xml" { return .keep }
      return .drop(element.namespace.contains("/ac") ? .localPath : .data)
    }
    return OOXMLRules.verdict(vocabulary, element.local)
  }

  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict {
    if attribute.namespace.isEmpty {
      return OOXMLRules.drops("", attribute.local, of: element.local) ?? .keep
    }
    guard let vocabulary = OOXMLNames.vocabulary(attribute.namespace) else {
      return .drop(.identifier)
    }
    if vocabulary == OOXMLNames.relationships { return .ask }
    return OOXMLRules.drops(vocabulary, attribute.local, of: element.local) ?? .keep
  }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    // Asked for the sake of an attribute.
    switch verdict(on: tag.name) {
    case .drop(let carrier): return .drop(carrier)
    case .unwrap(let carrier): return .unwrap(carrier)
    case .keep, .hold, .ask: break
    }
    repairPrefixes(&tag, place.scope)
    if let verdict = try resolveReferences(&tag) { return verdict }
    switch OOXMLNames.vocabulary(tag.name.namespace) {
    case "w": return try decideWord(tag, place)
    case "x": return try decideSheet(&tag)
    case "mc":
      let needed = (tag.value("Requires") ?? "").split(separator: " ")
      return needed.allSatisfy { place.scope.contains(String($0)) } ? .keep : .drop(.data)
    case "a" where tag.name.local == "srcRect", "v" where tag.name.local == "imagedata":
      if OOXMLJudge.crops(tag) { tally.note(.croppedPicture) }
      return .keep
    case "vx":
      if dropsNotes, tag.value("ObjectType") == "Note" { isNote = true }
      return .keep
    case "p":
      if tag.name.local == "sld", tag.value("show") == "0" { try foundHidden() }
      if tag.name.local == "embed", isUnlinked { tag.name = tag.name.renamed("link") }
      return .keep
    default:
      return OOXMLRules.verdict(
        OOXMLNames.vocabulary(tag.name.namespace) ?? "", tag.name.local)
    }
  }

  func decidesBare(_ element: XMLName) -> Bool {
    OOXMLNames.vocabulary(element.namespace) == "w" && ["p", "tr", "tbl"].contains(element.local)
  }

  func decide(bare element: XMLName, inside parent: XMLName?) -> XMLVerdict {
    begin(element.local, inside: parent)
    return .hold
  }

  /// Notes the beginning of what may turn out to be empty.
  private func begin(_ local: String, inside parent: XMLName?) {
    switch local {
    case "p": paragraphs.append((false, parent?.local == "body"))
    case "tr": rows.append(false)
    default: break
    }
  }

  func stays(_ element: XMLName, inside: UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Bool {
    switch element.local {
    case "p":
      guard let last = paragraphs.popLast() else { return true }
      return unsafe !last.isDeleted || !last.isInBody || OOXMLJudge.holdsText(inside)
    case "tr":
      return rows.popLast() != true
    case "tbl":
      return unsafe inside.firstRange(of: Array("\(element.prefix):tr".utf8)) != nil
    case "definedName":
      defer { isNameGone = false }
      if isNameGone { tally.add(.localPath) }
      return !isNameGone
    case "shape":
      defer { isNote = false }
      if isNote { tally.add(.annotation) }
      return !isNote
    default:
      return unsafe !XMLBlank.isBlank(inside)
    }
  }

  func readsText(of element: XMLName) -> Bool {
    switch OOXMLNames.vocabulary(element.namespace) {
    case "w": element.local == "instrText"
    case "x": element.local == "definedName" || (element.local == "f" && hasExternalBooks)
    default: false
    }
  }

  func text(_ text: String, in element: XMLName) throws(ScrubError) -> String? {
    let isPath = LocalPath.isIn(text)
    if element.local == "instrText" {
      if isPath { tally.add(.localPath) }
      return isPath ? nil : text
    }
    let isExternal = hasExternalBooks && OOXMLJudge.namesOtherBook(text)
    guard !isExternal || element.local == "definedName" else {
      throw ScrubError(
        .encodingNotSupported, "A formula reads from another workbook, whose path cannot stay.")
    }
    isNameGone = isPath || isExternal
    return text
  }

  /// Only prefixes that are still declared may be named (ECMA-376 part 3, section 7).
  private func repairPrefixes(_ tag: inout XMLTag, _ scope: XMLScope) {
    for attribute in tag.attributes
    where OOXMLNames.vocabulary(attribute.name.namespace) == "mc" {
      let names = attribute.value.split { $0.isWhitespace }.filter {
        scope.contains(String($0.prefix { $0 != ":" }))
      }
      tag.set(
        attribute.name.local, attribute.name.namespace,
        to: names.isEmpty ? nil : names.joined(separator: " "))
    }
  }

  /// What happens to a tag that names a part which goes; nothing if it stays.
  private func resolveReferences(_ tag: inout XMLTag) throws(ScrubError) -> XMLVerdict? {
    for attribute in tag.attributes {
      let name = attribute.name
      let vocabulary = OOXMLNames.vocabulary(name.namespace)
      if vocabulary == "o", name.local == "href", !LocalPath.isPublic(attribute.value) {
        tag.set(name.local, name.namespace, to: nil)
      }
      let isReference =
        vocabulary == OOXMLNames.relationships || (vocabulary == "o" && name.local == "relid")
      guard isReference, !attribute.value.isEmpty else { continue }
      switch targets[attribute.value] {
      case .kept:
        if tag.name.local == "oleObj" { isUnlinked = false }
        continue
      case .unlinked where tag.name.local == "oleObj":
        isUnlinked = true
        continue
      case .unknown:
        throw ScrubError(
          .encodingNotSupported, "The document shows a part of a kind that cannot be scrubbed.")
      case .dropped, .unlinked, nil:
        if OOXMLJudge.optional.contains("\(tag.name.local) \(name.local)") {
          tag.set(name.local, name.namespace, to: nil)
        } else {
          return tag.name.local == "hyperlink"
            && OOXMLNames.vocabulary(tag.name.namespace) == "w" ? .unwrap(nil) : .drop(nil)
        }
      }
    }
    return nil
  }

  /// References without which the element still means something.
  private static let optional: Set<String> = [
    "pageSetup id", "blip link", "pivotCacheDefinition id", "imagedata href", "imagedata pict",
    "fill href", "control id",
  ]

  private func decideWord(_ tag: XMLTag, _ place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    switch tag.name.local {
    case "p", "tr", "tbl":
      begin(tag.name.local, inside: place.parent)
      return .hold
    case "vanish":
      try foundHidden()
      return .keep
    case "ins", "moveTo":
      try foundChange()
      return .unwrap(.trackedChange)
    case "del", "moveFrom":
      try foundChange()
      if place.parent?.local == "trPr", !rows.isEmpty { rows[rows.count - 1] = true }
      if place.parent?.local == "rPr", place.grandparent?.local == "pPr", !paragraphs.isEmpty {
        paragraphs[paragraphs.count - 1].isDeleted = true
      }
      return .drop(.trackedChange)
    default: return .keep
    }
  }

  private func decideSheet(_ tag: inout XMLTag) throws(ScrubError) -> XMLVerdict {
    switch tag.name.local {
    case "sheet":
      if let state = tag.value("state"), state != "visible" { try foundHidden() }
    case "row", "col":
      if let mark = tag.value("hidden"), mark == "1" || mark == "true" { try foundHidden() }
    case "cacheSource":
      guard tag.value("type") == "worksheet" else {
        throw ScrubError(
          .encodingNotSupported, "A pivot table reads from a source outside the document.")
      }
    case "pivotCacheDefinition":
      // Without its copy of the source rows the cache must say that it has none.
      tag.set("saveData", to: nil)
      tag.attributes.append(XMLAttribute(name: XMLName(local: "saveData"), value: "0"))
    default: break
    }
    return .keep
  }

  private func foundChange() throws(ScrubError) {
    guard rules[.trackedChanges] != .refuse else {
      throw ScrubError(.refusedByRule, "The document has tracked changes.")
    }
  }

  private func foundHidden() throws(ScrubError) {
    guard rules[.hidden] != .refuse else {
      throw ScrubError(.refusedByRule, "The document has hidden content.")
    }
    tally.note(.hidden)
  }

  /// Whether a side of a picture is cut off: thousandths of a percent, or a fraction in VML.
  private static func crops(_ tag: XMLTag) -> Bool {
    ["l", "t", "r", "b", "cropleft", "croptop", "cropright", "cropbottom"].contains { side in
      guard let value = tag.value(side), !value.hasPrefix("-") else { return false }
      return value.contains { ("1"..."9").contains($0) }
    }
  }

  /// Whether anything of a paragraph is left but its properties.
  private static func holdsText(_ inside: UnsafeBufferPointer<UInt8>) -> Bool {
    [":r>", ":r ", ":sdt", ":sectPr", ":oMath", ":hyperlink", ":fldSimple"].contains {
      unsafe inside.firstRange(of: Array($0.utf8)) != nil
    }
  }

  /// `[1]Sheet!A1` or `'[1]My sheet'!A1`, but not `Table[1]`.
  private static func namesOtherBook(_ formula: String) -> Bool {
    var before: Character?
    var rest = formula[...]
    while let character = rest.popFirst() {
      if character == "[",
        before.map({ !$0.isLetter && !$0.isNumber && !"_.[]".contains($0) }) ?? true,
        let end = rest.firstIndex(of: "]"), end > rest.startIndex,
        rest[..<end].allSatisfy(\.isNumber)
      {
        return true
      }
      before = character
    }
    return false
  }
}
