// An EXIF block as a camera writes it, invented: owner, serial number, dates, position, a maker note
// and a thumbnail in the second directory.

/// Writes a big-endian TIFF structure with the directories of a photograph.
enum DemoExif {
  private struct Entry {
    let tag: UInt16
    let type: UInt16
    let count: UInt32
    let value: [UInt8]
  }

  /// The TIFF block, without the `Exif` name in front.
  static func block(orientation: UInt8, thumbnail: [UInt8]) -> [UInt8] {
    let makerNote = Array("MAKER\0SN-4711-0815\0".utf8) + [UInt8](repeating: 0x5a, count: 64)
    let position = [
      text(1, "N"), rationals(2, [(48, 1), (8, 1), (137_540, 10_000)]),
      text(3, "E"), rationals(4, [(11, 1), (34, 1), (345_600, 10_000)]),
      text(29, "2026:04:01"),
    ]
    let details = [
      text(0x9003, "2026:04:01 09:30:00"),
      Entry(tag: 0x927c, type: 7, count: UInt32(makerNote.count), value: makerNote),
      text(0xa430, "Erika Mustermann"), text(0xa431, "SN-4711-0815"),
    ]
    let first = [
      text(0x010e, "site visit, north wall"), text(0x010f, "Nordlicht Survey GmbH"),
      Entry(tag: 0x0112, type: 3, count: 1, value: [0, orientation, 0, 0]),
      text(0x0132, "2026:04:01 09:30:00"), text(0x013b, "Erika Mustermann"),
    ]
    // The two links are fixed up by size: directories follow each other in this order.
    let firstSize = size(first) + 2 * 12
    let detailsAt = 8 + firstSize
    let positionAt = detailsAt + size(details)
    let thumbnailAt = positionAt + size(position)
    let links = [link(0x8769, detailsAt), link(0x8825, positionAt)]
    let hasThumbnail = !thumbnail.isEmpty
    var block = [0x4d, 0x4d, 0, 42] + big(8)
    block += directory(first + links, at: 8, next: hasThumbnail ? thumbnailAt : 0)
    block += directory(details, at: detailsAt, next: 0)
    block += directory(position, at: positionAt, next: 0)
    if hasThumbnail {
      let dataAt = thumbnailAt + 2 + 2 * 12 + 4
      block += directory(
        [link(0x0201, dataAt), link(0x0202, thumbnail.count)], at: thumbnailAt, next: 0)
      block += thumbnail
    }
    return block
  }

  private static func directory(_ entries: [Entry], at offset: Int, next: Int) -> [UInt8] {
    var table = [UInt8(entries.count >> 8), UInt8(entries.count & 255)]
    var data: [UInt8] = []
    let dataAt = offset + 2 + 12 * entries.count + 4
    for entry in entries {
      table += [UInt8(entry.tag >> 8), UInt8(entry.tag & 255)]
      table += [UInt8(entry.type >> 8), UInt8(entry.type & 255)] + big(Int(entry.count))
      if entry.value.count <= 4 {
        table += entry.value + [UInt8](repeating: 0, count: 4 - entry.value.count)
      } else {
        table += big(dataAt + data.count)
        data += padded(entry.value)
      }
    }
    return table + big(next) + data
  }

  private static func size(_ entries: [Entry]) -> Int {
    entries.reduce(2 + 4) { size, entry in
      size + 12 + (entry.value.count > 4 ? padded(entry.value).count : 0)
    }
  }

  private static func padded(_ value: [UInt8]) -> [UInt8] {
    value.count.isMultiple(of: 2) ? value : value + [0]
  }

  private static func text(_ tag: UInt16, _ value: String) -> Entry {
    let bytes = Array(value.utf8) + [0]
    return Entry(tag: tag, type: 2, count: UInt32(bytes.count), value: bytes)
  }

  private static func rationals(_ tag: UInt16, _ values: [(Int, Int)]) -> Entry {
    Entry(
      tag: tag, type: 5, count: UInt32(values.count),
      value: values.flatMap { big($0.0) + big($0.1) })
  }

  private static func link(_ tag: UInt16, _ value: Int) -> Entry {
    Entry(tag: tag, type: 4, count: 1, value: big(value))
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
