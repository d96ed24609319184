// What goes, what stays, and that a second scrub has nothing left to do.

import Gateway
import Scrub
import Testing

@Suite struct PlantedMetadataTests {
  @Test(arguments: PlantedPicture.all)
  func `no planted text survives and the result is proved clean`(picture: PlantedPicture) throws {
    for orientation: UInt8 in 1...8 {
      let planted = picture.planted(orientation)
      let result = try scrubbed(planted).get()
      let left = DemoPictures.plantedTexts.filter { result.bytes.contains(text: $0) }
      #expect(left.isEmpty)
      let proof = try ResidueVerifier().verify(.bytes(result.bytes))
      #expect(proof.sha256 == result.report.sha256After)
      #expect(proof.bytes == result.bytes.count)
    }
  }

  @Test(arguments: PlantedPicture.all)
  func `the texts are really planted`(picture: PlantedPicture) {
    let planted = picture.planted(6)
    let found = DemoPictures.plantedTexts.filter { planted.contains(text: $0) }
    #expect(found.count >= 6)
  }

  @Test(arguments: PlantedPicture.all)
  func `the picture data stays as it is`(picture: PlantedPicture) throws {
    let result = try scrubbed(picture.planted(6)).get().bytes
    let clean = picture.clean()
    // JPEG: from the first table to the end; PNG: the data chunk.
    let start = try #require(
      picture.name == "jpeg" ? clean.firstIndex(of: [0xff, 0xdb]) : clean.firstIndex(of: idat))
    let body = Array(clean[start..<(clean.count - (picture.name == "jpeg" ? 0 : 12))])
    #expect(result.firstIndex(of: body) != nil)
  }

  @Test(arguments: PlantedPicture.all)
  func `scrubbing twice changes nothing more`(picture: PlantedPicture) throws {
    let once = try scrubbed(picture.planted(3)).get()
    let again = try scrubbed(picture.planted(3)).get()
    let twice = try scrubbed(once.bytes).get()
    #expect(once.bytes == again.bytes)
    #expect(once.bytes == twice.bytes)
    #expect(twice.report.removed.isEmpty)
    #expect(twice.report.sha256Before == twice.report.sha256After)
  }

  @Test(arguments: PlantedPicture.all)
  func `a file without metadata comes out byte for byte`(picture: PlantedPicture) throws {
    let clean = picture.clean()
    let result = try scrubbed(clean).get()
    #expect(result.bytes == clean)
    #expect(result.report.removed.isEmpty)
  }

  @Test(arguments: PlantedPicture.all)
  func `only a turned picture keeps its orientation`(picture: PlantedPicture) throws {
    for orientation: UInt8 in 1...8 {
      let bytes = try scrubbed(picture.planted(orientation)).get().bytes
      let tag: [UInt8] = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
      #expect((bytes.firstIndex(of: tag) != nil) == (orientation > 1))
    }
  }

  @Test func `a report counts classes`() throws {
    let jpeg = try scrubbed(DemoPictures.jpeg()).get().report
    #expect(
      jpeg.removed == [
        RemovedCarrier(.exif, count: 1), RemovedCarrier(.position, count: 1),
        RemovedCarrier(.makerNote, count: 1), RemovedCarrier(.thumbnail, count: 1),
        RemovedCarrier(.xmp, count: 1), RemovedCarrier(.iptc, count: 1),
        RemovedCarrier(.comment, count: 1), RemovedCarrier(.profileDetails, count: 1),
        RemovedCarrier(.trailer, count: 1),
      ])
    let png = try scrubbed(DemoPictures.png()).get().report
    #expect(
      png.removed == [
        RemovedCarrier(.exif, count: 1), RemovedCarrier(.position, count: 1),
        RemovedCarrier(.makerNote, count: 1), RemovedCarrier(.comment, count: 4),
        RemovedCarrier(.time, count: 1), RemovedCarrier(.profileDetails, count: 1),
        RemovedCarrier(.trailer, count: 1),
      ])
    #expect(jpeg.mediaType == "image/jpeg" && png.mediaType == "image/png")
  }

  @Test func `a profile keeps its colours and loses its origin`() throws {
    let bytes = try scrubbed(DemoPictures.jpeg()).get().bytes
    let start = try #require(bytes.firstIndex(of: Array("ICC_PROFILE\0\u{1}\u{1}".utf8))) + 14
    let profile = Array(bytes[start...])
    for tag in ["rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "wtpt"] {
      #expect(profile.prefix(300).firstRange(of: Array(tag.utf8)) != nil)
    }
    #expect(!profile.prefix(300).contains(Array("mmod".utf8)))
    #expect(profile[24..<36].allSatisfy { $0 == 0 })
  }

  private var idat: [UInt8] { big(96 * 64 * 3 + 64 + 11) + Array("IDAT".utf8) }
}

extension ArraySlice<UInt8> {
  fileprivate func contains(_ part: [UInt8]) -> Bool { Array(self).firstIndex(of: part) != nil }
}
