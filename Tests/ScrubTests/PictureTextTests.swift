// Titles, descriptions and copyright notices of pictures that a rule keeps, and nothing beside them.

import Gateway
import Scrub
import Testing

@Suite struct PictureTextTests {
  private static let title = "North wall"
  private static let notice = "(c) Nordlicht Survey"

  /// An EXIF block with description, orientation, artist and copyright; the notice has an editor.
  private static let exif: [UInt8] = {
    let texts: [(tag: [UInt8], text: [UInt8])] = [
      ([0x01, 0x0e], Array(title.utf8) + [0]), ([0x01, 0x3b], PlantedFile.words + [0]),
      ([0x82, 0x98], Array("\(notice)\0An editor\0".utf8)),
    ]
    var block: [UInt8] = [77, 77, 0, 42, 0, 0, 0, 8, 0, 4]
    var values: [UInt8] = []
    for (index, entry) in texts.enumerated() {
      if index == 1 { block += [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0] }
      block += entry.tag + [0, 2] + big(entry.text.count) + big(62 + values.count)
      values += entry.text
    }
    return block + big(0) + values
  }()

  private static let pictures: [PlantedFile] = {
    let jpeg = DemoPictures.cleanJPEG()
    let png = DemoPictures.cleanPNG()
    let international = Array("Title\0\0\0de\0Titel\0".utf8) + Array("Nordwand\0hidden".utf8)
    let texts =
      chunk("tEXt", Array("Title\0North wall".utf8)) + chunk("iTXt", international)
      + chunk("tEXt", Array("Author\0".utf8) + PlantedFile.words)
      + chunk("zTXt", Array("Copyright\0\0".utf8) + (Zlib.deflate(Array(notice.utf8)) ?? []))
      + chunk("eXIf", exif)
    return [
      PlantedFile(
        name: "jpeg",
        planted: jpeg.inserting(segment(0xe1, Array("Exif\0\0".utf8) + exif), at: 20), clean: jpeg),
      PlantedFile(name: "png", planted: png.inserting(texts, at: 33), clean: png),
      PlantedFile(
        name: "webp",
        planted: WebPSample.file(
          WebPSample.header(8), WebPSample.lossy, WebPSample.chunk("EXIF", exif)),
        clean: WebPSample.file(WebPSample.header(0), WebPSample.lossy)),
    ]
  }()

  private func scrubber(_ rules: ScrubRules) throws -> MetadataScrubber {
    try MetadataScrubber(policy: ScrubPolicy(rules: rules))
  }

  @Test(arguments: pictures)
  func `a rule keeps its own texts only`(file: PlantedFile) throws {
    for kept in [[], [ScrubRule.descriptions], [.copyright], [.descriptions, .copyright]] {
      var rules = ScrubRules()
      for rule in kept { rules[rule] = .keep }
      let scrubber = try scrubber(rules)
      let result = try scrubber.scrub(.bytes(file.planted))
      #expect(result.bytes.contains(text: Self.title) == kept.contains(.descriptions))
      #expect(result.bytes.contains(text: Self.notice) == kept.contains(.copyright))
      for gone in [PlantedFile.text, "An editor", "Nordwand", "hidden", "Titel"] {
        #expect(!result.bytes.contains(text: gone))
      }
      #expect(result.bytes.firstIndex(of: [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]) != nil)
      let proof = try ResidueVerifier(rules: rules).verify(.bytes(result.bytes))
      #expect(proof.sha256 == result.report.sha256After)
      let again = try scrubber.scrub(.bytes(result.bytes))
      #expect(again.bytes == result.bytes && again.report.removed.isEmpty)
      // A verifier that was not told finds what it must not.
      if !kept.isEmpty {
        #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(result.bytes)) }
      }
    }
  }

  @Test func `an international text keeps its letters and loses its languages`() throws {
    var rules = ScrubRules()
    rules[.descriptions] = .keep
    let text = Array("Nürnberg, Süd".utf8)
    let plain = Array("Description\0\0\0\0\0".utf8) + text
    let packed = Array("Description\0\u{1}\0de\0Beschreibung\0".utf8) + (Zlib.deflate(text) ?? [])
    let png = DemoPictures.cleanPNG()
    for payload in [plain, packed] {
      let bytes = try scrubber(rules).scrub(.bytes(png.inserting(chunk("iTXt", payload), at: 33)))
      #expect(bytes.bytes == png.inserting(chunk("iTXt", plain), at: 33))
      _ = try ResidueVerifier(rules: rules).verify(.bytes(bytes.bytes))
    }
  }

  @Test func `a verifier that keeps texts still finds what is hidden beside them`() throws {
    var rules = ScrubRules()
    rules[.descriptions] = .keep
    let jpeg = DemoPictures.cleanJPEG()
    let entry: [UInt8] = [0x01, 0x0e, 0, 2] + big(6) + big(26)
    let block = [77, 77, 0, 42, 0, 0, 0, 8, 0, 1] + entry + big(0) + Array("North\0".utf8)
    func exif(_ block: [UInt8]) -> [UInt8] {
      jpeg.inserting(segment(0xe1, Array("Exif\0\0".utf8) + block), at: 20)
    }
    _ = try ResidueVerifier(rules: rules).verify(.bytes(exif(block)))
    let png = DemoPictures.cleanPNG()
    let title = chunk("tEXt", Array("Title\0a".utf8))
    let residues = [
      exif(block + [0, 0]), exif(block.replacing([0x01, 0x0e], with: [0x01, 0x3b])),
      exif(block.replacing(Array("North".utf8), with: Array("No\0th".utf8))),
      exif(block.replacing(big(0) + Array("N".utf8), with: big(8) + Array("N".utf8))),
      png.inserting(title + title, at: 33),
      png.inserting(chunk("tEXt", Array("Author\0a".utf8)), at: 33),
      png.inserting(chunk("tEXt", Array("Copyright\0a".utf8)), at: 33),
      png.inserting(chunk("iTXt", Array("Title\0\0\0de\0\0a".utf8)), at: 33),
    ]
    for bytes in residues { #expect(residue(bytes, rules: rules) == .residueFound) }
  }
}
