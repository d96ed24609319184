// WebP (RFC 9649) built anew from the chunks that a decoder needs: header, profile, animation, alpha
// and picture data, and a block with the orientation. A chunk counts only where the header announces
// it, as decoders read it; the compressed pictures pass through unread.

import ScrubContract

/// Takes one WebP file apart and writes the scrubbed one.
struct WebPScrubber {
  /// The name that stands behind `RIFF`.
  static let form = RIFFName("WEBP")

  private static let lossy = RIFFName("VP8 ")
  private static let lossless = RIFFName("VP8L")
  private static let alpha = RIFFName("ALPH")
  private static let header = RIFFName("VP8X")
  private static let frame = RIFFName("ANMF")
  private static let frameHeaderBytes = 16

  private let file: FileBytes
  private let limits: ScrubLimits
  private let rules: ScrubRules
  private var parts: [RIFFName: [RIFFChunk]] = [:]
  var tally = CarrierTally()

  init(_ input: ScrubInput, limits: ScrubLimits, rules: ScrubRules) throws(ScrubError) {
    file = try FileBytes(input, bytesMax: limits.inputBytesMax)
    self.limits = limits
    self.rules = rules
  }

  /// Writes the whole output.
  mutating func run(to sink: ByteSink) throws(ScrubError) {
    let container = try RIFFFile(file, form: WebPScrubber.form, limits: limits)
    guard let first = container.chunks.first else { throw malformed("The file is empty.") }
    if file.count > container.end { tally.add(.trailer) }
    var writer = RIFFWriter()
    if first.name == WebPScrubber.header {
      try gather(container.chunks)
      try writeExtended(to: &writer)
    } else {
      // Without the header, decoders read one picture and nothing else.
      try checkPicture(first)
      writer.append(first)
      for chunk in container.chunks.dropFirst() { try drop(chunk) }
    }
    try writer.write(form: WebPScrubber.form, from: file, to: sink)
  }

  private mutating func gather(_ chunks: [RIFFChunk]) throws(ScrubError) {
    let known = [
      WebPScrubber.header, RIFFName("ICCP"), RIFFName("ANIM"), WebPScrubber.frame,
      WebPScrubber.alpha, WebPScrubber.lossy, WebPScrubber.lossless, RIFFName("EXIF"),
    ]
    for chunk in chunks {
      if known.contains(chunk.name) {
        parts[chunk.name, default: []].append(chunk)
      } else {
        try drop(chunk)
      }
    }
  }

  private mutating func writeExtended(to writer: inout RIFFWriter) throws(ScrubError) {
    guard let header = parts[WebPScrubber.header], header.count == 1, header[0].payload.count >= 10
    else { throw malformed("The header chunk is not valid.") }
    let fields = try file.copy(header[0].payload)
    let flags = WebPFlags(rawValue: fields[0])
    // Both sides have 24 bits, so the product fits.
    try checkPixels(1 + number(fields, 4), 1 + number(fields, 7))
    let profile = try rebuiltProfile(isAnnounced: flags.contains(.profile))
    let exif = try keptExif(isAnnounced: flags.contains(.exif))
    var kept = flags.intersection([.alpha, .animation])
    if profile != nil { kept.insert(.profile) }
    if exif != nil { kept.insert(.exif) }
    writer.append(WebPScrubber.header, [kept.rawValue, 0, 0, 0] + fields[4..<10])
    if let profile { writer.append(RIFFName("ICCP"), profile) }
    if flags.contains(.animation) {
      try writeAnimation(to: &writer)
    } else {
      guard parts[WebPScrubber.frame] == nil, parts[RIFFName("ANIM")] == nil else {
        throw malformed("An animation is not announced.")
      }
      try writePicture(parts.values.flatMap { $0 }, to: &writer)
    }
    if let exif { writer.append(RIFFName("EXIF"), exif) }
  }

  private mutating func writeAnimation(to writer: inout RIFFWriter) throws(ScrubError) {
    guard let control = parts[RIFFName("ANIM")], control.count == 1,
      control[0].payload.count >= 6, let frames = parts[WebPScrubber.frame],
      [WebPScrubber.lossy, WebPScrubber.lossless, WebPScrubber.alpha]
        .allSatisfy({ parts[$0] == nil })
    else { throw malformed("The animation is not complete.") }
    guard frames.count <= limits.framesMax else {
      throw ScrubError(.tooManyParts, "The animation has more than \(limits.framesMax) frames.")
    }
    writer.append(RIFFName("ANIM"), Array(try file.copy(control[0].payload).prefix(6)))
    for frame in frames {
      let start = frame.payload.lowerBound + WebPScrubber.frameHeaderBytes
      guard start <= frame.payload.upperBound else { throw malformed("A frame is too short.") }
      var fields = try file.copy(frame.payload.lowerBound..<start)
      try checkPixels(1 + number(fields, 6), 1 + number(fields, 9))
      // The two lower bits say how the frame is blended and disposed of; the others are reserved.
      fields[15] &= 3
      let chunks = try RIFFFile.chunks(
        in: start..<frame.payload.upperBound, of: file, chunksMax: limits.partsMax)
      var inner = RIFFWriter()
      let known = [WebPScrubber.alpha, WebPScrubber.lossy, WebPScrubber.lossless]
      for chunk in chunks where !known.contains(chunk.name) { try drop(chunk) }
      try writePicture(chunks, to: &inner)
      writer.append(WebPScrubber.frame, fields, inner)
    }
  }

