// Scrubs the formats of sound: what stands in front of the sound was taken already, as it hides the
// format; what stands behind it is found from the end of the file on.

/// Runs the scrubber of one file of sound.
struct SoundScrub {
  private let input: ScrubInput
  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private(set) var tally: CarrierTally
  /// One that collects pieces of what is removed, if they are wanted.
  private let empty: CarrierTally

  /// - Parameter tally: With the pieces of the tags in front of the sound.
  init(
    _ input: ScrubInput, _ source: ByteSource, _ sink: ByteSink, _ tally: CarrierTally,
    context: ScrubContext
  ) {
    self.tally = tally
    empty = context.tally
    limits = context.limits
    self.input = input
    self.source = source
    self.sink = sink
  }

  /// Reads the input; the output is complete once this returns.
  /// - Parameter leading: The tags in front of the sound, which were taken from the source.
  mutating func run(
    _ format: TypeDetector.Format, leading: (count: Int, bytes: Int)
  ) throws(ScrubError) {
    switch format {
    case .ogg:
      var scrubber = OggScrubber(source, sink, limits: limits)
      scrubber.tally = empty
      try scrubber.run()
      tally.add(scrubber.tally)
    case .wav:
      var scrubber = try WAVScrubber(input, limits: limits)
      scrubber.tally = empty
      try scrubber.run(source, to: sink)
      tally.add(scrubber.tally)
    default:
      let file = try FileWindow(input, bytesMax: limits.inputBytesMax)
      let trailing = try SoundTags.trailing(in: file, from: leading.bytes)
      tally.add(.tags, count: leading.count + trailing.count)
      if trailing.count > 0, tally.collectsExcerpts {
        let range = (trailing.end..<file.count).prefix(ExcerptText.bytesMax)
        tally.show(tag: try file.copy(range))
      }
      let size = trailing.end - leading.bytes
      if format == .flac {
        var scrubber = FLACScrubber(source, sink, soundBytes: size, limits: limits)
        scrubber.tally = empty
        try scrubber.run()
        tally.add(scrubber.tally)
      } else {
        var scrubber = MPEGScrubber(source, sink, soundBytes: size, limits: limits)
        try scrubber.run()
        tally.add(scrubber.tally)
      }
    }
  }
}
