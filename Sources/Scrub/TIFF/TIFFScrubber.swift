// TIFF and BigTIFF built anew from the fields that a decoder needs, page by page. Strips and tiles are
// copied, JPEG streams in them walked as JPEG. Raw files of cameras are refused: their pictures cannot
// be told from their notes.

/// Takes one TIFF apart and writes the scrubbed one.
struct TIFFScrubber {
  private let input: FileBytes
  private let file: TIFFFile
  private let limits: ScrubLimits
  private let rules: ScrubRules
  private var data: [TIFFData] = []
  private var known: [Range<Int>: Int] = [:]
  private var dataBytes = 0
  /// What is left for the fields and the lists of strips of all pages, which may share their bytes.
  private var valueBytesLeft: Int
  private var piecesLeft: Int
  /// Where directories and values are, be they kept or not.
  private var structures: [Range<Int>] = []
  var tally = CarrierTally()
  /// The pages that were read.
  private(set) var pages: [TIFFPage] = []

  init(_ input: ScrubInput, limits: ScrubLimits, rules: ScrubRules) throws(ScrubError) {
    self.input = try FileBytes(input, bytesMax: limits.inputBytesMax)
    file = try TIFFFile(self.input)
    self.limits = limits
    self.rules = rules
    valueBytesLeft = limits.streamBytesMax
    piecesLeft = limits.partsMax
  }

  /// Writes the whole output.
  mutating func run(to sink: ByteSink) throws(ScrubError) {
    let directories = try file.directories(limits: limits)
    guard !directories.isEmpty else { throw TIFFFile.malformed("The file has no picture.") }
    for directory in directories { pages.append(try page(directory)) }
    try checkOverlaps()
    var writer = TIFFWriter(file.layout, data: data)
    try writer.write(pages, to: sink)
    for item in data { try write(item, to: sink) }
  }

  private mutating func page(_ directory: TIFFDirectory) throws(ScrubError) -> TIFFPage {
    try refuseRaw(directory)
    let shape = try shape(directory)
    var page = TIFFPage()
    page.isTiled = shape.isTiled
    structures.append(directory.place)
    for (tag, field) in directory.fields.sorted(by: { $0.key < $1.key }) {
      if !directory.place.contains(field.place.lowerBound) { structures.append(field.place) }
      if let value = try value(field, shape) {
        valueBytesLeft -= value.bytes.count
        guard valueBytesLeft >= 0 else {
          throw ScrubError(
            .tooLarge, "The fields of the TIFF exceed \(limits.streamBytesMax) bytes.")
        }
        page.values.append(value)
      } else if !isPlace(tag) {
        let carrier = TIFFTag.carrier(tag)
        let shown =
          tally.collectsExcerpts ? try input.copy(field.place.prefix(ExcerptText.bytesMax)) : []
        tally.add(carrier, showing: shown, as: carrier == .xmp ? .markup : .plain)
      }
    }
    for tag in directory.unreadable {
      guard TIFFRule.raster[tag]?.isNeeded != true else {
        throw TIFFFile.malformed("A field has no valid place.")
      }
      tally.add(TIFFTag.carrier(tag))
    }
    try addPieces(directory, shape, to: &page)
    return page
  }

  /// Raw files show a reduced picture first and have the true one in a subdirectory.
  private func refuseRaw(_ directory: TIFFDirectory) throws(ScrubError) {
    let tags = Set(directory.fields.keys)
    let isReduced = try first(directory, 254).map { $0 & 1 == 1 } ?? false
    guard tags.isDisjoint(with: TIFFTag.raw),
      !(isReduced && tags.contains(TIFFTag.subdirectories) && pages.isEmpty)
    else {
      throw ScrubError(
        .typeNotSupported, "Raw files of cameras cannot be scrubbed.",
        detectedType: "image/x-dcraw")
    }
    for tag in TIFFTag.depth {
      guard try first(directory, tag) ?? 1 == 1 else {
        throw ScrubError(.encodingNotSupported, "The TIFF has pictures of several layers.")
      }
    }
  }

