// Files of boxes that are refused, each with its code, and residues that the second reading finds.

import Gateway
import Scrub
import Testing

@Suite struct BoxRefusalTests {
  typealias Case = RefusalTests.Case

  /// A film with one thing changed.
  private static func changedFilm(_ change: (inout FilmSample) -> Void) -> [UInt8] {
    var sample = FilmSample()
    change(&sample)
    return sample.bytes
  }

  private static func changedPicture(_ change: (inout PictureSample) -> Void) -> [UInt8] {
    var sample = PictureSample()
    change(&sample)
    return sample.bytes
  }

  static let films: [Case] = {
    let film = FilmSample().bytes
    let text = BoxSample.text("TEXT")
    return [
      Case("whole", nil, film),
      Case("cut in the media data", .truncated, Array(film.dropLast(10))),
      Case("cut in the list of tracks", .truncated, Array(film[..<100])),
      Case("a compressed list", .encodingNotSupported, changedFilm { $0.inMovie = box("cmov") }),
      Case("a film of references", .encodingNotSupported, changedFilm { $0.inMovie = box("rmra") }),
      Case("a key", .encrypted, changedFilm { $0.inMovie = box("pssh", text) }),
      Case(
        "locked pictures", .encrypted,
        changedFilm { $0.tracks[0].entry = FilmSample.picture(type: "encv") }),
      Case(
        "a locked sample description", .encrypted,
        changedFilm { $0.tracks[0].entry = FilmSample.picture(box("sinf")) }),
      Case(
        "media in another file", .encodingNotSupported,
        changedFilm { $0.tracks[0].reference = fullBox("url ", 0, text) }),
      Case(
        "a track of music notes", .encodingNotSupported,
        changedFilm { $0.tracks[1].handler = "musi" }),
      Case("a matte", .encodingNotSupported, changedFilm { $0.tracks[0].more = box("matt") }),
      Case("a number twice", .malformedFile, changedFilm { $0.tracks[1].id = 1 }),
      Case(
        "neither pictures nor sound", .malformedFile,
        changedFilm { sample in
          sample.tracks[0].handler = "meta"
          sample.tracks[1].handler = "meta"
        }),
      Case("two lists of tracks", .malformedFile, film + FilmSample().bytes[24...]),
      Case("no list of tracks", .malformedFile, box("ftyp", Array("isom".utf8) + zeros(12))),
      Case(
        "a header of another size", .malformedFile,
        film.replacing(Array("mvhd".utf8) + [0], with: Array("mvhd".utf8) + [1])
          .replacing(big(108) + Array("mvhd".utf8), with: big(100) + Array("mvhd".utf8))),
      Case(
        "a table that is longer than its box", .malformedFile,
        film.replacing(
          fullBox("stts", 0, big(1) + big(2) + big(2000)),
          with: fullBox("stts", 0, big(9) + big(2) + big(2000)))),
      Case(
        "chunks that go backwards", .malformedFile,
        changedFilm { sample in
          sample.tracks[0].tables = []
        }.replacing(
          fullBox("stsc", 0, big(1) + big(1) + big(2) + big(1)),
          with: fullBox("stsc", 0, big(2) + big(1) + big(2) + big(1)))),
      Case(
        "two tables of places", .malformedFile,
        changedFilm { $0.tracks[0].tables = fullBox("co64", 0, big(0)) }),
      Case(
        "media data in a box that goes", .malformedFile,
        film.replacing(Array("mdat".utf8), with: Array("junk".utf8))
          + box("mdat")),
      Case(
        "a fragment of no track", .malformedFile,
        FragmentSample().bytes.replacing(
          fullBox("tfhd", 0, flags: 0x2_0000, big(2)),
          with: fullBox("tfhd", 0, flags: 0x2_0000, big(7)))),
    ]
  }()

