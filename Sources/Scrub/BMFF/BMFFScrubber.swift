// HEIC, HEIF, AVIF, MP4, MOV, M4A and 3GP: files of boxes, scrubbed without moving a byte, because
// their parts name each other by offset. Boxes that are not needed become free space, fields that
// tell when and by whom become zero, and so does all media data that no kept picture or track names.
// What is named stays bit for bit: messages of encoders between coded pictures are left in it.

import ScrubContract

/// Walks the outermost boxes and copies the file with the changes.
struct BMFFScrubber {
  private let context: ScrubContext
  private let isPicture: Bool
  private var kept = ByteRanges()
  private(set) var tally: CarrierTally

  init(_ context: ScrubContext, _ format: TypeDetector.Format) {
    self.context = context
    tally = context.tally
    isPicture = format.family == .picture
  }

  /// Boxes whose loss at the end of a file means that the file was cut off.
  private static let needed: Set<BoxType> = ["ftyp", "moov", "moof", "mdat", "meta"]
  private static let free: Set<BoxType> = ["free", "skip", "wide"]

  /// Reads the input at any place, then copies `source`, which is the same input from its start.
  mutating func run(
    _ input: ScrubInput, _ source: ByteSource, to sink: ByteSink
  ) throws(ScrubError) {
    let file = try FileWindow(input, bytesMax: context.limits.inputBytesMax)
    let reader = BoxReader(file, boxesMax: context.limits.partsMax)
    var edits = BoxEdits(file, context.tally)
    let (boxes, rest) = try reader.children(of: 0..<file.count)
    if rest.count >= 8 {
      let type = BoxType(UInt32(try file.integer(at: rest.lowerBound + 4)))
      guard !BMFFScrubber.needed.contains(type) else {
        throw ScrubError(.truncated, "The file ends in the middle of a box.")
      }
    }
    let media = OrderedRanges(boxes.filter { $0.type == "mdat" }.map(\.content))
    guard let last = boxes.lastIndex(where: isNeeded) else { throw BoxReader.malformed }
    try scrub(boxes[...last], media, reader, &edits)
    if last + 1 < boxes.count || !rest.isEmpty { edits.tally.add(.trailer) }
    tally = edits.tally
    try edits.patches.copy(from: source, to: sink, length: boxes[last].end)
  }

  /// What is not needed at the end of the file is cut off instead of emptied.
  private func isNeeded(_ box: Box) -> Bool {
    switch box.type {
    case "ftyp", "styp", "moov", "moof", "mdat", "mfra", "sidx", "free", "skip", "wide", "mini":
      true
    case "meta": isPicture
    default: false
    }
  }

  private mutating func scrub(
    _ boxes: ArraySlice<Box>, _ media: OrderedRanges, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let movies = boxes.filter { $0.type == "moov" }
    guard movies.count <= 1, boxes.lazy.filter({ $0.type == "meta" }).count <= 1 || !isPicture
    else { throw BoxReader.malformed }
    var movie = MovieScrubber(reader, rules: context.rules)
    for box in movies { try movie.scrub(box, &edits) }
    var hasContent = !movies.isEmpty
    var dropped: [Box] = []
    for box in boxes where box.type != "moov" && box.type != "mdat" {
      switch box.type {
      case "ftyp", "styp": try Brands.scrub(box, reader.file, &edits)
      case "meta" where isPicture:
        try scrubItems(box, media, reader, &edits)
        hasContent = true
      case "moof": try movie.scrubFragment(box, &edits)
      case "mfra", "sidx": try movie.scrubIndex(box, &edits)
      case "mini":
        throw ScrubError(.encodingNotSupported, "Low-overhead picture files are not accepted.")
      case "pssh": throw ScrubError(.encrypted, "The film is encrypted.")
      default:
        if BMFFScrubber.free.contains(box.type) {
          try edits.blank(box.content, as: .misplaced)
        } else {
          try edits.drop(box, as: MovieScrubber.carrier(of: box.type))
        }
        dropped.append(box)
      }
    }
    guard hasContent else {
      throw ScrubError(.malformedFile, "The file has neither a picture nor a film.")
    }
    try kept.add(movie.kept)
    try emptyMedia(media, dropped, removed: movie.removed, &edits)
  }

