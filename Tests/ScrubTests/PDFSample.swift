// PDF documents for the tests, written object by object, so that each fault can be planted exactly.

import Gateway

/// A PDF under construction: objects in order, a classic cross-reference table, a trailer.
struct PDFSample {
  static let plantedTexts = [
    "Erika Example", "INV-SECRET", "planted@example.org", "C:\\Users\\erika", "Old offer 4711",
    "app.alert", "hidden.txt", "2026-03-04",
  ]

  /// The objects from number 1 on: dictionary or value, and data for a stream.
  var objects: [(text: String, data: [UInt8]?)]
  var trailer = ""
  var version = "1.4"

  /// One page with a text, and further entries for the catalogue and the page.
  init(catalogue: String = "", page: String = "", resources: String = "", more: [String] = []) {
    let font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = [
      ("<</Type/Catalog/Pages 2 0 R \(catalogue)>>", nil),
      ("<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 300 300]>>", nil),
      (
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>\(resources)>>\(page)>>",
        nil
      ),
      ("<<", Array("BT /F1 12 Tf 20 20 Td (Invoice) Tj ET".utf8)), (font, nil),
    ]
    objects += more.map { ($0, nil) }
  }

  /// Adds a stream and returns its number; the dictionary is written without its brackets.
  mutating func add(_ dictionary: String, _ data: [UInt8]) -> Int {
    objects.append(("<<" + dictionary, data))
    return objects.count
  }

  /// Adds an object and returns its number.
  mutating func add(_ text: String) -> Int {
    objects.append((text, nil))
    return objects.count
  }

  /// The file.
  var bytes: [UInt8] {
    var file = Array("%PDF-\(version)\n".utf8)
    var places: [Int] = []
    for (index, object) in objects.enumerated() {
      places.append(file.count)
      file += "\(index + 1) 0 obj\n\(object.text)".utf8
      if let data = object.data {
        file += "/Length \(data.count)>>\nstream\n".utf8 + data + "\nendstream".utf8
      }
      file += "\nendobj\n".utf8
    }
    let start = file.count
    file += "xref\n0 \(places.count + 1)\n0000000000 65535 f \n".utf8
    for place in places {
      let digits = String(place)
      file += (String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n").utf8
    }
    file +=
      "trailer\n<</Size \(places.count + 1)/Root 1 0 R\(trailer)>>\nstartxref\n\(start)\n%%EOF\n"
      .utf8
    return file
  }

  /// A document with something in every carrier.
  static func planted() -> [UInt8] {
    var sample = PDFSample(
      catalogue: """
        /Metadata 6 0 R/Names<</EmbeddedFiles<</Names[(hidden.txt)7 0 R]>>\
        /JavaScript<</Names[(a)<</S/JavaScript/JS(app.alert\\(1\\))>>]>>>>\
        /OpenAction<</S/JavaScript/JS(app.alert\\(2\\))>>/PieceInfo<</Word<</Private(INV-SECRET)>>>>\
        /AA<</WC<</S/JavaScript/JS(app.alert\\(3\\))>>>>
        """,
      page: """
        /Annots[8 0 R 9 0 R]/LastModified(D:20260304)/PieceInfo<</A<</Private(INV-SECRET)>>>>\
        /Metadata 6 0 R/Thumb 10 0 R/PTEX.FileName(C:\\\\Users\\\\erika)
        """, resources: "/XObject<</Im1 11 0 R>>")
    let packet = "<?xpacket?><x:xmpmeta>Erika Example 2026-03-04</x:xmpmeta>"
    _ = sample.add("/Type/Metadata/Subtype/XML", Array(packet.utf8))
    _ = sample.add("<</Type/Filespec/F(hidden.txt)/EF<</F 6 0 R>>>>")
    _ = sample.add(
      "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/T(Erika Example)/Contents(INV-SECRET)>>")
    _ = sample.add(
      """
      <</Type/Annot/Subtype/Link/Rect[0 0 9 9]/NM(INV-SECRET)/M(D:20260304)\
      /A<</S/URI/URI(https://example.org/)>>>>
      """)
    let pixel =
      "/Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray"
    _ = sample.add(pixel, [0])
    _ = sample.add(
      """
      /Type/XObject/Subtype/Image/Width 96/Height 64/BitsPerComponent 8/ColorSpace/DeviceRGB\
      /Filter/DCTDecode
      """, DemoPictures.jpeg())
    let info = sample.add(
      "<</Author(Erika Example)/Title(INV-SECRET)/Creator(planted@example.org)>>")
    _ = sample.add("<</Type/Old/Text(Old offer 4711)>>")
    sample.trailer = "/Info \(info) 0 R/ID[<00112233><00112233>]"
    return sample.bytes
  }
}
