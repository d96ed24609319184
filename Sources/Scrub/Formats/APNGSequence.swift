// The bookkeeping of an animated PNG: numbers in sequence, frames inside the canvas, as many frames
// as promised. A frame beyond the promised number would be a picture that no viewer shows.

/// Follows the animation chunks of one file.
struct APNGSequence {
  private let frames: Int
  private var framesSeen = 0
  private var next: UInt32 = 0
  private var isFrameOpen = false
  private var isFrameData = false

  /// Reads acTL: the number of frames and of plays.
  init(_ payload: [UInt8], framesMax: Int) throws(ScrubError) {
    frames = APNGSequence.number(payload, at: 0)
    guard frames > 0 else { throw APNGSequence.malformed("The animation has no frames.") }
    guard frames <= framesMax else {
      throw ScrubError(.tooManyParts, "The animation has more than \(framesMax) frames.")
    }
  }

  /// Checks fcTL: sequence, size and place, times, disposal and blending.
  mutating func addFrame(
    _ payload: [UInt8], header: PNGHeader, isBeforeData: Bool
  ) throws(ScrubError) {
    try take(APNGSequence.number(payload, at: 0))
    let size = (APNGSequence.number(payload, at: 4), APNGSequence.number(payload, at: 8))
    let place = (APNGSequence.number(payload, at: 12), APNGSequence.number(payload, at: 16))
    guard size.0 > 0, size.1 > 0, size.0 + place.0 <= header.width,
      size.1 + place.1 <= header.height, payload[24] <= 2, payload[25] <= 1
    else { throw APNGSequence.malformed("A frame lies outside the canvas.") }
    guard !isFrameOpen else { throw APNGSequence.malformed("A frame has no data.") }
    framesSeen += 1
    // The frame before the data is the default image itself: its data is IDAT.
    guard !isBeforeData || framesSeen == 1 else {
      throw APNGSequence.malformed("A frame has no data.")
    }
    isFrameOpen = !isBeforeData
    isFrameData = !isBeforeData
  }

  /// Checks the sequence number in front of fdAT.
  mutating func addFrameData(_ bytes: [UInt8]) throws(ScrubError) {
    guard bytes.count == 4, isFrameData else {
      throw APNGSequence.malformed("Frame data has no frame.")
    }
    try take(APNGSequence.number(bytes, at: 0))
    isFrameOpen = false
  }

  /// Checks that every promised frame was there.
  func finish() throws(ScrubError) {
    guard framesSeen == frames, !isFrameOpen else {
      throw APNGSequence.malformed("The number of frames is not the promised one.")
    }
  }

  private mutating func take(_ number: Int) throws(ScrubError) {
    guard number == Int(next) else {
      throw APNGSequence.malformed("The frames are out of sequence.")
    }
    next += 1
  }

  private static func number(_ bytes: [UInt8], at offset: Int) -> Int {
    bytes[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedPNG, sentence)
  }
}
