// GIF (87a and 89a) rewritten block by block, without touching the picture data: the frames with
// their control blocks, the loop count and the colour profile stay. Memory holds one small block.

/// Walks one GIF stream and writes the scrubbed one.
struct GIFScrubber {
  private static let loopNames = ["NETSCAPE2.0", "ANIMEXTS1.0"].map { Array($0.utf8) }
  private static let profileName = Array("ICCRGBG1012".utf8)

  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private var control: [UInt8]?
  private var frames = 0
  private var hasProfile = false
  var tally = CarrierTally()

  init(_ source: ByteSource, _ sink: ByteSink, limits: ScrubLimits) {
    self.source = source
    self.sink = sink
    self.limits = limits
  }

  /// Reads the whole input; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    try copyScreen()
    for _ in 0..<limits.partsMax {
      // Many files lack the trailer, which decoders do not miss.
      guard try source.hasAvailable(1) else { return try finish() }
      switch try source.byte() {
      case 0x21: try readExtension(label: source.byte())
      case 0x2c: try copyImage()
      case 0x3b: return try finish()
      default: throw malformed("There are bytes between the blocks.")
      }
    }
    throw ScrubError(.tooManyParts, "The GIF has more than \(limits.partsMax) blocks.")
  }

  /// The header, the logical screen and its colours (GIF89a sections 17 to 19).
  private func copyScreen() throws(ScrubError) {
    let screen = try source.bytes(13)
    guard screen.starts(with: "GIF87a".utf8) || screen.starts(with: "GIF89a".utf8) else {
      throw malformed("The header is missing.")
    }
    try checkPixels(screen[6..<10])
    try sink.append(screen)
    try sink.append(source.bytes(GIFScrubber.colorBytes(screen[10])))
  }

  private mutating func copyImage() throws(ScrubError) {
    frames += 1
    guard frames <= limits.framesMax else {
      throw ScrubError(.tooManyParts, "The GIF has more than \(limits.framesMax) frames.")
    }
    let descriptor = try source.bytes(9)
    try checkPixels(descriptor[4..<8])
    if let control {
      try sink.append([0x21, 0xf9, 4] + control + [0])
      self.control = nil
    }
    try sink.append(0x2c)
    try sink.append(descriptor)
    try sink.append(source.bytes(GIFScrubber.colorBytes(descriptor[8])))
    try sink.append(source.byte())
    try copyData()
  }

  /// Copies sub-blocks up to the empty one, as many at once as lie in the window.
  private func copyData() throws(ScrubError) {
    let sink = sink
    var isInData = true
    // Bytes of a sub-block that lie behind the window.
    var pending = 0
    while isInData {
      try source.advance(atLeast: 1) { (window: Span<UInt8>) throws(ScrubError) in
        var place = pending
        while place < window.count, window[place] > 0 { place += 1 + Int(window[place]) }
        if place < window.count {
          isInData = false
          place += 1
        }
        let end = min(place, window.count)
        pending = place - end
        try sink.append(window.extracting(0..<end))
        return end
      }
    }
  }

  private mutating func readExtension(label: UInt8) throws(ScrubError) {
    switch label {
    case 0xf9: try readControl()
    case 0xff: try readApplication()
    case 0xfe:
      let text = try skipData()
      tally.add(.comment, showing: text)
    case 0x00..<0x80:
      // Section 12: these labels draw. Plain text (1) is drawn by no decoder of today.
      throw ScrubError(.encodingNotSupported, "The GIF draws by other means than pictures.")
    default:
      let text = try skipData()
      tally.add(.vendor, showing: text)
    }
  }

  /// The delay and the transparent colour of the next image; of several the last one counts.
  private mutating func readControl() throws(ScrubError) {
    let block = try source.bytes(6)
    guard block[0] == 4, block[5] == 0 else { throw malformed("A control block is not valid.") }
    if control != nil { tally.add(.misplaced) }
    control = Array(block[1..<5])
  }

  private mutating func readApplication() throws(ScrubError) {
    let count = Int(try source.byte())
    let name = try source.bytes(count)
    if GIFScrubber.loopNames.contains(name) { return try readLoop(name) }
    if name == GIFScrubber.profileName, !hasProfile { return try readProfile() }
    let data = count > 0 ? try skipData() : []
    switch String(decoding: name.prefix(8), as: UTF8.self) {
    case "XMP Data": tally.add(.xmp, showing: data, as: .markup)
    case "MGK8BIM0": tally.add(.iptc, showing: data)
    case "ICCRGBG1": tally.add(.profileDetails)
    case "C2PA_GIF": tally.add(.provenance)
    default: tally.add(.vendor, showing: data)
    }
  }

  /// Of the sub-blocks only the one that says how often the animation runs stays.
  private mutating func readLoop(_ name: [UInt8]) throws(ScrubError) {
    var loop: [UInt8]?
    while let block = try nextBlock() {
      if block.count == 3, block[0] == 1, loop == nil {
        loop = block
      } else {
        tally.add(.vendor)
      }
    }
    guard let loop else { return }
    try sink.append([0x21, 0xff, 11] + name + [3] + loop + [0])
  }

  private mutating func readProfile() throws(ScrubError) {
    hasProfile = true
    var profile: [UInt8] = []
    while let block = try nextBlock() {
      profile += block
      guard profile.count <= limits.profileBytesMax else {
        throw ScrubError(
          .tooLarge, "The ICC profile has more than \(limits.profileBytesMax) bytes.")
      }
    }
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    try sink.append([0x21, 0xff, 11] + GIFScrubber.profileName)
    for start in stride(from: 0, to: rebuilt.count, by: 255) {
      let part = rebuilt[start..<min(start + 255, rebuilt.count)]
      try sink.append(UInt8(part.count))
      try sink.append(part)
    }
    try sink.append(0)
  }

  private func nextBlock() throws(ScrubError) -> [UInt8]? {
    let count = Int(try source.byte())
    return count > 0 ? try source.bytes(count) : nil
  }

  /// Skips sub-blocks; gives their first bytes if excerpts are wanted.
  @discardableResult
  private func skipData() throws(ScrubError) -> [UInt8] {
    let shownMax = tally.collectsExcerpts ? ExcerptText.bytesMax : 0
    var shown: [UInt8] = []
    while true {
      let count = Int(try source.byte())
      if count == 0 { return shown }
      try source.forEach(count) { (slice: Span<UInt8>) throws(ScrubError) in
        for index in 0..<min(slice.count, shownMax - shown.count) { shown.append(slice[index]) }
      }
    }
  }

  private mutating func finish() throws(ScrubError) {
    guard frames > 0 else { throw malformed("The file has no picture.") }
    if control != nil { tally.add(.misplaced) }
    try sink.append(0x3b)
    if try source.drain() > 0 { tally.add(.trailer) }
  }

  /// Width and height, each of two bytes with the smaller one first.
  private func checkPixels(_ size: ArraySlice<UInt8>) throws(ScrubError) {
    let numbers = size.map(Int.init)
    guard (numbers[1] << 8 | numbers[0]) * (numbers[3] << 8 | numbers[2]) <= limits.pixelsMax else {
      throw ScrubError(.tooManyPixels, "The picture has more than \(limits.pixelsMax) pixels.")
    }
  }

  /// The size of the colour table that the flags announce.
  private static func colorBytes(_ flags: UInt8) -> Int {
    flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1)
  }

  private func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedFile, sentence)
  }
}
