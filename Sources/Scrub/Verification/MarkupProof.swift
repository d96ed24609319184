// A scrubbed drawing or document as the verifier expects it, read by another reader of libxml2 than
// the filter's: no comments, instructions or document types, and of a drawing only names that are
// drawn, references that stay inside, and pictures that are proved themselves.

import ScrubContract
import XMLText

/// Reads one document of markup.
struct MarkupProof {
  private let bytes: [UInt8]
  private let limits: ScrubLimits
  private let rules: ScrubRules

  init(_ source: ByteSource, limits: ScrubLimits, rules: ScrubRules) throws(ScrubError) {
    self.limits = limits
    self.rules = rules
    var bytes: [UInt8] = []
    while try source.hasAvailable(1) {
      bytes += try source.bytes(source.peek(64 * 1024).count)
      guard bytes.count <= 2 * limits.streamBytesMax else {
        throw ResidueVerifier.residue("a long document")
      }
    }
    self.bytes = bytes
  }

  /// Passes over the whole document and returns its media type.
  func run() throws(ScrubError) -> String {
    guard bytes.starts(with: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<".utf8) else {
      throw residue("another beginning of a document")
    }
    let result: Result<String, ScrubError>
    do throws(XMLError) {
      result = try read()
    } catch {
      throw residue("a document that is not well-formed")
    }
    return try result.get()
  }

  private func read() throws(XMLError) -> Result<String, ScrubError> {
    let limits = XMLLimits(
      bytesMax: bytes.count, depthMax: 250, attributesMax: 20_000, textBytesMax: 9 << 20)
    let reader = try XMLReader(bytes, limits: limits)
    var isDrawing: Bool?
    var drawn: Set<String> = [SVGNames.svg]
    var open: [String] = []
    while let event = try reader.next() {
      let checked = Result { () throws(ScrubError) in
        switch event {
        case .start(let element):
          if isDrawing == nil {
            // A drawing under another namespace follows the same rules.
            let space = element.name.namespace
            let isMisnamed = element.local == "svg" && space != SVGNames.xhtml
            isDrawing = space == SVGNames.svg || isMisnamed
            if isMisnamed { drawn.insert(space) }
          }
          open.append(element.local)
          if isDrawing == true {
            try checkDrawn(element, drawn)
          } else if [SVGNames.svg, SVGNames.xhtml].contains(element.name.namespace) {
            throw residue("a page in a document")
          }
        case .end: _ = open.popLast()
        case .text(let text):
          if isDrawing == true, open.last == "style" { try checkStyle(text) }
        case .comment, .instruction: throw residue("a comment")
        }
      }
      if case .failure(let error) = checked { return .failure(error) }
    }
    return .success(isDrawing == true ? "image/svg+xml" : "application/xml")
  }

  private func checkDrawn(_ element: XMLElement, _ drawn: Set<String>) throws(ScrubError) {
    let isDescription = element.local == "title" || element.local == "desc"
    guard drawn.contains(element.name.namespace), element.local != "foreignObject",
      isDescription ? rules[.descriptions] == .keep : SVGNames.elements.contains(element.local),
      element.local != "script" || rules[.scripts] == .keep
    else { throw residue("an element that is not drawn") }
    let isAnimation = SVGNames.animations.contains(element.local)
    for attribute in element.attributes {
      if attribute.name.prefix == "xmlns" || attribute.name.local == "xmlns" {
        guard drawn.contains(attribute.value) || attribute.value == SVGNames.xlink else {
          throw residue("a namespace of an editor")
        }
        continue
      }
      try check(attribute, of: element.local)
      if isAnimation, attribute.name.local == "attributeName", rules[.scripts] != .keep {
        let target = attribute.value.lowercased()
        guard !target.hasSuffix("href"), !target.hasPrefix("on") else {
          throw residue("a reference that changes")
        }
      }
    }
  }

  private func check(_ attribute: XMLAttribute, of element: String) throws(ScrubError) {
    let name = attribute.name.local
    switch attribute.name.namespace {
    case SVGNames.xlink where ["href", "type", "show", "actuate"].contains(name): break
    case SVGNames.xlink where name == "title" && rules[.descriptions] == .keep: return
    case SVGNames.xml where ["space", "lang", "id"].contains(name): return
    case "" where SVGNames.descriptions.contains(name) && rules[.descriptions] == .keep: return
    case "" where name.hasPrefix("on") && rules[.scripts] == .keep: return
    case "" where SVGNames.attributes.contains(name): break
    default: throw residue("an attribute that is not drawn")
    }
    if name == "href" {
      try check(reference: attribute.value, isLink: element == "a")
    } else if name != "d" && name != "points" && name != "id" && name != "class" {
      try checkStyle(attribute.value)
    }
  }

  /// References in styles begin with `url(`; nothing is written there in quotes.
  private func checkStyle(_ text: String) throws(ScrubError) {
    guard !text.contains("/*") else { throw residue("a comment in a style") }
    let lower = text.lowercased()
    if rules[.scripts] != .keep {
      guard !SVGStyle.activeWords.contains(where: lower.contains) else {
        throw residue("a script in a style")
      }
    }
    guard lower.contains("url(") else { return }
    for part in lower.split(separator: "url(", omittingEmptySubsequences: false).dropFirst() {
      guard let end = part.firstIndex(of: ")") else {
        throw residue("a reference without an end")
      }
      let value = part[..<end]
      if value.hasPrefix("#") || value.isEmpty { continue }
      guard value.hasPrefix("data:image/") || rules[.scripts] == .keep else {
        throw residue("a reference to something outside")
      }
    }
    try checkPictures(text)
  }

  /// Pictures in a style, found by their marks.
  private func checkPictures(_ text: String) throws(ScrubError) {
    for part in text.split(separator: "url(", omittingEmptySubsequences: false).dropFirst()
    where part.hasPrefix("data:") {
      guard let end = part.firstIndex(of: ")") else { throw residue("a reference without an end") }
      try check(reference: String(part[..<end]), isLink: false)
    }
  }

  private func check(reference: String, isLink: Bool) throws(ScrubError) {
    switch SVGReference(reference) {
    case .inside: return
    case .data(let bytes):
      let proof = try ResidueVerifier(limits: limits, rules: rules).verify(.bytes(bytes))
      guard reference.hasPrefix("data:\(proof.mediaType);base64,") else {
        throw residue("a picture under another name")
      }
    case .address where isLink: return
    case .address, .outside:
      guard rules[.scripts] == .keep else { throw residue("a reference to something outside") }
    }
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }
}
