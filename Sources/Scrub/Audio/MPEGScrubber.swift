// MP3 and its older layers rewritten as nothing but frames: the tags at both ends go, and so do those
// between frames, where files were joined, and any other bytes there. Frames are copied as they are,
// but for the information frame. What an encoder hides inside a frame, behind the coded sound, stays:
// decoders of mp3PRO and MP3 Surround find sound there.

/// Walks one MPEG audio stream.
struct MPEGScrubber {
  private let source: ByteSource
  private let sink: ByteSink
  private let partsMax: Int
  private var left: Int
  private var kind: Int?
  private var frames = 0
  private var stretches = 0
  private var isInJunk = false
  private var skipping = 0
  private(set) var tally = CarrierTally()

  /// - Parameter soundBytes: How many bytes there are between the tags at both ends.
  init(_ source: ByteSource, _ sink: ByteSink, soundBytes: Int, limits: ScrubLimits) {
    self.source = source
    self.sink = sink
    left = soundBytes
    partsMax = limits.partsMax
  }

  /// Reads up to the tags at the end; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    var this = self
    try source.walk(left, atLeast: 2 * MPEGFrameHeader.frameBytesMax) {
      (window: Span<UInt8>, left: Int) throws(ScrubError) in
      this.left = left
      return try this.walk(window, isLast: window.count == left)
    }
    self = this
    guard frames > 0 else { throw ScrubError(.malformedFile, "The file has no frame of sound.") }
  }

  /// Copies the frames of one window and returns how many bytes of it are done with.
  private mutating func walk(_ window: Span<UInt8>, isLast: Bool) throws(ScrubError) -> Int {
    var (run, place) = (0, 0)
    while place < window.count {
      if skipping > 0 {
        let step = min(skipping, window.count - place)
        skipping -= step
        place += step
        run = place
        continue
      }
      if !isLast, window.count - place < 2 * MPEGFrameHeader.frameBytesMax { break }
      if let header = frame(window, place, isLast: isLast) {
        let end = min(place + header.length, window.count)
        if let neutral = neutral(window.extracting(place..<end), header) {
          try sink.append(window.extracting(run..<place))
          try sink.append(neutral)
          run = end
        }
        frames += 1
        isInJunk = false
        place = end
      } else {
        try sink.append(window.extracting(run..<place))
        place += try junk(window, place)
        run = place
      }
    }
    if run < place { try sink.append(window.extracting(run..<place)) }
    return place
  }

  /// The header at `place`, if it goes on with the stream or starts one that goes on.
  private mutating func frame(
    _ window: Span<UInt8>, _ place: Int, isLast: Bool
  ) -> MPEGFrameHeader? {
    guard let header = MPEGFrameHeader(window, at: place) else { return nil }
    if header.kind == kind, !isInJunk { return header }
    let end = place + header.length
    // The last frame may be cut short, as recordings are, but then it must follow others or be alone.
    let isConfirmed =
      MPEGFrameHeader(window, at: end)?.kind == header.kind
      || isLast && (end == window.count || end > window.count && frames == 0 && place == 0)
    guard isConfirmed else { return nil }
    kind = header.kind
    return header
  }

  private mutating func neutral(_ frame: Span<UInt8>, _ header: MPEGFrameHeader) -> [UInt8]? {
    let start = 4 + header.sideBytes
    guard header.isLayerThree, frame.count >= start + 10 else { return nil }
    // One look at a letter spares the copy of nearly every frame: X, I or V.
    let letters = [frame[start], frame[start + 2], frame.count > 36 ? frame[36] : 0]
    guard letters.contains(where: { $0 == 0x58 || $0 == 0x49 || $0 == 0x56 }) else { return nil }
    let bytes = (0..<frame.count).map { frame[$0] }
    guard let neutral = MPEGInfoFrame.neutral(bytes, header, isFirst: frames == 0) else {
      return nil
    }
    if neutral != bytes { tally.add(.software) }
    return neutral
  }

  /// Steps over bytes that are no frame: over a whole tag by its length, or to where the next may be.
  private mutating func junk(_ window: Span<UInt8>, _ place: Int) throws(ScrubError) -> Int {
    let rest = window.extracting(place..<window.count)
    if let length = SoundTags.leadingBytes(rest), length <= left - place {
      tally.add(.tags)
      skipping = length
      return 0
    }
    if !isInJunk {
      stretches += 1
      guard stretches <= partsMax else {
        throw ScrubError(.tooManyParts, "The sound is in more than \(partsMax) pieces.")
      }
      tally.add(.misplaced)
    }
    isInJunk = true
    return JPEGScrubber.indexOfFF(in: rest, from: 1) ?? rest.count
  }
}