  static let pictures: [Case] = {
    let picture = PictureSample().bytes
    let names = Array("mif3avif".utf8)
    return [
      Case("whole", nil, picture),
      Case("older places", nil, changedPicture { $0.ilocVersion = 0 }),
      Case("cut in the picture", .truncated, Array(picture.dropLast(10))),
      Case("low overhead", .encodingNotSupported, box("ftyp", names) + box("mini", zeros(40))),
      Case(
        "an unknown coding", .encodingNotSupported, changedPicture { $0.items[0].type = "abcd" }),
      Case(
        "a part that is missing", .encodingNotSupported,
        changedPicture { sample in
          sample.items[0].type = "grid"
          sample.references = [PictureSample.reference("dimg", from: 1, to: [2])]
        }),
      Case(
        "an unknown property that is needed", .encodingNotSupported,
        changedPicture { sample in
          sample.properties.append(box("abcd", [1]))
          sample.items[0].properties.append(0x86)
        }),
      Case(
        "an unknown property that is not needed", nil,
        changedPicture { sample in
          sample.properties.append(box("abcd"))
          sample.items[0].properties.append(0x06)
        }),
      Case(
        "a property that does not exist", .malformedFile,
        changedPicture { $0.items[0].properties.append(9) }),
      Case(
        "a property that is too short", .malformedFile,
        changedPicture { $0.properties[0] = fullBox("ispe", 0, big(64)) }),
      Case(
        "a broken profile", .malformedProfile,
        changedPicture { $0.properties[3] = box("colr", Array("prof".utf8) + zeros(200)) }),
      Case(
        "an item twice", .malformedFile,
        changedPicture { $0.items.append($0.items[0]) }),
      Case(
        "a protected item", .encrypted,
        picture.replacing(
          short(1) + short(0) + Array("av01".utf8), with: short(1) + short(1) + Array("av01".utf8))),
      Case(
        "data in another item", .encodingNotSupported,
        picture.replacing(
          short(1) + short(1) + short(0) + short(0), with: short(1) + short(1) + short(2) + short(0)
        )),
      Case(
        "another handler", .malformedFile,
        picture.replacing(Array("pict".utf8), with: Array("mdta".utf8))),
      Case(
        "a picture outside the media data", .malformedFile,
        picture.replacing(big(300), with: big(301))),
      Case(
        "metadata in the bytes of a picture", .malformedFile,
        changedPicture { sample in
          sample.items.append(
            PictureSample.Item(id: 2, type: "Exif", data: BoxSample.media(1, 20)))
        }.replacing(big(300), with: big(310))),
    ]
  }()

  @Test(arguments: films + pictures)
  func `a file of boxes is refused with its code`(item: Case) throws {
    #expect(try refusal(item.bytes) == item.code)
  }

