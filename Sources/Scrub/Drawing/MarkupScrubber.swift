// SVG and XML: the bytes go through the filter of XML. A document type that only names a public one is
// left out before, as it changes nothing; one that declares anything is refused by the filter.

import ScrubContract

/// Scrubs one document of markup.
struct MarkupScrubber {
  private let source: ByteSource
  private let sink: ByteSink
  private let context: ScrubContext
  private(set) var tally: CarrierTally

  init(_ source: ByteSource, _ sink: ByteSink, context: ScrubContext) {
    self.source = source
    self.sink = sink
    self.context = context
    tally = context.tally
  }

  /// Reads the whole input; the output is complete once this returns.
  mutating func run(isDrawing: Bool) throws(ScrubError) {
    let bytes = try document()
    let drawing = SVGJudge(context) { MarkupScrubber.contains(bytes, $0, times: 2) }
    let judge: any XMLJudge =
      isDrawing ? drawing : PlainXMLJudge.withoutPages(collectsExcerpts: context.collectsExcerpts)
    let result = try XMLFilter.run(judge: judge, bytes)
    try sink.append(result.bytes)
    tally.add(result.tally)
    tally.add(drawing.tally)
  }

  /// The whole document: names in it are looked for from its first element on.
  private func document() throws(ScrubError) -> [UInt8] {
    let bytesMax = context.limits.streamBytesMax
    var bytes: [UInt8] = []
    while try source.hasAvailable(1) {
      bytes += try source.bytes(source.peek(TypeDetector.sampleBytes).count)
      guard bytes.count <= bytesMax else {
        throw ScrubError(.tooLarge, "The document has more than \(bytesMax) bytes.")
      }
    }
    MarkupStart.blankDocumentType(&bytes)
    return bytes
  }

  /// Whether a name stands in the document as often as that; in UTF-16 it counts as found.
  private static func contains(_ bytes: [UInt8], _ name: String, times: Int) -> Bool {
    let name = Array(name.utf8)
    guard let first = name.first, !bytes.prefix(4).contains(0) else { return true }
    var (count, place) = (0, 0)
    while count < times, let found = bytes[place...].firstIndex(of: first) {
      if bytes[found...].starts(with: name) { count += 1 }
      place = found + 1
    }
    return count >= times
  }
}
