// The TIFF structure inside an EXIF block, read only as far as the scrubber needs it: which way up
// the picture is, the texts that a rule may keep, and which kinds of carriers the block holds.

import ScrubContract

/// What an EXIF block says about itself.
struct ExifBlock {
  private static let entriesMax = 1_000

  /// How the picture is turned, 1...8; nothing if the block does not say so.
  private(set) var orientation: UInt8?
  private(set) var description: [UInt8]?
  private(set) var copyright: [UInt8]?
  private(set) var hasPosition = false
  private(set) var hasMakerNote = false
  private(set) var hasThumbnail = false

  private let bytes: ArraySlice<UInt8>
  private var positionAt: Int?

  /// Reads the block that starts with the TIFF header; a broken block yields what was readable.
  init(tiff: ArraySlice<UInt8>) {
    bytes = tiff
    let reader = TIFFReader(tiff)
    guard let reader, let first = reader.uint32(at: 4) else { return }
    var exif: Int?
    let next = reader.forEachEntry(at: first, max: ExifBlock.entriesMax) { entry in
      switch entry.tag {
      case 0x0112 where entry.count == 1 && orientation == nil:
        let value = entry.type == 3 ? entry.short : entry.type == 4 ? entry.long : nil
        if let value, (1...8).contains(value) { orientation = UInt8(value) }
      case 0x010e where entry.type == 2: description = reader.text(entry)
      case 0x8298 where entry.type == 2: copyright = reader.text(entry)
      case 0x8769: exif = entry.long
      case 0x8825:
        hasPosition = true
        positionAt = entry.long
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

  /// The block that takes the place of this one: the orientation unless it is upright, and the texts
  /// that the rules keep. Nothing if nothing is kept.
  func kept(_ rules: ScrubRules) -> [UInt8]? {
    let description = rules[.descriptions] == .keep ? description : nil
    let copyright = rules[.copyright] == .keep ? copyright : nil
    let turned = orientation.flatMap { (2...8).contains($0) ? $0 : nil }
    let texts = [description, copyright].compactMap { $0 }
    let count = texts.count + (turned == nil ? 0 : 1)
    if count == 0 { return nil }
    var values: [UInt8] = []
    // Big-endian, first directory at 8.
    var block: [UInt8] = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, UInt8(count)]
    func add(_ tag: [UInt8], text: [UInt8]) {
      let ended = text + [0]
      block += tag + [0, 2] + ExifBlock.big(ended.count)
      if ended.count <= 4 {
        block += ended + [UInt8](repeating: 0, count: 4 - ended.count)
      } else {
        block += ExifBlock.big(14 + 12 * count + values.count)
        values += ended
        if !values.count.isMultiple(of: 2) { values.append(0) }
      }
    }
    if let description { add([0x01, 0x0e], text: description) }
    if let turned { block += [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, turned, 0, 0] }
    if let copyright { add([0x82, 0x98], text: copyright) }
    return block + [0, 0, 0, 0] + values
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }

  /// Counts the block and what it holds.
  func count(in tally: inout CarrierTally) {
    tally.add(.exif, showing: bytes)
    if hasPosition { tally.add(.position, showing: (coordinates ?? "").utf8) }
    if hasMakerNote { tally.add(.makerNote) }
    if hasThumbnail { tally.add(.thumbnail) }
  }
}

extension ExifBlock {
  /// Latitude and longitude in degrees, such as `48.1371 N, 11.5754 E`; for excerpts only.
  private var coordinates: String? {
    guard let reader = TIFFReader(bytes), let positionAt else { return nil }
    var signs: [Int: Character] = [:]
    var degrees: [Int: String] = [:]
    _ = reader.forEachEntry(at: positionAt, max: ExifBlock.entriesMax) { entry in
      switch entry.tag {
      case 1, 3: signs[entry.tag] = entry.letter
      case 2, 4: degrees[entry.tag] = entry.long.flatMap { reader.degrees(at: $0) }
      default: break
      }
    }
    guard let latitude = degrees[2], let longitude = degrees[4] else { return nil }
    return "\(latitude) \(signs[1] ?? "?"), \(longitude) \(signs[3] ?? "?")"
  }
}

/// One directory entry of a TIFF block.
private struct TIFFEntry {
  let place: Int
  let tag: Int
  let type: Int
  let count: Int
  let short: Int?
  let long: Int?
  /// The first of the four bytes, if it is a letter.
  let letter: Character?
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

  /// The text of an entry, if it is one that people write.
  func text(_ entry: TIFFEntry) -> [UInt8]? {
    let start = entry.count <= 4 ? entry.place + 8 : entry.long ?? bytes.count
    guard entry.count <= KeptText.fieldBytesMax, start + entry.count <= bytes.count else {
      return nil
    }
    return KeptText.cleaned(bytes.dropFirst(start).prefix(entry.count))
  }

  private func letter(at offset: Int) -> Character? {
    guard offset >= 0, offset < bytes.count else { return nil }
    let scalar = Unicode.Scalar(bytes[bytes.startIndex + offset])
    return ("A"..."Z").contains(scalar) ? Character(scalar) : nil
  }

  /// Three fractions, degrees, minutes and seconds, as a number with four digits behind the point.
  func degrees(at offset: Int) -> String? {
    var tenthousandths = 0.0
    for (index, share) in [10_000.0, 10_000.0 / 60, 10_000.0 / 3600].enumerated() {
      guard let top = uint32(at: offset + 8 * index),
        let bottom = uint32(at: offset + 8 * index + 4)
      else { return nil }
      if bottom > 0 { tenthousandths += share * Double(top) / Double(bottom) }
    }
    guard tenthousandths < 3_600_000 else { return nil }
    let whole = Int(tenthousandths.rounded())
    let digits = String(whole % 10_000)
    return "\(whole / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
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
          place: place, tag: tag, type: type, count: number, short: uint16(at: place + 8),
          long: uint32(at: place + 8), letter: letter(at: place + 8)))
    }
    return uint32(at: offset + 2 + 12 * count)
  }
}
