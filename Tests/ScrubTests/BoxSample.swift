// Files made of boxes for the tests: a picture, a film and a film in fragments, each with metadata in
// every place that the scrubber knows and as a clean twin. The media data is made up; nobody decodes it.

import Gateway

/// One box.
func box(_ type: String, _ content: [UInt8]...) -> [UInt8] {
  let content = content.flatMap(\.self)
  // Types are bytes: the first of `©xyz` is 0xa9.
  return big(content.count + 8) + type.unicodeScalars.map { UInt8($0.value) } + content
}

/// A box with version and flags.
func fullBox(_ type: String, _ version: UInt8 = 0, flags: Int = 0, _ content: [UInt8]...) -> [UInt8]
{
  box(type, [version] + big(flags).dropFirst() + content.flatMap(\.self))
}

func short(_ value: Int) -> [UInt8] { Array(big(value).suffix(2)) }
func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

/// What the samples have in common.
enum BoxSample {
  /// Texts that no scrubbed file may hold.
  static let texts = [
    "PLANTED-NAME", "PLANTED-PLACE", "PLANTED-TEXT", "PLANTED-GAP", "PLANTED-FREE", "PLANTED-UUID",
    "PLANTED-ENCODER", "PLANTED-MAKER", "PLANTED-TRACK",
  ]

  static func text(_ name: String) -> [UInt8] { Array("PLANTED-\(name)".utf8) }

  /// Media data that says nothing and is not zero.
  static func media(_ seed: UInt8, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31 + Int(seed)) | 1 }
  }

  static func left(in bytes: [UInt8]) -> [String] { texts.filter { bytes.contains(text: $0) } }
}

/// A picture in AVIF or HEIC form; what is set differently from the start is the clean twin.
struct PictureSample {
  struct Item {
    var id: Int
    var type: String
    var data: [UInt8]
    var name: [UInt8] = []
    var flags = 0
    /// Behind the name: the type of a `mime` item.
    var more: [UInt8] = []
    var properties: [UInt8] = []
    /// In `idat` instead of `mdat`.
    var isInside = false
  }

  var brands = ["avif", "mif1", "miaf"]
  var handlerName: [UInt8] = []
  var items = [
    Item(id: 1, type: "av01", data: BoxSample.media(7, 300), properties: [1, 2, 0x83, 4, 0x85])
  ]
  /// Boxes of `iref`.
  var references: [[UInt8]] = []
  /// Boxes of `ipco`; items name them from 1.
  var properties = [
    fullBox("ispe", 0, big(64) + big(48)), fullBox("pixi", 0, [3, 8, 8, 8]),
    box("av1C", [0x81, 0, 12, 0]), box("colr", Array("nclx".utf8) + [0, 1, 0, 13, 0, 6, 0x80]),
    box("irot", [1]),
  ]
  /// Boxes behind the known ones in `meta`.
  var inMeta: [UInt8] = []
  /// Boxes in front of `mdat` and behind it.
  var (before, after): ([UInt8], [UInt8]) = ([], [])
  var gap: [UInt8] = []
  var ilocVersion: UInt8 = 1

  var bytes: [UInt8] {
    let type = box(
      "ftyp", Array(brands[0].utf8) + zeros(4) + brands.flatMap { Array($0.utf8) })
    let start = type.count + meta(at: 0).count + before.count + 8
    let stored = items.filter { !$0.isInside }.flatMap { $0.data + gap }
    return type + meta(at: start) + before + box("mdat", stored) + after
  }

