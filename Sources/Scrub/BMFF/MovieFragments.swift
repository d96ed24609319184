// Films in fragments (`moof`): each names its media data relative to itself or to the fragment before.

extension MovieScrubber {
  /// Scrubs the boxes of a fragment and learns where its media data lies.
  mutating func scrubFragment(_ fragment: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    let file = reader.file
    var last = fragment.start
    for box in try reader.children(of: fragment.content).boxes where box.type == "traf" {
      let boxes = try reader.children(of: box.content).boxes
      guard let header = boxes.first(where: { $0.type == "tfhd" }) else {
        throw BoxReader.malformed
      }
      let flags = try file.integer(at: header.content.lowerBound) & 0xffffff
      var cursor = BoxCursor(file, try header.fields())
      let id = try cursor.take(4)
      guard let track = tracks[id] else {
        throw ScrubError(.malformedFile, "A fragment belongs to no track.")
      }
      var base = flags & 0x20000 != 0 ? fragment.start : last
      if flags & 1 != 0 { base = try cursor.take(8) }
      guard base <= file.count else { throw BoxReader.malformed }
      if flags & 2 != 0 { try cursor.skip(4) }
      if flags & 8 != 0 { try cursor.skip(4) }
      let size = flags & 16 != 0 ? try cursor.take(4) : defaultSizes[id] ?? 0
      var place = base
      for run in boxes where run.type == "trun" {
        let run = try TrackRun(run, file)
        if let offset = run.offset { place = base + offset }
        guard place >= 0, place <= file.count else { throw BoxReader.malformed }
        let end = min(file.count, place + (try run.bytes(file, defaultSize: size)))
        if track.isKept { try kept.add(place..<end) } else { try removed.add(place..<end) }
        try countMessages(in: place..<end, of: id, &edits)
        place = end
      }
      last = place
    }
    try walk(fragment, &edits)
  }

  /// Indexes of fragments: which place belongs to which time.
  func scrubIndex(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    if box.type == "mfra" {
      var copy = self
      return try copy.walk(box, &edits)
    }
    let isLong = try box.version(reader.file) > 0
    var cursor = BoxCursor(reader.file, try box.fields())
    try cursor.skip(8 + (isLong ? 16 : 8) + 2)
    let count = try cursor.take(2)
    try MovieFields.end(box, at: 4 + 8 + (isLong ? 16 : 8) + 4 + 12 * count, &edits)
  }
}

/// One run of samples in a fragment (`trun`).
struct TrackRun {
  /// Where the data begins, from the base.
  let offset: Int?
  /// The bytes of the box's content that the run fills.
  let size: Int
  private let count: Int
  private let start: Int
  private let entryBytes: Int
  /// Where the size stands in an entry; nothing if entries have none.
  private let sizePlace: Int?

  init(_ box: Box, _ file: FileWindow) throws(ScrubError) {
    let flags = try file.integer(at: box.content.lowerBound) & 0xffffff
    var cursor = BoxCursor(file, try box.fields())
    count = try cursor.take(4)
    offset = flags & 1 != 0 ? Int(Int32(truncatingIfNeeded: try cursor.take(4))) : nil
    if flags & 4 != 0 { try cursor.skip(4) }
    start = cursor.place
    entryBytes = 4 * (flags >> 8 & 15).nonzeroBitCount
    sizePlace = flags & 0x200 == 0 ? nil : flags & 0x100 == 0 ? 0 : 4
    guard count * entryBytes <= cursor.rest.count else { throw BoxReader.malformed }
    size = start - box.content.lowerBound + count * entryBytes
  }

  /// How many bytes the samples have, up to the size of the file.
  func bytes(_ file: FileWindow, defaultSize: Int) throws(ScrubError) -> Int {
    guard let sizePlace else {
      let (size, overflow) = count.multipliedReportingOverflow(by: defaultSize)
      return overflow ? file.count : min(size, file.count)
    }
    var total = 0
    for index in 0..<count {
      total += try file.integer(at: start + index * entryBytes + sizePlace)
    }
    return min(total, file.count)
  }
}
