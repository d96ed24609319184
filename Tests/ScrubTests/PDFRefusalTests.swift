// PDFs that are refused, each with its code, their neighbours that are not, and what the second
// reading refuses.

import Gateway
import Scrub
import Testing

@Suite struct PDFRefusalTests {
  typealias Case = RefusalTests.Case

  static let cases: [Case] = {
    let plain = PDFSample().bytes
    func object(_ number: Int, _ text: String, _ data: [UInt8]? = nil) -> [UInt8] {
      var sample = PDFSample()
      sample.objects[number - 1] = (text, data)
      return sample.bytes
    }
    func catalogue(_ text: String, _ more: [String] = []) -> [UInt8] {
      PDFSample(catalogue: text, more: more).bytes
    }
    func picture(_ data: [UInt8]) -> [UInt8] {
      var sample = PDFSample(resources: "/XObject<</Im1 6 0 R>>")
      _ = sample.add("/Subtype/Image/Width 96/Height 64/Filter/DCTDecode", data)
      return sample.bytes
    }
    let field = "/AcroForm<</Fields[6 0 R]>>"
    return [
      Case("whole", nil, plain),
      Case("signed", .signed, catalogue(field, ["<</FT/Sig/V<</Type/Sig/ByteRange[0 1]>>>>"])),
      Case("a place for a signature", nil, catalogue(field, ["<</FT/Sig/T(a)>>"])),
      Case(
        "signed in a field that is no object", .signed,
        catalogue("/AcroForm<</Fields[<</FT/Sig/V<</Type/Sig/ByteRange[0 1]>>>>]>>")),
      Case(
        "signed below a field of no page", .signed,
        catalogue(field, ["<</Kids[7 0 R]>>", "<</FT/Sig/V<</Type/Sig>>>>"])),
      Case("said to be signed", .signed, catalogue("/AcroForm<</SigFlags 3/Fields[]>>")),
      Case("said to have a place", nil, catalogue("/AcroForm<</SigFlags 1/Fields[]>>")),
      Case("certified", .signed, catalogue("/Perms<</DocMDP<</Type/Sig>>>>")),
      Case("XFA", .xfaForm, catalogue("/AcroForm<</XFA[(a)4 0 R]>>")),
      Case("an empty form", nil, catalogue("/AcroForm<</Fields[]>>")),
      Case(
        "encrypted", .encrypted,
        {
          var sample = PDFSample()
          sample.trailer =
            "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<\(hex32)>/U<\(hex32)>>>"
          return sample.bytes
        }()),
      Case("without an end", .malformedPDF, Array(plain.dropLast(30))),
      Case(
        "a wrong place of the table", .malformedPDF,
        plain.replacing(Array("startxref\n".utf8), with: Array("startxref\n9".utf8))),
      Case(
        "a page list that is its own kid", .malformedPDF,
        object(2, "<</Type/Pages/Count 1/Kids[2 0 R]>>")),
      Case(
        "a page that stands twice", .malformedPDF,
        object(2, "<</Type/Pages/Count 2/Kids[3 0 R 3 0 R]>>")),
      Case("no pages", .malformedPDF, object(2, "<</Type/Pages/Count 0/Kids[]>>")),
      Case("an unknown filter", .encodingNotSupported, object(4, "<</Filter/Unheard", [65])),
      Case("a stream elsewhere", .encodingNotSupported, object(4, "<</F(a.bin)", [65])),
      Case("damaged data", .malformedPDF, object(4, "<</Filter/FlateDecode", [1, 2, 3])),
      Case("a damaged object", .malformedPDF, object(5, "<</Type/Font", nil)),
      Case("a damaged picture", .malformedJPEG, picture([0xff, 0xd8, 0, 0])),
      Case(
        "a picture cut short", .truncated,
        picture(Array(DemoPictures.cleanJPEG().dropLast(2)))),
      Case("a whole picture", nil, picture(DemoPictures.cleanJPEG())),
    ]
  }()

  static let hex32 = String(repeating: "00", count: 32)

  @Test(arguments: cases)
  func `a PDF is refused with its code`(item: Case) throws {
    #expect(try refusal(item.bytes) == item.code)
    guard item.code == nil else { return }
    let clean = try scrubbed(item.bytes).get().bytes
    _ = try ResidueVerifier().verify(.bytes(clean))
  }

  @Test func `a PDF under another name, or after other bytes, is a contradiction`() throws {
    let pdf = PDFSample().bytes
    #expect(try refusal(pdf, fileName: "a.PDF") == nil)
    for name in ["a.jpg", "a.docx", "a.html"] {
      #expect(try refusal(pdf, fileName: name) == .typeMismatch)
    }
    #expect(try refusal(Array("%!PS-Adobe-3.0\n".utf8) + pdf) == .typeNotSupported)
    #expect(try refusal(DemoPictures.cleanJPEG(), fileName: "a.pdf") == .typeMismatch)
  }

  @Test func `each limit holds from both sides`() throws {
    var sample = PDFSample()
    let zeros = try #require(Zlib.deflate([UInt8](repeating: 32, count: 5000)))
    sample.objects[3] = ("<</Filter/FlateDecode", zeros)
    let bytes = sample.bytes
    // Page, content and font; the root and the page list need no place in the queue.
    let cases: [(WritableKeyPath<ScrubLimits, Int>, Int, ScrubError.Code)] = [
      (\.pdfBytesMax, bytes.count, .tooLarge), (\.objectsMax, 3, .tooManyParts),
      (\.unpackedBytesMax, 5000, .decompressionBomb),
    ]
    for (path, value, code) in cases {
      var limits = ScrubLimits()
      limits[keyPath: path] = value
      #expect(try refusal(bytes, limits: limits) == nil)
      limits[keyPath: path] = value - 1
      #expect(try refusal(bytes, limits: limits) == code)
    }
    var rare = PDFSample()
    rare.objects[3] = ("<</Filter/ASCIIHexDecode", Array("414243>".utf8))
    var limits = ScrubLimits()
    limits.streamBytesMax = 3
    #expect(try refusal(rare.bytes, limits: limits) == nil)
    limits.streamBytesMax = 2
    #expect(try refusal(rare.bytes, limits: limits) == .tooLarge)
  }

  @Test func `what the rules allow is removed rather than refused`() throws {
    var rules = ScrubRules()
    rules[.signed] = .drop
    rules[.xfa] = .drop
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let signed = PDFSample(
      catalogue: "/AcroForm<</XFA(x)/Fields[6 0 R]>>",
      more: ["<</FT/Sig/T(a)/V<</Type/Sig/ByteRange[0 1]/Name(Erika Example)>>>>"])
    let result = try scrubber.scrub(.bytes(signed.bytes))
    _ = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(!unpacked(result.bytes).contains(text: "Erika"))
  }

  @Test func `the second reading refuses what the first should have removed`() throws {
    #expect(throws: ScrubError.self) {
      try ResidueVerifier().verify(.bytes(PDFSample.planted()))
    }
    let clean = try scrubbed(PDFSample.planted()).get().bytes
    let text = Array("/DCTDecode".utf8)
    let place = try #require(clean.firstIndex(of: text)) + text.count
    let residues: [(String, [UInt8])] = [
      ("behind the end", clean + [0x0a]), ("before the header", [0x0a] + clean),
      ("plain original", PDFSample().bytes), ("another byte", clean.inserting([0x20], at: place)),
    ]
    for (name, bytes) in residues { #expect(residue(bytes) != nil, "\(name)") }
  }
}
