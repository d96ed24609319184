// The `meta` box of a HEIF or AVIF file, written anew without the items that go, their places, names
// and properties. It never grows: what is left over becomes free space behind it, so that the media
// data keeps its place.

/// Reads one `meta` box and makes the scrubbed one.
struct HEIFMeta {
  static let bytesMax = 16 << 20

  private let reader: BoxReader
  private let context: ScrubContext
  private let box: Box
  private var boxes: [Box] = []
  private var items: HEIFItems
  private var properties: [Box] = []
  private var idat: Range<Int> = 0..<0
  private var pictureBytes = 0

  /// The bytes of the file that kept items name.
  private(set) var kept = ByteRanges()
  /// Pictures that had to change inside, and their new bytes.
  private(set) var replaced: [(range: Range<Int>, bytes: [UInt8])] = []
  private(set) var tally: CarrierTally

  init(_ box: Box, _ reader: BoxReader, context: ScrubContext) throws(ScrubError) {
    guard box.content.count <= HEIFMeta.bytesMax else {
      throw ScrubError(.tooLarge, "The list of items has more than \(HEIFMeta.bytesMax) bytes.")
    }
    (self.box, self.reader, self.context) = (box, reader, context)
    items = HEIFItems(reader)
    tally = context.tally
  }

  /// What stands in the place of the box: the scrubbed box and free space, in the same size.
  mutating func scrubbed(media: OrderedRanges) throws(ScrubError) -> [UInt8] {
    let selection = try read()
    var writer = HEIFWriter(reader, items: items, selection: selection)
    try gather(selection, media: media, writer: &writer)
    for text in [true, false] {
      var tally = CarrierTally()
      let content = try writer.content(boxes, properties, text: text, tally: &tally)
      guard let bytes = try fitted(content) else { continue }
      if bytes != (try reader.file.copy(box.start..<box.end)) {
        self.tally.add(tally)
        for id in items.order where !selection.kept.contains(id) {
          self.tally.add(selection.carrier(of: id))
          try show(id, selection.carrier(of: id))
        }
        if self.tally.removed.isEmpty { self.tally.add(.vendor) }
      }
      return bytes
    }
    throw ScrubError(.malformedProfile, "A colour profile has no room for its scrubbed form.")
  }

  /// Boxes of the same size as the old one; nothing if they do not fit. Up to seven bytes, too few for
  /// a free box, become zeros behind the empty name of the handler.
  private func fitted(_ boxes: [(type: BoxType, content: [UInt8])]) throws(ScrubError) -> [UInt8]? {
    func assembled(_ padding: Int) -> [UInt8] {
      var content: [UInt8] = [0, 0, 0, 0]
      for box in boxes {
        let filler = box.type == "hdlr" ? [UInt8](repeating: 0, count: padding) : []
        content += HEIFWriter.box(box.type, box.content + filler)
      }
      return HEIFWriter.box("meta", content)
    }
    let bytes = assembled(0)
    let left = box.end - box.start - bytes.count
    guard left >= 0 else { return nil }
    if left < 8 { return assembled(left) }
    return bytes + HEIFWriter.box("free", [UInt8](repeating: 0, count: left - 8))
  }

  private mutating func read() throws(ScrubError) -> HEIFSelection {
    var seen: Set<BoxType> = []
    var primary: Int?
    boxes = try reader.children(of: box.fields()).boxes
    for child in boxes {
      switch child.type {
      case "hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "dinf":
        guard seen.insert(child.type).inserted else { throw BoxReader.malformed }
      default: continue
      }
      let file = reader.file
      switch child.type {
      case "hdlr":
        guard child.content.count >= 24,
          BoxType(UInt32(try file.integer(at: child.content.lowerBound + 8))) == "pict"
        else { throw HEIFItems.malformed("The items are not those of a picture.") }
      case "pitm":
        var cursor = BoxCursor(file, try child.fields())
        primary = try cursor.take(child.version(file) == 0 ? 2 : 4)
      case "iinf": try items.readInfo(child)
      case "iloc": try items.readLocations(child)
      case "iref": try items.readReferences(child)
      case "iprp": try readProperties(child)
      case "idat": idat = child.content
      default: break
      }
    }
    guard let primary, seen.isSuperset(of: ["hdlr", "iinf", "iloc", "iprp"]) else {
      throw HEIFItems.malformed("The file has no picture.")
    }
    return try HEIFSelection(items, primary: primary, alphas: alphas())
  }

  private mutating func readProperties(_ box: Box) throws(ScrubError) {
    for child in try reader.children(of: box.content).boxes {
      switch child.type {
      case "ipco": properties += try reader.children(of: child.content).boxes
      case "ipma": try items.readAssociations(child)
      default: break
      }
    }
  }

  /// The items with a property that says that they are the transparency of another.
  private func alphas() throws(ScrubError) -> Set<Int> {
    var indices: Set<Int> = []
    for (place, property) in properties.enumerated() where property.type == "auxC" {
      guard property.content.count < 1024 else { continue }
      if HEIFProperty.isAlpha(try reader.file.copy(property.content)) { indices.insert(place + 1) }
    }
    return Set(
      items.associations.filter { $0.list.contains { indices.contains($0.index) } }.map(\.id))
  }

