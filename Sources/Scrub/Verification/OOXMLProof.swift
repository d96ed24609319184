// A scrubbed document of Word, Excel or PowerPoint as the verifier expects it: parts that are typed and
// reached, relationships of known kinds that lead to parts or to public addresses, XML without the names
// that carry editors, times and identifiers, and media that prove clean by themselves.

import ScrubContract

/// Proves one package.
struct OOXMLProof {
  private typealias Relation = (kind: String, target: String, isExternal: Bool)

  private let zip: ZipProof
  private let verifier: ResidueVerifier
  private let depth: Int
  private var types: [String: String] = [:]
  private var relations: [String: [String: Relation]] = [:]
  /// The media type of the document.
  private(set) var mediaType = ""

  init(_ zip: ZipProof, _ verifier: ResidueVerifier, depth: Int) {
    self.zip = zip
    self.verifier = verifier
    self.depth = depth
  }

  /// Reads the whole package.
  mutating func run() throws(ScrubError) {
    for member in zip.members where member.name == "[Content_Types].xml" { try readTypes(member) }
    for member in zip.members where isIndex(member.name) { try readRelations(member) }
    try checkGraph()
    for member in zip.members where !isIndex(member.name) && member.name != "[Content_Types].xml" {
      guard let type = types["/" + member.name] else { throw residue("a part without a type") }
      try check(member, type)
    }
  }

  private func isIndex(_ name: String) -> Bool { name.hasSuffix(".rels") }

  private mutating func readTypes(_ member: ZipProof.Member) throws(ScrubError) {
    for tag in try XMLProofList.read(member, of: zip) {
      switch tag.local {
      case "Types": continue
      case "Default" where tag.value("Extension") == "rels": continue
      case "Override":
        guard let part = tag.value("PartName"), let type = tag.value("ContentType"),
          types.updateValue(type, forKey: part) == nil
        else { throw residue("a type twice") }
      default: throw residue("an unknown entry of the content types")
      }
    }
  }

  private mutating func readRelations(_ member: ZipProof.Member) throws(ScrubError) {
    var list: [String: Relation] = [:]
    for tag in try XMLProofList.read(member, of: zip) where tag.local != "Relationships" {
      guard tag.local == "Relationship", let id = tag.value("Id"), let type = tag.value("Type"),
        let target = tag.value("Target"), tag.attributes.count <= 4
      else { throw residue("an unknown relationship") }
      let kind = type.split(separator: "/").last.map(String.init) ?? ""
      let relation = (kind, target, tag.value("TargetMode") == "External")
      guard list.updateValue(relation, forKey: id) == nil else {
        throw residue("an identifier twice")
      }
    }
    relations[member.name] = list
  }

  /// Every relationship leads somewhere, every part is reached.
  private mutating func checkGraph() throws(ScrubError) {
    let names = Set(zip.members.map { "/" + $0.name })
    var reached: Set<String> = []
    for (index, list) in relations {
      let source = index == "_rels/.rels" ? "" : owner(of: index)
      guard index == "_rels/.rels" || names.contains(source) else {
        throw residue("relationships of no part")
      }
      for relation in list.values {
        guard OOXMLProof.kinds.contains(relation.kind) else { throw residue("a relationship") }
        if relation.isExternal {
          let isPublic = OOXMLProof.schemes.contains { relation.target.lowercased().hasPrefix($0) }
          guard isPublic && !LocalPath.isIn(relation.target) || relation.target == "NULL" else {
            throw residue("a link to a private place")
          }
        } else if relation.kind != "hyperlink" {
          let target = String(relation.target.prefix { $0 != "#" })
          guard names.contains(target) else { throw residue("a relationship to nowhere") }
          reached.insert(target)
          if index == "_rels/.rels" { mediaType = try mainType(types[target] ?? "") }
        }
      }
    }
    guard !mediaType.isEmpty, Set(types.keys) == reached,
      names.count == reached.count + relations.count + 1
    else { throw residue("a part that nothing leads to") }
  }

  private func mainType(_ type: String) throws(ScrubError) -> String {
    let prefix = "application/vnd.openxmlformats-officedocument."
    guard mediaType.isEmpty, type.hasSuffix(".main+xml") else { throw residue("a second document") }
    for (word, name) in [
      ("wordprocessingml.", "document"), ("spreadsheetml.", "sheet"),
      ("presentationml.", "presentation"),
    ] where type.hasPrefix(prefix + word) { return prefix + word + name }
    throw residue("a document of another type")
  }