  private func meta(at start: Int) -> [UInt8] {
    var (place, inside) = (start, 0)
    var places: [UInt8] = []
    for item in items {
      places += short(item.id) + (ilocVersion > 0 ? short(item.isInside ? 1 : 0) : []) + short(0)
      places += short(1) + big(item.isInside ? inside : place) + big(item.data.count)
      if item.isInside { inside += item.data.count } else { place += item.data.count + gap.count }
    }
    let entries = items.flatMap { item in
      fullBox(
        "infe", 2, flags: item.flags,
        short(item.id) + short(0) + Array(item.type.utf8)
          + item.name + [0] + item.more)
    }
    let uses = items.filter { !$0.properties.isEmpty }
    let associations = uses.flatMap {
      short($0.id) + [UInt8($0.properties.count)] + $0.properties
    }
    let store = items.filter(\.isInside).flatMap(\.data)
    return fullBox(
      "meta", 0,
      fullBox("hdlr", 0, big(0) + Array("pict".utf8) + zeros(12) + handlerName + [0])
        + fullBox("pitm", 0, short(items[0].id))
        + fullBox("iloc", ilocVersion, [0x44, 0] + short(items.count) + places)
        + fullBox("iinf", 0, short(items.count) + entries)
        + (references.isEmpty ? [] : fullBox("iref", 0, references.flatMap(\.self)))
        + box(
          "iprp",
          box("ipco", properties.flatMap(\.self))
            + fullBox("ipma", 0, big(uses.count) + associations))
        + (store.isEmpty ? [] : box("idat", store)) + inMeta)
  }

  static func reference(_ type: String, from: Int, to: [Int]) -> [UInt8] {
    box(type, short(from) + short(to.count) + to.flatMap { short($0) })
  }

  /// The same picture with a carrier in every place.
  static var planted: PictureSample {
    var sample = PictureSample()
    sample.brands = ["avif", "mif1", "SHIF"]
    sample.handlerName = BoxSample.text("NAME")
    sample.items[0].name = BoxSample.text("NAME")
    let exif = big(0) + Array("MM\0*".utf8) + zeros(8) + BoxSample.text("MAKER")
    let xmp = Array("<x:xmpmeta>".utf8) + BoxSample.text("TEXT")
    let type = Array("application/rdf+xml\0".utf8)
    sample.items += [
      Item(id: 2, type: "Exif", data: exif),
      Item(id: 3, type: "mime", data: xmp, name: Array("XMP".utf8), more: type),
      Item(id: 4, type: "av01", data: BoxSample.text("PLACE") + zeros(40), properties: [1, 0x83]),
      Item(id: 5, type: "av01", data: BoxSample.text("TRACK"), flags: 1, properties: [1, 0x83, 6]),
      Item(id: 6, type: "mime", data: xmp, more: type, isInside: true),
    ]
    sample.references = [
      reference("cdsc", from: 2, to: [1]), reference("cdsc", from: 3, to: [1]),
      reference("thmb", from: 4, to: [1]), reference("auxl", from: 5, to: [1]),
    ]
    sample.properties += [
      fullBox("auxC", 0, Array("urn:mpeg:hevc:2015:auxid:2\0".utf8)),
      fullBox("udes", 0, Array("en\0".utf8) + BoxSample.text("TEXT") + [0, 0, 0]),
      fullBox("altt", 0, BoxSample.text("TEXT") + [0, 0]),
    ]
    sample.items[0].properties += [7, 8]
    sample.inMeta = box("uuid", zeros(16) + BoxSample.text("UUID"))
    sample.before = box("free", BoxSample.text("FREE"))
    sample.after = box("uuid", zeros(16) + BoxSample.text("UUID")) + BoxSample.text("FREE")
    sample.gap = BoxSample.text("GAP")
    return sample
  }
}

/// A film with pictures, sound and tracks of metadata.
struct FilmSample {
  struct Track {
    var id: Int
    var handler: String
    var data: [UInt8]
    var name: [UInt8] = []
    var entry: [UInt8]
    /// Boxes behind `mdia`.
    var more: [UInt8] = []
    /// Boxes behind the tables in `stbl`.
    var tables: [UInt8] = []
    var reference = fullBox("url ", 0, flags: 1)
  }

  var brand = "isom"
  var time = 0
  var tracks = [
    Track(id: 1, handler: "vide", data: BoxSample.media(3, 400), entry: FilmSample.picture()),
    Track(id: 2, handler: "soun", data: BoxSample.media(9, 200), entry: FilmSample.sound()),
  ]
  /// Boxes behind the tracks in `moov`.
  var inMovie: [UInt8] = []
  var (before, after): ([UInt8], [UInt8]) = ([], [])
  var gap: [UInt8] = []
  /// Whether `moov` stands in front of the media data.
  var isStreamable = true
  var isLong = false

