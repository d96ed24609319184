// The boxes of a film or an image sequence (`moov`): an allow-list of where which box may stand. The
// others become free space; times, names and reserved fields in those that stay become zero.

import ScrubContract

/// Walks `moov` and the fragments behind it.
struct MovieScrubber {
  let reader: BoxReader
  let rules: ScrubRules
  var tracks: [Int: MovieTrack] = [:]
  /// Sizes of samples in fragments, by track, where the fragments do not say them (`trex`).
  var defaultSizes: [Int: Int] = [:]
  private var kind = SampleEntries.Kind.text

  /// Tracks whose samples may hold messages, and how many units of them are still looked at.
  private var messages: [Int: StreamMessages] = [:]
  private var unitsLeft = StreamMessages.unitsMax

  /// The bytes of the file that kept tracks name.
  var kept = ByteRanges()
  /// The bytes of the file that dropped tracks name.
  var removed = ByteRanges()

  /// Boxes that stay, by the box they stand in.
  static let allowed: [BoxType: Set<BoxType>] = [
    "moov": ["mvhd", "trak", "mvex"],
    "mvex": ["mehd", "trex", "leva"],
    "trak": ["tkhd", "edts", "tref", "tapt", "mdia"],
    "edts": ["elst"],
    "tapt": ["clef", "prof", "enof"],
    "mdia": ["mdhd", "hdlr", "minf", "elng"],
    "minf": ["vmhd", "smhd", "sthd", "nmhd", "gmhd", "hdlr", "dinf", "stbl"],
    "gmhd": ["gmin", "text"],
    "dinf": ["dref"],
    "stbl": [
      "stsd", "stts", "ctts", "cslg", "stsc", "stsz", "stz2", "stco", "co64", "stss", "stps",
      "sdtp", "sgpd", "sbgp",
    ],
    "moof": ["mfhd", "traf"],
    "traf": ["tfhd", "tfdt", "trun", "sdtp", "sgpd", "sbgp"],
    "mfra": ["tfra", "mfro"],
  ]
  /// Boxes without which a film would look or sound different, or that say that it is locked.
  private static let refused: [BoxType: ScrubError.Code] = [
    "cmov": .encodingNotSupported, "rmra": .encodingNotSupported, "matt": .encodingNotSupported,
    "clip": .encodingNotSupported, "imap": .encodingNotSupported, "pssh": .encrypted,
    "senc": .encrypted, "sinf": .encrypted,
  ]
  private static let free: Set<BoxType> = ["free", "skip", "wide"]
  private static let tracksMax = 1_000

  init(_ reader: BoxReader, rules: ScrubRules) {
    self.reader = reader
    self.rules = rules
  }

  /// The class that a box which goes counts as.
  static func carrier(of type: BoxType) -> CarrierClass {
    switch type {
    case "udta", "meta", "ilst", "keys", "cprt": .documentInfo
    case "uuid", "jumb": .provenance
    case "XMP_": .xmp
    case "prft", "emsg": .time
    case "mpvd": .secondImage
    default: .vendor
    }
  }

  /// Scrubs the boxes of `moov` and learns the tracks.
  mutating func scrub(_ movie: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    let boxes = try reader.children(of: movie.content).boxes
    for box in boxes where box.type == "trak" {
      let track = try MovieTrack(box, reader, rules: rules)
      guard tracks.updateValue(track, forKey: track.id) == nil,
        tracks.count <= MovieScrubber.tracksMax
      else { throw ScrubError(.malformedFile, "The film has two tracks of one number.") }
    }
    guard tracks.values.contains(where: \.isKept) else {
      throw ScrubError(.malformedFile, "The film has neither pictures nor sound.")
    }
    for box in boxes where box.type == "mvex" {
      for box in try reader.children(of: box.content).boxes where box.type == "trex" {
        var cursor = BoxCursor(reader.file, try box.fields())
        let id = try cursor.take(4)
        try cursor.skip(8)
        defaultSizes[id] = try cursor.take(4)
      }
    }
    try walk(movie, &edits)
    for id in tracks.keys.sorted() {
      guard let track = tracks[id], let layout = track.layout else { continue }
      var layoutReader = MediaLayout(reader.file, layout, sound: track.sound)
      let ranges = try layoutReader.ranges()
      if track.isKept { try kept.add(ranges) } else { try removed.add(ranges) }
      guard track.isKept, track.kind == .picture else { continue }
      messages[id] = try StreamMessages(layout, reader)
      for range in ranges.ranges { try countMessages(in: range, of: id, &edits) }
    }
  }

  /// Counts the messages between the pictures of a kept track, which stay.
  mutating func countMessages(
    in range: Range<Int>, of id: Int, _ edits: inout BoxEdits
  ) throws(ScrubError) {
    guard let messages = messages[id] else { return }
    edits.tally.note(
      .streamMessage, count: try messages.count(in: range, unitsLeft: &unitsLeft))
  }

  /// Keeps the allowed boxes in a box, scrubs their fields, and drops the others.
  mutating func walk(_ parent: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    let allowed = MovieScrubber.allowed[parent.type] ?? []
    let (boxes, rest) = try reader.children(of: parent.content)
    for box in boxes {
      if MovieScrubber.free.contains(box.type) {
        try edits.blank(box.content, as: .misplaced)
      } else if let code = MovieScrubber.refused[box.type] {
        throw ScrubError(code, "The film has a part that cannot be taken apart.")
      } else if !allowed.contains(box.type) {
        try countInformation(box, &edits)
        try edits.drop(box, as: MovieScrubber.carrier(of: box.type))
      } else if try isOfDroppedTrack(box) {
        try edits.drop(box, as: .timedMetadata)
      } else if box.type == "tref" {
        try scrubReferences(box, &edits)
      } else if box.type == "stsd" {
        try SampleEntries(reader).scrub(box, as: kind, &edits)
      } else if MovieScrubber.allowed[box.type] != nil {
        if box.type == "trak" { kind = tracks[try MovieTrack.id(of: box, reader)]?.kind ?? .text }
        try walk(box, &edits)
      } else {
        try MovieFields.scrub(box, in: parent.type, reader, &edits)
      }
    }
    try edits.blank(rest, as: .misplaced)
  }

