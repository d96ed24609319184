// OpenDocument (ISO/IEC 26300) written anew: the content, its styles, the settings that change how it is
// laid out, and the pictures and objects that these name. Properties, thumbnails, histories, macros and
// everything that nothing names stay behind.

import ScrubContract
import XMLText

/// Scrubs one text, spreadsheet, presentation or drawing.
struct ODFScrubber {
  static let documents = "application/vnd.oasis.opendocument."
  private static let manifestBytesMax = 16 << 20

  private(set) var tally: CarrierTally
  private let zip: ZipReader
  private let context: ScrubContext
  private var writer: ZipWriter
  private var manifest: [(path: String, type: String)] = []
  private var types: [String: String] = [:]
  private var written: Set<String> = []

  init(_ zip: ZipReader, _ sink: ByteSink, _ context: ScrubContext) {
    self.zip = zip
    self.context = context
    tally = context.tally
    writer = ZipWriter(sink)
  }

  /// Writes the package.
  mutating func run(_ format: TypeDetector.Format) throws(ScrubError) {
    try readManifest()
    try checkRules()
    try writer.add("mimetype", .init(stored: Array(format.rawValue.utf8)))
    manifest.append(("/", format.rawValue))
    try addDocument(in: "", level: 0)
    var text = XMLElementList(
      root: "manifest:manifest", namespace: "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
      attributes: [("manifest:version", "1.2")])
    for (path, type) in manifest {
      text.add(
        "manifest:file-entry", [("manifest:full-path", path), ("manifest:media-type", type)])
    }
    try writer.add("META-INF/manifest.xml", .deflated(text.finish()))
    try writer.finish()
    if zip.hasForeignBytes { tally.add(.trailer) }
    if zip.hasDetails { tally.add(.time) }
  }

  private mutating func readManifest() throws(ScrubError) {
    guard let member = zip.member("META-INF/manifest.xml") else { return }
    let bytes = try zip.bytes(
      of: member, bytesMax: ODFScrubber.manifestBytesMax, budget: context.budget)
    for tag in try XMLTagList.read(bytes, countMax: context.limits.objectsMax) {
      switch tag.name.local {
      case "encryption-data": throw ScrubError(.encrypted, "The document is encrypted.")
      case "file-entry":
        let namespace = tag.name.namespace
        if let path = tag.value("full-path", namespace) {
          types[path] = tag.value("media-type", namespace)
        }
      default: continue
      }
    }
  }

  /// Counts what goes with the parts that are not written, and asks the rules about it.
  private mutating func checkRules() throws(ScrubError) {
    for member in zip.members {
      let name = member.name.lowercased()
      let top = String(name.prefix { $0 != "/" })
      if name.hasSuffix("signatures.xml") {
        guard context.rules[.signed] == .drop else {
          throw ScrubError(.signed, "The document is signed.")
        }
        tally.add(.attachment)
      } else if ["basic", "scripts", "dialogs"].contains(top) {
        guard context.rules[.macros] == .drop else {
          throw ScrubError(.macros, "The document has macros or controls.")
        }
        tally.add(.action)
      } else if let carrier = ODFScrubber.dropped[top], member.bytes > 0 {
        tally.add(carrier)
        if name == "meta.xml" {
          tally.show(carrier, member, of: zip, context, depth: 2)
        }
      }
    }
  }

  private static let dropped: [String: CarrierClass] = [
    "meta.xml": .documentInfo, "thumbnails": .thumbnail, "configurations2": .settings,
    "versions": .history, "versionlist.xml": .history, "manifest.rdf": .data,
    "layout-cache": .settings,
  ]

  /// Writes the texts of a document in a folder, then what they name.
  private mutating func addDocument(in folder: String, level: Int) throws(ScrubError) {
    guard level <= ScrubContext.depthMax else {
      throw ScrubError(.tooManyParts, "Files lie in files in files.")
    }
    var references: [ODFJudge.Reference] = []
    guard zip.member(folder + "content.xml") != nil else {
      throw ScrubError(.malformedFile, "The document has no content.")
    }
    for name in ["content.xml", "styles.xml", "settings.xml"] {
      guard let member = zip.member(folder + name) else { continue }
      let text = try zip.filtered(member, budget: context.budget) {
        ODFJudge(context) { [zip] in zip.member(folder + $0) != nil }
      }
      tally.add(text.tally)
      tally.add(text.judge.tally)
      references += text.judge.references
      try writer.add(folder + name, text.body)
      manifest.append((folder + name, "text/xml"))
    }
    for reference in references { try add(reference, in: folder, level: level) }
  }

  private mutating func add(
    _ reference: ODFJudge.Reference, in folder: String, level: Int
  ) throws(ScrubError) {
    let path = folder + reference.path
    guard written.insert(path).inserted else { return }
    if let member = zip.member(path) { return try addMedia(member, path) }
    guard reference.isObject else {
      throw ScrubError(.malformedFile, "The document names a part that is not there.")
    }
    let type = types[path + "/"] ?? types[path] ?? ""
    guard type.hasPrefix(ODFScrubber.documents) || type.isEmpty else {
      throw ScrubError(.encodingNotSupported, "The document has a part that cannot be scrubbed.")
    }
    try context.budget.take(parts: 1)
    manifest.append((path + "/", type))
    try addDocument(in: path + "/", level: level + 1)
  }

  private mutating func addMedia(
    _ member: ZipReader.Member, _ path: String
  ) throws(ScrubError) {
    let media = try zip.media(member, context, &tally)
    manifest.append((path, media.type))
    try writer.add(path, media.body)
  }
}
