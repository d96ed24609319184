// The TIFF structure inside an EXIF block, read only as far as the scrubber needs it: which way up
// the picture is, and which kinds of carriers the block holds. Values are not read.

/// What an EXIF block says about itself.
struct ExifBlock {
  private static let entriesMax = 1_000

  /// How the picture is turned, 1...8; nothing if the block does not say so.
  private(set) var orientation: UInt8?
  private(set) var hasPosition = false
  private(set) var hasMakerNote = false
  private(set) var hasThumbnail = false

  /// Reads the block that starts with the TIFF header; a broken block yields what was readable.
  init(tiff: ArraySlice<UInt8>) {
    let reader = TIFFReader(tiff)
    guard let reader, let first = reader.uint32(at: 4) else { return }
    var exif: Int?
    let next = reader.forEachEntry(at: first, max: ExifBlock.entriesMax) { entry in
      switch entry.tag {
      case 0x0112 where entry.count == 1 && orientation == nil:
        let value = entry.type == 3 ? entry.short : entry.type == 4 ? entry.long : nil
        if let value, (1...8).contains(value) { orientation = UInt8(value) }
      case 0x8769: exif = entry.long
      case 0x8825: hasPosition = true
      default: break
      }
    }
    hasThumbnail = (next ?? 0) != 0
    if let exif {
      _ = reader.forEachEntry(at: exif, max: ExifBlock.entriesMax) { entry in
        if entry.tag == 0x927c { hasMakerNote = true }
      }
    }
  }

  /// A TIFF block of 26 bytes that holds one tag; nothing for the upright orientation.
  static func minimal(orientation: UInt8?) -> [UInt8]? {
    guard let orientation, (2...8).contains(orientation) else { return nil }
    return [
      0x4d, 0x4d, 0, 42, 0, 0, 0, 8,  // big-endian, first directory at 8
      0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,  // one SHORT
      0, 0, 0, 0,  // no further directory
    ]
  }

  /// Counts the block and what it holds.
  func count(in tally: inout CarrierTally) {
    tally.add(.exif)
    if hasPosition { tally.add(.position) }
    if hasMakerNote { tally.add(.makerNote) }
    if hasThumbnail { tally.add(.thumbnail) }
  }
}

/// One directory entry of a TIFF block.
private struct TIFFEntry {
  let tag: Int
  let type: Int
  let count: Int
  let short: Int?
  let long: Int?
}

/// Bounded reads of either byte order.
private struct TIFFReader {
  private let bytes: ArraySlice<UInt8>
  private let isLittleEndian: Bool

  init?(_ bytes: ArraySlice<UInt8>) {
    switch Array(bytes.prefix(2)) {
    case [0x49, 0x49]: isLittleEndian = true
    case [0x4d, 0x4d]: isLittleEndian = false
    default: return nil
    }
    self.bytes = bytes
  }

  func uint16(at offset: Int) -> Int? {
    guard offset >= 0, offset + 2 <= bytes.count else { return nil }
    let first = Int(bytes[bytes.startIndex + offset])
    let second = Int(bytes[bytes.startIndex + offset + 1])
    return isLittleEndian ? second << 8 | first : first << 8 | second
  }

  func uint32(at offset: Int) -> Int? {
    guard let first = uint16(at: offset), let second = uint16(at: offset + 2) else { return nil }
    return isLittleEndian ? second << 16 | first : first << 16 | second
  }

  /// Shows the entries of the directory at `offset` and returns where the next directory is.
  func forEachEntry(at offset: Int, max: Int, _ body: (TIFFEntry) -> Void) -> Int? {
    guard let count = uint16(at: offset), count <= max else { return nil }
    for index in 0..<count {
      let place = offset + 2 + 12 * index
      guard let tag = uint16(at: place), let type = uint16(at: place + 2),
        let number = uint32(at: place + 4)
      else { return nil }
      body(
        TIFFEntry(
          tag: tag, type: type, count: number, short: uint16(at: place + 8),
          long: uint32(at: place + 8)))
    }
    return uint32(at: offset + 2 + 12 * count)
  }
}
