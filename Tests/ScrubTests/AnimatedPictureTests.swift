// GIF and WebP: what goes, what stays, what is refused, and what the second reading does not accept.

import Gateway
import Scrub
import Testing

@Suite struct AnimatedPictureTests {
  @Test(arguments: PlantedFile.animated)
  func `planted texts go and the pictures stay byte for byte`(file: PlantedFile) throws {
    #expect(file.planted.contains(text: PlantedFile.text))
    let result = try scrubbed(file.planted).get()
    #expect(result.bytes == file.clean)
    #expect(!result.report.removed.isEmpty)
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.mediaType == result.report.mediaType)
    #expect(proof.sha256 == result.report.sha256After)
    let again = try scrubbed(file.clean).get()
    #expect(again.bytes == file.clean && again.report.removed.isEmpty)
  }

  @Test func `a WebP keeps its profile and its orientation if its header announces them`() throws {
    let exif = DemoPictures.jpeg(orientation: 6)
    let start = try #require(exif.firstIndex(of: Array("Exif\0\0MM".utf8)))
    let blocks = [
      WebPSample.chunk("ICCP", try colorProfile(of: exif)),
      WebPSample.lossy, WebPSample.chunk("EXIF", Array(exif[start...])),
    ].flatMap { $0 }
    let kept = try scrubbed(WebPSample.file(WebPSample.header(0x28), blocks)).get().bytes
    #expect(kept.firstIndex(of: [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]) != nil)
    #expect(kept.contains(text: "rTRC") && kept[20] == 0x28)
    #expect(DemoPictures.plantedTexts.allSatisfy { !kept.contains(text: $0) })
    _ = try ResidueVerifier().verify(.bytes(kept))
    let silent = try scrubbed(WebPSample.file(WebPSample.header(0), blocks)).get().bytes
    #expect(silent == WebPSample.file(WebPSample.header(0), WebPSample.lossy))
  }

  @Test func `a GIF keeps its profile in sub-blocks`() throws {
    let profile = try colorProfile(of: DemoPictures.jpeg())
    let parts = stride(from: 0, to: profile.count, by: 100)
      .map { Array(profile[$0..<min($0 + 100, profile.count)]) }
    let gif =
      GIFSample.screen + GIFSample.application("ICCRGBG1012", parts) + GIFSample.image + [0x3b]
    let bytes = try scrubbed(gif).get().bytes
    #expect(bytes.contains(text: "rTRC") && !bytes.contains(text: "DISPLAY-SERIAL-99"))
    _ = try ResidueVerifier().verify(.bytes(bytes))
    #expect(try scrubbed(bytes).get().bytes == bytes)
  }

  @Test func `a GIF without its trailer gets one, and the last of two controls counts`() throws {
    let open = GIFSample.screen + GIFSample.control + GIFSample.image
    #expect(try scrubbed(open).get().bytes == open + [0x3b])
    let first: [UInt8] = [0x21, 0xf9, 4, 0, 99, 0, 0, 0]
    let twice = GIFSample.screen + first + GIFSample.control + GIFSample.image + [0x3b]
    #expect(try scrubbed(twice).get().bytes == open + [0x3b])
  }

  @Test func `long picture data passes in order`() throws {
    let parts = (0..<5000).map { index in
      (0..<(1 + index % 255)).map { UInt8(truncatingIfNeeded: index &* 31 &+ $0) }
    }
    let data: [UInt8] = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2] + GIFSample.blocks(parts)
    let gif = GIFSample.screen + data + data + [0x3b]
    #expect(try scrubbed(gif).get().bytes == gif)
  }

  static let refused: [RefusalTests.Case] = {
    typealias Case = RefusalTests.Case
    let (screen, image) = (GIFSample.screen, GIFSample.image)
    let (lossy, header) = (WebPSample.lossy, WebPSample.header(0))
    let plain: [UInt8] = [0x21, 1, 12] + [UInt8](repeating: 0, count: 12) + [1, 65, 0]
    var long = WebPSample.file(lossy)
    long[4] += 2
    return [
      Case("GIF plain text", .encodingNotSupported, screen + plain + image + [0x3b]),
      Case("GIF gap", .malformedFile, screen + [0] + image + [0x3b]),
      Case("GIF empty", .malformedFile, screen + [0x3b]),
      Case("GIF cut", .truncated, screen + image.dropLast(2)),
      Case("WebP cut", .truncated, Array(WebPSample.file(lossy).dropLast(2))),
      Case("WebP longer than the file", .truncated, long),
      Case("WebP two pictures", .malformedFile, WebPSample.file(header, lossy, lossy)),
      Case("WebP no picture", .malformedFile, WebPSample.file(header)),
      Case(
        "WebP animation not announced", .malformedFile,
        WebPSample.file(header, WebPSample.control, WebPSample.frame(0, lossy))),
      Case(
        "WebP no frames", .malformedFile, WebPSample.file(WebPSample.header(2), WebPSample.control)),
      Case(
        "WebP other picture", .malformedFile, WebPSample.file(WebPSample.chunk("VP8 ", [1, 2]))),
    ]
  }()

  @Test(arguments: refused)
  func `what cannot be read in one way is refused`(item: RefusalTests.Case) throws {
    #expect(try refusal(item.bytes) == item.code)
  }

  @Test func `limits stop large screens and many frames`() throws {
    var limits = ScrubLimits()
    limits.framesMax = 1
    for file in PlantedFile.animated where file.name.contains("animation") || file.name == "gif" {
      #expect(try refusal(file.clean, limits: limits) == .tooManyParts)
    }
    limits.pixelsMax = 0
    for file in PlantedFile.animated {
      #expect(try refusal(file.clean, limits: limits) == .tooManyPixels)
    }
  }

  static let residues: [RefusalTests.Case] = {
    typealias Case = RefusalTests.Case
    let (screen, control, image) = (GIFSample.screen, GIFSample.control, GIFSample.image)
    let lossy = WebPSample.lossy
    let odd = WebPSample.chunk("VP8L", [0x2f, 0, 0, 0, 0, 0, 0], padding: 1)
    let gifs = [
      ("comment", screen + GIFSample.comment + image + [0x3b]),
      ("XMP", screen + GIFSample.xmp + image + [0x3b]),
      ("control of a comment", screen + control + GIFSample.comment + image + [0x3b]),
      ("buffer size", screen + GIFSample.application("NETSCAPE2.0", [[2, 0, 0]]) + image + [0x3b]),
      ("unknown label", screen + [0x21, 0xf0, 0] + image + [0x3b]),
      ("trailer", screen + image + [0x3b, 0]), ("no picture", screen + [0x3b]),
    ]
    let webps = [
      ("note", WebPSample.file(WebPSample.header(0), lossy, WebPSample.chunk("note", [1, 2]))),
      ("announced XMP", WebPSample.file(WebPSample.header(4), lossy)),
      ("reserved bits", WebPSample.file(WebPSample.header(0, reserved: 1), lossy)),
      (
        "frame bits",
        WebPSample.file(
          WebPSample.header(2), WebPSample.control, WebPSample.frame(4, lossy))
      ),
      ("padding", WebPSample.file(odd)), ("trailer", WebPSample.file(lossy) + [0]),
      (
        "EXIF",
        WebPSample.file(
          WebPSample.header(8), lossy, WebPSample.chunk("EXIF", PlantedFile.words))
      ),
      (
        "note in a frame",
        WebPSample.file(
          WebPSample.header(2), WebPSample.control,
          WebPSample.frame(0, lossy + WebPSample.chunk("note", [1, 2])))
      ),
    ]
    return (gifs + webps).map { Case($0.0, .residueFound, $0.1) }
  }()

  @Test(arguments: residues)
  func `residue is found`(item: RefusalTests.Case) {
    #expect(residue(item.bytes) == item.code)
  }
}
