// The boxes of ISO base media files (ISO 14496-12), which HEIC, AVIF, MP4 and MOV are made of: a size,
// a type of four bytes, and content. Where which box may stand is for those who ask.

/// The four bytes that name a box, a brand or a handler.
struct BoxType: Hashable, ExpressibleByStringLiteral {
  let code: UInt32

  init(_ code: UInt32) { self.code = code }

  init(stringLiteral text: String) {
    precondition(text.utf8.count == 4, "a box type has four bytes")
    code = text.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The bytes as they stand in a file.
  var bytes: [UInt8] { code.bigEndianBytes }
}

/// One box, by its places in the file.
struct Box {
  let type: BoxType
  /// The first byte of its header.
  let start: Int
  /// The bytes behind its header.
  let content: Range<Int>

  /// The byte behind it.
  var end: Int { content.upperBound }

  /// The version of a box that has one.
  func version(_ file: FileWindow) throws(ScrubError) -> Int {
    try file.integer(at: content.lowerBound, width: 1)
  }

  /// What a full box holds behind its version and flags.
  func fields() throws(ScrubError) -> Range<Int> {
    guard content.count >= 4 else { throw BoxReader.malformed }
    return (content.lowerBound + 4)..<content.upperBound
  }
}

/// Reads boxes; what has no room in what holds it is malformed.
final class BoxReader {
  let file: FileWindow
  private var boxesLeft: Int

  init(_ file: FileWindow, boxesMax: Int) {
    self.file = file
    boxesLeft = boxesMax
  }

  static var malformed: ScrubError {
    ScrubError(.malformedFile, "A box of the file is not valid.")
  }

  /// The box at `place`; nothing if no box can begin there that ends before `limit`. A size of zero
  /// means up to the end of the file and is only taken there.
  func box(at place: Int, limit: Int) throws(ScrubError) -> Box? {
    guard limit - place >= 8 else { return nil }
    boxesLeft -= 1
    guard boxesLeft >= 0 else {
      throw ScrubError(.tooManyParts, "The file has too many boxes.")
    }
    let type = BoxType(UInt32(try file.integer(at: place + 4)))
    var header = 8
    var size = try file.integer(at: place)
    if size == 0 {
      guard limit == file.count else { return nil }
      size = limit - place
    } else if size == 1 {
      guard limit - place >= 16, let long = Int(exactly: try file.number(at: place + 8, width: 8))
      else { return nil }
      (header, size) = (16, long)
    }
    guard size >= header, size <= limit - place else { return nil }
    return Box(type: type, start: place, content: (place + header)..<(place + size))
  }

  /// The boxes in a range, and what is left behind them.
  func children(of range: Range<Int>) throws(ScrubError) -> (boxes: [Box], rest: Range<Int>) {
    var boxes: [Box] = []
    var place = range.lowerBound
    while let box = try box(at: place, limit: range.upperBound) {
      boxes.append(box)
      place = box.end
    }
    return (boxes, place..<range.upperBound)
  }
}

/// Reads the fields of a box one after the other.
struct BoxCursor {
  private let file: FileWindow
  private(set) var place: Int
  private let end: Int

  init(_ file: FileWindow, _ range: Range<Int>) {
    self.file = file
    place = range.lowerBound
    end = range.upperBound
  }

  /// What has not been read yet.
  var rest: Range<Int> { place..<end }

  /// The next number of `width` bytes; 0 bytes are the number 0. One that is larger than any file is
  /// malformed.
  mutating func take(_ width: Int) throws(ScrubError) -> Int {
    guard width > 0 else { return 0 }
    guard width <= end - place, let value = Int(exactly: try file.number(at: place, width: width))
    else { throw BoxReader.malformed }
    place += width
    return value
  }

  mutating func type() throws(ScrubError) -> BoxType { BoxType(UInt32(try take(4))) }

  mutating func skip(_ count: Int) throws(ScrubError) {
    guard count >= 0, count <= end - place else { throw BoxReader.malformed }
    place += count
  }
}

extension FixedWidthInteger {
  /// The number as it stands in a box.
  var bigEndianBytes: [UInt8] {
    stride(from: bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
  }
}
