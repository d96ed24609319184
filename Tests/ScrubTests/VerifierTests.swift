// The second reading refuses whatever the first one should have removed.

import Gateway
import Scrub
import Testing

@Suite struct VerifierTests {
  static let residues: [RefusalTests.Case] = {
    let jpeg = DemoPictures.cleanJPEG()
    let png = DemoPictures.cleanPNG()
    let turned: [UInt8] = [
      77, 77, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0,
    ]
    let exif = Array("Exif\0\0".utf8)
    var linked = turned
    linked[25] = 8
    let place = 20
    typealias Case = RefusalTests.Case
    return [
      Case("clean JPEG", nil, jpeg), Case("clean PNG", nil, png),
      Case("JPEG orientation", nil, jpeg.inserting(segment(0xe1, exif + turned), at: place)),
      Case("PNG orientation", nil, png.inserting(chunk("eXIf", turned), at: 33)),
      Case(
        "linked directory", .residueFound,
        jpeg.inserting(segment(0xe1, exif + linked), at: place)),
      Case(
        "long EXIF", .residueFound,
        jpeg.inserting(segment(0xe1, exif + turned + [0]), at: place)),
      Case(
        "orientation twice", .residueFound,
        jpeg.inserting(segment(0xe1, exif + turned) + segment(0xe1, exif + turned), at: place)),
      Case("comment", .residueFound, jpeg.inserting(segment(0xfe, [65]), at: place)),
      Case(
        "XMP", .residueFound,
        jpeg.inserting(segment(0xe1, Array("http://ns.adobe.com/xap/1.0/\0".utf8)), at: place)),
      Case("application segment", .residueFound, jpeg.inserting(segment(0xe9, [1]), at: place)),
      Case("fill byte", .residueFound, jpeg.inserting([0xff], at: place)),
      Case("JPEG trailer", .residueFound, jpeg + [0]),
      Case("late comment", .residueFound, jpeg.inserting(segment(0xfe, [65]), at: jpeg.count - 2)),
      Case("PNG text", .residueFound, png.inserting(chunk("tEXt", [65, 0]), at: 33)),
      Case("PNG time", .residueFound, png.inserting(chunk("tIME", [7, 7, 7, 7, 7, 7, 7]), at: 33)),
      Case("PNG trailer", .residueFound, png + [0]),
      Case(
        "bytes behind the data stream", .residueFound,
        png.inserting(chunk("IDAT", [1, 2, 3]), at: png.count - 12)),
      Case(
        "data of another size", .residueFound,
        Array(png[..<8]) + chunk("IHDR", big(96) + big(63) + [8, 2, 0, 0, 0]) + png[33...]),
    ]
  }()

  @Test(arguments: residues)
  func `residue is found`(item: RefusalTests.Case) {
    #expect(residue(item.bytes) == item.code)
  }

  @Test(arguments: PlantedPicture.all)
  func `an original is never taken for clean`(picture: PlantedPicture) {
    #expect(throws: ScrubError.self) {
      try ResidueVerifier().verify(.bytes(picture.planted(6)))
    }
  }
}