  var bytes: [UInt8] {
    let type =
      brand.isEmpty
      ? [] : box("ftyp", Array(brand.utf8) + big(512) + Array("isommp42".utf8))
    let data = tracks.flatMap { $0.data + gap }
    let media =
      isLong
      ? big(1) + Array("mdat".utf8) + big(0) + big(data.count + 16) + data
      : box("mdat", data)
    let header = media.count - data.count
    guard isStreamable else {
      return type + before + media + movie(at: type.count + before.count + header) + after
    }
    let start = type.count + before.count + movie(at: 0).count + header
    return type + before + movie(at: start) + media + after
  }

  private func movie(at start: Int) -> [UInt8] {
    var place = start
    var boxes: [UInt8] = []
    for track in tracks {
      boxes += trak(track, at: place)
      place += track.data.count + gap.count
    }
    return box("moov", FilmSample.movieHeader(time: time) + boxes + inMovie)
  }

  static func movieHeader(time: Int) -> [UInt8] {
    let matrix = big(0x10000) + zeros(12) + big(0x10000) + zeros(12) + big(0x4000_0000)
    return fullBox(
      "mvhd", 0,
      big(time) + big(time) + big(1000) + big(4000) + big(0x10000) + short(256)
        + zeros(10) + matrix + zeros(24) + big(9))
  }

  func trak(_ track: Track, at place: Int?) -> [UInt8] {
    let matrix = big(0x10000) + zeros(12) + big(0x10000) + zeros(12) + big(0x4000_0000)
    let kind = track.handler == "soun" ? fullBox("smhd", 0, zeros(4)) : fullBox("nmhd", 0)
    let size = track.data.count / 2
    let counts =
      place.map { _ in fullBox("stsc", 0, big(1) + big(1) + big(2) + big(1)) }
      ?? fullBox("stsc", 0, big(0))
    let sizes =
      place.map { _ in fullBox("stsz", 0, big(size) + big(2)) }
      ?? fullBox("stsz", 0, big(0) + big(0))
    let offsets = place.map { fullBox("stco", 0, big(1) + big($0)) } ?? fullBox("stco", 0, big(0))
    let table = box(
      "stbl",
      fullBox("stsd", 0, big(1) + track.entry)
        + fullBox("stts", 0, big(1) + big(2) + big(2000)) + counts + sizes + offsets
        + track.tables)
    let handler = fullBox(
      "hdlr", 0, big(0) + Array(track.handler.utf8) + zeros(12) + track.name + [0])
    let media = box(
      "mdia",
      fullBox("mdhd", 0, big(time) + big(time) + big(1000) + big(4000) + [0x55, 0xc4, 0, 0])
        + handler
        + box("minf", kind + box("dinf", fullBox("dref", 0, big(1) + track.reference)) + table))
    let header = fullBox(
      "tkhd", 0, flags: 3,
      big(time) + big(time) + big(track.id) + big(0) + big(4000) + zeros(16)
        + matrix + zeros(8))
    return box("trak", header + media + track.more)
  }

  static func picture(
    type: String = "avc1", encoder: [UInt8] = [], maker: [UInt8] = zeros(4), _ boxes: [UInt8] = []
  ) -> [UInt8] {
    let name = [UInt8(encoder.count)] + encoder + zeros(31 - encoder.count)
    return box(
      type,
      zeros(6) + short(1) + zeros(4) + maker + zeros(8) + short(64) + short(48)
        + big(0x480000) + big(0x480000) + big(0) + short(1) + name + short(24) + [0xff, 0xff]
        + box("avcC", [1, 66, 0, 30, 0xff, 0xe0, 0]) + boxes)
  }

  static func sound(maker: [UInt8] = zeros(4), _ boxes: [UInt8] = []) -> [UInt8] {
    box(
      "mp4a",
      zeros(6) + short(1) + zeros(4) + maker + short(2) + short(16) + zeros(4)
        + big(48_000 << 16 & 0xffff_ffff) + boxes)
  }