  private mutating func scrubItems(
    _ box: Box, _ media: OrderedRanges, _ reader: BoxReader, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    var meta = try HEIFMeta(box, reader, context: context)
    let bytes = try meta.scrubbed(media: media)
    edits.replace(at: box.start, with: bytes)
    for (range, bytes) in meta.replaced { edits.replace(at: range.lowerBound, with: bytes) }
    edits.tally.add(meta.tally)
    try kept.add(meta.kept)
  }

  /// Media data that nothing names goes; what is named must lie where it stays.
  private func emptyMedia(
    _ media: OrderedRanges, _ dropped: [Box], removed: ByteRanges, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    let kept = kept.merged()
    guard !dropped.contains(where: { kept.meets($0.content) }),
      !removed.ranges.contains(where: { kept.meets($0) })
    else {
      throw ScrubError(.malformedFile, "Media data and metadata share their bytes.")
    }
    var isFound = false
    for area in media.ranges {
      for gap in kept.gaps(in: area) where try !edits.file.isZero(gap) {
        edits.zero(gap)
        isFound = true
      }
    }
    if isFound && edits.tally.removed.isEmpty { edits.tally.add(.misplaced) }
  }
}

/// The brands in `ftyp`: which programs can read the file. Names of makers among them go.
enum Brands {
  private static let countMax = 64
  private static let known = Set(
    ("isom iso2 iso3 iso4 iso5 iso6 iso7 iso8 iso9 isoa isob isoc mp41 mp42 mp71 avc1 hvc1 hev1 "
      + "av01 dash msdh msix cmfc cmf2 cmfs cfhd cfsd caac cavc lmsg sims qt   M4A  M4B  M4V  M4P  "
      + "MSNV f4v  f4a  dby1 mmp4 3gp4 3gp5 3gp6 3gp7 3gp8 3gp9 3ge6 3ge7 3gg6 3gs6 3gs7 3g2a 3g2b "
      + "3g2c heic heix heim heis hevc hevx hevm hevs mif1 mif2 msf1 miaf MiHB MiHE MiHA MiPr MiAn "
      + "MiCm avif avis avio MA1A MA1B tmap jpeg jpgs unif geo1 1pic")
      .chunked(4))

  static func scrub(_ box: Box, _ file: FileWindow, _ edits: inout BoxEdits) throws(ScrubError) {
    let count = box.content.count
    guard count >= 8, count.isMultiple(of: 4), count / 4 <= countMax else {
      throw BoxReader.malformed
    }
    var bytes = try file.copy(box.content)
    let major = Array(bytes[..<4])
    // The minor version is for information; beyond two bytes it is a date or a maker's number.
    if bytes[4] | bytes[5] != 0 { bytes.replaceSubrange(4..<8, with: [0, 0, 0, 0]) }
    for place in stride(from: 8, to: count, by: 4)
    where !isKnown(Array(bytes[place..<(place + 4)])) {
      bytes.replaceSubrange(place..<(place + 4), with: major)
    }
    try edits.write(bytes, at: box.content.lowerBound, as: .vendor)
  }

  private static func isKnown(_ brand: [UInt8]) -> Bool {
    known.contains(brand) || brand == [0, 0, 0, 0]
  }
}

extension String {
  /// The bytes of brands that are written in columns of five.
  fileprivate func chunked(_ size: Int) -> [[UInt8]] {
    let bytes = Array(utf8)
    return stride(from: 0, to: bytes.count, by: size + 1).map { Array(bytes[$0..<($0 + size)]) }
  }
}
