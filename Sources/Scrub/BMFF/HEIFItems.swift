// The items of a HEIF or AVIF file (ISO 14496-12 section 8.11, ISO 23008-12): pictures, parts of
// pictures and metadata, as the `meta` box lists them. Only read here; `HEIFMeta` decides and writes.

/// One item.
struct HEIFItem {
  let id: Int
  let type: BoxType
  let isHidden: Bool
  /// How many bytes its identifier has in `infe`: 2 or 4.
  let infeVersion: Int
}

/// Where an item's data lies.
struct HEIFLocation {
  /// 0 in the file, 1 in `idat`; 2, in another item, is never kept.
  let construction: Int
  /// The data is in another file.
  let isElsewhere: Bool
  let base: Int
  let extents: [(offset: Int, length: Int)]
}

/// A reference of one item to others, such as a derived picture to its parts.
struct HEIFReference {
  let type: BoxType
  let from: Int
  let to: [Int]
}

/// One property and how an item uses it.
struct HEIFAssociation {
  /// The place in `ipco`, from 1; 0 is none.
  let index: Int
  let isEssential: Bool
}

/// What the boxes in `meta` say.
struct HEIFItems {
  static let itemsMax = 65_536

  private(set) var items: [Int: HEIFItem] = [:]
  /// The identifiers in the order of their entries.
  private(set) var order: [Int] = []
  private(set) var locations: [Int: HEIFLocation] = [:]
  private(set) var locationOrder: [Int] = []
  private(set) var references: [HEIFReference] = []
  private(set) var associations: [(id: Int, list: [HEIFAssociation])] = []
  private let reader: BoxReader

  init(_ reader: BoxReader) { self.reader = reader }

  static func malformed(_ sentence: String) -> ScrubError { ScrubError(.malformedFile, sentence) }

  mutating func readInfo(_ box: Box) throws(ScrubError) {
    var cursor = BoxCursor(reader.file, try box.fields())
    let count = try cursor.take(box.version(reader.file) == 0 ? 2 : 4)
    let entries = try reader.children(of: cursor.rest).boxes
    guard count == entries.count, count <= HEIFItems.itemsMax else {
      throw HEIFItems.malformed("The list of items does not have the length that it claims.")
    }
    for entry in entries {
      guard entry.type == "infe" else { throw BoxReader.malformed }
      let item = try HEIFItems.item(entry, reader.file)
      guard items.updateValue(item, forKey: item.id) == nil else {
        throw HEIFItems.malformed("Two items have one identifier.")
      }
      order.append(item.id)
    }
  }

  private static func item(_ box: Box, _ file: FileWindow) throws(ScrubError) -> HEIFItem {
    let version = try box.version(file)
    guard version == 2 || version == 3 else {
      throw ScrubError(.encodingNotSupported, "Items without a type are not accepted.")
    }
    var cursor = BoxCursor(file, try box.fields())
    let flags = try file.integer(at: box.content.lowerBound + 3, width: 1)
    let id = try cursor.take(version == 2 ? 2 : 4)
    guard try cursor.take(2) == 0 else {
      throw ScrubError(.encrypted, "An item of the file is protected.")
    }
    return HEIFItem(
      id: id, type: try cursor.type(), isHidden: flags & 1 == 1, infeVersion: version)
  }

  mutating func readLocations(_ box: Box) throws(ScrubError) {
    let version = try box.version(reader.file)
    guard version <= 2 else { throw BoxReader.malformed }
    var cursor = BoxCursor(reader.file, try box.fields())
    let sizes = try cursor.take(2)
    let (offset, length, base) = (sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15)
    let index = version == 0 ? 0 : sizes & 15
    guard [offset, length, base, index].allSatisfy({ [0, 4, 8].contains($0) }) else {
      throw BoxReader.malformed
    }
    let count = try cursor.take(version == 2 ? 4 : 2)
    guard count <= HEIFItems.itemsMax else { throw BoxReader.malformed }
    var extentsLeft = HEIFItems.itemsMax
    for _ in 0..<count {
      let id = try cursor.take(version == 2 ? 4 : 2)
      let construction = version == 0 ? 0 : try cursor.take(2) & 15
      let isElsewhere = try cursor.take(2) != 0
      let start = try cursor.take(base)
      var extents: [(offset: Int, length: Int)] = []
      let extentCount = try cursor.take(2)
      extentsLeft -= extentCount
      guard extentsLeft >= 0 else { throw BoxReader.malformed }
      for _ in 0..<extentCount {
        _ = try cursor.take(index)
        extents.append((try cursor.take(offset), try cursor.take(length)))
      }
      let location = HEIFLocation(
        construction: construction, isElsewhere: isElsewhere, base: start, extents: extents)
      guard locations.updateValue(location, forKey: id) == nil else {
        throw HEIFItems.malformed("An item has two places.")
      }
      locationOrder.append(id)
    }
  }

  mutating func readReferences(_ box: Box) throws(ScrubError) {
    let width = try box.version(reader.file) == 0 ? 2 : 4
    var left = HEIFItems.itemsMax
    for entry in try reader.children(of: box.fields()).boxes {
      var cursor = BoxCursor(reader.file, entry.content)
      let from = try cursor.take(width)
      let count = try cursor.take(2)
      left -= count
      guard left >= 0 else { throw BoxReader.malformed }
      var to: [Int] = []
      for _ in 0..<count { to.append(try cursor.take(width)) }
      references.append(HEIFReference(type: entry.type, from: from, to: to))
    }
  }

  mutating func readAssociations(_ box: Box) throws(ScrubError) {
    let version = try box.version(reader.file)
    let isWide = try reader.file.integer(at: box.content.lowerBound + 3, width: 1) & 1 == 1
    var cursor = BoxCursor(reader.file, try box.fields())
    let count = try cursor.take(4)
    guard count <= HEIFItems.itemsMax else { throw BoxReader.malformed }
    for _ in 0..<count {
      let id = try cursor.take(version == 0 ? 2 : 4)
      var list: [HEIFAssociation] = []
      for _ in 0..<(try cursor.take(1)) {
        let value = try cursor.take(isWide ? 2 : 1)
        let essential = isWide ? 0x8000 : 0x80
        list.append(
          HEIFAssociation(index: value & ~essential, isEssential: value & essential != 0))
      }
      associations.append((id, list))
    }
  }
}
