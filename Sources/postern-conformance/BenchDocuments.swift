// Large PDFs for `bench-scrub`, made in memory: a scan of noise and a text of three thousand pages.

import Scrub

/// Makes documents for the benchmark.
enum BenchDocuments {
  /// Pages of the text.
  static let textPages = 3000

  /// A file under construction: objects in order, then a table of their places.
  private struct Writer {
    var bytes = Array("%PDF-1.4\n".utf8)
    var places: [Int] = []

    mutating func add(_ dictionary: String, _ data: [UInt8]? = nil) {
      places.append(bytes.count)
      bytes += "\(places.count) 0 obj\n<<\(dictionary)".utf8
      if let data {
        bytes += "/Length \(data.count)>>\nstream\n".utf8
        bytes += data
        bytes += "\nendstream\nendobj\n".utf8
      } else {
        bytes += ">>\nendobj\n".utf8
      }
    }

    mutating func finish() -> [UInt8] {
      let start = bytes.count
      bytes += "xref\n0 \(places.count + 1)\n0000000000 65535 f \n".utf8
      for place in places {
        let digits = String(place)
        bytes += (String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8
      }
      bytes += "trailer\n<</Size \(places.count + 1)/Root 1 0 R/Info<</Author(A)>>>>\n".utf8
      bytes += "startxref\n\(start)\n%%EOF\n".utf8
      return bytes
    }
  }

  /// One page for each of the pictures, which are JPEGs of 2 MiB.
  static func scan(_ picture: [UInt8], pages: Int) -> [UInt8] {
    var writer = Writer()
    writer.add("/Type/Catalog/Pages 2 0 R")
    let kids = (0..<pages).map { "\(3 + 3 * $0) 0 R" }.joined(separator: " ")
    writer.add("/Type/Pages/Count \(pages)/Kids[\(kids)]/MediaBox[0 0 595 842]")
    for page in 0..<pages {
      let number = 3 + 3 * page
      writer.add(
        "/Type/Page/Parent 2 0 R/Contents \(number + 1) 0 R"
          + "/Resources<</XObject<</Im0 \(number + 2) 0 R>>>>")
      writer.add("", Array("q 595 0 0 842 0 0 cm /Im0 Do Q".utf8))
      writer.add(
        "/Type/XObject/Subtype/Image/Width 3072/Height 8192/ColorSpace/DeviceGray"
          + "/BitsPerComponent 8/Filter/DCTDecode", picture)
    }
    return writer.finish()
  }

  /// Deflated text of words without meaning, the same in every run.
  static func text() -> [UInt8] {
    var writer = Writer()
    writer.add("/Type/Catalog/Pages 2 0 R")
    let kids = (0..<textPages).map { "\(4 + 2 * $0) 0 R" }.joined(separator: " ")
    writer.add("/Type/Pages/Count \(textPages)/Kids[\(kids)]/MediaBox[0 0 595 842]")
    writer.add("/Type/Font/Subtype/Type1/BaseFont/Helvetica")
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    for page in 0..<textPages {
      writer.add(
        "/Type/Page/Parent 2 0 R/Contents \(5 + 2 * page) 0 R/Resources<</Font<</F1 3 0 R>>>>")
      var content = Array("BT /F1 10 Tf 50 780 Td 14 TL".utf8)
      for _ in 0..<45 {
        content += " (".utf8
        for _ in 0..<12 {
          state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
          for shift in stride(from: 20, to: 20 + 5 * (3 + Int(state >> 61)), by: 5) {
            content.append(97 + UInt8(state >> UInt64(shift) & 31) % 26)
          }
          content.append(0x20)
        }
        content += ") Tj T*".utf8
      }
      writer.add("/Filter/FlateDecode", Zlib.deflate(content + Array(" ET".utf8), level: 6) ?? [])
    }
    return writer.finish()
  }
}
