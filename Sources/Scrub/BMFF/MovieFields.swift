// The fields of the boxes of a film: times and reserved numbers become zero, names become empty, and
// tables must end where their box ends.

/// Scrubs one box that holds no boxes, or only data references.
enum MovieFields {
  /// What is zero in a box of this size: ranges from the start of its content.
  private static let silent: [BoxType: [Int: [Range<Int>]]] = [
    // Times of creation and change; reserved numbers.
    "mvhd": [100: [4..<12, 26..<36], 112: [4..<20, 38..<48]],
    "tkhd": [84: [4..<12, 16..<20, 24..<32, 38..<40], 96: [4..<20, 24..<28, 36..<44, 50..<52]],
    "mdhd": [24: [4..<12, 22..<24], 36: [4..<20, 34..<36]],
    "vmhd": [12: []], "smhd": [8: [6..<8]], "sthd": [4: []], "nmhd": [4: []],
    "gmin": [16: [14..<16]], "text": [36: []],
    "mehd": [8: [], 12: []], "trex": [24: []],
    "clef": [12: []], "prof": [12: []], "enof": [12: []],
    "mfhd": [8: []], "tfdt": [8: [], 12: []], "mfro": [8: []], "cslg": [24: [], 44: []],
  ]

  /// Bytes of an entry of a table, the count of which stands behind version and flags.
  private static let tables: [BoxType: (version0: Int, version1: Int)] = [
    "stts": (8, 8), "ctts": (8, 8), "stsc": (12, 12), "stco": (4, 4), "co64": (8, 8),
    "stss": (4, 4), "stps": (4, 4), "elst": (12, 20),
  ]

  static func scrub(
    _ box: Box, in parent: BoxType, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let start = box.content.lowerBound
    if let sizes = silent[box.type] {
      guard let ranges = sizes[box.content.count] else {
        throw ScrubError(.malformedFile, "A box of the film has an unusual size.")
      }
      let isTime = ["mvhd", "tkhd", "mdhd"].contains(box.type)
      for range in ranges {
        try edits.blank(
          (start + range.lowerBound)..<(start + range.upperBound), as: isTime ? .time : .vendor)
      }
      return
    }
    if let table = tables[box.type] {
      let entry = try box.version(reader.file) == 0 ? table.version0 : table.version1
      return try end(box, at: 4 + counted(box, reader, entry), &edits)
    }
    switch box.type {
    case "hdlr": try handler(box, &edits)
    case "dref": try reference(box, reader, &edits)
    case "elng": try language(box, reader, &edits)
    case "stsz", "stz2": try sizes(box, reader, &edits)
    case "sgpd", "sbgp": try group(box, reader, &edits)
    case "tfhd": try end(box, at: fragmentHeader(box, reader), &edits)
    case "trun": try end(box, at: TrackRun(box, reader.file).size, &edits)
    case "tfra": try end(box, at: randomAccess(box, reader), &edits)
    // One byte for each sample; a level assignment has none for us.
    case "sdtp": break
    default: try edits.drop(box, as: .vendor)
    }
  }

  /// Where the table of a box ends, behind version and flags.
  private static func counted(
    _ box: Box, _ reader: BoxReader, _ entry: Int
  ) throws(ScrubError) -> Int {
    var cursor = BoxCursor(reader.file, try box.fields())
    return 4 + entry * (try cursor.take(4))
  }

  /// The content must reach at least to `size`; what stands behind it becomes zero.
  static func end(_ box: Box, at size: Int, _ edits: inout BoxEdits) throws(ScrubError) {
    guard size <= box.content.count else { throw BoxReader.malformed }
    try edits.blank((box.content.lowerBound + size)..<box.content.upperBound, as: .misplaced)
  }

  /// A handler keeps its two types; maker, flags and name go.
  private static func handler(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    guard box.content.count >= 20 else { throw BoxReader.malformed }
    try edits.blank((box.content.lowerBound + 12)..<box.content.upperBound, as: .vendor)
  }

  private static func reference(
    _ box: Box, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    var cursor = BoxCursor(reader.file, try box.fields())
    let count = try cursor.take(4)
    let (entries, rest) = try reader.children(of: cursor.rest)
    guard count == entries.count else { throw BoxReader.malformed }
    for entry in entries {
      let fields = try entry.fields()
      guard try reader.file.integer(at: fields.lowerBound - 1, width: 1) & 1 == 1 else {
        throw ScrubError(.encodingNotSupported, "The media of the film lies in another file.")
      }
      // A path behind the flag that makes it pointless.
      try edits.blank(fields, as: .vendor)
    }
    try edits.blank(rest, as: .misplaced)
  }

  private static func language(
    _ box: Box, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let range = try box.fields()
    guard range.count <= 36 else { return try edits.drop(box, as: .comment) }
    let text = try reader.file.copy(range)
    let isTag = text.dropLast().allSatisfy { byte in
      byte == 0x2d || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf)
    }
    if !isTag || text.last != 0 { try edits.drop(box, as: .comment) }
  }

  private static func sizes(
    _ box: Box, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    var cursor = BoxCursor(reader.file, try box.fields())
    let first = try cursor.take(4)
    let count = try cursor.take(4)
    guard box.type == "stz2" else {
      return try end(box, at: first == 0 ? 12 + 4 * count : 12, &edits)
    }
    try edits.blank((cursor.place - 8)..<(cursor.place - 5), as: .misplaced)
    try end(box, at: 12 + (count * (first & 255) + 7) / 8, &edits)
  }

  /// Groups of samples that say where decoding can start; others could hold anything.
  private static func group(
    _ box: Box, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let entries: [BoxType: Int] = [
      "roll": 2, "prol": 2, "rap ": 1, "sync": 1, "tele": 1, "sap ": 1,
    ]
    var cursor = BoxCursor(reader.file, try box.fields())
    let version = try box.version(reader.file)
    let type = try cursor.type()
    guard let entry = entries[type] else { return try edits.drop(box, as: .vendor) }
    if box.type == "sbgp" {
      if version == 1 { _ = try cursor.take(4) }
      let count = try cursor.take(4)
      return try end(box, at: (version == 1 ? 16 : 12) + 8 * count, &edits)
    }
    guard version == 0 || version == 1 else { return try edits.drop(box, as: .vendor) }
    // Entries of a length of their own each have it in front of them.
    if version == 1, try cursor.take(4) != entry { return try edits.drop(box, as: .vendor) }
    let count = try cursor.take(4)
    try end(box, at: (version == 1 ? 16 : 12) + entry * count, &edits)
  }

  private static func fragmentHeader(_ box: Box, _ reader: BoxReader) throws(ScrubError) -> Int {
    let flags = try reader.file.integer(at: box.content.lowerBound) & 0xffffff
    let fields = [(1, 8), (2, 4), (8, 4), (16, 4), (32, 4)]
    return fields.reduce(8) { flags & $1.0 == 0 ? $0 : $0 + $1.1 }
  }

  private static func randomAccess(_ box: Box, _ reader: BoxReader) throws(ScrubError) -> Int {
    let isLong = try box.version(reader.file) == 1
    var cursor = BoxCursor(reader.file, try box.fields())
    _ = try cursor.take(4)
    let sizes = try cursor.take(4)
    let numbers = [sizes >> 4 & 3, sizes >> 2 & 3, sizes & 3].reduce(3) { $0 + $1 }
    return 16 + (numbers + (isLong ? 16 : 8)) * (try cursor.take(4))
  }
}