  private func shape(_ directory: TIFFDirectory) throws(ScrubError) -> TIFFShape {
    var bits: [Int] = []
    if let field = directory.fields[TIFFTag.bitsPerSample] {
      bits = try file.numbers(field, max: 1024) ?? []
    }
    return try TIFFShape(bits: bits, limits: limits) { (tag: Int) throws(ScrubError) in
      try first(directory, tag)
    }
  }

  private func first(_ directory: TIFFDirectory, _ tag: Int) throws(ScrubError) -> Int? {
    guard let field = directory.fields[tag] else { return nil }
    guard let value = try file.numbers(field, max: 1)?.first else {
      throw TIFFFile.malformed("A field has values of a wrong type.")
    }
    return value
  }

  /// The field as it is kept; nothing if it goes.
  private mutating func value(
    _ field: TIFFField, _ shape: TIFFShape
  ) throws(ScrubError) -> TIFFValue? {
    switch field.tag {
    case TIFFTag.jpegTables where shape.compression == TIFFShape.jpeg:
      guard field.count <= limits.headerBytesMax else {
        throw ScrubError(.tooLarge, "The shared tables exceed \(limits.headerBytesMax) bytes.")
      }
      let tables = try JPEGTablesStream.rebuilt(input.copy(field.place), tally: &tally)
      return value(field.tag, .undefined, tables)
    case TIFFTag.profile: return try profile(field)
    case TIFFTag.description where rules[.descriptions] == .keep,
      TIFFTag.copyright where rules[.copyright] == .keep:
      guard field.type == .ascii, let text = KeptText.cleaned(try input.copy(field.place)) else {
        return nil
      }
      return value(field.tag, .ascii, text + [0])
    default: break
    }
    let geography = rules[.geography] == .keep ? TIFFRule.geography[field.tag] : nil
    guard let rule = TIFFRule.raster[field.tag] ?? geography else { return nil }
    guard rule.types.contains(field.type) else {
      if rule.isNeeded { throw TIFFFile.malformed("A field has values of a wrong type.") }
      return nil
    }
    let valuesMax =
      switch rule.count {
      case .upTo(let count): count
      case .samples(let count): count * shape.samples
      case .levels(let count): count * shape.levels
      }
    let count = min(field.count, valuesMax)
    if count < field.count { tally.add(.misplaced) }
    let bytes = try input.copy(field.place.prefix(count * field.type.bytes))
    return TIFFValue(
      tag: field.tag, type: field.type, count: count,
      bytes: field.tag == TIFFTag.geoText ? KeptText.printable(bytes.dropLast()) + [0] : bytes)
  }

  private mutating func profile(_ field: TIFFField) throws(ScrubError) -> TIFFValue? {
    guard field.place.count <= limits.profileBytesMax else {
      throw ScrubError(.tooLarge, "The ICC profile has more than \(limits.profileBytesMax) bytes.")
    }
    let profile = try input.copy(field.place)
    let rebuilt = try ColorProfile.rebuild(profile)
    if rebuilt != profile { tally.add(.profileDetails) }
    return value(field.tag, .undefined, rebuilt)
  }

  private func value(_ tag: Int, _ type: TIFFType, _ bytes: [UInt8]) -> TIFFValue {
    TIFFValue(tag: tag, type: type, count: bytes.count, bytes: bytes)
  }

  private func isPlace(_ tag: Int) -> Bool {
    [
      TIFFTag.stripOffsets, TIFFTag.stripByteCounts, TIFFTag.tileOffsets, TIFFTag.tileByteCounts,
    ].contains(tag)
  }