  private func owner(of index: String) -> String {
    var steps = index.split(separator: "/").map(String.init)
    let name = steps.popLast().map { String($0.dropLast(".rels".count)) } ?? ""
    _ = steps.popLast()
    return "/" + (steps + [name]).joined(separator: "/")
  }

  private func check(_ member: ZipProof.Member, _ type: String) throws(ScrubError) {
    if type.hasSuffix("+xml") || type.hasSuffix("vmldrawing") || type.hasSuffix("vmlDrawing")
      || type == "application/xml"
    {
      return try checkText(member)
    }
    if type.contains("font") { return try zip.read(member) { (_) throws(ScrubError) in } }
    try zip.checkMedia(member, type, verifier, depth: depth)
  }

  private func checkText(_ member: ZipProof.Member) throws(ScrubError) {
    let steps = member.name.split(separator: "/")
    let index = (steps.dropLast() + ["_rels", "\(steps.last ?? "").rels"]).joined(separator: "/")
    let ids = relations[index] ?? [:]
    try zip.check(member, OOXMLTextRules(ids: Set(ids.keys)))
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }

  private static let schemes = [
    "http:", "https:", "mailto:", "ftp:", "ftps:", "tel:", "sms:", "sip:", "#",
  ]

  private static let kinds = Set(
    """
    officeDocument styles stylesWithEffects settings fontTable numbering theme themeOverride footnotes \
    endnotes header footer glossaryDocument chart chartEx chartUserShapes chartStyle chartColorStyle \
    diagramData diagramLayout diagramQuickStyle diagramColors diagramDrawing worksheet chartsheet \
    dialogsheet sharedStrings table drawing vmlDrawing legacyDrawing pivotTable pivotCacheDefinition \
    sheetMetadata slideMaster slideLayout slide notesMaster notesSlide handoutMaster presProps viewProps \
    tableStyles legacyDiagramText image audio video media hyperlink font package oleObject
    """.split(separator: " ").map(String.init))
}

/// The texts of a document of Word, Excel or PowerPoint.
private final class OOXMLTextRules: XMLProofRules {
  let allowsPaths = false
  /// The relationships of the part.
  private let ids: Set<String>

  init(ids: Set<String>) { self.ids = ids }

  func element(_ namespace: String, _ local: String) -> XMLProof.Verdict {
    // The root of a VML part has no namespace.
    if namespace.isEmpty { return local == "xml" ? .plain : .residue }
    guard let vocabulary = OOXMLNames.vocabulary(namespace) else { return .residue }
    return OOXMLTextRules.elements.contains("\(vocabulary):\(local)") ? .residue : .plain
  }

  func attribute(_ namespace: String, _ local: String) -> XMLProof.Verdict {
    let vocabulary = namespace.isEmpty ? "" : OOXMLNames.vocabulary(namespace)
    guard let vocabulary, !OOXMLTextRules.attributes.contains("\(vocabulary):\(local)"),
      !(vocabulary == "w" && local.hasPrefix("rsid"))
    else { return .residue }
    return vocabulary == OOXMLNames.relationships ? .watched : .plain
  }

  func visit(_ tag: XMLProofTag) throws(ScrubError) {
    for attribute in tag.attributes
    where OOXMLNames.vocabulary(attribute.namespace) == OOXMLNames.relationships {
      guard attribute.text.isEmpty || ids.contains(attribute.text) else {
        throw ResidueVerifier.residue("a reference to nowhere")
      }
    }
  }

  /// Elements whose only purpose is to carry what must not be there.
  private static let elements = Set(
    """
    w:ins w:del w:moveFrom w:moveTo w:rPrChange w:pPrChange w:sectPrChange w:tblPrChange w:tcPrChange \
    w:trPrChange w:tblGridChange w:tblPrExChange w:numberingChange w:commentReference \
    w:commentRangeStart w:commentRangeEnd w:permStart w:rsid w:rsids w:nsid w:tmpl w:docVars \
    w:mailMerge w:attachedTemplate w:saveThroughXslt w:dataBinding w:delText w:control w14:docId \
    w15:docId w15:dataBinding x:fileVersion x:fileSharing x:customWorkbookViews x:externalReferences \
    x:oleObjects x:controls x:customProperties p:custDataLst p:tags p:modifyVerifier p:controls \
    p14:creationId a14:imgProps o:OLEObject
    """.split(separator: " ").map(String.init))

  private static let attributes = Set(
    """
    w:author w:initials w:date w:editor w:hash w:salt w:hashValue w:saltValue w14:paraId w14:textId \
    o:gfxdata o:title :refreshedBy :refreshedDate :refreshedDateIso :hashValue :saltValue :rupBuild
    """.split(separator: " ").map(String.init))
}
