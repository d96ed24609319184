// Pictures and films made of boxes: what goes, what stays, in the same size and place.

import Base
import Gateway
import Glibc
import Scrub
import Testing

@Suite struct BoxTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let type: String
    let planted: [UInt8]
    let clean: [UInt8]
    /// Media data that every copy must hold.
    let media: [[UInt8]]

    static let all: [Sample] = {
      let film = FilmSample()
      let media = film.tracks.map(\.data)
      var (old, oldPlanted) = (FilmSample(), FilmSample.planted)
      (old.brand, old.isStreamable, old.isLong) = ("", false, true)
      (oldPlanted.brand, oldPlanted.isStreamable, oldPlanted.isLong) = ("", false, true)
      old.before = box("wide")
      var (sound, soundPlanted) = (FilmSample(), FilmSample.planted)
      (sound.brand, soundPlanted.brand) = ("M4A ", "M4A ")
      var (absolute, absolutePlanted) = (FragmentSample(), FragmentSample.planted)
      (absolute.isRelative, absolutePlanted.isRelative) = (false, false)
      return [
        Sample(
          testDescription: "avif", type: "image/avif", planted: PictureSample.planted.bytes,
          clean: PictureSample().bytes, media: [PictureSample().items[0].data]),
        Sample(
          testDescription: "mp4", type: "video/mp4", planted: FilmSample.planted.bytes,
          clean: film.bytes, media: media),
        Sample(
          testDescription: "mov without brands", type: "video/quicktime",
          planted: oldPlanted.bytes, clean: old.bytes, media: media),
        Sample(
          testDescription: "m4a", type: "audio/mp4", planted: soundPlanted.bytes,
          clean: sound.bytes, media: media),
        Sample(
          testDescription: "fragments", type: "video/mp4", planted: FragmentSample.planted.bytes,
          clean: FragmentSample().bytes, media: media),
        Sample(
          testDescription: "fragments by place", type: "video/mp4",
          planted: absolutePlanted.bytes, clean: absolute.bytes, media: media),
      ]
    }()
  }

  @Test(arguments: Sample.all)
  func `no planted text survives, and the media data stays where it was`(item: Sample) throws {
    #expect(BoxSample.left(in: item.planted).count >= 8)
    let result = try scrubbed(item.planted).get()
    #expect(BoxSample.left(in: result.bytes).isEmpty)
    #expect(result.report.mediaType == item.type)
    for media in item.media {
      let place = try #require(item.planted.firstIndex(of: media))
      #expect(result.bytes.firstIndex(of: media) == place)
    }
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.sha256 == result.report.sha256After && proof.mediaType == item.type)
  }

  @Test(arguments: Sample.all)
  func `a clean file comes out byte for byte, a scrubbed one as well`(item: Sample) throws {
    for bytes in [item.clean, try scrubbed(item.planted).get().bytes] {
      let result = try scrubbed(bytes).get()
      #expect(result.bytes == bytes)
      #expect(result.report.removed.isEmpty)
    }
  }

  @Test(arguments: Sample.all)
  func `an original is never taken for clean`(item: Sample) {
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(item.planted)) }
  }

  @Test(arguments: Sample.all)
  func `a file on disk gives the same as bytes in memory`(item: Sample) throws {
    // Both vanish when they are closed.
    let files = [try #require(tmpfile()), try #require(tmpfile())]
    defer { for file in files { fclose(file) } }
    let (descriptor, output) = (fileno(files[0]), fileno(files[1]))
    #expect(write(descriptor, item.planted, item.planted.count) == item.planted.count)
    let report = try MetadataScrubber().scrub(.descriptor(descriptor), to: output)
    #expect(report.sha256After == (try scrubbed(item.planted).get().report.sha256After))
    #expect(try ResidueVerifier().verify(.descriptor(output)).sha256 == report.sha256After)
  }

  @Test func `a report counts classes`() throws {
    let picture = try scrubbed(PictureSample.planted.bytes).get().report
    #expect(
      picture.removed == [
        RemovedCarrier(.exif, count: 1), RemovedCarrier(.thumbnail, count: 1),
        RemovedCarrier(.xmp, count: 2), RemovedCarrier(.secondImage, count: 1),
        RemovedCarrier(.vendor, count: 1), RemovedCarrier(.misplaced, count: 1),
        RemovedCarrier(.trailer, count: 1),
      ])
    let film = try scrubbed(FilmSample.planted.bytes).get().report
    let counts = Dictionary(uniqueKeysWithValues: film.removed.map { ($0.carrier, $0.count) })
    // The header of the film and two headers of each of its two tracks have times.
    #expect(counts[.time] == 5 && counts[.position] == 1 && counts[.timedMetadata] == 5)
  }

  @Test(arguments: [
    ("heic", "image/heic"), ("heix", "image/heic"), ("mif1", "image/heif"), ("avif", "image/avif"),
  ])
  func `the brand says which picture it is`(brand: String, type: String) throws {
    var sample = PictureSample()
    sample.brands = [brand, "mif1"]
    let result = try scrubbed(sample.bytes).get()
    #expect(result.report.mediaType == type)
    #expect(try ResidueVerifier().verify(.bytes(result.bytes)).mediaType == type)
  }

  @Test(arguments: [
    ("isom", "video/mp4"), ("mp42", "video/mp4"), ("qt  ", "video/quicktime"),
    ("M4A ", "audio/mp4"), ("3gp5", "video/3gpp"), ("3g2a", "video/3gpp"),
  ])
  func `the brand says which film it is`(brand: String, type: String) throws {
    var sample = FilmSample()
    sample.brand = brand
    let result = try scrubbed(sample.bytes).get()
    #expect(result.report.mediaType == type)
    #expect(try ResidueVerifier().verify(.bytes(result.bytes)).mediaType == type)
  }

  @Test func `turning, colours and transparency of a picture stay`() throws {
    var sample = PictureSample.planted
    let alpha = Array("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0".utf8)
    sample.properties.append(fullBox("auxC", 0, alpha))
    let data = BoxSample.media(77, 90)
    sample.items.append(
      PictureSample.Item(
        id: 9, type: "av01", data: data, flags: 1,
        properties: [1, 0x83, UInt8(sample.properties.count)]))
    sample.references.append(PictureSample.reference("auxl", from: 9, to: [1]))
    let result = try scrubbed(sample.bytes).get().bytes
    for kept in [box("irot", [1]), sample.properties[3], alpha, data] {
      #expect(result.firstIndex(of: kept) != nil)
    }
    _ = try ResidueVerifier().verify(.bytes(result))
  }

  @Test func `parts of a picture stay with it, and its description in the box`() throws {
    var sample = PictureSample()
    let part = sample.items[0]
    sample.items = [
      PictureSample.Item(
        id: 3, type: "grid", data: [0, 0, 0, 1, 0, 128, 0, 48], properties: [1], isInside: true)
    ]
    for id in [1, 2] {
      var copy = part
      (copy.id, copy.flags) = (id, 1)
      sample.items.append(copy)
    }
    sample.references = [PictureSample.reference("dimg", from: 3, to: [1, 2])]
    #expect(try scrubbed(sample.bytes).get().bytes == sample.bytes)
    sample.items.append(
      PictureSample.Item(id: 8, type: "Exif", data: BoxSample.text("MAKER"), isInside: true))
    let result = try scrubbed(sample.bytes).get().bytes
    #expect(BoxSample.left(in: result).isEmpty)
    #expect(result.firstIndex(of: [0, 0, 0, 1, 0, 128, 0, 48]) != nil)
    _ = try ResidueVerifier().verify(.bytes(result))
  }

  @Test func `a JPEG inside is scrubbed as a file of its own`() throws {
    var sample = PictureSample()
    sample.items[0].type = "jpeg"
    sample.items[0].data = DemoPictures.jpeg(orientation: 6)
    let result = try scrubbed(sample.bytes).get()
    #expect(DemoPictures.plantedTexts.allSatisfy { !result.bytes.contains(text: $0) })
    #expect(result.bytes.count == sample.bytes.count)
    #expect(result.bytes.firstIndex(of: try scrubbed(sample.items[0].data).get().bytes) != nil)
    _ = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(try scrubbed(result.bytes).get().bytes == result.bytes)
  }

  @Test func `messages of encoders in a configuration are overwritten, other messages stay`() throws
  {
    let secret = BoxSample.text("ENCODER")
    let light: [UInt8] = [144, 4, 1, 2, 3, 4]
    // An escape stands in the free message; lengths count without it.
    let free: [UInt8] = [5, UInt8(16 + secret.count + 3)] + zeros(16).map { _ in 9 } + secret
    let message: [UInt8] = [0x4e, 1] + light + free + [0, 0, 3, 1, 0x80]
    let units = [39 | 0x80] + short(1) + short(message.count) + message
    let record = [1] + zeros(21) + [1] + units
    var film = FilmSample()
    film.tracks[0].entry = FilmSample.picture(type: "hvc1", box("hvcC", record))
    let result = try scrubbed(film.bytes).get().bytes
    #expect(BoxSample.left(in: result).isEmpty)
    #expect(result.firstIndex(of: [0x4e, 1] + light + [5]) != nil)
    #expect(result.firstIndex(of: [0xff, 0, 0, 3, 0xff, 0x80]) != nil)
    _ = try ResidueVerifier().verify(.bytes(result))
    #expect(try scrubbed(result).get().bytes == result)
  }

  @Test func `text tracks go, stay or refuse by rule`() throws {
    var sample = FilmSample()
    sample.tracks.append(
      FilmSample.Track(
        id: 3, handler: "sbtl", data: BoxSample.text("TRACK") + BoxSample.text("TRACK"),
        entry: box("tx3g", zeros(6) + short(1) + zeros(30))))
    func outcome(_ choice: ScrubRule.Choice) throws -> (bytes: [UInt8], report: ScrubReport) {
      var rules = ScrubRules()
      rules[.timedText] = choice
      return try MetadataScrubber(policy: ScrubPolicy(rules: rules)).scrub(.bytes(sample.bytes))
    }
    #expect(BoxSample.left(in: try outcome(.drop).bytes).isEmpty)
    #expect(try outcome(.keep).bytes == sample.bytes)
    var rules = ScrubRules()
    rules[.timedText] = .keep
    _ = try ResidueVerifier(rules: rules).verify(.bytes(sample.bytes))
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(sample.bytes)) }
    #expect(throws: ScrubError.self) { try outcome(.refuse) }
  }

  @Test func `plain sound of QuickTime is as long as its description says`() throws {
    var film = FilmSample()
    film.brand = "qt  "
    // Two samples of one byte each, as the table says; of four, as the description says.
    film.tracks[1].data = BoxSample.media(5, 8)
    let table = fullBox("stsz", 0, big(4) + big(2))
    let bytes = film.bytes.replacing(table, with: fullBox("stsz", 0, big(1) + big(2)))
    #expect(bytes != film.bytes)
    #expect(try scrubbed(bytes).get().bytes == bytes)
  }
}
