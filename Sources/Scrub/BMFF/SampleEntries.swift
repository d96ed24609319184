// How the samples of a track are coded (`stsd`): what a decoder needs stays, names of encoders and
// makers become zero, colour profiles are rebuilt, unknown boxes become free space.

import ScrubContract

/// Scrubs the sample descriptions of a track.
struct SampleEntries {
  /// What a track shows or plays.
  enum Kind {
    case picture, sound, text
  }

  private let reader: BoxReader
  private static let entriesMax = 1_000
  private static let configurationBytesMax = 1 << 20

  /// Boxes that a decoder or a screen needs, and how many bytes they have at most, so that nothing else
  /// fits in.
  private static let plain: [BoxType: Int] = [
    "vpcC": 64, "esds": 1_024, "pasp": 8, "clap": 32, "btrt": 12, "fiel": 2, "gama": 4, "mdcv": 24,
    "clli": 4, "SmDm": 24, "CoLL": 8, "cclv": 32, "dvcC": 24, "dvvC": 24, "dvwC": 24, "d263": 32,
    "st3d": 5, "hfov": 4, "ccst": 8, "auxi": 64, "chan": 512, "dac3": 3, "dec3": 64, "dac4": 512,
    "alac": 64, "dOps": 274, "dmlp": 16, "ddts": 32, "mhaC": 1_024, "pcmC": 6, "SA3D": 256,
    "srat": 8, "chnl": 256, "frma": 4, "enda": 2, "mp4a": 4, "stri": 5, "hero": 5, "blin": 8,
    "dadj": 8, "pkin": 8, "prji": 8, "prhd": 16, "equi": 20, "cbmp": 12,
  ]
  /// Boxes of boxes: sound of QuickTime, pictures for two eyes, pictures all around.
  private static let containers: [BoxType: Set<BoxType>] = [
    "wave": ["frma", "mp4a", "esds", "chan", "enda", "alac", "dac3", "dec3"],
    "vexu": ["eyes", "proj", "pack"], "eyes": ["stri", "hero", "cams", "cmfy"],
    "cams": ["blin"], "cmfy": ["dadj"], "pack": ["pkin"],
    "sv3d": ["svhd", "proj"], "proj": ["prji", "prhd", "equi", "cbmp"],
  ]
  private static let free: Set<BoxType> = ["free", "skip", "wide"]

  init(_ reader: BoxReader) { self.reader = reader }

  func scrub(_ box: Box, as kind: Kind, _ edits: inout BoxEdits) throws(ScrubError) {
    let version = try box.version(reader.file)
    var cursor = BoxCursor(reader.file, try box.fields())
    let count = try cursor.take(4)
    let (entries, rest) = try reader.children(of: cursor.rest)
    guard entries.count == count, count <= SampleEntries.entriesMax else {
      throw BoxReader.malformed
    }
    try edits.blank(rest, as: .misplaced)
    for entry in entries {
      guard !["encv", "enca", "enct", "encs", "drmi", "drms"].contains(entry.type) else {
        throw ScrubError(.encrypted, "A track of the film is encrypted.")
      }
      let start = entry.content.lowerBound
      switch kind {
      case .picture:
        guard entry.content.count >= 78 else { throw BoxReader.malformed }
        // Reserved, revision and maker, quality hints of QuickTime, the name of the encoder.
        for range in [0..<6, 10..<24, 42..<74] {
          try edits.blank(
            (start + range.lowerBound)..<(start + range.upperBound), as: .vendor)
        }
        try children(entry, from: 78, &edits)
      case .sound:
        guard entry.content.count >= 28 else { throw BoxReader.malformed }
        for range in [0..<6, 10..<16] {
          try edits.blank(
            (start + range.lowerBound)..<(start + range.upperBound), as: .vendor)
        }
        let form = version == 0 ? try reader.file.integer(at: start + 8, width: 2) : 0
        let more = form == 1 ? 16 : form == 2 ? 36 : 0
        guard entry.content.count >= 28 + more else { throw BoxReader.malformed }
        try children(entry, from: 28 + more, &edits)
      case .text: break
      }
    }
  }

  private func children(
    _ entry: Box, from offset: Int, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let start = entry.content.lowerBound + offset
    let (boxes, rest) = try reader.children(of: start..<entry.content.upperBound)
    for box in boxes { try scrub(box, &edits) }
    try edits.blank(rest, as: .misplaced)
  }

