// Pictures: whatever is scrubbed is proved clean by the second reading or refused by it, and a second
// scrub of a proved file changes nothing.

import Base
import Scrub

extension FuzzTarget {
  static let jpeg = FuzzTarget(
    name: "jpeg",
    dictionary: [
      "JFIF\0", "Exif\0\0", "MM\0*", "II*\0", "ICC_PROFILE\0", "Adobe", "MPF\0",
    ]
  ) { scrub($0) }

  static let gif = FuzzTarget(
    name: "gif",
    dictionary: ["GIF89a", "NETSCAPE2.0", "ANIMEXTS1.0", "ICCRGBG1012", "XMP DataXMP", "!\u{fe}"]
  ) { scrub($0) }

  /// The length of the whole is repaired first.
  static let webp = FuzzTarget(
    name: "webp",
    dictionary: ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP ", "MM\0*"]
  ) { input in
    scrub(input)
    if input.count >= 12 {
      let count = [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: (input.count - 8) >> $0) }
      scrub(Array("RIFF".utf8) + count + Array("WEBP".utf8) + input[12...])
    }
  }

  static let tiff = FuzzTarget(
    name: "tiff", dictionary: ["II*\0", "MM\0*", "II+\0\u{8}\0\0\0", "MM\0+\0\u{8}\0\0"]
  ) { scrub($0) }

  static let heif = FuzzTarget(
    name: "heif",
    dictionary: [
      "ftyp", "meta", "hdlr", "pict", "pitm", "iloc", "iinf", "infe", "iref", "iprp", "ipco",
      "ipma",
      "idat", "grpl", "altr", "mdat", "av01", "hvc1", "grid", "jpeg", "Exif", "mime", "dimg",
      "auxl",
      "thmb", "ispe", "pixi", "colr", "nclx", "prof", "auxC", "hvcC", "av1C", "irot",
    ]
  ) { scrub($0) }

  static let mp4 = FuzzTarget(
    name: "mp4",
    dictionary: [
      "ftyp", "moov", "mvhd", "trak", "tkhd", "mdia", "mdhd", "hdlr", "vide", "soun", "meta",
      "minf",
      "dinf", "dref", "stbl", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "sgpd",
      "sbgp",
      "tref", "edts", "elst", "udta", "free", "uuid", "mdat", "moof", "traf", "tfhd", "trun",
      "tfdt",
      "mvex", "trex", "sidx", "mfra", "tfra", "avc1", "hvc1", "mp4a", "wave", "dfLa", "colr",
      "esds",
    ]
  ) { scrub($0) }

  /// Chunk checksums are repaired first: a fuzzer does not guess them.
  static let png = FuzzTarget(
    name: "png",
    dictionary: [
      "IHDR", "PLTE", "IDAT", "IEND", "acTL", "fcTL", "fdAT", "iCCP", "eXIf", "tRNS", "gAMA",
      "sRGB",
      "tEXt", "zTXt", "iTXt",
    ]
  ) { input in
    scrub(input)
    scrub(withChecksums(input))
  }

  /// The objects of a PDF; the table of their places is repaired first, as a fuzzer does not guess it.
  static let pdf = FuzzTarget(
    name: "pdf",
    dictionary: [
      " 0 obj\n", "endobj\n", "stream\n", "\nendstream\n", "<<", ">>", "/Type", "/Page", "/Pages",
      "/Kids[", "/Count", "/Annots[", "/Subtype", "/Widget", "/Link", "/Filter", "/FlateDecode",
      "/DCTDecode", "/ASCII85Decode", "/ASCIIHexDecode", "/LZWDecode", "/JPXDecode", "/Length",
      "/AcroForm", "/Fields[", "/Names", "/Dests", "/StructTreeRoot", "/ParentTree", "/Nums[",
      "/Resources", "/XObject", "/ColorSpace", "/ICCBased", "/Indexed", "/OCProperties", "/OCGs[",
      "/Outlines", "/First", "/Next", "/A", "/S", "/URI", "/GoTo", "/D[", "/ObjStm", "/XRef", "0 R",
    ]
  ) { input in
    scrub(input)
    scrub(withPlaces(input))
  }

  /// The input is the colour profile of a small JPEG.
  static let colorProfile = FuzzTarget(
    name: "icc",
    dictionary: [
      "acsp", "mntrRGB XYZ ", "desc", "cprt", "mluc", "XYZ ", "curv", "para", "rTRC", "A2B0",
      "mft1",
      "mft2", "mAB ", "sf32",
    ]
  ) { input in
    let profile = input.prefix(60_000)
    let count = profile.count + 16
    let segment: [UInt8] = [0xff, 0xe2, UInt8(count >> 8), UInt8(count & 255)]
    scrub([0xff, 0xd8] + segment + Array("ICC_PROFILE\0\u{1}\u{1}".utf8) + profile + picture)
  }

  /// A frame of one component and a scan without data; the tables are missing, which no walker minds.
  private static let picture: [UInt8] =
    [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
    + [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xff, 0xd9]

  /// Loading the type database takes longer than most inputs, so one scrubber serves all.
  private static let shared = Lock<MetadataScrubber?>(nil)

  static func scrub(_ input: [UInt8]) {
    shared.withLock { shared in
      do throws(ScrubError) {
        if shared == nil { shared = try MetadataScrubber() }
        guard let scrubber = shared else { return }
        let once = try scrubber.scrub(.bytes(input))
        _ = try ResidueVerifier().verify(.bytes(once.bytes))
        let twice = secondScrub(once.bytes, scrubber)
        precondition(twice == once.bytes, "a proved file changed in a second scrub")
      } catch {
        precondition(error.code != .typeDatabase, "the type database is missing")
      }
    }
  }

  private static func secondScrub(_ bytes: [UInt8], _ scrubber: MetadataScrubber) -> [UInt8]? {
    do throws(ScrubError) {
      return try scrubber.scrub(.bytes(bytes)).bytes
    } catch {
      return nil
    }
  }

  /// The input as the body of a PDF: a table with the place of each `N 0 obj` at the start of a line
  /// is put behind it, and object 1 is the root.
  private static func withPlaces(_ input: [UInt8]) -> [UInt8] {
    var file = Array("%PDF-1.7\n".utf8) + input + [0x0a]
    var places: [Int: Int] = [:]
    var line = 0
    let mark = Array(" 0 obj".utf8)
    for (index, byte) in file.enumerated() where byte == 0x0a {
      let digits = file[line..<index].prefix { $0 >= 0x30 && $0 <= 0x39 }
      if (1...3).contains(digits.count), file[digits.endIndex...].starts(with: mark) {
        places[digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }] = line
      }
      line = index + 1
    }
    let start = file.count
    file += "xref\n0 1\n0000000000 65535 f \n".utf8
    for (number, place) in places.sorted(by: { $0.key < $1.key }) where number > 0 {
      let digits = String(place)
      let padding = String(repeating: "0", count: 10 - digits.count)
      file += "\(number) 1\n\(padding)\(digits) 00000 n \n".utf8
    }
    let size = (places.keys.max() ?? 0) + 1
    file += "trailer\n<</Size \(size)/Root 1 0 R>>\nstartxref\n\(start)\n%%EOF\n".utf8
    return file
  }

  private static func withChecksums(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    var place = 8
    while place + 12 <= bytes.count {
      let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
      let end = place + 8 + length
      guard length <= bytes.count, end + 4 <= bytes.count else { break }
      let crc = Zlib.crc32(0, Array(bytes[(place + 4)..<end]).span)
      for index in 0..<4 { bytes[end + index] = UInt8(truncatingIfNeeded: crc >> (24 - 8 * index)) }
      place = end + 4
    }
    return bytes
  }
}