  /// Finds the data of the kept items; what lies in `idat` and belongs to none of them becomes zero.
  private mutating func gather(
    _ selection: HEIFSelection, media: OrderedRanges, writer: inout HEIFWriter
  ) throws(ScrubError) {
    var inside = ByteRanges()
    for id in items.order where selection.kept.contains(id) {
      guard let location = items.locations[id], let type = items.items[id]?.type else { continue }
      guard !location.isElsewhere, location.construction <= 1 else {
        throw ScrubError(.encodingNotSupported, "Picture data lies where it cannot be followed.")
      }
      let area = location.construction == 1 ? OrderedRanges([idat]) : media
      var ranges: [Range<Int>] = []
      for extent in location.extents {
        let range = try HEIFMeta.place(
          of: extent, in: location, from: location.construction == 1 ? idat.lowerBound : 0)
        guard area.holds(range) else {
          throw HEIFItems.malformed("A picture lies outside the media data.")
        }
        ranges.append(range)
      }
      try checkForm(type, ranges)
      if type == "jpeg" { try scrubPicture(id, ranges, writer: &writer) }
      for range in ranges {
        if location.construction == 1 { try inside.add(range) } else { try kept.add(range) }
      }
    }
    try refuseOverlaps(selection)
    writer.emptied = inside.merged().gaps(in: idat)
  }

  /// Keeps the readable part of a dropped text, if pieces are wanted.
  private mutating func show(_ id: Int, _ carrier: CarrierClass) throws(ScrubError) {
    let isText = [.exif, .xmp, .provenance].contains(carrier)
    guard tally.collectsExcerpts, isText, let location = items.locations[id],
      location.construction <= 1, !location.isElsewhere, let first = location.extents.first
    else { return }
    let origin = location.construction == 1 ? idat.lowerBound : 0
    let (start, overflow) = (location.base &+ first.offset).addingReportingOverflow(origin)
    guard !overflow, start >= 0, start < reader.file.count, first.length > 0 else { return }
    let length = min(first.length, reader.file.count - start, ExcerptText.bytesMax)
    let bytes = try reader.file.copy(start..<(start + length))
    tally.show(carrier, bytes, as: carrier == .xmp ? .markup : .plain)
  }

  private static func place(
    of extent: (offset: Int, length: Int), in location: HEIFLocation, from origin: Int
  ) throws(ScrubError) -> Range<Int> {
    let (first, overflow) = location.base.addingReportingOverflow(extent.offset)
    let (start, more) = first.addingReportingOverflow(origin)
    let (end, most) = start.addingReportingOverflow(extent.length)
    // A length of zero means up to the end of the file, with whatever is there.
    guard !overflow, !more, !most, extent.length > 0 else {
      throw HEIFItems.malformed("The length of a picture is not valid.")
    }
    return start..<end
  }

  /// Descriptions of derived pictures have a size by which nothing else fits in.
  private func checkForm(_ type: BoxType, _ ranges: [Range<Int>]) throws(ScrubError) {
    let size = ranges.reduce(0) { $0 + $1.count }
    let isRight =
      switch type {
      case "grid": size == 8 || size == 12
      case "iden": size == 0
      case "tmap": (8...512).contains(size)
      case "iovl": (12...65_536).contains(size)
      default: size > 0
      }
    guard isRight else { throw HEIFItems.malformed("A derived picture is not valid.") }
  }

  private mutating func scrubPicture(
    _ id: Int, _ ranges: [Range<Int>], writer: inout HEIFWriter
  ) throws(ScrubError) {
    guard ranges.count == 1, let range = ranges.first else {
      throw ScrubError(.encodingNotSupported, "A JPEG picture lies in pieces.")
    }
    // The new bytes of all of them wait in memory until the file is copied.
    pictureBytes += range.count
    guard pictureBytes <= context.limits.streamBytesMax else {
      throw ScrubError(.tooLarge, "The JPEG pictures in the file are too large.")
    }
    let bytes = try reader.file.copy(range)
    let part = try context.scrubbed(part: bytes, fileName: "picture.jpg")
    guard part.format == .jpeg, part.bytes.count <= range.count else {
      throw HEIFItems.malformed("A JPEG picture is not valid.")
    }
    tally.add(part.tally)
    if part.bytes == bytes { return }
    writer.lengths[id] = part.bytes.count
    let filler = [UInt8](repeating: 0, count: range.count - part.bytes.count)
    replaced.append((range, part.bytes + filler))
  }

  /// Metadata that shares its bytes with a picture cannot be taken out of it.
  private func refuseOverlaps(_ selection: HEIFSelection) throws(ScrubError) {
    let merged = kept.merged()
    for (id, item) in items.items where !selection.kept.contains(id) {
      guard let location = items.locations[id], location.construction == 0,
        item.type == "Exif" || item.type == "mime"
      else { continue }
      for extent in location.extents where extent.length > 0 {
        let range = try HEIFMeta.place(of: extent, in: location, from: 0)
        guard !merged.meets(range) else {
          throw HEIFItems.malformed("Metadata and a picture share their bytes.")
        }
      }
    }
  }
}
