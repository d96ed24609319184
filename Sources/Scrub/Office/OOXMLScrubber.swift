// Office Open XML (ECMA-376, ISO/IEC 29500) written anew: the parts that kept relationships reach from
// the package, each filtered as its content type demands, in the order of the walk. Properties, comments,
// histories, caches and whatever nothing leads to stay behind.

import ScrubContract

/// Scrubs one document of Word, Excel or PowerPoint.
struct OOXMLScrubber {
  /// What counts as a part that fits into memory.
  private static let relationsType = "application/vnd.openxmlformats-package.relationships+xml"
  private static let emptyTarget = "NULL"

  private(set) var tally: CarrierTally
  private let zip: ZipReader
  private let context: ScrubContext
  private let package: OOXMLPackage
  private var writer: ZipWriter
  private var types: [(part: String, type: String)] = []
  private var seen: Set<String> = []
  private var queue: [(member: ZipReader.Member, role: OOXMLRelation.Role)] = []
  private var indexes: [(part: String, relations: [OOXMLRelation])] = []
  private var hasExternalBooks = false

  init(_ zip: ZipReader, _ sink: ByteSink, _ context: ScrubContext) throws(ScrubError) {
    self.zip = zip
    self.context = context
    tally = context.tally
    package = try OOXMLPackage(zip, context)
    writer = ZipWriter(sink)
  }

  /// Writes the package; part after part, so that only one lies in memory.
  mutating func run() throws(ScrubError) {
    let (relations, _) = try kept(package.relations(of: ""), of: "")
    try writer.add(OOXMLPackage.relationsName(of: ""), .deflated(text(of: relations)))
    while !queue.isEmpty {
      let (member, role) = queue.removeFirst()
      try add(member, role)
    }
    for (part, relations) in indexes {
      try writer.add(OOXMLPackage.relationsName(of: part), .deflated(text(of: relations)))
    }
    try writer.add(OOXMLPackage.typesName, .deflated(typesText()))
    try writer.finish()
    if zip.hasForeignBytes { tally.add(.trailer) }
    if zip.hasDetails { tally.add(.time) }
  }

  /// Scrubs one part and queues what it leads to.
  private mutating func add(
    _ member: ZipReader.Member, _ role: OOXMLRelation.Role
  ) throws(ScrubError) {
    switch role {
    case .text: try addText(member)
    case .media: try addMedia(member)
    case .font:
      let type = package.type(of: member.name)
      guard type.contains("font") else {
        throw ScrubError(.encodingNotSupported, "A font of the document has an unknown type.")
      }
      try keep(member, type: type, .init(stored: bytes(of: member)))
    default: preconditionFailure("only these roles are queued")
    }
  }

  private mutating func addText(_ member: ZipReader.Member) throws(ScrubError) {
    var type = package.type(of: member.name)
    guard type.hasSuffix("+xml") || type.hasSuffix("vmldrawing") || type == "application/xml"
    else {
      throw ScrubError(.encodingNotSupported, "A text of the document has an unknown type.")
    }
    if type.contains("macroenabled") || type.contains(".main+xml") {
      type = PackageKind.mainType(type)
    }
    let all = try package.relations(of: member.name)
    let (relations, targets) = try kept(all, of: member.name)
    if !relations.isEmpty { indexes.append((name(of: member), relations)) }
    let text = try zip.filtered(member, budget: context.budget) {
      OOXMLJudge(
        context, targets: targets, hasExternalBooks: hasExternalBooks,
        dropsNotes: true)
    }
    tally.add(text.tally)
    tally.add(text.judge.tally)
    try keep(member, type: type, text.body)
  }

  private mutating func addMedia(_ member: ZipReader.Member) throws(ScrubError) {
    let media = try zip.media(member, context, &tally)
    try keep(member, type: media.type, media.body)
  }

  /// The relationships that stay, with what becomes of all of them; queues the parts they lead to.
  private mutating func kept(
    _ relations: [OOXMLRelation], of part: String
  ) throws(ScrubError) -> ([OOXMLRelation], [String: OOXMLJudge.Target]) {
    var result: [OOXMLRelation] = []
    var targets: [String: OOXMLJudge.Target] = [:]
    for relation in relations {
      let target = try target(of: relation, from: part, &result)
      targets[relation.id] = target
    }
    return (result, targets)
  }

  private mutating func target(
    of relation: OOXMLRelation, from part: String, _ result: inout [OOXMLRelation]
  ) throws(ScrubError) -> OOXMLJudge.Target {
    if relation.kind == "externalLink" { hasExternalBooks = true }
    guard let role = relation.role else {
      tally.add(.data)
      return .unknown
    }
    switch role {
    case .drop(let carrier): return try drop(relation, carrier, of: part)
    case .refuse:
      throw ScrubError(.encodingNotSupported, "The document has a part that cannot be scrubbed.")
    case .signature:
      guard context.rules[.signed] == .drop else {
        throw ScrubError(.signed, "The document is signed.")
      }
      tally.add(.attachment)
      return .dropped
    case .macro:
      guard context.rules[.macros] == .drop else {
        throw ScrubError(.macros, "The document has macros or controls.")
      }
      tally.add(.action)
      return .dropped
    case .link, .text, .media, .font, .embedding: break
    }
    if relation.isExternal { return keepExternal(relation, role, &result) }
    guard case .link = role else { return try keepPart(relation, role, from: part, &result) }
    // A link inside the document is written as an anchor.
    result.append(relation)
    return .kept
  }

