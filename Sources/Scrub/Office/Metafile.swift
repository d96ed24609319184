// Windows metafiles (MS-EMF, MS-WMF), the pictures of old clip art and of embedded objects. Records are
// walked in place: descriptions, comments and data for printers are zeroed, so that nothing moves.

import ScrubContract

/// A metafile without what does not draw.
struct Metafile {
  /// The media type.
  let type: String
  let bytes: [UInt8]

  /// The metafile without its comments; nothing if the bytes are none.
  static func scrubbed(_ bytes: [UInt8], _ tally: inout CarrierTally) throws(ScrubError)
    -> Metafile?
  {
    if bytes.count >= 88, bytes[0..<4] == [1, 0, 0, 0], bytes[40..<44] == [0x20, 0x45, 0x4d, 0x46] {
      var walk = MetafileWalk(bytes)
      try walk.enhanced()
      return Metafile(type: "image/x-emf", bytes: try walk.result(&tally))
    }
    let isPlaceable = bytes.starts(with: [0xd7, 0xcd, 0xc6, 0x9a])
    let start = isPlaceable ? 22 : 0
    guard bytes.count >= start + 18, [1, 2].contains(bytes[start]), bytes[start + 1] == 0,
      bytes[start + 2] == 9, bytes[start + 3] == 0
    else { return nil }
    var walk = MetafileWalk(bytes)
    try walk.windows(from: start + 18)
    return Metafile(type: "image/x-wmf", bytes: try walk.result(&tally))
  }
}

/// One pass over the records.
private struct MetafileWalk {
  private static let plus = Array("EMF+".utf8)
  /// Marks of pictures with metadata of their own.
  private static let marks = ["Exif\0\0", "http://ns.adobe.com/", "Photoshop 3.0"].map {
    Array($0.utf8)
  }
  private var bytes: [UInt8]
  private var removed = 0
  private var hasTrailer = false

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The bytes, unless a picture inside has metadata that no walker here reaches.
  func result(_ tally: inout CarrierTally) throws(ScrubError) -> [UInt8] {
    for mark in MetafileWalk.marks where bytes.firstRange(of: mark) != nil {
      throw ScrubError(.encodingNotSupported, "A drawing holds a picture with metadata.")
    }
    tally.add(.comment, count: removed)
    if hasTrailer { tally.add(.trailer) }
    return bytes
  }

  mutating func enhanced() throws(ScrubError) {
    let (length, place) = (try number(60) * 2, try number(64))
    if length > 0 {
      guard place >= 88, place + length <= (try number(4)) else { throw malformed }
      zero(place..<(place + length))
    }
    zero(60..<68)
    var offset = 0
    while offset + 8 <= bytes.count {
      let (type, size) = (try number(offset), try number(offset + 4))
      guard size >= 8, size % 4 == 0, size <= bytes.count - offset, (1...122).contains(type),
        (type == 1) == (offset == 0), type != 112, type != 113
      else { throw malformed }
      let record = offset..<(offset + size)
      switch type {
      case 70: try comment(record)
      // The name of the file of a colour space, in one or two bytes per character.
      case 99: zero(min(record.lowerBound + 80, record.upperBound)..<record.upperBound)
      case 122:
        let start = min(record.lowerBound + 80, record.upperBound)
        zero(start..<min(start + 520, record.upperBound))
      case 14: return finish(at: record.upperBound)
      default: break
      }
      offset += size
    }
    throw malformed
  }

  mutating func windows(from start: Int) throws(ScrubError) {
    var offset = start
    while offset + 6 <= bytes.count {
      let size = try number(offset) * 2
      let type = Int(bytes[offset + 4]) | Int(bytes[offset + 5]) << 8
      guard size >= 6, size <= bytes.count - offset else { throw malformed }
      if type == 0 { return finish(at: offset + size) }
      // Escapes speak to printers; the few that draw set a line's ends in at most eight bytes.
      if type == 0x0626, size > 10 {
        let isComment = bytes[offset + 6] == 15 && bytes[offset + 7] == 0
        if isComment || size > 18 { zero((offset + 10)..<(offset + size)) }
      }
      offset += size
    }
    throw malformed
  }

  private mutating func comment(_ record: Range<Int>) throws(ScrubError) {
    guard record.count > 12 else { return }
    let data = (record.lowerBound + 12)..<record.upperBound
    guard data.count >= 4, bytes[data].starts(with: MetafileWalk.plus) else { return zero(data) }
    var offset = data.lowerBound + 4
    let end = record.lowerBound + 12 + min(try number(record.lowerBound + 8), data.count)
    while offset + 12 <= end {
      let type = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
      let size = try number(offset + 4)
      guard size >= 12, size <= end - offset, (0x4001...0x403a).contains(type) else {
        throw malformed
      }
      if type == 0x4003 { zero((offset + 12)..<(offset + size)) }
      let isImage = type == 0x4008 && bytes[offset + 3] & 0x7f == 5
      if isImage { try checkImage(offset..<(offset + size)) }
      offset += size
    }
    zero(offset..<record.upperBound)
  }

  /// A picture of plain pixels; packed ones and metafiles inside would need walkers of their own.
  private func checkImage(_ record: Range<Int>) throws(ScrubError) {
    let isContinued = bytes[record.lowerBound + 3] & 0x80 != 0
    let start = record.lowerBound + (isContinued ? 16 : 12)
    guard record.upperBound >= start + 28, try number(start + 4) == 1, try number(start + 24) == 0
    else { throw ScrubError(.encodingNotSupported, "A drawing holds a packed picture.") }
  }

  private mutating func finish(at end: Int) {
    hasTrailer = end < bytes.count
    bytes.removeLast(bytes.count - end)
  }

  private mutating func zero(_ range: Range<Int>) {
    guard bytes[range].contains(where: { $0 != 0 }) else { return }
    removed += 1
    for index in range { bytes[index] = 0 }
  }

  private func number(_ offset: Int) throws(ScrubError) -> Int {
    guard offset + 4 <= bytes.count else { throw malformed }
    return (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  private var malformed: ScrubError { ScrubError(.malformedFile, "A drawing is broken.") }
}
