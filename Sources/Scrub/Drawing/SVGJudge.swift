// What stays of a drawing: the elements and attributes of SVG that are drawn. Namespaces of editors,
// metadata, comments and data attributes go; titles and descriptions by a rule; scripts, handlers and
// references that load something from outside by another.

import ScrubContract
import XMLText

/// The rules of SVG.
final class SVGJudge: XMLJudge {
  private let context: ScrubContext
  private let isNamed: (String) -> Bool
  /// The namespace of the first element, once it has been seen.
  private var root: String?
  /// What was removed from values.
  private(set) var tally: CarrierTally

  /// - Parameter isNamed: Whether anything in the drawing names an identifier.
  init(_ context: ScrubContext, isNamed: @escaping (String) -> Bool) {
    self.context = context
    tally = context.tally
    self.isNamed = isNamed
  }

  var blanksPaths: Bool { false }
  var collectsExcerpts: Bool { context.collectsExcerpts }
  private var rules: ScrubRules { context.rules }
  private var keepsDescriptions: Bool { rules[.descriptions] == .keep }

  func knows(namespace: String) -> Bool {
    isDrawn(namespace) || namespace == SVGNames.xlink
  }

  /// A drawing may stand in another namespace than SVG's, by mistake or by none at all; lenient
  /// programs draw it all the same. Pages are no drawings.
  private func isDrawn(_ namespace: String) -> Bool {
    namespace == SVGNames.svg || (namespace == root && namespace != SVGNames.xhtml)
  }

  func verdict(on element: XMLName) -> XMLVerdict {
    if root == nil { root = element.namespace }
    // Only in a drawing are pages not shown.
    if element.namespace == SVGNames.xhtml, root != SVGNames.svg { return .ask }
    guard isDrawn(element.namespace) else { return .drop(.vendor) }
    switch element.local {
    case "metadata": return .drop(.xmp)
    case "title", "desc": return keepsDescriptions ? .keep : .drop(.comment)
    case "svg", "script", "foreignObject": return .ask
    default:
      if SVGNames.animations.contains(element.local) { return .ask }
      return SVGNames.elements.contains(element.local) ? .keep : .drop(.vendor)
    }
  }

  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict {
    switch attribute.namespace {
    case "":
      let name = attribute.local
      if name.hasPrefix("on") { return .ask }
      if SVGNames.descriptions.contains(name) { return keepsDescriptions ? .keep : .drop(.comment) }
      guard SVGNames.attributes.contains(name) else { return .drop(.vendor) }
      return name == "id" || name == "class" || name == "d" || name == "points" ? .keep : .ask
    case SVGNames.xlink:
      if attribute.local == "href" { return .ask }
      if attribute.local == "title" { return keepsDescriptions ? .keep : .drop(.comment) }
      return ["type", "show", "actuate"].contains(attribute.local) ? .keep : .drop(.vendor)
    case SVGNames.xml:
      return ["space", "lang", "id"].contains(attribute.local) ? .keep : .drop(.vendor)
    default: return .drop(.vendor)
    }
  }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    guard tag.name.namespace != SVGNames.xhtml else { throw PlainXMLJudge.shownInside }
    // Asked for the sake of an attribute.
    if case .drop(let carrier) = verdict(on: tag.name) { return .drop(carrier) }
    if tag.name.local == "foreignObject" {
      // Pages inside drawings are never kept: what they hold is beyond the rules of SVG.
      guard rules[.scripts] == .drop else { throw SVGJudge.refused }
      return .drop(.action)
    }
    if SVGNames.animations.contains(tag.name.local), let name = tag.value("attributeName") {
      let target = name.lowercased()
      if target.hasSuffix("href") || target.hasPrefix("on"), try !staysActive() {
        return .drop(.action)
      }
    }
    var kept: [XMLAttribute] = []
    for attribute in tag.attributes {
      // Programs number their drawings; nothing needs the number if nothing names it.
      let isNumber = place.parent == nil && attribute.name == XMLName(local: "id")
      if isNumber, !isNamed(attribute.value) { continue }
      guard let value = try value(of: attribute, in: tag.name.local) else { continue }
      kept.append(XMLAttribute(name: attribute.name, value: value))
    }
    tag.attributes = kept
    guard tag.name.local == "script" else { return .keep }
    if rules[.scripts] == .keep { return .keep }
    return rules[.scripts] == .drop ? .drop(.action) : .hold
  }

  func readsText(of element: XMLName) -> Bool {
    isDrawn(element.namespace) && (element.local == "style" || element.local == "script")
  }

  func text(_ text: String, in element: XMLName) throws(ScrubError) -> String? {
    if element.local == "script" {
      // A script with nothing in it, as some editors leave behind, is no script.
      let isEmpty = text.utf8.allSatisfy { $0 == 0x20 || (0x09...0x0d).contains($0) }
      guard !isEmpty, try staysActive() else { return nil }
      return text
    }
    return try style.cleaned(text)
  }

  private func value(
    of attribute: XMLAttribute, in element: String
  ) throws(ScrubError) -> String? {
    let name = attribute.name.local
    if name == "href" { return try reference(attribute.value[...], in: element) }
    if attribute.name.namespace.isEmpty, name.hasPrefix("on") {
      guard try staysActive() else { return nil }
      return attribute.value
    }
    let isStyle = name == "style"
    let lower = attribute.value.lowercased()
    // Most attributes are properties of CSS.
    let isActive = SVGStyle.activeWords.contains(where: lower.contains)
    guard isStyle || isActive || lower.contains("url(") else { return attribute.value }
    return try style.cleaned(attribute.value)
  }

  private var style: SVGStyle {
    SVGStyle { [self] text throws(ScrubError) in
      try reference(text, in: "")
    } active: { [self] () throws(ScrubError) in
      try staysActive()
    }
  }

  /// What a reference becomes: files inside the text are scrubbed, links of the reader's own choice
  /// stay, everything that is loaded by itself is decided by the rule.
  private func reference(
    _ text: Substring, in element: String
  ) throws(ScrubError) -> String? {
    switch SVGReference(text) {
    case .inside: return String(text)
    case .data(let bytes):
      let part = try context.scrubbed(part: bytes)
      guard part.format.family == .picture || part.format == .svg else { throw SVGJudge.refused }
      tally.add(part.tally)
      return SVGReference.text(part.bytes, mediaType: part.format.rawValue)
    case .address where element == "a": return String(text)
    case .address, .outside:
      guard try staysActive() else { return nil }
      return String(text)
    }
  }

  /// Whether something that acts by itself stays; refuses it by default.
  private func staysActive() throws(ScrubError) -> Bool {
    switch rules[.scripts] {
    case .keep: return true
    case .drop:
      tally.add(.action)
      return false
    default: throw SVGJudge.refused
    }
  }

  private static let refused = ScrubError(
    .refusedByRule, "The drawing has a script, a page or a reference to something outside.")
}
