// Pictures that stand in PDFs only: JPEG 2000, JBIG2 and those within page descriptions. What they
// carry goes or is refused, and the second reading sees it too.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct PDFPictureTests {
  static func marker(_ code: UInt8, _ content: [UInt8]) -> [UInt8] {
    [0xff, code] + big(content.count + 2, 2) + content
  }

  static let comment = marker(0x64, [0, 1] + Array("SECRET".utf8))

  /// A codestream of one grey pixel.
  static func codestream(
    main: [UInt8] = [], part: [UInt8] = [], isOpen: Bool = false, end: [UInt8] = [0xff, 0xd9]
  ) -> [UInt8] {
    let size: [UInt8] =
      [0, 0] + [1, 1, 0, 0, 1, 1, 0, 0].flatMap { big($0) } + [0, 1, 7, 1, 1]
    let header =
      marker(0x51, size) + marker(0x52, [0, 0, 0, 1, 0, 0, 4, 4, 0, 1])
      + marker(0x5c, [0x40, 0x40])
    let tile = part + [0xff, 0x93, 0x80, 0x80]
    let length = isOpen ? 0 : tile.count + 12
    return [0xff, 0x4f] + header + main + marker(0x90, [0, 0] + big(length) + [0, 1]) + tile + end
  }

  static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
    big(content.count + 8) + Array(type.utf8) + content
  }

  static func boxes(
    _ more: [UInt8] = [], header: [UInt8] = [], opening: [UInt8] = [0x0d, 0x0a, 0x87, 0x0a]
  ) -> [UInt8] {
    let sizes = big(1) + big(1) + [0, 1, 7, 7, 0, 0]
    let color = box("colr", [1, 0, 0, 0, 0, 0, 17])
    return box("jP  ", opening) + box("ftyp", Array("jp2 ".utf8) + big(0) + Array("jp2 ".utf8))
      + box("jp2h", box("ihdr", sizes) + color + header) + more + box("jp2c", codestream())
  }

  static func segment(_ type: UInt8, _ content: [UInt8], length: Int? = nil) -> [UInt8] {
    big(Int(type)) + [type, 0, 1] + big(length ?? content.count) + content
  }

  static let page = segment(48, big(8) + big(8) + [UInt8](repeating: 0, count: 11))

  static func picture(_ filter: String, _ data: [UInt8], globals: [UInt8]? = nil) -> [UInt8] {
    var sample = PDFSample(resources: "/XObject<</Im1 6 0 R>>")
    let parameters = globals == nil ? "" : "/DecodeParms<</JBIG2Globals 7 0 R>>"
    _ = sample.add(
      "/Subtype/Image/Width 8/Height 8/BitsPerComponent 1/ColorSpace/DeviceGray"
        + "/Filter/\(filter)\(parameters)", data)
    if let globals { _ = sample.add("", globals) }
    return sample.bytes
  }

  static func fax(_ data: [UInt8], _ parameters: String = "/K -1") -> [UInt8] {
    picture("CCITTFaxDecode/DecodeParms<<\(parameters)>>", data)
  }

  static func content(_ text: String) -> [UInt8] {
    var sample = PDFSample()
    sample.objects[3].data = Array(text.utf8)
    return sample.bytes
  }

  static let cleaned: [(name: String, bytes: [UInt8], expected: [UInt8])] = [
    (
      "whole", picture("JPXDecode", codestream(main: marker(0x63, [0, 0, 0, 0]))),
      codestream(main: marker(0x63, [0, 0, 0, 0]))
    ),
    ("comment", picture("JPXDecode", codestream(main: comment)), codestream()),
    ("lengths", picture("JPXDecode", codestream(main: marker(0x55, [0, 0]))), codestream()),
    ("comment of a part", picture("JPXDecode", codestream(part: comment)), codestream()),
    ("open part", picture("JPXDecode", codestream(part: comment, isOpen: true)), codestream()),
    ("behind the end", picture("JPXDecode", codestream() + Array("SECRET".utf8)), codestream()),
    (
      "behind an open part", picture("JPXDecode", codestream(isOpen: true) + Array("SECRET".utf8)),
      codestream()
    ),
    ("without an end", picture("JPXDecode", codestream(end: [])), codestream()),
    ("boxes", picture("JPXDecode", boxes(box("xml ", Array("SECRET".utf8)))), boxes()),
    ("JBIG2", picture("JBIG2Decode", page + segment(62, Array("SECRET".utf8))), page),
    (
      "JBIG2 end", picture("JBIG2Decode", page + segment(51, []) + Array("SECRET".utf8)),
      page + segment(51, [])
    ),
    (
      "fax", fax([0x26, 0xa0, 0x01, 0x00, 0x10] + Array("SECRET".utf8)),
      [0x26, 0xa0, 0x01, 0x00, 0x10]
    ),
    ("fax without an end", fax([0x26, 0xa0, 0x01]), [0x26, 0xa0, 0x01]),
    ("fax of another kind", fax([0, 0x10, 0x01, 9], "/K 0"), [0, 0x10, 0x01, 9]),
    ("fax with its rows", fax([0, 0x10, 0x01, 9], "/K -1/EndOfBlock false"), [0, 0x10, 0x01, 9]),
    (
      "JBIG2 globals",
      picture("JBIG2Decode", page, globals: segment(62, Array("SECRET".utf8)) + segment(53, [7])),
      segment(53, [7])
    ),
  ]

  @Test func `a picture keeps what a decoder needs`() throws {
    for (name, bytes, expected) in PDFPictureTests.cleaned {
      let result = try scrubbed(bytes).get().bytes
      _ = try ResidueVerifier().verify(.bytes(result))
      let data = Array("\nstream\n".utf8) + expected + Array("\nendstream".utf8)
      #expect(result.contains(data) && !unpacked(result).contains(text: "SECRET"), "\(name)")
      #expect(try scrubbed(result).get().bytes == result, "\(name)")
    }
  }

  static let refused: [(name: String, code: ScrubError.Code?, bytes: [UInt8])] = [
    (
      "main marker", .encodingNotSupported, picture("JPXDecode", codestream(main: marker(0x70, [])))
    ),
    (
      "part marker", .encodingNotSupported, picture("JPXDecode", codestream(part: marker(0x63, [])))
    ),
    ("between parts", .malformedPDF, picture("JPXDecode", codestream(end: [1, 2]))),
    ("second type", .malformedPDF, picture("JPXDecode", boxes(box("ftyp", big(0) + big(0))))),
    ("other opening", .malformedPDF, picture("JPXDecode", boxes(opening: [1, 2, 3, 4]))),
    ("long channels", .malformedPDF, picture("JPXDecode", boxes(header: box("cdef", [0, 0, 1])))),
    ("JBIG2 type", .encodingNotSupported, picture("JBIG2Decode", page + segment(61, [1]))),
    (
      "JBIG2 length", .encodingNotSupported,
      picture("JBIG2Decode", segment(38, [1, 2], length: 0xffff_ffff))
    ),
    ("JBIG2 cut", .malformedPDF, picture("JBIG2Decode", page.dropLast())),
    ("inline", .encodingNotSupported, content("q BI /W 8/F [/AHx /DCT] ID ffd8> EI Q")),
    (
      "inline, spelled out", .encodingNotSupported,
      content("BI\n/CS [/Indexed /RGB 1 (\\)(()))] % x\n/Filter/D#43TDecode ID ffd8> EI Q")
    ),
    ("inline, cut", .encodingNotSupported, content("q BI /W 8")),
    (
      "inline, too long", .encodingNotSupported,
      content("BI /W" + String(repeating: " ", count: 8200) + "/H 1 ID 00 EI Q")
    ),
    ("inline, plain", nil, content("q BI /W 1/H 1/BPC 8/CS/G/F/AHx ID 00> EI /DCT Do Q")),
    ("a text like one", nil, content("BT /F1 9 Tf (BI) Tj (a BI b) Tj /DCTDecode Do ET")),
  ]

  @Test func `what may carry more is refused`() throws {
    for (name, code, bytes) in PDFPictureTests.refused {
      #expect(try refusal(bytes) == code, "\(name)")
    }
  }

  @Test func `a picture is found wherever a page description is cut into pieces`() throws {
    for place in [65_530, 65_536, 131_060] {
      let spaces = String(repeating: " ", count: place)
      var sample = PDFSample()
      let text = spaces + "BI /W 8 /F /DCT ID ffd8> EI"
      let data = try #require(Zlib.deflate(Array(text.utf8)))
      sample.objects[3] = ("<</Filter/FlateDecode", data)
      #expect(try refusal(sample.bytes) == .encodingNotSupported)
    }
  }

  @Test func `the second reading sees what the first would have had to remove`() throws {
    let form = "/Type/XObject/Subtype/Form/BBox[0 0 9 9]"
    var drawing = PDFSample(resources: "/XObject<</Im1 6 0 R>>")
    _ = drawing.add(form, Array("q Q".utf8))
    let globals = PDFPictureTests.picture(
      "JBIG2Decode", PDFPictureTests.page, globals: PDFPictureTests.segment(53, [7]))
    let lengths = PDFPictureTests.marker(0x58, [0, 1])
    let cases: [(name: String, bytes: [UInt8], from: [UInt8], to: [UInt8])] = [
      (
        "part comment",
        PDFPictureTests.picture("JPXDecode", PDFPictureTests.codestream(part: lengths)),
        [0xff, 0x58], [0xff, 0x64]
      ),
      (
        "main comment", PDFPictureTests.picture("JPXDecode", PDFPictureTests.codestream()),
        [0xff, 0x5c], [0xff, 0x64]
      ),
      (
        "early end", PDFPictureTests.picture("JPXDecode", PDFPictureTests.codestream()),
        [0xff, 0x93, 0x80, 0x80], [0xff, 0xd9, 0x80, 0x80]
      ),
      (
        "box", PDFPictureTests.picture("JPXDecode", PDFPictureTests.boxes()),
        Array("colr".utf8), Array("ftyp".utf8)
      ),
      (
        "segment", PDFPictureTests.picture("JBIG2Decode", PDFPictureTests.page),
        [48, 0, 1, 0, 0, 0], [62, 0, 1, 0, 0, 0]
      ),
      ("common segment", globals, [53, 0, 1], [62, 0, 1]),
      (
        "inline", PDFPictureTests.content("BI /W 1/H 1/F/AHx ID 00> EI"),
        Array("AHx".utf8), Array("DCT".utf8)
      ),
      ("container", drawing.bytes, Array("/XObject/".utf8), Array("/ObjStm /".utf8)),
      ("table", drawing.bytes, Array("/XObject/".utf8), Array("/XRef   /".utf8)),
    ]
    for (name, bytes, from, to) in cases {
      let clean = try scrubbed(bytes).get().bytes
      #expect(clean.contains(from), "\(name)")
      #expect(residue(clean.replacing(from, with: to)) != nil, "\(name)")
    }
  }
}
