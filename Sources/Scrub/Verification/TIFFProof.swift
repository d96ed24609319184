// A scrubbed TIFF as the verifier expects it: every byte of the file is the header, a directory, a
// value of a known field, a strip, or one zero that evens a place, and each stands where the last one
// ends. A field in another place, a gap or a byte behind the end is residue.

/// Reads one TIFF against its only allowed layout.
struct TIFFProof {
  /// Whole numbers, by tag, with the most that there may be of them; 0 for as many as there are
  /// samples, twice for two of each.
  private static let integers: [Int: Int] = [
    254: 1, 255: 1, 256: 1, 257: 1, 259: 1, 262: 1, 263: 1, 264: 1, 265: 1, 266: 1, 274: 1, 277: 1,
    278: 1, 284: 1, 290: 1, 292: 1, 293: 1, 296: 1, 297: 2, 317: 1, 321: 2, 322: 1, 323: 1, 326: 1,
    327: 1, 328: 1, 332: 1, 334: 1, 342: 6, 530: 2, 531: 1,
  ]
  private static let perSample: [Int: Int] = [
    258: 1, 280: 1, 281: 1, 336: 2, 338: 1, 339: 1, 340: 1, 341: 1,
  ]
  private static let perLevel: [Int: Int] = [291: 1, 301: 3, 320: 3]
  private static let fractions: [Int: Int] = [
    282: 1, 283: 1, 286: 1, 287: 1, 318: 2, 319: 6, 529: 3, 532: 6,
  ]
  private static let places: [Int: (type: Int, count: Int)] = [
    33_550: (12, 3), 33_922: (12, 6_000), 34_264: (12, 16), 34_735: (3, 4_000),
    34_736: (12, 1_000), 34_737: (2, 4_000),
  ]

  private let file: FileBytes
  private let limits: ScrubLimits
  private let rules: ScrubRules
  private var isLittleEndian = false
  private var isBig = false
  /// Everything before has been accounted for.
  private var place = 0
  private var pictures: [TIFFPictureProof] = []

  init(_ input: ScrubInput, limits: ScrubLimits, rules: ScrubRules) throws(ScrubError) {
    file = try FileBytes(input, bytesMax: limits.inputBytesMax + limits.profileBytesMax)
    self.limits = limits
    self.rules = rules
  }

  /// Passes over the whole file.
  mutating func run() throws(ScrubError) {
    isLittleEndian = try file.byte(at: 0) == 0x49
    let version = try number(2, 2)
    isBig = version == 43
    let order: UInt8 = isLittleEndian ? 0x49 : 0x4d
    let header = isBig ? 16 : 8
    let sizes = isBig ? try [number(4, 2), number(6, 2)] : [8, 0]
    guard try file.copy(0..<2) == [order, order], isBig || version == 42, sizes == [8, 0],
      try number(header - width, width) == header
    else { throw ResidueVerifier.residue("a TIFF header of another kind") }
    place = header
    var next = header
    while next != 0 {
      guard next == place, pictures.count < limits.framesMax else { throw misplaced }
      next = try readDirectory()
    }
    var written: Set<Range<Int>> = []
    for picture in pictures { try readPieces(of: picture, &written) }
    guard place == file.count else { throw misplaced }
  }

  private var width: Int { isBig ? 8 : 4 }

  private var misplaced: ScrubError {
    ResidueVerifier.residue("bytes that belong to no part of a TIFF")
  }

  /// Reads the directory that must stand here, and its values; returns where the next one is.
  private mutating func readDirectory() throws(ScrubError) -> Int {
    let count = try number(place, isBig ? 8 : 2)
    guard count <= 200 else { throw ResidueVerifier.residue("a TIFF directory too large") }
    var entry = place + (isBig ? 8 : 2)
    place = entry + count * (isBig ? 20 : 12) + width
    let next = try number(place - width, width)
    var picture = TIFFPictureProof()
    var last = 0
    for _ in 0..<count {
      let tag = try number(entry, 2)
      guard tag > last else { throw ResidueVerifier.residue("TIFF fields out of order") }
      last = tag
      let values = try readEntry(entry)
      try accept(tag, values, &picture)
      entry += isBig ? 20 : 12
    }
    pictures.append(picture)
    return next
  }

