// Pieces of what was removed, format by format: people see what their file gave away, and asking for it
// changes nothing else.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct ExcerptFormatTests {
  /// The excerpts of a file, as lines; what else comes out is the same as without them.
  private func lines(_ bytes: [UInt8]) throws -> [String] {
    let silent = try scrubbed(bytes).get()
    #expect(silent.report.excerpts.isEmpty)
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(collectsExcerpts: true))
    let result = try scrubber.scrub(.bytes(bytes))
    #expect(result.bytes == silent.bytes && result.report.removed == silent.report.removed)
    #expect(result.report.staying == silent.report.staying)
    #expect(result.report.excerpts.count <= CarrierExcerpt.countMax)
    return result.report.excerpts.map { "\($0.carrier.rawValue): \($0.text)" }
  }

  private func expect(_ parts: [String], of bytes: [UInt8]) throws {
    let lines = try lines(bytes)
    for part in parts { #expect(lines.contains { $0.contains(part) }, "\(part) in \(lines)") }
  }

  @Test func `an Office document shows its people, changes, comments and properties`() throws {
    var sample = OfficeSample.docx(
      "<w:p><w:ins w:author=\"Max\" w:date=\"2026\"><w:r><w:t>new</w:t></w:r></w:ins>"
        + "<w:del w:author=\"Max\"><w:r><w:delText>old</w:delText></w:r></w:del>"
        + "<w:r><w:instrText>a</w:instrText></w:r></w:p><w:p w:rsidR=\"00A1B2C3\"/>")
    let package = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
    sample.add(
      "docProps/core.xml", "x/y",
      "<c:p xmlns:c=\"a\" xmlns:dc=\"b\"><dc:creator>Erika</dc:creator><c:empty/></c:p>")
    sample.relate("", "rId2", package + "core-properties", "docProps/core.xml")
    sample.add(
      "docProps/custom.xml", "x/y",
      "<P xmlns=\"a\" xmlns:vt=\"b\"><property name=\"Client\"><vt:lpwstr>Acme</vt:lpwstr></property></P>"
    )
    sample.relate("", "rId3", "custom-properties", "docProps/custom.xml")
    sample.add(
      "word/comments.xml", "x/y",
      "<w:comments xmlns:w=\"\(OfficeSample.w)\"><w:comment w:author=\"Erika\"><w:p>Too dear</w:p></w:comment></w:comments>"
    )
    sample.relate("word/document.xml", "rId4", "comments", "comments.xml")
    // No XML: it goes all the same.
    sample.add("word/people.xml", "x/y", "<<")
    sample.relate("word/document.xml", "rId5", "people", "people.xml")
    #expect(
      try lines(sample.bytes) == [
        "document-info: creator: Erika", "document-info: property: name=Client · Acme",
        "annotation: comment: author=Erika · Too dear",
        "tracked-change: ins: author=Max · date=2026", "tracked-change: del: author=Max · old",
      ])
  }

  @Test func `many changes leave room for the rest`() throws {
    let change = (0..<100).map { "<w:ins w:author=\"A\($0)\"><w:r/></w:ins>" }.joined()
    let found = try lines(OfficeSample.docx("<w:p>\(change)</w:p><!-- last -->").bytes)
    #expect(found.count == 17 && found.last == "comment: last")
  }

  @Test func `an OpenDocument shows its properties, comments and paths`() throws {
    let o = "urn:oasis:names:tc:opendocument:xmlns:"
    let meta =
      "<o:document-meta xmlns:o=\"\(o)office:1.0\" xmlns:m=\"\(o)meta:1.0\"><o:meta>"
      + "<m:initial-creator>Erika</m:initial-creator>"
      + "<m:user-defined m:name=\"Client\">Acme</m:user-defined></o:meta></o:document-meta>"
    let body =
      "<text:p>Offer<office:annotation><dc:creator>Max</dc:creator><text:p>Too dear</text:p>"
      + "</office:annotation></text:p>"
    let sample = OfficeSample.odt(body, more: [("meta.xml", Array(meta.utf8))])
    try expect(
      [
        "document-info: initial-creator: Erika", "user-defined: name=Client · Acme",
        "annotation: annotation: Max · Too dear",
      ], of: sample.bytes)
  }

  @Test func `drawings and XML show comments, titles and what editors write`() throws {
    try expect(
      [
        "comment: Erika Mustermann", "comment: title: Erika", "xmp: metadata: Erika",
        "data-user: E",
      ],
      of: DrawingTests.planted)
    let xml = Array("\(DrawingTests.head)<a><!-- by Erika --><?p by Max?>b</a>".utf8)
    #expect(try lines(xml) == ["comment: by Erika", "comment: by Max"])
  }

  @Test func `films and pictures of boxes show what their boxes and items say`() throws {
    try expect(
      ["PLANTED-PLACE", "PLANTED-TEXT", "PLANTED-NAME", "PLANTED-UUID", "PLANTED-ENCODER"],
      of: FilmSample.planted.bytes)
    try expect(
      ["exif: ", "PLANTED-MAKER", "xmp: ", "PLANTED-TEXT"], of: PictureSample.planted.bytes)
  }

  @Test(arguments: Sound.all)
  func `sound shows its tags`(sound: Sound) throws {
    try expect([Sound.secret], of: sound.planted)
  }

  @Test func `tags are read in their own coding`() throws {
    func frame(_ name: String, _ body: [UInt8], _ size: [UInt8]? = nil) -> [UInt8] {
      Array(name.utf8) + (size ?? big(body.count)) + [0, 0] + body
    }
    func tag(_ version: UInt8, _ frames: [UInt8]) -> [UInt8] {
      let size = [21, 14, 7, 0].map { UInt8(frames.count >> $0 & 0x7f) }
      return Array("ID3".utf8) + [version, 0, 0] + size + frames
    }
    let wide: [UInt8] = [1, 0xff, 0xfe] + "Ä Ö".utf16.flatMap { little(Int($0), 2) }
    let latin: [UInt8] = [0, 0xc4, 0x20, 0xd6]
    let note = [3] + Array("eng".utf8) + Array("\0Too dear".utf8)
    let frames = frame("TIT2", wide) + frame("TPE1", latin) + frame("COMM", note)
    let sound = Sound.all[0].clean
    #expect(
      try lines(tag(3, frames) + sound) == [
        "tags: TIT2: Ä Ö", "tags: TPE1: Ä Ö", "tags: COMM: Too dear",
      ])
    let long = [3] + [UInt8](repeating: 0x78, count: 199)
    let synchronous = frame("TIT2", long, [0, 0, 1, 72]) + frame("TPE1", latin)
    #expect(try lines(tag(4, synchronous) + sound).last == "tags: TPE1: Ä Ö")
    let old = Array("TT2".utf8) + [0, 0, 4] + latin
    #expect(try lines(tag(2, old) + sound) == ["tags: TT2: Ä Ö"])
    // A frame that is longer than its tag ends the list.
    #expect(try lines(tag(3, frame("TIT2", latin, big(999))) + sound).count <= 1)
  }
}
