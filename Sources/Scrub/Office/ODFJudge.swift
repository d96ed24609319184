// The rules of OpenDocument texts: the vocabularies that make up what is shown, without annotations,
// tracked changes, authors, scripts, revision identifiers and outside sources.

import ScrubContract
import XMLText

/// Judges one text and collects what it names inside the package.
final class ODFJudge: XMLJudge {
  /// A part that the text names.
  struct Reference {
    let path: String
    /// True for what may be a document in a folder of its own.
    let isObject: Bool
  }

  let blanksPaths = true
  let collectsExcerpts: Bool
  private(set) var references: [Reference] = []
  /// What was seen that the tables do not count.
  private(set) var tally = CarrierTally()
  private let rules: ScrubRules
  private let isThere: (String) -> Bool
  /// Frames around the present place: whether an object in them has drawn them already.
  private var hasObject = false

  /// - Parameter isThere: Whether the folder of the text has a part of that name.
  init(_ context: ScrubContext, isThere: @escaping (String) -> Bool) {
    rules = context.rules
    collectsExcerpts = context.collectsExcerpts
    self.isThere = isThere
  }

  func knows(namespace: String) -> Bool { ODFNames.vocabulary(namespace) != nil }

  func verdict(on element: XMLName) -> XMLVerdict {
    guard let vocabulary = ODFNames.vocabulary(element.namespace) else { return .drop(.data) }
    return ODFJudge.elements["\(vocabulary):\(element.local)"] ?? .keep
  }

  func verdict(on attribute: XMLName, of element: XMLName) -> XMLAttributeVerdict {
    if attribute.namespace.isEmpty { return .keep }
    guard let vocabulary = ODFNames.vocabulary(attribute.namespace) else { return .drop(.data) }
    return ODFJudge.attributes["\(vocabulary):\(attribute.local)"] ?? .keep
  }

  func decide(_ tag: inout XMLTag, at place: XMLPlace) throws(ScrubError) -> XMLVerdict {
    // Asked for the sake of an attribute.
    switch verdict(on: tag.name) {
    case .drop(let carrier): return .drop(carrier)
    case .unwrap(let carrier): return .unwrap(carrier)
    case .keep, .hold, .ask: break
    }
    if ODFHidden.hides(tag) {
      guard rules[.hidden] != .refuse else {
        throw ScrubError(.refusedByRule, "The document has hidden content.")
      }
      tally.note(.hidden)
    }
    if ODFHidden.crops(tag) { tally.note(.croppedPicture) }
    switch tag.name.local {
    case "annotation", "annotation-end":
      guard rules[.comments] != .refuse else {
        throw ScrubError(.refusedByRule, "The document has comments.")
      }
      return .drop(.annotation)
    case "tracked-changes", "change", "change-start", "change-end":
      guard rules[.trackedChanges] != .refuse else {
        throw ScrubError(.refusedByRule, "The document has tracked changes.")
      }
      return .drop(.trackedChange)
    case "script", "event-listener":
      guard rules[.macros] == .drop else {
        throw ScrubError(.macros, "The document has macros or controls.")
      }
      return .drop(.action)
    case "config-item": return configuration(tag)
    case "config-item-set": return set(tag)
    case "frame": hasObject = false
    default: break
    }
    return try link(&tag)
  }

  /// Settings that are numbers and switches change the layout; texts name printers, people and styles
  /// of a program.
  private func configuration(_ tag: XMLTag) -> XMLVerdict {
    let namespace = tag.name.namespace
    let name = tag.value("name", namespace) ?? ""
    let isPlain = ["boolean", "short", "int"].contains(tag.value("type", namespace) ?? "")
    return isPlain && !name.hasPrefix("Rsid") ? .keep : .drop(.settings)
  }

  /// How somebody looked at the document last goes as a whole.
  private func set(_ tag: XMLTag) -> XMLVerdict {
    tag.value("name", tag.name.namespace)?.hasSuffix("view-settings") == true
      ? .drop(.settings) : .keep
  }

  /// Tags with an address: of a part, of a public place, or of neither.
  private func link(_ tag: inout XMLTag) throws(ScrubError) -> XMLVerdict {
    guard
      let attribute = tag.attributes.first(where: {
        ODFNames.vocabulary($0.name.namespace) == "xlink" && $0.name.local == "href"
      })
    else { return .keep }
    let target = attribute.value
    let element = tag.name.local
    if element == "a" || target.hasPrefix("#") || target.isEmpty {
      let isKept = LocalPath.isPublic(target) || target.isEmpty
      return isKept ? .keep : .unwrap(.localPath)
    }
    if target.contains(":") {
      if LocalPath.isPublic(target), ODFJudge.media.contains(element) { return .keep }
      return .drop(.localPath)
    }
    if element == "object-ole" { return .drop(.attachment) }
    let path = ODFJudge.path(target)
    guard ODFJudge.media.contains(element) || element == "object" else { return .drop(.data) }
    if element == "object" { hasObject = true }
    if element == "image", path.hasPrefix("ObjectReplacements/"), hasObject {
      return .drop(.thumbnail)
    }
    guard !path.isEmpty, !path.hasPrefix("../"), !path.hasPrefix("/") else {
      return .drop(.localPath)
    }
    guard element == "object" || isThere(path) else {
      // The frame stays, and what else stands in it; programs take a name without a part for damage.
      tally.add(.localPath)
      tag.set("href", attribute.name.namespace, to: nil)
      return .hold
    }
    references.append(Reference(path: path, isObject: element == "object"))
    tag.set("href", attribute.name.namespace, to: path)
    return .keep
  }