  /// Some writers use the tags of strips for tiles, and readers accept that.
  private mutating func addPieces(
    _ directory: TIFFDirectory, _ shape: TIFFShape, to page: inout TIFFPage
  ) throws(ScrubError) {
    piecesLeft -= shape.pieces
    guard piecesLeft >= 0 else {
      throw ScrubError(.tooManyParts, "The TIFF has more than \(limits.partsMax) strips.")
    }
    let tiles = (TIFFTag.tileOffsets, TIFFTag.tileByteCounts)
    let strips = (TIFFTag.stripOffsets, TIFFTag.stripByteCounts)
    let tags = shape.isTiled && directory.fields[tiles.0] != nil ? tiles : strips
    guard let offsetField = directory.fields[tags.0], let countField = directory.fields[tags.1],
      let offsets = try file.numbers(offsetField, max: shape.pieces),
      let counts = try file.numbers(countField, max: shape.pieces),
      offsets.count == shape.pieces, counts.count == shape.pieces
    else { throw TIFFFile.malformed("The places of the picture are missing.") }
    for (piece, (offset, count)) in zip(offsets, counts).enumerated() {
      guard count > 0 else {
        page.pieces.append(nil)
        continue
      }
      guard count <= input.count, offset <= input.count - count else {
        throw ScrubError(.truncated, "The file ends in the middle of a structure.")
      }
      let used = min(count, shape.plainBytes(of: piece) ?? count)
      if used < count { tally.add(.misplaced) }
      let isJPEG = shape.compression == TIFFShape.jpeg
      page.pieces.append(try index(of: offset..<(offset + used), isJPEG: isJPEG))
    }
    guard page.pieces.contains(where: { $0 != nil }) else {
      throw TIFFFile.malformed("The file has no picture.")
    }
  }

  /// The number of a strip, which is written once however often it is used.
  private mutating func index(
    of range: Range<Int>, isJPEG: Bool
  ) throws(ScrubError) -> Int {
    if let index = known[range], data[index].isJPEG == isJPEG { return index }
    dataBytes += range.count
    // What lies apart has no more bytes than the file; the work for what does not is cut short.
    guard data.count < limits.partsMax, dataBytes <= input.count else {
      throw TIFFFile.malformed("The strips share bytes with something else.")
    }
    var count = range.count
    if isJPEG {
      let counter = ByteSink(.discard, bytesMax: limits.inputBytesMax, isHashed: false)
      tally.add(try scrub(range, to: counter))
      count = counter.bytesWritten
    }
    data.append(TIFFData(range: range, isJPEG: isJPEG, count: count))
    known[range] = data.count - 1
    return data.count - 1
  }

  /// A strip that reaches into a directory or a value would carry it into the output.
  private mutating func checkOverlaps() throws(ScrubError) {
    structures.append(0..<file.layout.headerBytes)
    let all =
      structures.map { (range: $0, isData: false) } + data.map { (range: $0.range, isData: true) }
    var ends = (data: 0, structures: 0)
    for (range, isData) in all.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      guard range.lowerBound >= (isData ? max(ends.structures, ends.data) : ends.data) else {
        throw TIFFFile.malformed("The strips share bytes with something else.")
      }
      if isData {
        ends.data = range.upperBound
      } else {
        ends.structures = max(ends.structures, range.upperBound)
      }
    }
    // EXIF and positions lie outside of what was read, so what is left is theirs.
    let isRead = tally.count(.exif) + tally.count(.position) + tally.count(.thumbnail) == 0
    if max(ends.data, ends.structures) < input.count, isRead { tally.add(.trailer) }
  }

  private func write(_ item: TIFFData, to sink: ByteSink) throws(ScrubError) {
    if item.isJPEG {
      _ = try scrub(item.range, to: sink)
    } else {
      try unsafe input.withBytes { (all: UnsafeRawBufferPointer) throws(ScrubError) in
        // The range was checked to lie inside the file.
        try unsafe sink.append(UnsafeRawBufferPointer(rebasing: all[item.range]))
      }
    }
  }

  private func scrub(_ range: Range<Int>, to sink: ByteSink) throws(ScrubError) -> CarrierTally {
    try unsafe input.withBytes { (all: UnsafeRawBufferPointer) throws(ScrubError) in
      // The range was checked to lie inside the file, which outlives the source.
      let part = unsafe UnsafeRawBufferPointer(rebasing: all[range])
      var scrubber = unsafe JPEGScrubber(ByteSource(part: part), sink, limits: limits)
      try scrubber.run()
      return scrubber.tally
    }
  }
}
