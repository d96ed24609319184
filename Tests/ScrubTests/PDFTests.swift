// What goes out of a PDF, what stays, and that the pages are the same.

import Gateway
import Scrub
import Testing

@Suite struct PDFTests {
  @Test func `nothing planted survives, and the report names the classes`() throws {
    let planted = PDFSample.planted()
    let result = try scrubbed(planted, fileName: "invoice.pdf").get()
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.sha256 == result.report.sha256After && proof.pages == 1)
    #expect(result.report.mediaType == "application/pdf" && result.report.pages == 1)
    #expect(PDFSample.plantedTexts.filter { planted.contains(text: $0) }.count >= 6)
    let left = (PDFSample.plantedTexts + DemoPictures.plantedTexts).filter {
      unpacked(result.bytes).contains(text: $0)
    }
    #expect(left.isEmpty)
    let expected: [CarrierClass: Int] = [
      .documentInfo: 3, .identifier: 1, .xmp: 3, .attachment: 1, .annotation: 1,
      .annotationDetails: 2, .thumbnail: 2, .action: 3,
    ]
    for (carrier, count) in expected {
      let found = result.report.removed.first { $0.carrier == carrier }?.count
      #expect(found == count, "\(carrier)")
    }
  }

  @Test func `scrubbing twice changes nothing more`() throws {
    let once = try scrubbed(PDFSample.planted()).get()
    let again = try scrubbed(PDFSample.planted()).get()
    let twice = try scrubbed(once.bytes).get()
    #expect(once.bytes == again.bytes && once.bytes == twice.bytes)
    #expect(twice.report.removed.isEmpty)
  }

  @Test func `text, link and picture data stay`() throws {
    let bytes = unpacked(try scrubbed(PDFSample.planted()).get().bytes)
    for text in ["(Invoice) Tj", "https://example.org/", "/BaseFont /Helvetica", "/MediaBox"] {
      #expect(bytes.contains(text: text), "\(text)")
    }
  }

  @Test func `an older revision is left behind`() throws {
    let first = PDFSample().bytes
    var update = first + Array("3 0 obj\n<</Type/Page/Parent 2 0 R/Contents 4 0 R>>\nendobj\n".utf8)
    let place = first.count
    let start = update.count
    let digits = String(place)
    let entry = String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n"
    let old = try #require(first.firstIndex(of: Array("xref\n0 ".utf8)))
    update += "xref\n3 1\n\(entry)trailer\n<</Size 6/Root 1 0 R/Prev \(old)>>\n".utf8
    update += "startxref\n\(start)\n%%EOF\n".utf8
    let result = try scrubbed(update).get()
    #expect(result.report.removed == [RemovedCarrier(.history, count: 1)])
    #expect(!unpacked(result.bytes).contains(text: "Helvetica"))
  }

  @Test func `a page that only a bookmark reaches does not come back`() throws {
    var sample = PDFSample(catalogue: "/Outlines 6 0 R")
    _ = sample.add("<</Type/Outlines/First 7 0 R/Last 7 0 R/Count 1>>")
    _ = sample.add("<</Title(Gone)/Parent 6 0 R/Dest[8 0 R/Fit]>>")
    _ = sample.add("<</Type/Page/Contents 9 0 R>>")
    _ = sample.add("", Array("(Old offer 4711) Tj".utf8))
    let bytes = unpacked(try scrubbed(sample.bytes).get().bytes)
    #expect(bytes.contains(text: "(Gone)") && !bytes.contains(text: "Old offer 4711"))
  }

  @Test func `addresses of the web stay in links, paths and scripts do not`() throws {
    let cases = [
      ("https://a.example/", true), ("mailto:a@a.example", true), ("#page=2", true),
      ("file:///C:/x", false), ("javascript:x\\(\\)", false), ("C:\\\\x", false),
      ("\\\\\\\\server\\\\x", false),
    ]
    for (address, isKept) in cases {
      let link = "<</Subtype/Link/Rect[0 0 9 9]/A<</S/URI/URI(\(address))>>>>"
      let sample = PDFSample(page: "/Annots[\(link)]")
      let bytes = unpacked(try scrubbed(sample.bytes).get().bytes)
      #expect(bytes.contains(text: "/URI ") == isKept, "\(address)")
      #expect(bytes.contains(text: "/Link"))
    }
  }

  @Test func `rare filters are replaced and the data stay`() throws {
    let content = "28496e766f6963652920546a>"
    var sample = PDFSample()
    sample.objects[3] = ("<</Filter/ASCIIHexDecode", Array(content.utf8))
    #expect(unpacked(try scrubbed(sample.bytes).get().bytes).contains(text: "(Invoice) Tj"))
    // A picture behind two filters.
    let hexadecimal = DemoPictures.cleanJPEG().map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    var picture = PDFSample(resources: "/XObject<</Im1 6 0 R>>")
    _ = picture.add(
      "/Subtype/Image/Width 96/Height 64/Filter[/ASCIIHexDecode/DCTDecode]",
      Array(hexadecimal.utf8))
    let bytes = try scrubbed(picture.bytes).get().bytes
    #expect(bytes.firstIndex(of: DemoPictures.cleanJPEG()) != nil)
  }
}

/// The file with all object streams and deflated streams unpacked behind it.
func unpacked(_ bytes: [UInt8]) -> [UInt8] {
  var result = bytes
  var place = 0
  let mark = Array("\nstream\n".utf8)
  while let found = Array(bytes[place...]).firstIndex(of: mark) {
    place += found + mark.count
    if let data = Zlib.inflatePrefix(bytes[place...], bytesMax: 1 << 20) { result += data }
  }
  return result
}