  /// A picture that is not there stays only for a text on it.
  func stays(_ element: XMLName, inside: UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Bool {
    var isTag = false
    for index in inside.indices {
      // An index of the buffer, which is alive for the call.
      let byte = unsafe inside[index]
      if isTag || byte == UInt8(ascii: "<") {
        isTag = byte != UInt8(ascii: ">")
      } else if byte != 0x20 && !(0x09...0x0d).contains(byte) {
        return true
      }
    }
    return false
  }

  private static func path(_ target: String) -> String {
    var path = target[...]
    while path.hasPrefix("./") { path = path.dropFirst(2) }
    if path.hasSuffix("/") { path = path.dropLast() }
    return String(path)
  }

  /// Elements that show a picture, sound or film.
  private static let media: Set<String> = [
    "image", "background-image", "fill-image", "list-level-style-image", "plugin", "sound",
    "symbol-image",
  ]

  private static let elements: [String: XMLVerdict] = {
    var table: [String: XMLVerdict] = [:]
    let lists: [(XMLVerdict, String)] = [
      (
        .ask,
        """
        office:annotation office:annotation-end text:tracked-changes text:change text:change-start \
        text:change-end table:tracked-changes office:script script:event-listener presentation:event-listener config:config-item config:config-item-set \
        draw:frame
        """
      ),
      (
        .unwrap(.annotationDetails),
        """
        text:author-name text:author-initials text:creator text:initial-creator text:printed-by \
        text:sender-firstname text:sender-lastname text:sender-initials text:sender-title \
        text:sender-position text:sender-email text:sender-phone-private text:sender-fax \
        text:sender-company text:sender-phone-work text:sender-street text:sender-city \
        text:sender-postal-code text:sender-country text:sender-state-or-province \
        text:editing-duration text:editing-cycles text:creation-date text:creation-time \
        text:modification-date text:modification-time text:print-date text:print-time \
        text:user-defined text:title text:subject text:keywords text:description
        """
      ),
      (.unwrap(.localPath), "text:file-name text:template-name"),
      (
        .drop(.data),
        """
        office:dde-source text:dde-connection-decls table:dde-links table:cell-range-source \
        table:table-source form:connection-resource office:meta text:meta-field
        """
      ),
    ]
    for (verdict, names) in lists {
      for name in names.split(separator: " ") { table[String(name)] = verdict }
    }
    for name in ODFHidden.elements { table[name] = .ask }
    return table
  }()

  private static let attributes: [String: XMLAttributeVerdict] = [
    "officeooo:rsid": .drop(.identifier), "officeooo:paragraph-rsid": .drop(.identifier),
    "xlink:href": .ask, "table:protection-key": .drop(.settings),
    "text:protection-key": .drop(.settings),
    "table:protection-key-digest-algorithm": .drop(.settings),
    "script:language": .ask, "form:control-implementation": .keep,
  ].merging(ODFHidden.attributes.map { ($0, .ask) }) { first, _ in first }
}

/// The vocabularies of OpenDocument 1.2 and 1.3 and of the programs that extend it.
enum ODFNames {
  /// The short name of a vocabulary that is kept.
  static func vocabulary(_ namespace: String) -> String? { all[namespace] }

  private static let all: [String: String] = {
    let oasis = "urn:oasis:names:tc:opendocument:xmlns:"
    var all: [String: String] = [
      oasis + "drawing:1.0": "draw", oasis + "datastyle:1.0": "number",
      oasis + "xsl-fo-compatible:1.0": "fo", oasis + "svg-compatible:1.0": "svg",
      oasis + "smil-compatible:1.0": "smil", oasis + "animation:1.0": "anim",
      oasis + "of:1.2": "of",
      "http://www.w3.org/1999/xlink": "xlink", "http://www.w3.org/1998/Math/MathML": "math",
      "http://www.w3.org/2001/xml-events": "dom", "http://www.w3.org/2002/xforms": "xforms",
      "http://www.w3.org/2001/XMLSchema": "xsd", "http://purl.org/dc/elements/1.1/": "dc",
      "http://www.w3.org/2001/XMLSchema-instance": "xsi",
      "http://www.w3.org/XML/1998/namespace": "xml", "http://www.w3.org/TR/css3-text/": "css3t",
      "http://openoffice.org/2004/office": "ooo", "http://openoffice.org/2004/writer": "ooow",
      "http://openoffice.org/2004/calc": "oooc", "http://openoffice.org/2005/report": "rpt",
      "http://openoffice.org/2009/office": "officeooo",
      "http://openoffice.org/2009/table": "tableooo", "http://openoffice.org/2010/draw": "drawooo",
      "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
      "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0": "loext",
      "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0": "field",
      "urn:openoffice:names:experimental:ooxml-odf-interop:xmlns:form:1.0": "formx",
    ]
    for name in [
      "office", "style", "text", "table", "chart", "dr3d", "form", "script", "config",
      "presentation",
    ] {
      all["\(oasis)\(name):1.0"] = name
    }
    return all
  }()
}
