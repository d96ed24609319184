// Text, tables and JSON pass as they are, byte order mark included, since spreadsheets need it: there
// is no place for metadata in them, and what the characters say is content. The scrubber proves that
// they are text from the first byte to the last, and says which.

import ScrubContract

/// Passes one text.
struct TextScrubber {
  private let source: ByteSource
  private let sink: ByteSink
  private let rules: ScrubRules
  /// What the text turned out to be.
  private(set) var format = TypeDetector.Format.text

  init(_ source: ByteSource, _ sink: ByteSink, rules: ScrubRules) {
    self.source = source
    self.sink = sink
    self.rules = rules
  }

  /// Reads the whole input; the output is complete once this returns.
  /// - Parameter fileName: A name of JSON holds the content to it.
  mutating func run(fileName: String?) throws(ScrubError) {
    var scan = TextScan()
    let sink = sink
    while try source.hasAvailable(1) {
      try source.advance(atLeast: 1) { (window: Span<UInt8>) throws(ScrubError) in
        scan.add(window)
        guard !scan.isBroken else {
          throw ScrubError(.malformedFile, "The text holds characters that no text has.")
        }
        try sink.append(window)
        return window.count
      }
    }
    guard let kind = scan.finish() else {
      throw ScrubError(.encodingNotSupported, "The text is in an unusual encoding.")
    }
    if scan.hasHiddenMarks, rules[.hidden] == .refuse {
      throw ScrubError(.refusedByRule, "The text has characters that nothing shows.")
    }
    format =
      switch kind {
      case .plain: .text
      case .table: .csv
      case .json: .json
      }
    let name = fileName?.lowercased() ?? ""
    guard format == .json || !name.hasSuffix(".json") else {
      throw ScrubError(
        .typeMismatch, "The file name does not fit the content.", detectedType: format.rawValue)
    }
  }
}