  static let residues: [Case] = {
    let text = BoxSample.text("TEXT")
    let film = FilmSample().bytes
    let picture = PictureSample().bytes
    typealias Film = FilmSample
    return [
      Case("clean film", nil, film), Case("clean picture", nil, picture),
      Case("clean fragments", nil, FragmentSample().bytes),
      Case("free space", nil, film + box("free", zeros(20))),
      Case("text in free space", .residueFound, film + box("free", text)),
      Case("bytes behind the boxes", .residueFound, film + [0]),
      Case("an unknown box", .residueFound, film + box("uuid", text)),
      Case("an empty unknown box", .residueFound, film + box("abcd")),
      Case("tags", .residueFound, changedFilm { $0.inMovie = box("udta") }),
      Case("times", .residueFound, changedFilm { $0.time = 1 }),
      Case("a name", .residueFound, changedFilm { $0.tracks[0].name = [65] }),
      Case("bytes between the media data", .residueFound, changedFilm { $0.gap = [1] }),
      Case("zeros between the media data", nil, changedFilm { $0.gap = [0, 0] }),
      Case("a track of metadata", .residueFound, changedFilm { $0.tracks[1].handler = "meta" }),
      Case(
        "an encoder", .residueFound,
        changedFilm { $0.tracks[0].entry = Film.picture(encoder: text) }),
      Case(
        "a maker", .residueFound,
        changedFilm { $0.tracks[1].entry = Film.sound(maker: [1, 2, 3, 4]) }),
      Case(
        "a box in a description", .residueFound,
        changedFilm { $0.tracks[1].entry = Film.sound(box("glbl", text)) }),
      Case(
        "a small box", nil, changedFilm { $0.tracks[0].entry = Film.picture(box("pasp", zeros(8))) }
      ),
      Case(
        "a small box that is too large", .residueFound,
        changedFilm { $0.tracks[0].entry = Film.picture(box("pasp", zeros(9))) }),
      Case(
        "a path", .residueFound,
        changedFilm { $0.tracks[0].reference = fullBox("alis", 0, flags: 1, text) }),
      Case(
        "a group", .residueFound,
        changedFilm {
          $0.tracks[0].tables = fullBox("sbgp", 0, Array("abcd".utf8) + big(0))
        }),
      Case(
        "bytes behind a table", .residueFound,
        film.replacing(
          fullBox("stts", 0, big(1) + big(2) + big(2000)),
          with: fullBox("stts", 0, big(0) + big(2) + big(2000)))),
      Case(
        "a link to nothing", .residueFound,
        changedFilm { $0.tracks[0].more = box("tref", box("chap", big(7))) }),
      Case("a maker's brand", .residueFound, changedPicture { $0.brands.append("SHIF") }),
      Case("a name of an item", .residueFound, changedPicture { $0.items[0].name = [65] }),
      Case("a name of the handler", .residueFound, changedPicture { $0.handlerName = [65] }),
      Case(
        "EXIF", .residueFound,
        changedPicture {
          $0.items.append(PictureSample.Item(id: 2, type: "Exif", data: text))
        }),
      Case(
        "a description", .residueFound,
        changedPicture {
          $0.properties.append(fullBox("udes", 0, text))
        }),
      Case(
        "a thumbnail", .residueFound,
        changedPicture {
          $0.items.append($0.items[0])
          $0.items[1].id = 2
          $0.references = [PictureSample.reference("thmb", from: 2, to: [1])]
        }),
      Case("a box among the items", .residueFound, changedPicture { $0.inMeta = box("free") }),
      Case("bytes between pictures", .residueFound, changedPicture { $0.gap = [1] }),
      Case(
        "an original JPEG", .residueFound,
        changedPicture {
          $0.items[0].type = "jpeg"
          $0.items[0].data = DemoPictures.jpeg()
        }),
    ]
  }()

  @Test(arguments: residues)
  func `residue in a file of boxes is found`(item: Case) {
    #expect(residue(item.bytes) == item.code)
  }

  @Test func `the number of boxes has a limit`() throws {
    var limits = ScrubLimits()
    let bytes = FilmSample().bytes + (0..<100).flatMap { _ in box("free") }
    #expect(try refusal(bytes, limits: limits) == nil)
    limits.partsMax = 100
    #expect(try refusal(bytes, limits: limits) == .tooManyParts)
  }

  @Test func `claims that are larger than the file end at once`() throws {
    // Tables that claim billions of samples and chunks, and sizes that overflow.
    let film = FilmSample().bytes
    let many: [(old: [UInt8], new: [UInt8])] = [
      (
        fullBox("stsc", 0, big(1) + big(1) + big(2) + big(1)),
        fullBox("stsc", 0, big(1) + big(1) + big(0xffff_ffff) + big(1))
      ),
      (
        fullBox("stsz", 0, big(200) + big(2)),
        fullBox("stsz", 0, big(0xffff_ffff) + big(0xffff_ffff))
      ),
      (fullBox("stsz", 0, big(200) + big(2)), fullBox("stsz", 0, big(0) + big(0xffff_ffff))),
      (big(8 + 600) + Array("mdat".utf8), big(1) + Array("mdat".utf8)),
    ]
    for change in many {
      let bytes = film.replacing(change.old, with: change.new)
      #expect(bytes != film)
      let code = try refusal(bytes)
      #expect(code == nil || code == .malformedFile || code == .truncated)
    }
  }
}
