// TIFF: what goes, what stays, what is refused, and what the second reading does not accept.

import Gateway
import Scrub
import Testing

@Suite struct TIFFTests {
  @Test(arguments: PlantedFile.tiffs)
  func `only the raster stays, in one layout`(file: PlantedFile) throws {
    #expect(file.planted.contains(text: PlantedFile.text))
    let result = try scrubbed(file.planted).get()
    #expect(result.bytes == file.clean)
    let classes = Set(result.report.removed.map(\.carrier))
    #expect(
      classes.isSuperset(of: [
        .exif, .position, .thumbnail, .xmp, .iptc, .comment, .time, .documentInfo, .vendor,
      ]))
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.mediaType == "image/tiff" && proof.sha256 == result.report.sha256After)
    let again = try scrubbed(file.clean).get()
    #expect(again.bytes == file.clean && again.report.removed.isEmpty)
  }

  @Test func `JPEG strips and their tables lose what a JPEG loses`() throws {
    let strip = DemoPictures.jpeg()
    let tables = Array(
      DemoPictures.cleanJPEG().dropFirst(20).prefix(while: { $0 != 0xc0 }).dropLast())
    var page = TIFFSample.Page(
      fields: [
        .init(256, 3, [96]), .init(257, 3, [128]), .init(258, 3, [8, 8, 8]), .init(259, 3, [7]),
        .init(262, 3, [6]), .init(277, 3, [3]), .init(278, 3, [64]),
      ], strips: [strip, strip])
    let comment = segment(0xfe, PlantedFile.words)
    let planted = TIFFSample(pages: [
      page.with(347, [0xff, 0xd8] + comment + tables + [0xff, 0xd9, 0])
    ])
    let result = try scrubbed(planted.bytes).get()
    #expect(DemoPictures.plantedTexts.allSatisfy { !result.bytes.contains(text: $0) })
    page.strips = Array(repeating: try scrubbed(strip).get().bytes, count: 2)
    let clean = TIFFSample(pages: [page.with(347, [0xff, 0xd8] + tables + [0xff, 0xd9])])
    #expect(result.bytes == clean.bytes)
    _ = try ResidueVerifier().verify(.bytes(result.bytes))
    // The verifier looks into strips and tables.
    for left in [
      planted.bytes, TIFFSample(pages: [page.with(347, [0xff, 0xd8, 0xff, 0xd9, 0])]).bytes,
    ] {
      #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(left)) }
    }
  }

  @Test func `a profile is rebuilt, and bytes that no decoder reads go`() throws {
    let profile = try colorProfile(of: DemoPictures.jpeg())
    var sample = TIFFSample()
    sample.pages[0] = sample.pages[0].with(34_675, profile)
    sample.pages[0].strips = sample.pages[0].strips.map { $0 + PlantedFile.words }
    let bytes = try scrubbed(sample.bytes).get().bytes
    #expect(bytes.contains(text: "rTRC") && !bytes.contains(text: "DISPLAY-SERIAL-99"))
    #expect(!bytes.contains(text: PlantedFile.text))
    #expect(bytes.suffix(32).elementsEqual(TIFFSample.grey.strips.flatMap { $0 }))
    _ = try ResidueVerifier().verify(.bytes(bytes))
  }

  @Test func `a strip used twice is written once, and one that is left out stays out`() throws {
    var sample = TIFFSample()
    sample.pages[0].strips[1] = []
    let sparse = sample.bytes
    #expect(try scrubbed(sparse).get().bytes == sparse)
    _ = try ResidueVerifier().verify(.bytes(sparse))
    // Both strips at the place of the first.
    let whole = TIFFSample().bytes
    let offsets = Array(whole[(whole.count - 56)..<(whole.count - 48)])
    #expect(offsets[0] == UInt8(whole.count - 32))
    let twice = whole.replacing(offsets, with: offsets[0..<4] + offsets[0..<4])
    let result = try scrubbed(twice).get().bytes
    #expect(result.count == whole.count - 16)
    _ = try ResidueVerifier().verify(.bytes(result))
    #expect(try scrubbed(result).get().bytes == result)
  }

  @Test func `rules keep the place, the description and the copyright`() throws {
    var sample = TIFFSample()
    sample.pages[0].fields +=
      TIFFSample.planted + [.init(34_736, 12, bytes: [0, 0, 0, 0, 0, 0, 0, 64])]
    let kept: [(rule: ScrubRule, tags: [Int])] = [
      (.descriptions, [270]), (.copyright, [33_432]),
      (.geography, [33_550, 33_922, 34_264, 34_735, 34_736, 34_737]),
    ]
    for (rule, tags) in kept {
      var rules = ScrubRules()
      rules[rule] = .keep
      let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
      let bytes = try scrubber.scrub(.bytes(sample.bytes)).bytes
      var expected = TIFFSample()
      expected.pages[0].fields += sample.pages[0].fields.filter { tags.contains($0.tag) }
      for index in expected.pages[0].fields.indices where rule == .geography {
        // The list of a longer count is cut to what the format defines.
        if expected.pages[0].fields[index].tag == 33_550 {
          expected.pages[0].fields[index].bytes = Array(repeating: 65, count: 24)
        }
      }
      #expect(bytes == expected.bytes)
      _ = try ResidueVerifier(rules: rules).verify(.bytes(bytes))
      #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(bytes)) }
      #expect(try scrubber.scrub(.bytes(bytes)).bytes == bytes)
    }
  }

  @Test func `kept text is what a person sees`() throws {
    var rules = ScrubRules()
    rules[.descriptions] = .keep
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let cases: [(String, String?)] = [
      ("A wall\0", "A wall"), ("A\u{1}wall\0hidden\0", "A wall"), (" \0North\0", "North"),
      ("\0\0\0\0\0", nil), (String(repeating: "a", count: 16_385), nil),
    ]
    for (text, expected) in cases {
      var sample = TIFFSample()
      sample.pages[0].fields.append(.init(270, 2, bytes: Array(text.utf8)))
      var clean = TIFFSample()
      if let expected {
        clean.pages[0].fields.append(.init(270, 2, bytes: Array(expected.utf8) + [0]))
      }
      #expect(try scrubber.scrub(.bytes(sample.bytes)).bytes == clean.bytes)
    }
  }

  static let refused: [RefusalTests.Case] = {
    typealias Case = RefusalTests.Case
    func page(_ tag: Int, _ values: [Int], type: Int = 3) -> [UInt8] {
      var sample = TIFFSample()
      sample.pages[0].fields.removeAll { $0.tag == tag }
      sample.pages[0].fields.append(.init(tag, type, values))
      return sample.bytes
    }
    var reduced = TIFFSample()
    reduced.pages[0].fields += [.init(254, 4, [1]), .init(330, 4, [8])]
    let bytes = TIFFSample().bytes
    // Where the next directory would be: behind ten entries.
    let link = 8 + 2 + 10 * 12
    var loop = bytes
    loop[link] = 8
    var overlap = bytes
    overlap[bytes.count - 56] = 8
    return [
      Case("whole", nil, bytes), Case("cut", .truncated, Array(bytes.dropLast())),
      Case("old JPEG", .encodingNotSupported, page(259, [6])),
      Case("JPEG 2000", .encodingNotSupported, page(259, [34_712])),
      Case("colour filter", .encodingNotSupported, page(262, [32_803])),
      Case("depth", .encodingNotSupported, page(32_997, [2])),
      Case("DNG", .typeNotSupported, page(50_706, [1, 4], type: 1)),
      Case("raw", .typeNotSupported, reduced.bytes),
      Case("no width", .malformedFile, page(256, [0])),
      Case("rows", .malformedFile, page(278, [1])),
      Case("compression of a wrong type", .malformedFile, page(259, [1, 1], type: 5)),
      Case("pixels", .tooManyPixels, page(256, [100_000_000], type: 4)),
      Case("loop", .malformedFile, loop), Case("strip over a directory", .malformedFile, overlap),
      Case("broken JPEG", .malformedJPEG, page(259, [7])),
    ]
  }()

  @Test(arguments: refused)
  func `what cannot be read in one way is refused`(item: RefusalTests.Case) throws {
    #expect(try refusal(item.bytes) == item.code)
  }

  @Test func `limits and names are checked`() throws {
    var limits = ScrubLimits()
    limits.framesMax = 1
    #expect(try refusal(PlantedFile.tiffs[0].clean, limits: limits) == .tooManyParts)
    limits = ScrubLimits()
    limits.partsMax = 9
    #expect(try refusal(TIFFSample().bytes, limits: limits) == .tooManyParts)
    limits = ScrubLimits()
    // Two pages with seven short fields and one of eight bytes each.
    var two = TIFFSample()
    two.pages = [TIFFSample.grey, TIFFSample.grey]
    limits.partsMax = 20
    #expect(try refusal(two.bytes, limits: limits) == nil)
    limits.streamBytesMax = 44
    #expect(try refusal(two.bytes, limits: limits) == nil)
    limits.streamBytesMax = 43
    #expect(try refusal(two.bytes, limits: limits) == .tooLarge)
    #expect(try refusal(TIFFSample().bytes, fileName: "scan.tif") == nil)
    #expect(try refusal(TIFFSample().bytes, fileName: "photo.dng") == .typeMismatch)
    var canon = TIFFSample().bytes
    canon.insert(contentsOf: Array("CR\u{2}\0".utf8), at: 8)
    #expect(try refusal(canon) == .typeNotSupported)
  }

  static let residues: [RefusalTests.Case] = {
    typealias Case = RefusalTests.Case
    let fields = TIFFSample.planted.map { field in
      var sample = TIFFSample()
      sample.pages[0].fields.append(field)
      return Case("field \(field.tag)", .residueFound, sample.bytes)
    }
    let bytes = TIFFSample().bytes
    var gap = TIFFSample()
    gap.gap = [0, 0]
    var long = TIFFSample()
    long.pages[0].strips[1].append(0)
    var many = TIFFSample()
    many.pages[0].strips.append([1])
    // The unused half of the place of a short value.
    var half = bytes
    half[8 + 2 + 10] = 1
    return fields + [
      Case("trailer", .residueFound, bytes + [0]), Case("gap", .residueFound, gap.bytes),
      Case("long strip", .residueFound, long.bytes), Case("strips", .residueFound, many.bytes),
      Case("unused bytes of a field", .residueFound, half),
    ]
  }()

  @Test(arguments: residues)
  func `residue is found`(item: RefusalTests.Case) {
    #expect(residue(item.bytes) == item.code)
  }
}

extension TIFFSample.Page {
  /// The page with one more field of bytes.
  fileprivate func with(_ tag: Int, _ bytes: [UInt8]) -> TIFFSample.Page {
    var page = self
    page.fields.append(.init(tag, 7, bytes: bytes))
    return page
  }
}