  /// Values of an entry; those that do not fit into it stand at the place that was reached.
  private mutating func readEntry(_ entry: Int) throws(ScrubError) -> TIFFValuesProof {
    let type = try number(entry + 2, 2)
    let count = try number(entry + 4, width)
    let sizes = [1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 16: 8]
    guard let size = sizes[type], count > 0, count <= file.count else {
      throw ResidueVerifier.residue("a TIFF field of another type")
    }
    let length = size * count
    var start = entry + 4 + width
    if length <= width {
      guard try file.isZero((start + length)..<(start + width)) else { throw misplaced }
    } else {
      guard try number(start, width) == place else { throw misplaced }
      start = place
      place += length + length % 2
      guard try file.isZero((start + length)..<place) else { throw misplaced }
    }
    return TIFFValuesProof(type: type, count: count, size: size, range: start..<(start + length))
  }

  private func accept(
    _ tag: Int, _ values: TIFFValuesProof, _ picture: inout TIFFPictureProof
  ) throws(ScrubError) {
    let isWhole = [1, 3, 4, 16].contains(values.type)
    switch tag {
    case 273, 279, 324, 325:
      guard values.type == (isBig ? 16 : 4) else { throw foreign }
      picture.pieces[tag] = values
    case 34_675:
      try ProfileProof.check(try file.copy(values.range))
    case 347:
      try JPEGProof.checkTables(try file.copy(values.range))
    case 270 where rules[.descriptions] == .keep, 33_432 where rules[.copyright] == .keep:
      try TextProof.check(field: try file.copy(values.range), type: values.type)
    case _ where rules[.geography] == .keep && TIFFProof.places[tag] != nil:
      guard let shape = TIFFProof.places[tag], values.type == shape.type,
        values.count <= shape.count
      else { throw foreign }
      if tag == 34_737 { try TextProof.check(field: try file.copy(values.range), type: 2) }
    case _ where TIFFProof.integers[tag] != nil:
      guard isWhole, values.count <= TIFFProof.integers[tag] ?? 0 else { throw foreign }
      picture.numbers[tag] = try number(values.range.lowerBound, values.size)
    case _ where TIFFProof.perSample[tag] != nil:
      guard isWhole || (340...341).contains(tag) else { throw foreign }
      if tag == 258 { picture.bits = try numbers(values) }
      picture.sampleFields.append((values.count, TIFFProof.perSample[tag] ?? 0))
    case _ where TIFFProof.perLevel[tag] != nil:
      guard values.type == 3 else { throw foreign }
      picture.levelFields.append((values.count, TIFFProof.perLevel[tag] ?? 0))
    default:
      guard let most = TIFFProof.fractions[tag], values.count <= most,
        values.type == 5 || (tag == 532 && values.type != 2 && values.type != 7)
      else { throw foreign }
    }
  }

  private var foreign: ScrubError {
    ResidueVerifier.residue("a TIFF field that is not needed to show the picture")
  }

  /// Strips in their order, each behind the last, or one that stands there already.
  private mutating func readPieces(
    of picture: TIFFPictureProof, _ written: inout Set<Range<Int>>
  ) throws(ScrubError) {
    let (offsets, counts, expected) = try picture.checkedPieces(limits)
    for index in 0..<expected {
      let offset = try number(offsets.range.lowerBound + index * width, width)
      let count = try number(counts.range.lowerBound + index * width, width)
      if offset == 0, count == 0 { continue }
      guard count > 0, count <= file.count, offset <= file.count else { throw misplaced }
      let range = offset..<(offset + count)
      if written.contains(range) { continue }
      guard offset == place, place + count <= file.count else { throw misplaced }
      if let most = picture.plainBytes(of: index), count > most { throw misplaced }
      if picture.numbers[259] == 7 { try checkJPEG(range) }
      place += count
      written.insert(range)
    }
  }

  private func checkJPEG(_ range: Range<Int>) throws(ScrubError) {
    try unsafe file.withBytes { (all: UnsafeRawBufferPointer) throws(ScrubError) in
      // The range was checked to lie inside the file, which outlives the source.
      let source = unsafe ByteSource(part: UnsafeRawBufferPointer(rebasing: all[range]))
      var proof = JPEGProof(source, limits: limits)
      try proof.run()
      guard try source.drain() == 0 else {
        throw ResidueVerifier.residue("bytes behind a JPEG strip")
      }
    }
  }

  private func numbers(_ values: TIFFValuesProof) throws(ScrubError) -> [Int] {
    var numbers: [Int] = []
    for index in 0..<min(values.count, 1024) {
      numbers.append(try number(values.range.lowerBound + index * values.size, values.size))
    }
    return numbers
  }

  private func number(_ place: Int, _ width: Int) throws(ScrubError) -> Int {
    let value = try file.number(at: place, width: width, isLittleEndian: isLittleEndian)
    guard let number = Int(exactly: value), number < 1 << 48 else {
      throw ResidueVerifier.residue("a number larger than any file")
    }
    return number
  }
}
