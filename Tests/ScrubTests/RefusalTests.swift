// Files that are refused, each with its code, and the neighbours that are not.

import Gateway
import Scrub
import Testing

@Suite struct RefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let code: ScrubError.Code?
    let bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ code: ScrubError.Code?, _ bytes: [UInt8]) {
      self.name = name
      self.code = code
      self.bytes = bytes
    }
  }

  static let jpegs: [Case] = {
    let jpeg = DemoPictures.cleanJPEG()
    let frame = jpeg.firstIndex(of: [0xff, 0xc0]) ?? 0
    let scan = jpeg.firstIndex(of: [0xff, 0xda]) ?? 0
    return [
      Case("whole", nil, jpeg),
      Case("fill bytes before a marker", nil, jpeg.inserting([0xff, 0xff], at: 2)),
      Case("fill bytes at the end of the scan", nil, jpeg.inserting([0xff], at: jpeg.count - 2)),
      Case("a comment before the frame", nil, jpeg.inserting(segment(0xfe, [65]), at: frame)),
      Case("without its end", .truncated, Array(jpeg.dropLast(2))),
      Case("cut inside a table", .truncated, Array(jpeg[..<(frame + 4)])),
      Case("garbage between segments", .malformedJPEG, jpeg.inserting([1, 2, 3], at: 20)),
      Case("a second start", .malformedJPEG, jpeg.inserting([0xff, 0xd8], at: 20)),
      Case(
        "a restart marker among the tables", .malformedJPEG, jpeg.inserting([0xff, 0xd0], at: 20)),
      Case("a reserved marker", .malformedJPEG, jpeg.inserting(segment(0xf3, [0]), at: 20)),
      Case("a segment length of one", .malformedJPEG, jpeg.inserting([0xff, 0xe5, 0, 1], at: 2)),
      Case(
        "a second frame", .malformedJPEG,
        jpeg.inserting(Array(jpeg[frame..<(frame + 19)]), at: frame)),
      Case("no frame", .malformedJPEG, Array(jpeg[..<frame]) + jpeg[(frame + 19)...]),
      Case("no scan", .malformedJPEG, Array(jpeg[..<scan]) + [0xff, 0xd9]),
      Case(
        "a lossless frame", .encodingNotSupported,
        jpeg.replacing([0xff, 0xc0], with: [0xff, 0xc3])),
      Case(
        "a table with bytes behind it", .malformedJPEG,
        jpeg.inserting(segment(0xdb, [UInt8](repeating: 0, count: 66)), at: 20)),
      Case(
        "a table of its length", nil,
        jpeg.inserting(segment(0xdb, [UInt8](repeating: 0, count: 65)), at: 20)),
      Case("no lines", .malformedJPEG, jpeg.replacing([8, 0, 64, 0, 96], with: [8, 0, 0, 0, 96])),
      Case(
        "lines counted behind the scan", nil,
        jpeg.replacing([8, 0, 64, 0, 96], with: [8, 0, 0, 0, 96])
          .inserting(segment(0xdc, [0, 64]), at: jpeg.count - 2)),
    ]
  }()

  static let pngs: [Case] = {
    let png = DemoPictures.cleanPNG()
    let data = 33
    func header(_ fields: [UInt8]) -> [UInt8] {
      Array(png[..<8]) + chunk("IHDR", fields) + png[33...]
    }
    let end = png.count - 12
    return [
      Case("whole", nil, png),
      Case("text behind the data", nil, png.inserting(chunk("tEXt", [65, 0, 66]), at: end)),
      Case("gamma", nil, png.inserting(chunk("gAMA", [0, 0, 1, 1]), at: data)),
      Case(
        "gamma twice", .malformedPNG,
        png.inserting(chunk("gAMA", [0, 0, 1, 1]) + chunk("gAMA", [0, 0, 1, 1]), at: data)),
      Case("long gamma", .malformedPNG, png.inserting(chunk("gAMA", [0, 0, 1, 1, 1]), at: data)),
      Case("gamma behind the data", nil, png.inserting(chunk("gAMA", [0, 0, 1, 1]), at: end)),
      Case("wrong checksum", .crcMismatch, Array(png[..<50]) + [png[50] ^ 1] + png[51...]),
      Case(
        "wrong checksum of a dropped chunk", .crcMismatch,
        png.inserting(Array(chunk("tEXt", [65, 0]).dropLast()) + [0], at: data)),
      Case(
        "unknown critical chunk", .unknownCriticalChunk, png.inserting(chunk("ABCD", []), at: data)),
      Case("unknown private chunk", nil, png.inserting(chunk("abCd", [1]), at: data)),
      Case("no end", .truncated, Array(png[..<end])),
      Case("no data", .malformedPNG, Array(png[..<data]) + png[end...]),
      Case("header twice", .malformedPNG, png.inserting(Array(png[8..<33]), at: data)),
      Case(
        "data in two pieces", .malformedPNG,
        png.inserting(chunk("tEXt", [65, 0]) + chunk("IDAT", []), at: end)),
      Case("no width", .malformedPNG, header(big(0) + big(64) + [8, 2, 0, 0, 0])),
      Case("impossible depth", .malformedPNG, header(big(96) + big(64) + [4, 2, 0, 0, 0])),
      Case("palette missing", .malformedPNG, header(big(96) + big(64) + [8, 3, 0, 0, 0])),
      Case(
        "broken profile", .malformedProfile,
        png.inserting(chunk("iCCP", Array("x\0\0abc".utf8)), at: data)),
      Case("no chunk name", .malformedPNG, png.inserting(chunk("a1Cd", []), at: data)),
    ]
  }()

  @Test(arguments: jpegs + pngs)
  func `a broken file is refused with its code`(item: Case) throws {
    #expect(try refusal(item.bytes) == item.code)
  }

  @Test func `types that cannot be cleaned are named`() throws {
    let cases: [(String, [UInt8], ScrubError.Code, String?)] = [
      ("empty", [], .emptyFile, nil),
      ("page", Array("%!PS-Adobe-3.0\n".utf8), .typeNotSupported, "application/postscript"),
      ("web page", Array("<!DOCTYPE html><html>".utf8), .typeNotSupported, "text/html"),
    ]
    for (name, bytes, code, type) in cases {
      guard case .failure(let error) = try scrubbed(bytes) else {
        Issue.record("\(name) was not refused")
        continue
      }
      #expect(error.code == code && error.detectedType == type, "\(name): \(error)")
    }
  }

  @Test func `a name of another family is a contradiction, another picture type is not`() throws {
    let jpeg = DemoPictures.cleanJPEG()
    for name in ["a.jpg", "a.JPEG", "a.png", "a", "a.unknown", "report.2026"] {
      #expect(try refusal(jpeg, fileName: name) == nil)
    }
    for name in ["a.pdf", "a.HTML", "photo.jpg.docx", "a.svg", "a.exe"] {
      #expect(try refusal(jpeg, fileName: name) == .typeMismatch)
    }
  }

  @Test func `each limit holds from both sides`() throws {
    let (jpeg, png) = (DemoPictures.jpeg(), DemoPictures.png())
    for bytes in [jpeg, png] {
      try expectLimit(bytes, \.pixelsMax, 96 * 64, .tooManyPixels)
      try expectLimit(bytes, \.inputBytesMax, bytes.count, .tooLarge)
    }
    // Six application segments, a comment, the tables, frame, scan and end.
    try expectLimit(jpeg, \.partsMax, 12, .tooManyParts)
    try expectLimit(png, \.partsMax, 11, .tooManyParts)
  }
}
