// Both readers of office XML over the same text, for tests and the fuzzer: where the reader of plain XML
// comes to an end, libxml2 must come to the same one.

import ScrubContract

/// What the two readers make of a text.
package struct XMLComparison {
  /// The rules by which a text is read.
  package enum Rules: CaseIterable, Sendable { case officeOpen, openDocument, plain }

  /// True if the text was plain.
  package let isPlain: Bool
  /// True if both came to the same end, or only libxml2 to one.
  package let isSame: Bool
  /// The filtered text, if it is plain and not refused.
  package let output: [UInt8]?

  private struct End: Equatable {
    var output: [UInt8] = []
    var removed: [RemovedCarrier] = []
    var refusal: ScrubError.Code?
  }

  fileprivate init(_ bytes: [UInt8], rules: Rules, _ context: ScrubContext) {
    let first = XMLComparison.judge(rules, context)
    let plain = XMLComparison.end { () throws(ScrubError) in
      var output: [UInt8] = []
      let tally = try unsafe XMLFilter.runPlain(judge: first, bytes) { (piece) throws(ScrubError) in
        unsafe output.append(contentsOf: piece)
      }
      return tally.map { (output, $0) }
    }
    isPlain = plain != nil
    let second = XMLComparison.judge(rules, context)
    let full = XMLComparison.end { () throws(ScrubError) in
      try XMLFilter.run(judge: second, bytes)
    }
    isSame = plain == nil || plain == full
    output = plain.flatMap { $0.refusal == nil ? $0.output : nil }
  }

  private static func end(
    _ read: () throws(ScrubError) -> (bytes: [UInt8], tally: CarrierTally)?
  ) -> End? {
    do throws(ScrubError) {
      return try read().map { End(output: $0.bytes, removed: $0.tally.removed) }
    } catch {
      return End(refusal: error.code)
    }
  }

  private static func judge(_ rules: Rules, _ context: ScrubContext) -> any XMLJudge {
    switch rules {
    case .officeOpen:
      OOXMLJudge(
        context, targets: ["rId1": .kept, "rId2": .dropped, "rId3": .unlinked],
        hasExternalBooks: false, dropsNotes: true)
    case .openDocument: ODFJudge(context) { $0 == "Pictures/1.jpg" }
    case .plain: PlainXMLJudge.withoutPages()
    }
  }
}

/// Compares the two readers.
package final class XMLComparer {
  private let context: ScrubContext

  /// Loads the type database, as a scrubber does; `type-database`.
  package init() throws(ScrubError) {
    context = ScrubContext(.strict, detector: try TypeDetector())
  }

  /// Reads a text twice.
  package func compare(_ bytes: [UInt8], rules: XMLComparison.Rules) -> XMLComparison {
    XMLComparison(bytes, rules: rules, context)
  }
}
