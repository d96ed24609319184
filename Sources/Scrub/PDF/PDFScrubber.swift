// PDF (ISO 32000-2) written anew from an allow-list walk. libqpdf reads the file strictly; everything
// that no rule names stays behind: information, metadata, comments, attachments, scripts, history.

import ScrubContract

/// Scrubs one PDF.
struct PDFScrubber {
  var tally = CarrierTally()
  /// The pages of the document.
  private(set) var pageCount = 0

  private let limits: ScrubLimits
  private let rules: ScrubRules

  init(limits: ScrubLimits, rules: ScrubRules) {
    self.limits = limits
    self.rules = rules
  }

  /// Reads the whole input and writes the output.
  mutating func run(_ input: ScrubInput, to sink: ByteSink) throws(ScrubError) {
    let file = try PDFFile(input, bytesMax: min(limits.pdfBytesMax, limits.inputBytesMax))
    guard !file.isEncrypted || rules[.restrictions] == .drop else {
      throw ScrubError(.encrypted, "The PDF is encrypted.")
    }
    let trailer = try file.trailer()
    guard let root = trailer["Root"]?.reference,
      let catalogue = try file.object(root).value.dictionary,
      let tree = catalogue["Pages"]?.reference
    else { throw ScrubError(.malformedPDF, "The PDF has no pages.") }
    let pages = try PDFPages(file, root: tree, partsMax: limits.objectsMax)
    pageCount = pages.pages.count
    guard pageCount > 0 else { throw ScrubError(.malformedPDF, "The PDF has no pages.") }
    let writer = try PDFWriter(sink, version: try version(file, catalogue))
    let walk = PDFWalk(file, writer, pages: pages, limits: limits, rules: rules)
    tally.add(walk.tally)
    walk.tally = tally
    let number = try walk.writeRoot(catalogue)
    try walk.drain()
    let identifier = try walk.writer.finish(root: number)
    tally = walk.tally
    try note(trailer, identifier: identifier, file)
    try noteHistory(file)
    try refuseByRule()
  }

  /// What the walk left out although a rule says that nobody should miss it.
  private func refuseByRule() throws(ScrubError) {
    if rules[.comments] == .refuse, tally.count(.annotation) > 0 {
      throw ScrubError(.refusedByRule, "The PDF has marks on its pages.")
    }
    if rules[.attachments] == .refuse, tally.count(.attachment) > 0 {
      throw ScrubError(.refusedByRule, "The PDF has attachments.")
    }
  }

  /// Whether the document is signed, told by the same walk, which stops at a signature.
  mutating func isSigned(_ input: ScrubInput) throws(ScrubError) -> Bool {
    precondition(rules[.signed] == .refuse, "the walk stops at a signature")
    var trial = PDFScrubber(limits: limits, rules: rules)
    let nothing = ByteSink(
      .discard, bytesMax: limits.inputBytesMax + limits.profileBytesMax, isHashed: false)
    do throws(ScrubError) {
      try trial.run(input, to: nothing)
      return false
    } catch {
      guard error.code == .signed else { throw error }
      pageCount = trial.pageCount
      return true
    }
  }

  /// At least 1.5, which brought object streams.
  private func version(
    _ file: PDFFile, _ catalogue: PDFDictionary
  ) throws(ScrubError) -> String {
    let known: Set<String> = ["1.5", "1.6", "1.7", "2.0"]
    let claimed = [file.version, catalogue["Version"]?.name ?? ""]
    return claimed.filter(known.contains).max() ?? "1.5"
  }

  private mutating func note(
    _ trailer: PDFDictionary, identifier: [UInt8], _ file: PDFFile
  ) throws(ScrubError) {
    if let info = try PDFPages.resolved(trailer["Info"] ?? .null, file).dictionary {
      for (key, value) in info.entries {
        let text = try PDFPages.resolved(value, file).string ?? []
        tally.add(.documentInfo, showing: text, named: key)
      }
    }
    let old = try PDFPages.resolved(trailer["ID"] ?? .null, file).array ?? []
    if old.contains(where: { $0.string != identifier }) { tally.add(.identifier) }
  }

  /// Earlier revisions, and bytes that belong to none.
  private mutating func noteHistory(_ file: PDFFile) throws(ScrubError) {
    let found = try unsafe file.withBytes { (bytes) throws(ScrubError) in
      unsafe PDFEdges(bytes)
    }
    tally.add(.history, count: found.revisions - 1)
    if found.hasForeignBytes { tally.add(.trailer) }
  }
}
