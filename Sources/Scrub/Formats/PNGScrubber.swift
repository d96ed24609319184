// PNG and APNG rewritten from a list of allowed chunks, without touching the picture data. Every
// checksum is checked, the dropped chunks' too. Memory holds one small chunk; the compressed data
// passes through unread.

import ScrubContract

/// Walks one PNG stream and writes the scrubbed one.
struct PNGScrubber {
  static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private var header: PNGHeader
  private var seen: Set<PNGChunkType> = [.header]
  private var paletteEntries = 0
  private var hasDataEnded = false
  private var exif: [UInt8]?
  private var hasWrittenExif = false
  private var texts: PNGTexts
  private var animation: APNGSequence?
  var tally = CarrierTally()

  /// Reads the signature and the header.
  init(
    _ source: ByteSource, _ sink: ByteSink, limits: ScrubLimits, rules: ScrubRules = .standard
  ) throws(ScrubError) {
    texts = PNGTexts(rules)
    self.source = source
    self.sink = sink
    self.limits = limits
    guard try source.bytes(8) == PNGScrubber.signature, try source.uint32() == 13,
      PNGChunkType(try source.uint32()) == .header
    else { throw ScrubError(.malformedPNG, "The header chunk is missing.") }
    let payload = try PNGScrubber.payload(.header, count: 13, from: source)
    guard let header = PNGHeader(payload) else {
      throw ScrubError(.malformedPNG, "The header chunk is not valid.")
    }
    // Both are below 2^31, so the product fits.
    guard header.width * header.height <= limits.pixelsMax else {
      throw ScrubError(.tooManyPixels, "The picture has more than \(limits.pixelsMax) pixels.")
    }
    self.header = header
    try sink.append(PNGScrubber.signature)
    try PNGScrubber.write(.header, payload, to: sink)
  }