  private mutating func drop(
    _ relation: OOXMLRelation, _ carrier: CarrierClass?, of part: String
  ) throws(ScrubError) -> OOXMLJudge.Target {
    if case .annotation = carrier, context.rules[.comments] == .refuse {
      throw ScrubError(.refusedByRule, "The document has comments.")
    }
    if case .history = carrier, context.rules[.trackedChanges] == .refuse {
      throw ScrubError(.refusedByRule, "The document has tracked changes.")
    }
    guard let carrier else { return .dropped }
    tally.add(carrier)
    let isShown = carrier == .documentInfo || carrier == .annotation
    if isShown, !relation.isExternal, let member = package.member(relation, from: part) {
      tally.show(carrier, member, of: zip, context)
    }
    return .dropped
  }

  private mutating func keepExternal(
    _ relation: OOXMLRelation, _ role: OOXMLRelation.Role, _ result: inout [OOXMLRelation]
  ) -> OOXMLJudge.Target {
    switch role {
    case .link, .media:
      if LocalPath.isPublic(relation.target) || relation.target == OOXMLScrubber.emptyTarget {
        result.append(relation)
        return .kept
      }
      tally.add(.localPath)
      return .dropped
    case .embedding: return unlink(relation, &result)
    default: return .dropped
    }
  }

  /// What is left of an object that goes: a link that leads nowhere, so that its picture stays.
  private mutating func unlink(
    _ relation: OOXMLRelation, _ result: inout [OOXMLRelation]
  ) -> OOXMLJudge.Target {
    if relation.target != OOXMLScrubber.emptyTarget { tally.add(.attachment) }
    result.append(
      OOXMLRelation(
        id: relation.id, type: relation.type, target: OOXMLScrubber.emptyTarget, isExternal: true))
    return .unlinked
  }

  private mutating func keepPart(
    _ relation: OOXMLRelation, _ role: OOXMLRelation.Role, from part: String,
    _ result: inout [OOXMLRelation]
  ) throws(ScrubError) -> OOXMLJudge.Target {
    guard let member = package.member(relation, from: part) else { return .dropped }
    if case .embedding = role {
      guard try addEmbedding(member, relation) else { return unlink(relation, &result) }
    } else if seen.insert(member.name).inserted {
      queue.append((member, role))
    }
    let anchor = relation.target.firstIndex(of: "#").map { relation.target[$0...] } ?? ""
    result.append(
      OOXMLRelation(
        id: relation.id, type: relation.type, target: "/" + name(of: member) + anchor,
        isExternal: false))
    return .kept
  }

  /// Scrubs a document inside the document; false if it is of a kind that cannot be.
  private mutating func addEmbedding(
    _ member: ZipReader.Member, _ relation: OOXMLRelation
  ) throws(ScrubError) -> Bool {
    guard relation.kind == "package" else { return false }
    if seen.contains(member.name) { return true }
    let bytes = try bytes(of: member)
    do throws(ScrubError) {
      let part = try context.scrubbed(part: bytes)
      guard part.format.family == .office else { return false }
      tally.add(part.tally)
      seen.insert(member.name)
      try keep(member, type: part.format.rawValue, .init(stored: part.bytes))
      return true
    } catch {
      switch error.code {
      case .decompressionBomb, .tooManyParts, .tooLarge, .inputOutput: throw error
      default: return false
      }
    }
  }

  private mutating func keep(
    _ member: ZipReader.Member, type: String, _ body: ZipBody
  ) throws(ScrubError) {
    types.append((name(of: member), type))
    try writer.add(name(of: member), body)
  }

  /// The name of a part; one that would have to be escaped in an address is replaced.
  private func name(of member: ZipReader.Member) -> String {
    let isPlain = member.name.utf8.allSatisfy {
      (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20)
        || [0x2e, 0x2f, 0x2d, 0x5f].contains($0)
    }
    if isPlain { return member.name }
    let ending = member.name.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let isWord = ending.utf8.allSatisfy { (0x61...0x7a).contains($0) } && ending.count <= 5
    return "parts/part\(member.packed.lowerBound).\(isWord ? ending : "bin")"
  }

  private func bytes(of member: ZipReader.Member) throws(ScrubError) -> [UInt8] {
    try zip.bytes(of: member, bytesMax: context.limits.streamBytesMax, budget: context.budget)
  }

  private func typesText() throws(ScrubError) -> [UInt8] {
    var text = XMLElementList(
      root: "Types", namespace: "http://schemas.openxmlformats.org/package/2006/content-types")
    text.add("Default", [("Extension", "rels"), ("ContentType", OOXMLScrubber.relationsType)])
    for (part, type) in types {
      text.add("Override", [("PartName", "/" + part), ("ContentType", type)])
    }
    return text.finish()
  }

  private func text(of relations: [OOXMLRelation]) throws(ScrubError) -> [UInt8] {
    var text = XMLElementList(
      root: "Relationships",
      namespace: "http://schemas.openxmlformats.org/package/2006/relationships")
    for relation in relations {
      let mode = relation.isExternal ? [("TargetMode", "External")] : []
      text.add(
        "Relationship",
        [("Id", relation.id), ("Type", relation.type), ("Target", relation.target)] + mode)
    }
    return text.finish()
  }
}
