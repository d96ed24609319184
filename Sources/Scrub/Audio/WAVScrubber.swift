// WAV, and the long forms RF64 and BW64, rewritten as three chunks: the format, the count of samples
// where the coding needs it, and the sound. Everything else, which may stand before or behind the
// sound, goes: INFO lists, broadcast and production notes, ID3, cue points, filling. The sound is
// copied as it is; of a file that was never finished, up to its end.

/// Walks one WAV file.
struct WAVScrubber {
  private static let headerBytes = 8
  /// What long files and unfinished ones have in place of a length.
  private static let unknown = Int(UInt32.max)
  /// Descriptions of scenes of sound (ITU-R BS.2076), by which a renderer places the channels, and
  /// lists of pieces with silence between them.
  private static let refused: Set<RIFFName> = [
    RIFFName("chna"), RIFFName("axml"), RIFFName("bxml"), RIFFName("sxml"),
  ]

  private let file: FileWindow
  private let limits: ScrubLimits
  private var format: WAVFormat?
  private var samples: [UInt8]?
  private var sound: Range<Int>?
  private var longSound: Int?
  var tally = CarrierTally()

  init(_ input: ScrubInput, limits: ScrubLimits) throws(ScrubError) {
    file = try FileWindow(input, bytesMax: limits.inputBytesMax)
    self.limits = limits
  }

  /// Reads the chunks, then copies the sound from `source`, which stands at the start of the file.
  mutating func run(_ source: ByteSource, to sink: ByteSink) throws(ScrubError) {
    let end = try formEnd()
    var place = 12
    var count = 0
    while place + WAVScrubber.headerBytes <= end {
      count += 1
      guard count <= limits.partsMax else {
        throw ScrubError(.tooManyParts, "The file has more than \(limits.partsMax) chunks.")
      }
      place = try chunk(at: place, end: end)
    }
    if place < file.count { tally.add(.trailer) }
    guard let format, let sound else { throw malformed("The file has no format or no sound.") }
    var chunks = WAVScrubber.chunk("fmt ", format.written)
    if format.needsSamples, let samples { chunks += WAVScrubber.chunk("fact", samples) }
    let size = 4 + chunks.count + WAVScrubber.headerBytes + sound.count + sound.count % 2
    guard size <= Int(UInt32.max) else {
      throw ScrubError(.tooLarge, "The file is too large for its format.")
    }
    try sink.append("RIFF".utf8 + WAVFormat.little(size, 4) + "WAVE".utf8)
    try sink.append(chunks)
    try sink.append("data".utf8 + WAVFormat.little(sound.count, 4))
    try source.forEach(sound.lowerBound) { _ in }
    try source.forEach(sound.count) { (slice: Span<UInt8>) throws(ScrubError) in
      try sink.append(slice)
    }
    if !sound.count.isMultiple(of: 2) { try sink.append(0) }
  }

  /// Checks the first twelve bytes and returns where the chunks end.
  private mutating func formEnd() throws(ScrubError) -> Int {
    let mark = try file.copy(0..<4)
    let isLong = !mark.elementsEqual("RIFF".utf8)
    guard try file.copy(8..<12).elementsEqual("WAVE".utf8) else {
      throw malformed("The file is of another form.")
    }
    if isLong { return try longEnd() }
    let length = try little(4)
    // Programs that stream write the length last, if ever.
    if length == 0 || length == WAVScrubber.unknown { return file.count }
    guard WAVScrubber.headerBytes + length <= file.count else { throw truncated }
    return WAVScrubber.headerBytes + length
  }

  /// The lengths of a long file stand in a chunk of their own, the first (EBU Tech 3306).
  private mutating func longEnd() throws(ScrubError) -> Int {
    guard try file.copy(12..<16).elementsEqual("ds64".utf8), try little(16) >= 28 else {
      throw malformed("The lengths of a long file are missing.")
    }
    func length(_ place: Int) throws(ScrubError) -> Int {
      let value = try file.number(at: place, width: 8).byteSwapped
      return Int(clamping: value)
    }
    let form = try length(20)
    longSound = try length(28)
    guard form <= file.count - WAVScrubber.headerBytes else { throw truncated }
    return WAVScrubber.headerBytes + form
  }

  /// Takes note of the chunk at `place` and returns where the next starts.
  private mutating func chunk(at place: Int, end: Int) throws(ScrubError) -> Int {
    let name = RIFFName(UInt32(try file.number(at: place, width: 4)))
    let start = place + WAVScrubber.headerBytes
    var length = try little(place + 4)
    if name == RIFFName("data"), length == WAVScrubber.unknown { length = longSound ?? end - start }
    guard length <= end - start else {
      if end == file.count { throw truncated }
      throw malformed("A chunk is longer than what it lies in.")
    }
    switch name {
    case RIFFName("fmt "):
      guard format == nil, length <= WAVFormat.bytesMax,
        let read = WAVFormat(try file.copy(start..<(start + length)))
      else {
        throw ScrubError(.encodingNotSupported, "The sound is coded in a way that is not known.")
      }
      format = read
    case RIFFName("fact"): samples = length >= 4 ? try file.copy(start..<(start + 4)) : nil
    case RIFFName("data"):
      guard sound == nil else { throw malformed("The file has sound twice.") }
      sound = start..<(start + length)
    case RIFFName("ds64") where longSound != nil: break
    case _ where WAVScrubber.refused.contains(name):
      throw ScrubError(.encodingNotSupported, "The sound is a scene that a renderer arranges.")
    default:
      let carrier = try carrier(name, start, length)
      tally.add(carrier)
      if tally.collectsExcerpts {
        let bytes = try file.copy((start..<(start + length)).prefix(ExcerptText.bytesMax))
        if carrier == .tags {
          tally.show(tag: bytes)
        } else {
          tally.show(carrier, bytes, as: carrier == .xmp ? .markup : .plain)
        }
      }
    }
    return start + length + length % 2
  }

  private func carrier(
    _ name: RIFFName, _ start: Int, _ length: Int
  ) throws(ScrubError) -> CarrierClass {
    switch name {
    case RIFFName("LIST"):
      guard length >= 4, try file.copy(start..<(start + 4)).elementsEqual("wavl".utf8) else {
        return .tags
      }
      throw ScrubError(.encodingNotSupported, "The sound is a list of pieces.")
    case RIFFName("id3 "), RIFFName("ID3 "), RIFFName("bext"), RIFFName("iXML"), RIFFName("cart"):
      return .tags
    case RIFFName("_PMX"): return .xmp
    case RIFFName("C2PA"): return .provenance
    default: return .vendor
    }
  }

  /// A chunk of ours; its content has an even length.
  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    name.utf8 + WAVFormat.little(content.count, 4) + content
  }

  private func little(_ place: Int) throws(ScrubError) -> Int {
    Int(UInt32(try file.number(at: place, width: 4)).byteSwapped)
  }

  private var truncated: ScrubError {
    ScrubError(.truncated, "The file ends in the middle of a structure.")
  }

  private func malformed(_ sentence: String) -> ScrubError { ScrubError(.malformedFile, sentence) }
}