  /// Reads the rest of the input; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    var parts = 1
    while true {
      parts += 1
      guard parts <= limits.partsMax else {
        throw ScrubError(.tooManyParts, "The PNG has more than \(limits.partsMax) chunks.")
      }
      let count = Int(try source.uint32())
      let type = PNGChunkType(try source.uint32())
      guard count <= 0x7fff_ffff, type.isName else {
        throw malformed("A chunk has no valid length or name.")
      }
      if type == .end { return try finish(count) }
      try step(type, count: count)
    }
  }

  private mutating func step(_ type: PNGChunkType, count: Int) throws(ScrubError) {
    if type == .data { return try copyData(count) }
    if seen.contains(.data) { hasDataEnded = true }
    switch type {
    case .header: throw malformed("The header chunk stands twice.")
    case .frameData where animation != nil: try copyFrameData(count)
    case .profile where !seen.contains(.palette) && !seen.contains(.data):
      try rebuildProfile(count)
    case .exif: try readExif(count)
    case _ where texts.mayKeep(type, count: count): try copyText(type, count: count)
    case .palette where seen.contains(.data): throw malformed("The palette stands too late.")
    case .animation where seen.contains(.data), .frame where animation == nil:
      try drop(type, count: count)
    case _ where PNGRules.sizes[type] != nil:
      if seen.contains(.data) && type != .frame { return try drop(type, count: count) }
      try copySmall(type, count: count)
    default:
      guard !type.isCritical else {
        throw ScrubError(
          .unknownCriticalChunk, "The PNG needs a chunk that the scrubber does not know.")
      }
      try drop(type, count: count)
    }
  }

  private mutating func copySmall(_ type: PNGChunkType, count: Int) throws(ScrubError) {
    guard
      PNGRules.isWellFormed(type, count: count, header: header, paletteEntries: paletteEntries)
    else { throw malformed("A chunk does not have the size that its type asks for.") }
    guard type == .frame || seen.insert(type).inserted else {
      throw malformed("A chunk stands twice that may stand once.")
    }
    let payload = try PNGScrubber.payload(type, count: count, from: source)
    switch type {
    case .palette: paletteEntries = count / 3
    case .animation: animation = try APNGSequence(payload, framesMax: limits.framesMax)
    case .frame:
      try animation?.addFrame(payload, header: header, isBeforeData: !seen.contains(.data))
    default: break
    }
    try PNGScrubber.write(type, payload, to: sink)
  }

  private mutating func copyData(_ count: Int) throws(ScrubError) {
    guard !hasDataEnded else { throw malformed("The picture data is not in one piece.") }
    guard header.colorType != 3 || paletteEntries > 0 else {
      throw malformed("The palette is missing.")
    }
    if seen.insert(.data).inserted { try writeExif() }
    try sink.append(uint32: UInt32(count))
    try sink.append(uint32: PNGChunkType.data.code)
    try copyBody(.data, count: count)
  }

  private mutating func copyFrameData(_ count: Int) throws(ScrubError) {
    guard seen.contains(.data), count >= 4, count <= Int(Int32.max) else {
      throw malformed("A frame of the animation is misplaced.")
    }
    let sequence = try source.peek(4)
    try animation?.addFrameData(sequence)
    try sink.append(uint32: UInt32(count))
    try sink.append(uint32: PNGChunkType.frameData.code)
    try copyBody(.frameData, count: count)
  }

  /// Copies payload and checksum through the window.
  private func copyBody(_ type: PNGChunkType, count: Int) throws(ScrubError) {
    var crc = PNGScrubber.crc(of: type)
    let sink = sink
    try source.forEach(count) { (slice: Span<UInt8>) throws(ScrubError) in
      crc = Deflate.crc32(crc, slice)
      try sink.append(slice)
    }
    try PNGScrubber.check(crc, source)
    try sink.append(uint32: crc)
  }

  private mutating func drop(_ type: PNGChunkType, count: Int) throws(ScrubError) {
    var crc = PNGScrubber.crc(of: type)
    var start: [UInt8] = []
    let shownMax = tally.collectsExcerpts ? ExcerptText.bytesMax : 0
    try source.forEach(count) { (slice: Span<UInt8>) throws(ScrubError) in
      crc = Deflate.crc32(crc, slice)
      for index in 0..<min(slice.count, shownMax - start.count) { start.append(slice[index]) }
    }
    try PNGScrubber.check(crc, source)
    let isPacket = start.starts(with: "XML:com.adobe.xmp".utf8)
    tally.add(type.carrier, showing: start, as: isPacket ? .markup : .plain)
  }

  /// Only the first block counts, wherever it stands; it may carry the prefix that JPEG uses.
  private mutating func readExif(_ count: Int) throws(ScrubError) {
    guard count <= limits.headerBytesMax else {
      throw ScrubError(.tooLarge, "A chunk exceeds \(limits.headerBytesMax) bytes.")
    }
    let payload = try PNGScrubber.payload(.exif, count: count, from: source)
    let hasPrefix = payload.starts(with: Array("Exif\0\0".utf8))
    let block = ExifBlock(tiff: hasPrefix ? payload[6...] : payload[...])
    let isFirst = seen.insert(.exif).inserted
    if isFirst { exif = block.kept(texts.rules) }
    if !isFirst || exif != payload { block.count(in: &tally) }
  }

  private mutating func writeExif() throws(ScrubError) {
    guard !hasWrittenExif, let exif else { return }
    hasWrittenExif = true
    try PNGScrubber.write(.exif, exif, to: sink)
  }

  private mutating func copyText(_ type: PNGChunkType, count: Int) throws(ScrubError) {
    let payload = try PNGScrubber.payload(type, count: count, from: source)
    let kept = texts.kept(type, payload)
    if kept?.type != type || kept?.payload != payload { tally.add(.comment) }
    if let kept { try PNGScrubber.write(kept.type, kept.payload, to: sink) }
  }

  /// iCCP: a name of 1 to 79 bytes, a zero, the method (0), a zlib stream.
  private mutating func rebuildProfile(_ count: Int) throws(ScrubError) {
    guard count <= limits.profileBytesMax else {
      throw ScrubError(.tooLarge, "The ICC profile has more than \(limits.profileBytesMax) bytes.")
    }
    guard seen.insert(.profile).inserted else {
      throw malformed("The colour profile stands twice.")
    }
    let payload = try PNGScrubber.payload(.profile, count: count, from: source)
    guard let zero = payload.prefix(80).firstIndex(of: 0), zero > 0, payload.count > zero + 2,
      payload[zero + 1] == 0,
      let profile = Zlib.inflate(payload[(zero + 2)...], bytesMax: limits.profileBytesMax),
      let packed = Zlib.deflate(try ColorProfile.rebuild(profile))
    else {
      throw ScrubError(.malformedProfile, "The embedded ICC profile cannot be decompressed.")
    }
    let written = Array("ICC\0\0".utf8) + packed
    if written != payload { tally.add(.profileDetails) }
    try PNGScrubber.write(.profile, written, to: sink)
  }

  private mutating func finish(_ count: Int) throws(ScrubError) {
    guard count == 0, seen.contains(.data) else { throw malformed("The picture has no data.") }
    _ = try PNGScrubber.payload(.end, count: 0, from: source)
    try animation?.finish()
    try writeExif()
    try PNGScrubber.write(.end, [], to: sink)
    if try source.drain() > 0 { tally.add(.trailer) }
  }

  private func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedPNG, sentence)
  }

  private static func payload(
    _ type: PNGChunkType, count: Int, from source: ByteSource
  ) throws(ScrubError) -> [UInt8] {
    let payload = try source.bytes(count)
    try check(Deflate.crc32(crc(of: type), payload.span), source)
    return payload
  }

  private static func crc(of type: PNGChunkType) -> UInt32 {
    Deflate.crc32(0, bytes(type.code).span)
  }

  private static func check(_ crc: UInt32, _ source: ByteSource) throws(ScrubError) {
    guard try source.uint32() == crc else {
      throw ScrubError(.crcMismatch, "A chunk does not match its checksum.")
    }
  }

  private static func write(
    _ type: PNGChunkType, _ payload: [UInt8], to sink: ByteSink
  ) throws(ScrubError) {
    try sink.append(uint32: UInt32(payload.count))
    try sink.append(uint32: type.code)
    try sink.append(payload)
    try sink.append(uint32: Deflate.crc32(crc(of: type), payload.span))
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
