// Writes the boxes of a scrubbed `meta` box: the same boxes in the same order and widths, with the kept
// items only, no names, and an empty box in the place of each property that went, because items name
// properties by their place.

/// Makes the boxes in `meta`.
struct HEIFWriter {
  private let reader: BoxReader
  private let items: HEIFItems
  private let selection: HEIFSelection
  private var outcomes: [Int: HEIFProperty.Outcome] = [:]

  /// Shorter lengths of pictures that were scrubbed.
  var lengths: [Int: Int] = [:]
  /// What becomes zero in `idat`.
  var emptied: [Range<Int>] = []

  init(_ reader: BoxReader, items: HEIFItems, selection: HEIFSelection) {
    (self.reader, self.items, self.selection) = (reader, items, selection)
  }

  static func box(_ type: BoxType, _ content: [UInt8]) -> [UInt8] {
    UInt32(content.count + 8).bigEndianBytes + type.bytes + content
  }

  /// The boxes that stay.
  mutating func content(
    _ boxes: [Box], _ properties: [Box], text: Bool, tally: inout CarrierTally
  ) throws(ScrubError) -> [(type: BoxType, content: [UInt8])] {
    try judge(properties, text: text, tally: &tally)
    var result: [(type: BoxType, content: [UInt8])] = []
    for box in boxes {
      let content: [UInt8]?
      switch box.type {
      case "hdlr":
        content =
          [UInt8](repeating: 0, count: 8) + BoxType("pict").bytes
          + [UInt8](repeating: 0, count: 13)
      case "dinf": content = try DataReference.isOwn(box, reader) ? DataReference.own : nil
      case "pitm":
        let version = try box.version(reader.file)
        let place = box.content.lowerBound + 4
        content =
          try [UInt8(version), 0, 0, 0]
          + reader.file.copy(place..<(place + (version == 0 ? 2 : 4)))
      case "iinf": content = try info(box)
      case "iloc": content = try locations(box)
      case "iref": content = try references(box)
      case "iprp": content = try propertyBoxes(box, properties)
      case "idat": content = try data(box)
      case "grpl": content = try groups(box)
      default: content = nil
      }
      if let content { result.append((box.type, content)) }
    }
    return result
  }

  private mutating func judge(
    _ properties: [Box], text: Bool, tally: inout CarrierTally
  ) throws(ScrubError) {
    outcomes = [:]
    for (id, list) in items.associations where selection.kept.contains(id) {
      for use in list where use.index > 0 {
        guard properties.indices.contains(use.index - 1) else {
          throw HEIFItems.malformed("An item names a property that does not exist.")
        }
        if outcomes[use.index] == nil {
          let box = properties[use.index - 1]
          guard box.content.count <= HEIFMeta.bytesMax else { throw BoxReader.malformed }
          outcomes[use.index] = try HEIFProperty.scrubbed(
            box.type, reader.file.copy(box.content), text: text, tally: &tally)
        }
        if case .unknown? = outcomes[use.index], use.isEssential {
          throw ScrubError(
            .encodingNotSupported, "A picture cannot be shown without an unknown property.")
        }
      }
    }
  }

  private func isKept(property index: Int) -> Bool {
    if case .kept? = outcomes[index] { return true }
    return false
  }

  private func info(_ box: Box) throws(ScrubError) -> [UInt8] {
    let version = try box.version(reader.file)
    let kept = items.order.filter(selection.kept.contains)
    var result: [UInt8] = [UInt8(version), 0, 0, 0]
    result += HEIFWriter.number(kept.count, width: version == 0 ? 2 : 4)
    for id in kept {
      guard let item = items.items[id] else { continue }
      var entry: [UInt8] = [UInt8(item.infeVersion), 0, 0, item.isHidden ? 1 : 0]
      entry += HEIFWriter.number(id, width: item.infeVersion == 2 ? 2 : 4)
      entry += [0, 0] + item.type.bytes + [0]
      result += HEIFWriter.box("infe", entry)
    }
    return result
  }

  private func locations(_ box: Box) throws(ScrubError) -> [UInt8] {
    let version = try box.version(reader.file)
    let sizes = try reader.file.integer(at: box.content.lowerBound + 4, width: 2)
    let kept = items.locationOrder.filter(selection.kept.contains)
    var result: [UInt8] = [UInt8(version), 0, 0, 0]
    result += UInt16(version == 0 ? sizes & 0xfff0 : sizes).bigEndianBytes
    result += HEIFWriter.number(kept.count, width: version == 2 ? 4 : 2)
    for id in kept {
      guard let location = items.locations[id] else { continue }
      result += HEIFWriter.number(id, width: version == 2 ? 4 : 2)
      if version > 0 { result += HEIFWriter.number(location.construction, width: 2) }
      result += [0, 0] + HEIFWriter.number(location.base, width: sizes >> 4 & 15)
      result += HEIFWriter.number(location.extents.count, width: 2)
      for extent in location.extents {
        if version > 0 { result += HEIFWriter.number(0, width: sizes & 15) }
        result += HEIFWriter.number(extent.offset, width: sizes >> 12 & 15)
        result += HEIFWriter.number(lengths[id] ?? extent.length, width: sizes >> 8 & 15)
      }
    }
    return result
  }

