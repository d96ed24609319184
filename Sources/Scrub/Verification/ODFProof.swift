// A scrubbed OpenDocument as the verifier expects it: the type first, only parts that the manifest lists,
// texts without the names that carry people, times and changes, and media that prove clean themselves.

import ScrubContract

/// Proves one package.
struct ODFProof {
  private let zip: ZipProof
  private let verifier: ResidueVerifier
  private let depth: Int
  /// The media type of the document.
  private(set) var mediaType = ""
  private var types: [String: String] = [:]

  init(_ zip: ZipProof, _ verifier: ResidueVerifier, depth: Int) {
    self.zip = zip
    self.verifier = verifier
    self.depth = depth
  }

  /// Reads the whole package.
  mutating func run() throws(ScrubError) {
    guard let first = zip.members.first, first.name == "mimetype", !first.isDeflated,
      let last = zip.members.last, last.name == "META-INF/manifest.xml"
    else { throw residue("an unusual order of members") }
    mediaType = String(decoding: try zip.bytes(of: first, bytesMax: 256), as: UTF8.self)
    guard ODFProof.documents.contains(mediaType) else { throw residue("an unknown document") }
    try readManifest(last)
    var count = 0
    for member in zip.members.dropFirst().dropLast() {
      guard let type = types[member.name] else { throw residue("a part without a type") }
      count += 1
      try check(member, type)
    }
    // Beside the files the manifest lists folders: the document and documents inside it.
    let folders = types.filter { $0.key.hasSuffix("/") }
    guard folders["/"] == mediaType, types.count == count + folders.count,
      folders.values.allSatisfy({
        $0.hasPrefix("application/vnd.oasis.opendocument.") || $0.isEmpty
      })
    else { throw residue("an entry of the manifest without a part") }
  }

  private mutating func readManifest(_ member: ZipProof.Member) throws(ScrubError) {
    for tag in try XMLProofList.read(member, of: zip) where tag.local != "manifest" {
      guard tag.local == "file-entry", tag.attributes.count == 2,
        let path = tag.value("full-path"), let type = tag.value("media-type"),
        types.updateValue(type, forKey: path) == nil
      else { throw residue("an unknown entry of the manifest") }
    }
  }

  private func check(_ member: ZipProof.Member, _ type: String) throws(ScrubError) {
    let name = member.name.split(separator: "/").last.map(String.init) ?? ""
    if type == "text/xml" {
      guard ["content.xml", "styles.xml", "settings.xml"].contains(name) else {
        throw residue("an unknown text")
      }
      return try checkText(member)
    }
    try zip.checkMedia(member, type, verifier, depth: depth)
  }

  private func checkText(_ member: ZipProof.Member) throws(ScrubError) {
    let folder = String(member.name.dropLast(member.name.split(separator: "/").last?.count ?? 0))
    try zip.check(member, ODFTextRules(folder: folder, types: types))
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }

  private static let documents = Set(
    ["text", "spreadsheet", "presentation", "graphics"].map {
      "application/vnd.oasis.opendocument.\($0)"
    })
}

/// The texts of an OpenDocument.
private final class ODFTextRules: XMLProofRules {
  let allowsPaths = false
  private let folder: String
  private let types: [String: String]

  init(folder: String, types: [String: String]) {
    self.folder = folder
    self.types = types
  }

  func element(_ namespace: String, _ local: String) -> XMLProof.Verdict {
    guard let vocabulary = ODFNames.vocabulary(namespace),
      !ODFTextRules.elements.contains("\(vocabulary):\(local)")
    else { return .residue }
    return .plain
  }

  func attribute(_ namespace: String, _ local: String) -> XMLProof.Verdict {
    let vocabulary = namespace.isEmpty ? "" : ODFNames.vocabulary(namespace)
    guard let vocabulary, !ODFTextRules.attributes.contains("\(vocabulary):\(local)") else {
      return .residue
    }
    return ["xlink:href", "config:type"].contains("\(vocabulary):\(local)") ? .watched : .plain
  }

  func visit(_ tag: XMLProofTag) throws(ScrubError) {
    for attribute in tag.attributes {
      let text = attribute.text
      switch ODFNames.vocabulary(attribute.namespace) {
      case "xlink" where attribute.local == "href" && tag.local != "a":
        let isInside = !text.isEmpty && !text.contains(":") && !text.hasPrefix("#")
        guard !isInside || types[folder + text] != nil || types[folder + text + "/"] != nil else {
          throw ResidueVerifier.residue("a reference to nowhere")
        }
      case "config" where attribute.local == "type":
        guard ["boolean", "short", "int"].contains(text) else {
          throw ResidueVerifier.residue("a setting that is a text")
        }
      default: continue
      }
    }
  }

  private static let elements = Set(
    """
    office:annotation office:annotation-end text:tracked-changes text:change text:change-start \
    text:change-end table:tracked-changes text:author-name text:author-initials text:creator \
    text:initial-creator text:printed-by text:sender-firstname text:sender-lastname \
    text:sender-email text:sender-company text:editing-duration text:creation-date \
    text:creation-time text:print-date text:print-time text:file-name text:template-name \
    office:meta draw:object-ole office:script script:event-listener presentation:event-listener
    """.split(separator: " ").map(String.init))

  private static let attributes: Set<String> = [
    "officeooo:rsid", "officeooo:paragraph-rsid", "table:protection-key", "text:protection-key",
  ]
}
