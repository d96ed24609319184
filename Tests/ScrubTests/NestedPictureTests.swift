// Pictures inside documents come out as they would alone.

import Gateway
import Scrub
import Testing

@Suite struct NestedPictureTests {
  @Test(arguments: PlantedFile.animated + PlantedFile.tiffs)
  func `a picture in a document is scrubbed and proved as it is alone`(file: PlantedFile) throws {
    let bytes = try scrubbed(document(with: file.planted)).get().bytes
    _ = try ResidueVerifier().verify(.bytes(bytes))
    let picture = try #require(ZipSample.unpacked(bytes).first { $0.name == "ppt/media/i.bin" })
    #expect(picture.bytes == file.clean)
    #expect(try scrubbed(bytes).get().bytes == bytes)
  }

  @Test func `a rule that keeps a text speaks for the pictures of a document too`() throws {
    var rules = ScrubRules()
    rules[.descriptions] = .keep
    var sample = TIFFSample()
    sample.pages[0].fields.append(.init(270, 2, bytes: Array("North wall\0".utf8)))
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let bytes = try scrubber.scrub(.bytes(document(with: sample.bytes))).bytes
    let picture = try #require(ZipSample.unpacked(bytes).first { $0.name == "ppt/media/i.bin" })
    #expect(picture.bytes == sample.bytes)
    _ = try ResidueVerifier(rules: rules).verify(.bytes(bytes))
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(bytes)) }
  }

  /// A presentation of one slide with a picture.
  private func document(with picture: [UInt8]) -> [UInt8] {
    var sample = OfficeSample.pptx(
      "<p:pic><p:blipFill><a:blip r:embed=\"rId3\"/></p:blipFill></p:pic>")
    sample.add("ppt/media/i.bin", "image/any", bytes: picture)
    sample.relate("ppt/slides/slide1.xml", "rId3", "image", "../media/i.bin")
    return sample.bytes
  }
}