  private func references(_ box: Box) throws(ScrubError) -> [UInt8]? {
    let version = try box.version(reader.file)
    let width = version == 0 ? 2 : 4
    let kept = items.references.compactMap(selection.kept(_:))
    guard !kept.isEmpty else { return nil }
    return kept.reduce([UInt8(version), 0, 0, 0]) { result, reference in
      var content = HEIFWriter.number(reference.from, width: width)
      content += HEIFWriter.number(reference.to.count, width: 2)
      for id in reference.to { content += HEIFWriter.number(id, width: width) }
      return result + HEIFWriter.box(reference.type, content)
    }
  }

  private func propertyBoxes(_ box: Box, _ properties: [Box]) throws(ScrubError) -> [UInt8] {
    var container: [UInt8] = []
    for (place, property) in properties.enumerated() {
      if case .kept(let content)? = outcomes[place + 1] {
        container += HEIFWriter.box(property.type, content)
      } else {
        container += HEIFWriter.box("free", [])
      }
    }
    var result = HEIFWriter.box("ipco", container)
    for child in try reader.children(of: box.content).boxes where child.type == "ipma" {
      result += try HEIFWriter.box("ipma", associations(child))
    }
    return result
  }

  private func associations(_ box: Box) throws(ScrubError) -> [UInt8] {
    let version = try box.version(reader.file)
    let isWide = try reader.file.integer(at: box.content.lowerBound + 3, width: 1) & 1 == 1
    var own = HEIFItems(reader)
    try own.readAssociations(box)
    let kept = own.associations.filter { selection.kept.contains($0.id) }
    var result: [UInt8] = [UInt8(version), 0, 0, isWide ? 1 : 0]
    result += HEIFWriter.number(kept.count, width: 4)
    for (id, list) in kept {
      let uses = list.filter { isKept(property: $0.index) }
      result += HEIFWriter.number(id, width: version == 0 ? 2 : 4) + [UInt8(uses.count)]
      for use in uses {
        let essential = use.isEssential ? (isWide ? 0x8000 : 0x80) : 0
        result += HEIFWriter.number(use.index | essential, width: isWide ? 2 : 1)
      }
    }
    return result
  }

  private func data(_ box: Box) throws(ScrubError) -> [UInt8] {
    var content = try reader.file.copy(box.content)
    for range in emptied {
      for place in range { content[place - box.content.lowerBound] = 0 }
    }
    return content
  }

  /// Alternatives and stereo pairs, of which all stays.
  private func groups(_ box: Box) throws(ScrubError) -> [UInt8]? {
    var result: [UInt8] = []
    for group in try reader.children(of: box.content).boxes {
      guard group.type == "altr" || group.type == "ster" else { continue }
      var cursor = BoxCursor(reader.file, try group.fields())
      let id = try cursor.take(4)
      var members: [Int] = []
      for _ in 0..<min(try cursor.take(4), HEIFItems.itemsMax) {
        members.append(try cursor.take(4))
      }
      members = members.filter(selection.kept.contains)
      guard members.count > 1 else { continue }
      var content: [UInt8] = [0, 0, 0, 0]
      for number in [id, members.count] + members { content += HEIFWriter.number(number, width: 4) }
      result += HEIFWriter.box(group.type, content)
    }
    return result.isEmpty ? nil : result
  }

  private static func number(_ value: Int, width: Int) -> [UInt8] {
    Array(UInt64(value).bigEndianBytes.suffix(width))
  }
}

/// Where media data lies: in the file itself, or in another.
enum DataReference {
  /// The content of a `dinf` box that names the file itself.
  static let own: [UInt8] =
    HEIFWriter.box(
      "dref", [0, 0, 0, 0, 0, 0, 0, 1] + HEIFWriter.box("url ", [0, 0, 0, 1]))

  static func isOwn(_ box: Box, _ reader: BoxReader) throws(ScrubError) -> Bool {
    guard box.content.count <= 1024 else { return false }
    return try reader.file.copy(box.content) == own
  }
}
