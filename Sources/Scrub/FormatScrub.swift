// Which scrubber takes which format apart: the one list of them.

import ScrubContract

/// Scrubs one file, be it a whole one or one inside another.
struct FormatScrub {
  /// What the content is.
  let format: TypeDetector.Format
  /// What was removed.
  let tally: CarrierTally
  /// Whether the file is signed and was copied as it is.
  let isKept: Bool
  /// The pages of a document that has pages.
  let pages: Int?
  /// Bytes of the input.
  let bytesIn: Int
  /// SHA-256 of the input.
  let sha256: [UInt8]

  /// Detects the format, reads the whole input and writes the output.
  init(
    _ context: ScrubContext, _ input: ScrubInput, to sink: ByteSink, fileName: String?
  ) throws(ScrubError) {
    let limits = context.limits
    let source = ByteSource(input, bytesMax: limits.inputBytesMax)
    var soundTally = context.tally
    let leading = try SoundTags.takeLeading(from: source, &soundTally)
    var archive: ZipReader?
    var format = try context.detector.format(
      of: source.peek(TypeDetector.sampleBytes), fileName: fileName, isTagged: leading.count > 0
    ) { () throws(ScrubError) in
      let file = try FileBytes(input, bytesMax: limits.inputBytesMax)
      if try file.byte(at: 0) == CompoundFile.signature[0] { throw try CompoundFile.refusal(file) }
      let zip = try ZipReader(file, budget: context.budget)
      archive = zip
      return try PackageKind.format(zip, context)
    }
    var isKept = false
    switch format {
    case .jpeg:
      var scrubber = JPEGScrubber(source, sink, limits: limits, rules: context.rules)
      scrubber.tally = context.tally
      try scrubber.run()
      (tally, pages) = (scrubber.tally, nil)
    case .png:
      var scrubber = try PNGScrubber(source, sink, limits: limits, rules: context.rules)
      scrubber.tally = context.tally
      try scrubber.run()
      (tally, pages) = (scrubber.tally, nil)
    case .gif:
      var scrubber = GIFScrubber(source, sink, limits: limits)
      scrubber.tally = context.tally
      try scrubber.run()
      (tally, pages) = (scrubber.tally, nil)
    case .webp:
      var scrubber = try WebPScrubber(input, limits: limits, rules: context.rules)
      scrubber.tally = context.tally
      try scrubber.run(to: sink)
      (tally, pages) = (scrubber.tally, nil)
    case .tiff:
      var scrubber = try TIFFScrubber(input, limits: limits, rules: context.rules)
      scrubber.tally = context.tally
      try scrubber.run(to: sink)
      (tally, pages) = (scrubber.tally, nil)
    case .heic, .heif, .avif, .mp4, .quickTime, .m4a, .threeGP:
      var scrubber = BMFFScrubber(context, format)
      try scrubber.run(input, source, to: sink)
      (tally, pages) = (scrubber.tally, nil)
    case .pdf:
      var scrubber = PDFScrubber(limits: limits, rules: context.rules)
      scrubber.tally = context.tally
      if context.keepsSigned { isKept = try scrubber.isSigned(input) }
      if isKept {
        try source.forRest { (slice: Span<UInt8>) throws(ScrubError) in try sink.append(slice) }
      } else {
        try scrubber.run(input, to: sink)
      }
      (tally, pages) = (scrubber.tally, scrubber.pageCount)
    case .mpeg, .flac, .ogg, .wav:
      var sound = SoundScrub(input, source, sink, soundTally, context: context)
      // Frames have no mark of their own; what stood around them may have told them from text.
      sink.keepsStart = format == .mpeg
      try sound.run(format, leading: leading)
      if sink.keepsStart { try FormatScrub.checkFrames(sink, context) }
      (tally, pages) = (sound.tally, nil)
    case .docx, .xlsx, .pptx:
      guard let archive else { preconditionFailure("an office document is an archive") }
      var scrubber = try OOXMLScrubber(archive, sink, context)
      try scrubber.run()
      (tally, pages) = (scrubber.tally, nil)
    case .odt, .ods, .odp, .odg:
      guard let archive else { preconditionFailure("an office document is an archive") }
      var scrubber = ODFScrubber(archive, sink, context)
      try scrubber.run(format)
      (tally, pages) = (scrubber.tally, nil)
    case .svg, .xml:
      var scrubber = MarkupScrubber(source, sink, context: context)
      try scrubber.run(isDrawing: format == .svg)
      (tally, pages) = (scrubber.tally, nil)
    case .text, .csv, .json:
      var scrubber = TextScrubber(source, sink, rules: context.rules)
      try scrubber.run(fileName: fileName)
      // Only the whole text tells.
      format = scrubber.format
      (tally, pages) = (CarrierTally(), nil)
    }
    self.format = format
    self.isKept = isKept
    // Some formats are read in an order of their own; the source then only hashes.
    _ = try source.drain()
    bytesIn = source.bytesRead
    sha256 = source.digest()
  }

  /// Frames of sound must be taken for sound by themselves as well.
  private static func checkFrames(
    _ sink: ByteSink, _ context: ScrubContext
  ) throws(ScrubError) {
    let format = try context.detector.format(of: Array(sink.start), fileName: nil) {
      () throws(ScrubError) in nil
    }
    guard format == .mpeg else {
      throw ScrubError(.typeMismatch, "The content can be read as two types.")
    }
  }
}