  private func scrub(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    switch box.type {
    case "avcC", "hvcC", "lhvC", "av1C", "vvcC":
      guard box.content.count <= SampleEntries.configurationBytesMax else {
        throw BoxReader.malformed
      }
      var tally = CarrierTally()
      let record = try reader.file.copy(box.content)
      let scrubbed = try CodecConfiguration.scrubbed(box.type, record, tally: &tally)
      try edits.write(scrubbed, at: box.content.lowerBound, as: .vendor)
    case "colr": try color(box, &edits)
    case "dfLa": try flac(box, &edits)
    case "chan" where try isPlain(box): try edits.drop(box, as: .vendor)
    // Big-endian is what plain sound is anyway.
    case "enda" where try reader.file.isZero(box.content):
      try edits.drop(box, as: .vendor)
    case "damr": try edits.blank(try maker(box), as: .vendor)
    case "svhd":
      let fields = try box.fields()
      try edits.blank(fields, as: .vendor)
    case "sinf": throw ScrubError(.encrypted, "A track of the film is encrypted.")
    default:
      if SampleEntries.free.contains(box.type) {
        try edits.blank(box.content, as: .misplaced)
      } else if let allowed = SampleEntries.containers[box.type] {
        let (boxes, rest) = try reader.children(of: box.content)
        for child in boxes {
          if allowed.contains(child.type) || SampleEntries.free.contains(child.type) {
            try scrub(child, &edits)
          } else if !child.content.isEmpty || child.type.code != 0 {
            try edits.drop(child, as: .vendor)
          }
        }
        try edits.blank(rest, as: .misplaced)
      } else if box.content.count > SampleEntries.plain[box.type] ?? -1 {
        try edits.drop(box, as: .vendor)
      }
    }
  }

  /// Whether a channel layout says no more than the number of channels: one in the middle, or left and
  /// right, as a tag or as a bitmap. It names the program that writes such boxes, and nobody misses it.
  private func isPlain(_ box: Box) throws(ScrubError) -> Bool {
    guard box.content.count >= 16 else { return false }
    let tag = try reader.file.integer(at: box.content.lowerBound + 4)
    let bitmap = try reader.file.integer(at: box.content.lowerBound + 8)
    return tag == 100 << 16 | 1 || tag == 101 << 16 | 2
      || tag == 1 << 16 && (bitmap == 4 || bitmap == 3)
  }

  /// The four bytes that name who made an AMR encoder.
  private func maker(_ box: Box) throws(ScrubError) -> Range<Int> {
    guard box.content.count >= 9 else { throw BoxReader.malformed }
    return box.content.lowerBound..<(box.content.lowerBound + 4)
  }

  /// A profile shrinks in its box; zeros fill the rest.
  private func color(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    guard box.content.count >= 4, box.content.count <= 4 << 20 else { throw BoxReader.malformed }
    let content = try reader.file.copy(box.content)
    let kind = String(decoding: content[..<4], as: UTF8.self)
    let sizes = ["nclx": 11, "nclc": 10]
    if let size = sizes[kind] { return try MovieFields.end(box, at: size, &edits) }
    guard kind == "prof" || kind == "rICC" else { return try edits.drop(box, as: .vendor) }
    for text in [true, false] {
      let profile = try ColorProfile.rebuild(Array(content[4...]), text: text)
      guard profile.count <= content.count - 4 else { continue }
      let filler = [UInt8](repeating: 0, count: content.count - 4 - profile.count)
      return try edits.write(
        profile + filler, at: box.content.lowerBound + 4, as: .profileDetails)
    }
    throw ScrubError(.malformedProfile, "A colour profile has no room for its scrubbed form.")
  }

  /// The blocks of FLAC: all but the description of the stream become padding.
  private func flac(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    guard box.content.count <= SampleEntries.configurationBytesMax else {
      throw BoxReader.malformed
    }
    var cursor = BoxCursor(reader.file, try box.fields())
    while !cursor.rest.isEmpty {
      let place = cursor.place
      let header = try cursor.take(4)
      let content = cursor.place..<(cursor.place + (header & 0xffffff))
      try cursor.skip(content.count)
      guard header >> 24 & 0x7f != 0 else { continue }
      try edits.write([UInt8(header >> 24 & 0x80 | 1)], at: place, as: .vendor)
      try edits.blank(content, as: .comment)
    }
  }
}
