// TIFF 6.0 and BigTIFF as they lie in a file: the byte order, the chain of directories and where each
// field has its values. Nothing is judged here but that everything lies inside the file.

/// The byte order of a file and the width of its offsets.
struct TIFFLayout: Equatable {
  let isLittleEndian: Bool
  let isBig: Bool

  /// Bytes of an offset, and of the place for values in an entry.
  var offsetBytes: Int { isBig ? 8 : 4 }
  /// Bytes of a directory entry.
  var entryBytes: Int { isBig ? 20 : 12 }
  /// Bytes of the number of entries.
  var countBytes: Int { isBig ? 8 : 2 }
  /// Bytes in front of the first structure.
  var headerBytes: Int { isBig ? 16 : 8 }

  /// A number as the file writes it.
  func bytes(_ value: Int, width: Int) -> [UInt8] {
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isLittleEndian ? bytes : bytes.reversed()
  }

  /// The header with the first directory right behind it.
  var header: [UInt8] {
    let order: UInt8 = isLittleEndian ? 0x49 : 0x4d
    let start = [order, order] + bytes(isBig ? 43 : 42, width: 2)
    let sizes = isBig ? bytes(8, width: 2) + bytes(0, width: 2) : []
    return start + sizes + bytes(headerBytes, width: offsetBytes)
  }
}

/// An entry of a directory.
struct TIFFField {
  let tag: Int
  let type: TIFFType
  let count: Int
  /// Where its values are; checked to lie inside the file.
  let place: Range<Int>
}

/// The types of values (TIFF 6.0 section 2, BigTIFF).
enum TIFFType: Int {
  case byte = 1
  case ascii, short, long, rational, signedByte, undefined, signedShort, signedLong
  case signedRational, float, double, directory
  case long8 = 16
  case signedLong8, directory8

  /// Bytes of one value.
  var bytes: Int {
    switch self {
    case .byte, .ascii, .signedByte, .undefined: 1
    case .short, .signedShort: 2
    case .long, .signedLong, .float, .directory: 4
    case .rational, .signedRational, .double, .long8, .signedLong8, .directory8: 8
    }
  }
}

/// A directory: the fields that can be read, by tag; of two with one tag the first counts.
struct TIFFDirectory {
  /// Where the directory itself is.
  let place: Range<Int>
  private(set) var fields: [Int: TIFFField] = [:]
  /// Tags whose values are of no known type or do not lie inside the file.
  private(set) var unreadable: Set<Int> = []

  fileprivate mutating func add(tag: Int, _ field: TIFFField?) {
    guard fields[tag] == nil, !unreadable.contains(tag) else { return }
    if let field {
      fields[tag] = field
    } else {
      unreadable.insert(tag)
    }
  }
}

/// Reads one file.
struct TIFFFile {
  let bytes: FileBytes
  let layout: TIFFLayout

  /// Reads the header; `malformed-file`.
  init(_ bytes: FileBytes) throws(ScrubError) {
    self.bytes = bytes
    let isLittleEndian = try bytes.byte(at: 0) == 0x49
    let version = try bytes.number(at: 2, width: 2, isLittleEndian: isLittleEndian)
    layout = TIFFLayout(isLittleEndian: isLittleEndian, isBig: version == 43)
    // BigTIFF says how wide its offsets are: eight bytes, and then zero.
    let width = layout.isBig ? try number(4, 2) : 8
    guard version == 42 || version == 43, width == 8 else {
      throw TIFFFile.malformed("The header is not valid.")
    }
  }

  /// The chain of directories, one for each page.
  /// - Throws: `malformed-file` also if the chain is a loop, `too-many-parts`, `truncated`.
  func directories(limits: ScrubLimits) throws(ScrubError) -> [TIFFDirectory] {
    var directories: [TIFFDirectory] = []
    var visited: Set<Int> = []
    var entriesLeft = limits.partsMax
    var place = try offset(layout.headerBytes - layout.offsetBytes)
    while place != 0 {
      guard visited.insert(place).inserted else {
        throw TIFFFile.malformed("The directories are a loop.")
      }
      let count = try number(place, layout.countBytes)
      guard directories.count < limits.framesMax, count <= entriesLeft else {
        throw ScrubError(.tooManyParts, "The TIFF has too many pages or fields.")
      }
      entriesLeft -= count
      let start = place + layout.countBytes
      let next = start + count * layout.entryBytes
      var directory = TIFFDirectory(place: place..<(next + layout.offsetBytes))
      for index in 0..<count {
        let entry = start + index * layout.entryBytes
        directory.add(tag: try number(entry, 2), try field(at: entry))
      }
      directories.append(directory)
      place = try offset(next)
    }
    return directories
  }

  /// The first values of a field of whole numbers, `max` at most; nothing for other types.
  func numbers(_ field: TIFFField, max: Int) throws(ScrubError) -> [Int]? {
    guard [.byte, .short, .long, .long8, .directory, .directory8].contains(field.type) else {
      return nil
    }
    var values: [Int] = []
    for index in 0..<min(field.count, max) {
      let place = field.place.lowerBound + index * field.type.bytes
      values.append(try number(place, field.type.bytes))
    }
    return values
  }

  static func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedFile, sentence)
  }

  /// The entry at `place`; nothing if its values cannot be read.
  private func field(at place: Int) throws(ScrubError) -> TIFFField? {
    let tag = try number(place, 2)
    guard let type = TIFFType(rawValue: try number(place + 2, 2)) else { return nil }
    let count = try number(place + 4, layout.offsetBytes)
    // More values than bytes cannot be there, so the product fits.
    guard count > 0, count <= bytes.count else { return nil }
    let length = count * type.bytes
    let inline = place + 4 + layout.offsetBytes
    let start = length <= layout.offsetBytes ? inline : try offset(inline)
    guard length <= bytes.count, start <= bytes.count - length else { return nil }
    return TIFFField(tag: tag, type: type, count: count, place: start..<(start + length))
  }

  private func offset(_ place: Int) throws(ScrubError) -> Int {
    try number(place, layout.offsetBytes)
  }

  private func number(_ place: Int, _ width: Int) throws(ScrubError) -> Int {
    let value = try bytes.number(at: place, width: width, isLittleEndian: layout.isLittleEndian)
    guard let number = Int(exactly: value), number < 1 << 56 else {
      throw TIFFFile.malformed("A number is larger than any file.")
    }
    return number
  }
}