  /// The same film with a carrier in every place.
  static var planted: FilmSample {
    var sample = FilmSample()
    sample.time = 0x7c25_b080
    let place = box("\u{a9}xyz", short(13) + short(0) + BoxSample.text("PLACE"))
    let tags = fullBox(
      "meta", 0,
      fullBox("hdlr", 0, big(0) + Array("mdirappl".utf8) + zeros(9))
        + box("ilst", box("\u{a9}nam", box("data", big(1) + big(0) + BoxSample.text("TEXT")))))
    sample.tracks[0].name = BoxSample.text("NAME")
    sample.tracks[0].entry = picture(
      encoder: BoxSample.text("ENCODER"), maker: Array("MAKE".utf8),
      box("glbl", BoxSample.text("ENCODER")))
    sample.tracks[0].more = box("udta", box("name", BoxSample.text("NAME"))) + tags
    sample.tracks[0].reference = fullBox("url ", 0, flags: 1, BoxSample.text("PLACE") + [0])
    sample.tracks[0].tables = fullBox(
      "sgpd", 1, Array("xyz ".utf8) + big(12) + big(1) + BoxSample.text("NAME"))
    sample.tracks[1].name = BoxSample.text("NAME")
    for (number, handler) in ["meta", "tmcd", "sbtl", "camm"].enumerated() {
      sample.tracks.append(
        Track(
          id: 3 + number, handler: handler, data: BoxSample.text("TRACK") + BoxSample.text("TRACK"),
          entry: box("gpmd", zeros(6) + short(1) + BoxSample.text("MAKER"))))
    }
    sample.tracks[0].more += box("tref", box("tmcd", big(4)) + box("cdsc", big(3)))
    sample.inMovie =
      box("udta", place + tags + big(0)) + tags
      + box("uuid", zeros(16) + BoxSample.text("UUID")) + box("free", BoxSample.text("FREE"))
    sample.before =
      box("wide") + box("skip", BoxSample.text("FREE"))
      + box("uuid", zeros(16) + BoxSample.text("UUID"))
    sample.after = box("udta", BoxSample.text("TEXT")) + BoxSample.text("FREE")
    sample.gap = BoxSample.text("GAP")
    return sample
  }
}

/// A film in fragments, each with one run of every track.
struct FragmentSample {
  var film = FilmSample()
  /// Boxes in front of each fragment, and in it.
  var (between, inside): ([UInt8], [UInt8]) = ([], [])
  /// Whether a fragment names its data from its own start, or by its place in the file.
  var isRelative = true

  var bytes: [UInt8] {
    let type = box("ftyp", Array("iso5".utf8) + big(512) + Array("iso5dash".utf8))
    let traks = film.tracks.flatMap { film.trak($0, at: nil) }
    let extends = film.tracks.flatMap {
      fullBox("trex", 0, big($0.id) + big(1) + big(0) + big($0.data.count) + big(0))
    }
    var result = type
    result += box(
      "moov",
      FilmSample.movieHeader(time: film.time) + box("mvex", extends) + traks
        + film.inMovie)
    for number in 1...3 {
      result += between
      let length = fragment(number, base: 0, data: 0).count
      result += fragment(number, base: result.count, data: length + 8)
      result += box("mdat", film.tracks.flatMap { $0.data + film.gap })
    }
    return result + film.after
  }

  private func fragment(_ number: Int, base: Int, data: Int) -> [UInt8] {
    var place = data
    var runs: [UInt8] = []
    for track in film.tracks {
      let header =
        isRelative
        ? fullBox("tfhd", 0, flags: 0x2_0000, big(track.id))
        : fullBox("tfhd", 0, flags: 1, big(track.id) + big(0) + big(base))
      // Two samples with a size of their own, or one of the size that `trex` says.
      let run =
        number == 1
        ? fullBox("trun", 0, flags: 1, big(1) + big(place))
        : fullBox(
          "trun", 0, flags: 0x201, big(2) + big(place) + big(1) + big(track.data.count - 1))
      runs += box("traf", header + fullBox("tfdt", 0, big(number * 1000)) + run)
      place += track.data.count + film.gap.count
    }
    return box("moof", fullBox("mfhd", 0, big(number)) + runs + inside)
  }

  static var planted: FragmentSample {
    var sample = FragmentSample()
    sample.film = FilmSample.planted
    // Subtitles and places go, and with them their part of each fragment.
    sample.between =
      fullBox("prft", 1, big(1) + zeros(8) + BoxSample.text("PLACE"))
      + fullBox("emsg", 0, BoxSample.text("TEXT"))
    sample.inside = box("uuid", zeros(16) + BoxSample.text("UUID"))
    return sample
  }
}