  private func isOfDroppedTrack(_ box: Box) throws(ScrubError) -> Bool {
    switch box.type {
    case "trak": return try tracks[MovieTrack.id(of: box, reader)]?.isKept == false
    case "traf":
      guard
        let header = try reader.children(of: box.content).boxes.first(where: {
          $0.type == "tfhd"
        })
      else { throw BoxReader.malformed }
      return try !isKept(track: reader.file.integer(at: header.fields().lowerBound))
    case "trex", "tfra":
      return try !isKept(track: reader.file.integer(at: box.fields().lowerBound))
    default: return false
    }
  }

  func isKept(track id: Int) -> Bool { tracks[id]?.isKept ?? false }

  /// Positions are counted apart from other information.
  private func countInformation(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    guard box.type == "udta", box.content.count >= 8 else { return }
    let place: Set<BoxType> = ["loci", BoxType(0xa978_797a)]
    if try reader.children(of: box.content).boxes.contains(where: { place.contains($0.type) }) {
      edits.tally.add(.position)
    }
  }

  /// References between tracks, those to dropped ones apart.
  private func scrubReferences(_ box: Box, _ edits: inout BoxEdits) throws(ScrubError) {
    let (boxes, rest) = try reader.children(of: box.content)
    var dropped: [Box] = []
    var isUsed = false
    for child in boxes {
      if MovieScrubber.free.contains(child.type) {
        try edits.blank(child.content, as: .misplaced)
        continue
      }
      var cursor = BoxCursor(reader.file, child.content)
      var isWhole = child.content.count.isMultiple(of: 4) && !child.content.isEmpty
      while isWhole, !cursor.rest.isEmpty { isWhole = isKept(track: try cursor.take(4)) }
      if isWhole && MovieTrack.references.contains(child.type) {
        isUsed = true
      } else {
        dropped.append(child)
      }
    }
    if !isUsed { return try edits.drop(box, as: .timedMetadata) }
    for child in dropped { try edits.drop(child, as: .timedMetadata) }
    try edits.blank(rest, as: .misplaced)
  }
}

/// What has to be known of a track before its boxes are judged.
struct MovieTrack {
  /// References between tracks that players follow.
  static let references: Set<BoxType> = [
    "auxl", "chap", "sync", "subt", "forc", "fall", "font", "vdep", "vplx", "sbas", "scal", "prem",
    "dpnd", "tbas",
  ]
  private static let pictures: Set<BoxType> = ["vide", "auxv", "pict"]
  private static let text: Set<BoxType> = ["text", "sbtl", "subt", "clcp", "subp"]
  private static let refused: Set<BoxType> = [
    "MPEG", "musi", "sprt", "flsh", "strm", "qd3d", "twen", "vr  ", "vrp ",
  ]

  let id: Int
  let kind: SampleEntries.Kind
  let isKept: Bool
  /// The box with the tables that say where the media data lies.
  let layout: Box?
  /// The description of the sound, if it is a sound track.
  let sound: Box?

  init(_ box: Box, _ reader: BoxReader, rules: ScrubRules) throws(ScrubError) {
    id = try MovieTrack.id(of: box, reader)
    guard let media = try MovieTrack.child("mdia", of: box, reader),
      let handler = try MovieTrack.child("hdlr", of: media, reader), handler.content.count >= 20
    else { throw ScrubError(.malformedFile, "A track of the film has no media.") }
    let type = BoxType(UInt32(try reader.file.integer(at: handler.content.lowerBound + 8)))
    guard !MovieTrack.refused.contains(type) else {
      throw ScrubError(.encodingNotSupported, "A track of the film is of an unusual kind.")
    }
    kind = type == "soun" ? .sound : MovieTrack.pictures.contains(type) ? .picture : .text
    if MovieTrack.text.contains(type) {
      guard rules[.timedText] != .refuse else {
        throw ScrubError(.typeNotSupported, "The film has text tracks, which the policy refuses.")
      }
      isKept = rules[.timedText] == .keep
    } else {
      isKept = kind != .text
    }
    let information = try MovieTrack.child("minf", of: media, reader)
    if let information {
      layout = try MovieTrack.child("stbl", of: information, reader)
    } else {
      layout = nil
    }
    sound = kind == .sound ? layout : nil
  }

  static func id(of track: Box, _ reader: BoxReader) throws(ScrubError) -> Int {
    guard let header = try child("tkhd", of: track, reader) else { throw BoxReader.malformed }
    let isLong = try header.version(reader.file) == 1
    var cursor = BoxCursor(reader.file, try header.fields())
    try cursor.skip(isLong ? 16 : 8)
    return try cursor.take(4)
  }

  private static func child(
    _ type: BoxType, of box: Box, _ reader: BoxReader
  ) throws(ScrubError) -> Box? {
    let found = try reader.children(of: box.content).boxes.filter { $0.type == type }
    guard found.count <= 1 else { throw BoxReader.malformed }
    return found.first
  }
}
