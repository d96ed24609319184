// Two pictures full of metadata, made here from nothing, for `postern demo` and the tests: what a
// phone and a drawing program would leave in a file. All names, places and numbers are invented.

/// Pictures with planted metadata.
package enum DemoPictures {
  /// Texts that are planted and must not be found in a scrubbed file.
  package static let plantedTexts = [
    "Erika Mustermann", "Nordlicht Survey GmbH", "SN-4711-0815", "48.137154",
    "site visit, north wall",
    "adobe:docid:photoshop:planted", "2026:04:01 09:30:00", "DISPLAY-SERIAL-99",
    "hidden-trailer-text",
  ]

  /// The sides of both pictures in pixels.
  package static let width = 96
  /// The sides of both pictures in pixels.
  package static let height = 64

  /// A photograph as a phone makes it: EXIF with position, maker note and thumbnail, XMP, IPTC, a
  /// comment, a colour profile with a device name, and bytes behind the end.
  /// - Parameter orientation: The EXIF orientation, 1...8.
  package static func jpeg(orientation: UInt8 = 6) -> [UInt8] {
    let plain = cleanJPEG()
    let thumbnail = DemoJPEGEncoder.encode(width: 16, height: 16, pixel: color)
    var bytes = Array(plain[..<2])
    bytes += segment(0xe0, "JFIF\0", [1, 2, 1, 0, 72, 0, 72, 0, 0])
    bytes += segment(
      0xe1, "Exif\0\0", DemoExif.block(orientation: orientation, thumbnail: thumbnail))
    bytes += segment(0xe1, "http://ns.adobe.com/xap/1.0/\0", Array(xmp.utf8))
    bytes += segment(0xe2, "ICC_PROFILE\0", [1, 1] + DemoColorProfile.bytes())
    bytes += segment(0xed, "Photoshop 3.0\0", iptc())
    bytes += segment(0xfe, "", Array("site visit, north wall".utf8))
    // The plain picture starts with the start marker and its own 18 bytes of JFIF segment.
    bytes += plain[20...]
    return bytes + Array("hidden-trailer-text".utf8)
  }

  /// The same photograph without any metadata but the density.
  package static func cleanJPEG() -> [UInt8] {
    DemoJPEGEncoder.encode(width: width, height: height, pixel: color)
  }

  /// A drawing as a program saves it: text of all three kinds, EXIF, a time, a colour profile.
  package static func png(orientation: UInt8 = 6) -> [UInt8] {
    var png = DemoPNGEncoder()
    png.header(width: width, height: height)
    png.chunk(
      "iCCP",
      Array("Nordlicht Survey GmbH\0\0".utf8)
        + DemoPNGEncoder.stored(DemoColorProfile.bytes()))
    png.chunk("pHYs", [0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1])
    png.chunk("tEXt", Array("Author\0Erika Mustermann".utf8))
    png.chunk("zTXt", Array("Comment\0\0".utf8) + DemoPNGEncoder.stored(Array("SN-4711-0815".utf8)))
    png.chunk("iTXt", Array("XML:com.adobe.xmp\0\0\0\0\0".utf8) + Array(xmp.utf8))
    png.chunk("tIME", [0x07, 0xea, 4, 1, 9, 30, 0])
    png.chunk("eXIf", DemoExif.block(orientation: orientation, thumbnail: []))
    png.picture(width: width, height: height, pixel: color)
    png.chunk("tEXt", Array("Source\0site visit, north wall".utf8))
    png.chunk("IEND", [])
    return png.bytes + Array("hidden-trailer-text".utf8)
  }

  /// The same drawing without metadata.
  package static func cleanPNG() -> [UInt8] {
    var png = DemoPNGEncoder()
    png.header(width: width, height: height)
    png.picture(width: width, height: height, pixel: color)
    png.chunk("IEND", [])
    return png.bytes
  }

  /// A wall under a sky, so that a person sees that it is the same picture and which way is up.
  static func color(_ x: Int, _ y: Int) -> (UInt8, UInt8, UInt8) {
    if y < 24 { return (UInt8(120 + y * 3), UInt8(170 + y * 2), 235) }
    let isJoint = y % 10 == 4 || (x + (y / 10) * 8) % 16 == 0
    return isJoint ? (205, 200, 190) : (UInt8(150 + (x * 5 + y * 3) % 30), 78, 62)
  }

  private static func segment(_ marker: UInt8, _ name: String, _ payload: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + payload
    return [0xff, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
  }

  private static let xmp = """
    <?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">\
    <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description \
    xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:dc="http://purl.org/dc/elements/1.1/" \
    xmlns:exif="http://ns.adobe.com/exif/1.0/" xmpMM:DocumentID="adobe:docid:photoshop:planted" \
    exif:GPSLatitude="48.137154"><dc:creator><rdf:Seq><rdf:li>Erika Mustermann</rdf:li></rdf:Seq>\
    </dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>
    """

  /// An 8BIM resource 0x0404 with two IPTC records: by-line and copyright notice.
  private static func iptc() -> [UInt8] {
    func record(_ number: UInt8, _ text: String) -> [UInt8] {
      [0x1c, 2, number, 0, UInt8(text.utf8.count)] + Array(text.utf8)
    }
    var records = record(80, "Erika Mustermann") + record(116, "Nordlicht Survey GmbH")
    if !records.count.isMultiple(of: 2) { records.append(0) }
    return Array("8BIM".utf8) + [4, 4, 0, 0, 0, 0, 0, UInt8(records.count)] + records
  }
}