  /// One picture of the chunks, with its alpha channel if it is a lossy one.
  private mutating func writePicture(
    _ chunks: [RIFFChunk], to writer: inout RIFFWriter
  ) throws(ScrubError) {
    let pictures = chunks.filter {
      $0.name == WebPScrubber.lossy || $0.name == WebPScrubber.lossless
    }
    let alphas = chunks.filter { $0.name == WebPScrubber.alpha }
    guard pictures.count == 1, alphas.count <= 1, let picture = pictures.first else {
      throw malformed("A picture is missing or stands twice.")
    }
    try checkPicture(picture)
    if let alpha = alphas.first {
      if picture.name == WebPScrubber.lossy {
        guard alpha.payload.lowerBound < picture.payload.lowerBound else {
          throw malformed("The alpha channel stands behind its picture.")
        }
        writer.append(alpha)
      } else {
        tally.add(.misplaced)
      }
    }
    writer.append(picture)
  }

  /// RFC 6386 section 9.1 and the lossless format's section 3: both start with a signature and the
  /// size.
  private func checkPicture(_ chunk: RIFFChunk) throws(ScrubError) {
    let start = try file.copy(chunk.payload.prefix(10))
    if chunk.name == WebPScrubber.lossy, start.count == 10, start[0] & 1 == 0,
      start[3..<6] == [0x9d, 0x01, 0x2a]
    {
      let width = (Int(start[7]) << 8 | Int(start[6])) & 0x3fff
      let height = (Int(start[9]) << 8 | Int(start[8])) & 0x3fff
      guard width > 0, height > 0 else { throw malformed("A picture has no size.") }
      return try checkPixels(width, height)
    }
    guard chunk.name == WebPScrubber.lossless, start.count >= 6, start[0] == 0x2f,
      start[4] >> 5 == 0
    else { throw malformed("A picture does not start with its header.") }
    let size = Int(start[1]) | Int(start[2]) << 8 | Int(start[3]) << 16 | Int(start[4]) << 24
    try checkPixels(1 + (size & 0x3fff), 1 + (size >> 14 & 0x3fff))
  }

  private func checkPixels(_ width: Int, _ height: Int) throws(ScrubError) {
    guard width * height <= limits.pixelsMax else {
      throw ScrubError(.tooManyPixels, "The picture has more than \(limits.pixelsMax) pixels.")
    }
  }

  /// Decoders take the first profile, and none that the header does not announce.
  private mutating func rebuiltProfile(isAnnounced: Bool) throws(ScrubError) -> [UInt8]? {
    let chunks = parts[RIFFName("ICCP")] ?? []
    tally.add(.profileDetails, count: max(0, chunks.count - (isAnnounced ? 1 : 0)))
    guard isAnnounced, let chunk = chunks.first else { return nil }
    guard chunk.payload.count <= limits.profileBytesMax else {
      throw ScrubError(.tooLarge, "The ICC profile has more than \(limits.profileBytesMax) bytes.")
    }
    let profile = try file.copy(chunk.payload)
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    return rebuilt
  }

  /// The first block counts, if the header announces one; some programs write the prefix of JPEG.
  private mutating func keptExif(isAnnounced: Bool) throws(ScrubError) -> [UInt8]? {
    var kept: [UInt8]?
    for (index, chunk) in (parts[RIFFName("EXIF")] ?? []).enumerated() {
      let payload = try file.copy(chunk.payload.prefix(limits.headerBytesMax))
      let block = ExifBlock(tiff: WebPScrubber.tiff(payload))
      if index == 0, isAnnounced { kept = block.kept(rules) }
      if index > 0 || kept != payload { block.count(in: &tally) }
    }
    return kept
  }

  private mutating func drop(_ chunk: RIFFChunk) throws(ScrubError) {
    let shown =
      tally.collectsExcerpts ? try file.copy(chunk.payload.prefix(ExcerptText.bytesMax)) : []
    switch chunk.name {
    case RIFFName("EXIF"), RIFFName("Exif"):
      let payload = try file.copy(chunk.payload.prefix(limits.headerBytesMax))
      ExifBlock(tiff: WebPScrubber.tiff(payload)).count(in: &tally)
    case RIFFName("XMP "), RIFFName("XMP\0"): tally.add(.xmp, showing: shown, as: .markup)
    case RIFFName("ICCP"): tally.add(.profileDetails)
    case RIFFName("C2PA"): tally.add(.provenance)
    case RIFFName("LIST"), RIFFName("IART"), RIFFName("ICOP"), RIFFName("INAM"):
      tally.add(.comment, showing: shown)
    default: tally.add(.vendor, showing: shown)
    }
  }

  private static func tiff(_ payload: [UInt8]) -> ArraySlice<UInt8> {
    payload.starts(with: Array("Exif\0\0".utf8)) ? payload[6...] : payload[...]
  }

  private func number(_ bytes: [UInt8], _ place: Int) -> Int {
    Int(bytes[place]) | Int(bytes[place + 1]) << 8 | Int(bytes[place + 2]) << 16
  }

  private func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedFile, sentence)
  }
}

/// What the header chunk announces.
private struct WebPFlags: OptionSet {
  let rawValue: UInt8

  static let animation = WebPFlags(rawValue: 0x02)
  static let exif = WebPFlags(rawValue: 0x08)
  static let alpha = WebPFlags(rawValue: 0x10)
  static let profile = WebPFlags(rawValue: 0x20)
}
