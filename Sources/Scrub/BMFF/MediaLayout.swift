// Where the media data of a track lies: chunks by their offsets, and how many bytes each has by the
// sizes of its samples. Only sums are kept, so that a long film needs no more memory than a short one.

/// Reads the tables of one track.
struct MediaLayout {
  private let file: FileWindow
  private let box: Box
  private let sound: Box?
  private static let chunksMax = 1 << 20

  init(_ file: FileWindow, _ box: Box, sound: Box?) {
    (self.file, self.box, self.sound) = (file, box, sound)
  }

  /// The chunks, as far as they lie in the file.
  mutating func ranges() throws(ScrubError) -> ByteRanges {
    let boxes = try BoxReader(file, boxesMax: 1_000).children(of: box.content).boxes
    var ranges = ByteRanges()
    let (offsets, counts, sizeBox) = (
      try MediaLayout.one(of: ["stco", "co64"], boxes), try MediaLayout.one(of: ["stsc"], boxes),
      try MediaLayout.one(of: ["stsz", "stz2"], boxes)
    )
    guard let offsets, let counts, let sizeBox else { return ranges }
    var sizes = try SampleSizes(file, sizeBox)
    var runs = try ChunkRuns(file, counts)
    let frames = try sound.map { (_) throws(ScrubError) in try SoundFrames(file, boxes) } ?? nil
    let width = offsets.type == "co64" ? 8 : 4
    var cursor = BoxCursor(file, try offsets.fields())
    let count = try cursor.take(4)
    guard count <= MediaLayout.chunksMax else {
      throw ScrubError(.tooManyParts, "A track of the film has too many chunks.")
    }
    for chunk in 0..<count {
      let offset = try cursor.take(width)
      let samples = try runs.samples(in: chunk)
      var size = try sizes.take(samples, max: file.count)
      if let frames, sizes.isUniform { size = max(size, frames.bytes(samples, max: file.count)) }
      guard offset < file.count else { continue }
      try ranges.add(offset..<min(file.count, offset + size))
    }
    return ranges
  }

  /// Players disagree on which of two tables counts.
  private static func one(of types: [BoxType], _ boxes: [Box]) throws(ScrubError) -> Box? {
    let found = boxes.filter { types.contains($0.type) }
    guard found.count <= 1 else { throw BoxReader.malformed }
    return found.first
  }
}

/// How many samples each chunk has (`stsc`).
private struct ChunkRuns {
  private let file: FileWindow
  private var cursor: BoxCursor
  private var left: Int
  private var current = 0
  private var nextFirst: Int

  init(_ file: FileWindow, _ box: Box) throws(ScrubError) {
    self.file = file
    cursor = BoxCursor(file, try box.fields())
    left = try cursor.take(4)
    nextFirst = left > 0 ? try cursor.take(4) : Int.max
  }

  /// Chunks are asked for in order, from 0.
  mutating func samples(in chunk: Int) throws(ScrubError) -> Int {
    while left > 0, nextFirst <= chunk + 1 {
      current = try cursor.take(4)
      _ = try cursor.take(4)
      left -= 1
      let first = left > 0 ? try cursor.take(4) : Int.max
      guard first > nextFirst else { throw BoxReader.malformed }
      nextFirst = first
    }
    return current
  }
}

/// The sizes of the samples of a track (`stsz`, `stz2`).
private struct SampleSizes {
  private let file: FileWindow
  private let uniform: Int
  private let bits: Int
  private let count: Int
  private let start: Int
  private var place = 0

  var isUniform: Bool { uniform > 0 }

  init(_ file: FileWindow, _ box: Box) throws(ScrubError) {
    self.file = file
    var cursor = BoxCursor(file, try box.fields())
    let first = try cursor.take(4)
    count = try cursor.take(4)
    let isCompact = box.type == "stz2"
    uniform = isCompact ? 0 : first
    bits = isCompact ? first & 255 : 32
    guard [4, 8, 16, 32].contains(bits), uniform > 0 || cursor.rest.count >= count * bits / 8 else {
      throw BoxReader.malformed
    }
    start = cursor.place
  }

  /// The bytes of the next samples, `max` at most.
  mutating func take(_ samples: Int, max: Int) throws(ScrubError) -> Int {
    if uniform > 0 {
      let (size, overflow) = samples.multipliedReportingOverflow(by: uniform)
      return overflow ? max : min(size, max)
    }
    var size = 0
    let end = min(count, place + samples)
    while place < end {
      if bits == 4 {
        let byte = try file.integer(at: start + place / 2, width: 1)
        size += place.isMultiple(of: 2) ? byte >> 4 : byte & 15
      } else {
        size += try file.integer(at: start + place * bits / 8, width: bits / 8)
      }
      place += 1
    }
    return min(size, max)
  }
}

/// QuickTime counts plain sound in samples of one byte each, whatever their real size: the description
/// of the sound says how many bytes they have.
private struct SoundFrames {
  private var bytesPerPacket = 0
  private var framesPerPacket = 1

  /// Nothing if the description is of another kind.
  init?(_ file: FileWindow, _ boxes: [Box]) throws(ScrubError) {
    guard let box = boxes.first(where: { $0.type == "stsd" }), box.content.count >= 44 else {
      return nil
    }
    // The first entry: eight bytes of header, eight of index, then the version.
    let entry = box.content.lowerBound + 16
    let version = try file.integer(at: entry + 8, width: 2)
    let channels = try file.integer(at: entry + 16, width: 2)
    let bits = try file.integer(at: entry + 18, width: 2)
    bytesPerPacket = channels * ((bits + 7) / 8)
    if version == 1, box.content.count >= 60 {
      framesPerPacket = max(1, try file.integer(at: entry + 28))
      bytesPerPacket = try file.integer(at: entry + 36)
    } else if version == 2, box.content.count >= 80 {
      bytesPerPacket = try file.integer(at: entry + 56)
      framesPerPacket = max(1, try file.integer(at: entry + 60))
    }
  }

  func bytes(_ samples: Int, max: Int) -> Int {
    let packets = (samples + framesPerPacket - 1) / framesPerPacket
    let (size, overflow) = packets.multipliedReportingOverflow(by: bytesPerPacket)
    return overflow ? max : min(size, max)
  }
}
