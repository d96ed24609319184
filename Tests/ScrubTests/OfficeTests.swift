// Office documents: what goes, what stays, how parts are found, and that the second reading agrees.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct OfficeTests {
  /// The text of what comes out, proved clean and stable.
  private func output(
    _ bytes: [UInt8], rules: ScrubRules = .standard, mediaType: String? = nil
  ) throws -> String {
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let once = try scrubber.scrub(.bytes(bytes))
    let proof = try ResidueVerifier().verify(.bytes(once.bytes))
    #expect(proof.mediaType == once.report.mediaType && proof.sha256 == once.report.sha256After)
    if let mediaType { #expect(once.report.mediaType == mediaType) }
    let twice = try scrubber.scrub(.bytes(once.bytes))
    #expect(twice.bytes == once.bytes && twice.report.removed.isEmpty)
    return ZipSample.text(once.bytes)
  }

  static let planted: [ZipSample] = [OfficeSample.planted().zip, OfficeSample.plantedODT()]

  @Test(arguments: [0, 1])
  func `no planted text survives, and the document still says what it said`(index: Int) throws {
    let sample = OfficeTests.planted[index]
    let before = ZipSample.text(sample.bytes)
    #expect(OfficeSample.plantedTexts.filter { before.contains($0) }.count >= 5)
    let text = try output(sample.bytes)
    #expect(OfficeSample.plantedTexts.filter { text.contains($0) }.isEmpty)
    #expect(DemoPictures.plantedTexts.filter { text.contains($0) }.isEmpty)
    let kept = [
      ["<w:t>new</w:t>", "<w:t>link</w:t>", "https://example.org/", "w:zoom", "media/image1.jpg"],
      ["Offer", "> of<", "today", "Pictures/1.jpg", "see", "AddParaTableSpacing"],
    ][index]
    #expect(kept.filter { !text.contains($0) }.isEmpty)
  }

  @Test func `a report counts classes`() throws {
    let report = try scrubbed(OfficeSample.planted().bytes).get().report
    let classes = Set(report.removed.map(\.carrier))
    let expected: Set<CarrierClass> = [
      .documentInfo, .annotation, .trackedChange, .identifier, .data, .localPath, .thumbnail,
      .comment, .exif, .time,
    ]
    #expect(expected.subtracting(classes).isEmpty)
    #expect(report.mediaType.hasSuffix("wordprocessingml.document"))
  }

  @Test func `members get one time and nothing besides, and bytes between them go`() throws {
    var sample = OfficeSample.docx().zip
    sample.members[1].extra = [0x55, 0x54, 4, 0, 1, 2, 3, 4]
    sample.members[1].comment = Array("Erika".utf8)
    sample.members[1].gap = Array("INV-SECRET".utf8)
    sample.comment = Array("Erika".utf8)
    let bytes = try scrubbed(sample.bytes).get().bytes
    _ = try ResidueVerifier().verify(.bytes(bytes))
    #expect(bytes[10..<14] == [0, 0, 0x21, 0])
    #expect(!bytes.contains(text: "Erika") && !bytes.contains(text: "INV-SECRET"))
  }

  @Test func `parts are found by relationship and type, whatever they are called`() throws {
    var sample = OfficeSample()
    sample.add(
      "odd/thing.bin", OfficeSample.main + "wordprocessingml.document.main+xml",
      "<w:document xmlns:w=\"http://purl.oclc.org/ooxml/wordprocessingml/main\"><w:body><w:p w:rsidR=\"00A1B2C3\"><w:r><w:t>Strict</w:t></w:r></w:p></w:body></w:document>"
    )
    sample.relate(
      "", "x", "http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument",
      "/odd/thing.bin")
    let text = try output(sample.bytes)
    #expect(text.contains("<w:t>Strict</w:t>") && !text.contains("00A1B2C3"))
  }

  @Test func `a part in UTF-16 comes out as UTF-8`() throws {
    var sample = OfficeSample.docx()
    let text = String(decoding: sample.parts[0].bytes, as: UTF8.self)
    sample.parts[0].bytes = [0xff, 0xfe] + text.utf16.flatMap { little(Int($0), 2) }
    let wide = sample.bytes
    sample.parts[0].bytes = Array(text.utf8)
    #expect(try scrubbed(wide).get().bytes == scrubbed(sample.bytes).get().bytes)
  }

  @Test func `a deleted row goes, a deleted cell text too`() throws {
    let row = { (text: String, mark: String) in
      "<w:tr><w:trPr>\(mark)</w:trPr><w:tc><w:p><w:r><w:t>\(text)</w:t></w:r></w:p></w:tc></w:tr>"
    }
    let table = "<w:tbl>\(row("stays", ""))\(row("GONE", "<w:del w:author=\"E\"/>"))</w:tbl><w:p/>"
    let text = try output(OfficeSample.docx(table).bytes)
    #expect(text.contains("stays") && !text.contains("GONE"))
  }

  @Test func `a workbook loses paths, people and the rows behind a pivot table`() throws {
    var sample = OfficeSample.xlsx(
      workbook:
        "<fileSharing userName=\"Erika Example\"/><definedNames><definedName name=\"n\">'C:\\Users\\e\\[b.xlsx]S'!A1</definedName></definedNames><pivotCaches><pivotCache cacheId=\"1\" r:id=\"rId7\"/></pivotCaches>",
      sheet: "<pageSetup paperSize=\"9\" r:id=\"rId5\"/>")
    let x = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sample.add(
      "xl/pivotCache/p.xml", OfficeSample.main + "spreadsheetml.pivotCacheDefinition+xml",
      "<pivotCacheDefinition xmlns=\"\(x)\" xmlns:r=\"\(OfficeSample.r)\" r:id=\"rId1\" refreshedBy=\"Erika Example\"><cacheSource type=\"worksheet\"/></pivotCacheDefinition>"
    )
    sample.relate("xl/workbook.xml", "rId7", "pivotCacheDefinition", "pivotCache/p.xml")
    sample.add("xl/pivotCache/r.xml", OfficeSample.main + "x", "<r>INV-SECRET</r>")
    sample.relate("xl/pivotCache/p.xml", "rId1", "pivotCacheRecords", "r.xml")
    sample.add("xl/printer.bin", "x/y", "fileserver")
    sample.relate("xl/worksheets/sheet1.xml", "rId5", "printerSettings", "../printer.bin")
    let text = try output(sample.bytes)
    #expect(OfficeSample.plantedTexts.filter { text.contains($0) }.isEmpty)
    #expect(!text.contains("definedName") && text.contains("saveData=\"0\""))
    #expect(text.contains("<pageSetup paperSize=\"9\"/>"))
  }

  @Test func `a formula may not read from another workbook, a table's column may be a number`()
    throws
  {
    var sample = OfficeSample.xlsx("<row r=\"1\"><c r=\"A1\"><f>SUM(T[2020])</f><v>1</v></c></row>")
    sample.relate("xl/workbook.xml", "rId7", "externalLink", "file:///C:/b.xlsx")
    #expect(try output(sample.bytes).contains("SUM(T[2020])"))
    sample = .xlsx("<row r=\"1\"><c r=\"A1\"><f>'[1]S'!A1</f><v>1</v></c></row>")
    sample.relate("xl/workbook.xml", "rId7", "externalLink", "file:///C:/b.xlsx")
    #expect(try refusal(sample.bytes) == .encodingNotSupported)
  }

  @Test func `an object goes and its picture stays`() throws {
    var sample = OfficeSample.pptx(
      "<p:graphicFrame><p:oleObj r:id=\"rId2\" progId=\"Word\"><p:embed/><p:pic r:id=\"rId3\"/></p:oleObj></p:graphicFrame>"
    )
    let slide = "ppt/slides/slide1.xml"
    sample.add(
      "ppt/ole.bin", "application/vnd.openxmlformats-officedocument.oleObject", "INV-SECRET")
    sample.relate(slide, "rId2", "oleObject", "../ole.bin")
    sample.add("ppt/media/i.jpg", "image/jpeg", bytes: DemoPictures.jpeg())
    sample.relate(slide, "rId3", "image", "../media/i.jpg")
    let text = try output(sample.bytes)
    #expect(!text.contains("INV-SECRET") && text.contains("Target=\"NULL\""))
    #expect(text.contains("<p:link/>") && text.contains("ppt/media/i.jpg"))
  }

  @Test func `a document inside a document is scrubbed as well`() throws {
    var sample = OfficeSample.pptx(
      "<p:graphicFrame><p:oleObj r:id=\"rId2\"><p:embed/></p:oleObj></p:graphicFrame>")
    sample.add("ppt/inner.docx", "x/y", bytes: OfficeSample.planted().bytes)
    sample.relate("ppt/slides/slide1.xml", "rId2", "package", "../inner.docx")
    let bytes = try scrubbed(sample.bytes).get().bytes
    _ = try ResidueVerifier().verify(.bytes(bytes))
    let inner = try #require(ZipSample.unpacked(bytes).first { $0.name == "ppt/inner.docx" })
    #expect(inner.bytes == (try scrubbed(OfficeSample.planted().bytes).get().bytes))
  }

  @Test(arguments: [
    ("comments=refuse", ScrubError.Code.refusedByRule),
    ("tracked-changes=refuse", .refusedByRule),
  ])
  func `a rule may refuse instead`(rule: String, code: ScrubError.Code) throws {
    let rules = try #require(ScrubRules(name: "strict-1+" + rule))
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    for sample in OfficeTests.planted {
      #expect(throws: ScrubError.self) { try scrubber.scrub(.bytes(sample.bytes)) }
    }
    _ = try scrubber.scrub(.bytes(OfficeSample.docx().bytes))
  }

  @Test func `macros and signatures go where the rules say so`() throws {
    var sample = OfficeSample.docx()
    sample.parts[0].type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    sample.add("word/vba.bin", "application/vnd.ms-office.vbaProject", "INV-SECRET")
    sample.relate(
      "word/document.xml", "v", "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
      "vba.bin")
    sample.add("_xmlsignatures/o.sigs", "x/y", "Erika Example")
    sample.relate(
      "", "s",
      "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin",
      "_xmlsignatures/o.sigs")
    #expect(try refusal(sample.bytes) == .signed)
    let rules = try #require(ScrubRules(name: "strict-1+macros=drop+signed=drop"))
    let text = try output(sample.bytes, rules: rules)
    #expect(
      !text.contains("INV-SECRET") && !text.contains("Erika") && !text.contains("acroEnabled"))
  }

  @Test func `hidden content may be refused`() throws {
    var rules = ScrubRules()
    rules[.hidden] = .refuse
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    let hidden = [
      OfficeSample.docx("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>"),
      OfficeSample.xlsx("<row r=\"1\" hidden=\"1\"/>"), OfficeSample.pptx(root: " show=\"0\""),
    ]
    for sample in hidden {
      _ = try output(sample.bytes)
      #expect(throws: ScrubError.self) { try scrubber.scrub(.bytes(sample.bytes)) }
    }
  }
}
