// What stays and is counted: hidden content, the rest of cropped pictures, messages in films.

import Glibc
import Scrub
import ScrubContract
import Testing

@Suite struct StayingContentTests {
  private func staying(_ bytes: [UInt8]) throws -> [StayingContent] {
    let result = try scrubbed(bytes).get()
    // Scrubbing again finds the same.
    #expect(try scrubbed(result.bytes).get().report.staying == result.report.staying)
    #expect(residue(result.bytes) == nil)
    return result.report.staying
  }

  private func isRefused(_ bytes: [UInt8]) throws -> Bool {
    var rules = ScrubRules()
    rules[.hidden] = .refuse
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    do throws(ScrubError) {
      _ = try scrubber.scrub(.bytes(bytes))
      return false
    } catch {
      #expect(error.code == .refusedByRule)
      return true
    }
  }

  // MARK: Films

  /// One unit behind its length.
  private static func unit(_ bytes: [UInt8]) -> [UInt8] { big(bytes.count) + bytes }

  private static let picture = unit([0x65] + BoxSample.media(5, 29))
  private static let message = unit([6, 5, 3, 1, 2, 3, 0x80])

  static let streams: [(name: String, samples: [UInt8], count: Int)] = [
    ("pictures only", picture, 0), ("a message", message + picture, 1),
    ("behind a picture", picture + message, 1),
    ("two in a unit", unit([6, 4, 1, 9, 5, 1, 9, 0x80]) + picture, 2),
    ("of another kind", unit([6, 1, 1, 9, 0x80]) + picture, 0),
    ("a long kind", unit([6, 0xff, 5, 1, 9, 0x80]) + picture, 0),
    ("behind escapes", unit([6, 1, 4, 0, 0, 3, 1, 7, 5, 1, 9, 0x80]) + picture, 1),
    ("cut short", unit([6, 5]) + unit([6, 5, 9, 1]) + picture, 1),
    ("behind what is no unit", message + big(0) + message, 1),
    ("behind a length that is too long", message + big(999_999) + message, 1),
  ]

  private static func film(_ samples: [UInt8], entry: [UInt8] = FilmSample.picture()) -> FilmSample
  {
    var film = FilmSample()
    // The sample has two samples of one size.
    film.tracks[0].data = samples.count.isMultiple(of: 2) ? samples : samples + [0]
    film.tracks[0].entry = entry
    return film
  }

  @Test(arguments: streams)
  func `messages between pictures stay and are counted`(
    name: String, samples: [UInt8], count: Int
  ) throws {
    let film = Self.film(samples)
    let expected = count > 0 ? [StayingContent(.streamMessage, count: count)] : []
    #expect(try staying(film.bytes) == expected)
    #expect(try scrubbed(film.bytes).get().bytes.firstIndex(of: samples) != nil)
    var fragments = FragmentSample()
    fragments.film = film
    let parts = try staying(fragments.bytes)
    #expect(parts == expected.map { StayingContent($0.content, count: 3 * $0.count) })
  }

  @Test func `HEVC has its messages under other numbers, other codings have none`() throws {
    let record = [1] + zeros(20) + [0xff, 0]
    let entry = FilmSample.picture(type: "hvc1", box("hvcC", record))
    let before = Self.unit([39 << 1, 1, 5, 1, 9, 0x80])
    let behind = Self.unit([40 << 1, 1, 4, 1, 9, 0x80])
    let samples = before + Self.unit([2, 1] + BoxSample.media(5, 28)) + behind
    #expect(
      try staying(Self.film(samples, entry: entry).bytes)
        == [StayingContent(.streamMessage, count: 2)])
    #expect(try staying(Self.film(samples).bytes).isEmpty)
    let av1 = FilmSample.picture(type: "av01", box("av1C", [0x81, 0, 12, 0]))
    #expect(try staying(Self.film(Self.message + Self.picture, entry: av1).bytes).isEmpty)
  }

  @Test func `messages are found in a file on disk, however far apart they lie`() throws {
    let far = Self.unit([0x65] + BoxSample.media(5, 400_000))
    let film = Self.film(Self.message + far + Self.message + Self.message + far + Self.message)
    let files = [try #require(tmpfile()), try #require(tmpfile())]
    defer { for file in files { fclose(file) } }
    let (descriptor, output) = (fileno(files[0]), fileno(files[1]))
    #expect(write(descriptor, film.bytes, film.bytes.count) == film.bytes.count)
    let report = try MetadataScrubber().scrub(.descriptor(descriptor), to: output)
    #expect(report.staying == [StayingContent(.streamMessage, count: 4)])
  }

  // MARK: Office documents

  @Test func `hidden content of Office documents is counted or refused`() throws {
    let hidden: [(OfficeSample, Int)] = [
      (.docx("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>"), 1), (.docx(), 0),
      (.xlsx("<row r=\"1\" hidden=\"1\"/><row r=\"2\" hidden=\"true\"/>"), 2),
      (.xlsx("<row r=\"1\" hidden=\"0\"/><row r=\"2\"/>"), 0),
      (.xlsx("", sheet: "<cols><col min=\"1\" max=\"2\" hidden=\"1\"/></cols>"), 1),
      (.pptx(root: " show=\"0\""), 1), (.pptx(root: " show=\"1\""), 0),
    ]
    for (sample, count) in hidden {
      #expect(
        try staying(sample.bytes) == (count > 0 ? [StayingContent(.hidden, count: count)] : []))
      #expect(try isRefused(sample.bytes) == (count > 0))
    }
  }

  @Test func `pictures of which a part is shown are counted`() throws {
    for (attributes, count) in [
      (" l=\"1000\"", 1), (" l=\"0\" b=\"5\"", 1), ("", 0), (" l=\"0\" t=\"0\"", 0),
      (" l=\"-2000\" r=\"-1\"", 0),
    ] {
      let sample = OfficeSample.pptx("<p:blipFill><a:srcRect\(attributes)/></p:blipFill>")
      #expect(
        try staying(sample.bytes)
          == (count > 0 ? [StayingContent(.croppedPicture, count: count)] : []), "\(attributes)")
      #expect(try !isRefused(sample.bytes))
    }
  }

  private func odt(_ body: String) -> [UInt8] {
    let o = "urn:oasis:names:tc:opendocument:xmlns:"
    let spaces = ["table", "style", "presentation"].map { " xmlns:\($0)=\"\(o)\($0):1.0\"" }
    let fo = " xmlns:fo=\"\(o)xsl-fo-compatible:1.0\""
    return OfficeSample.odt("<text:section\(spaces.joined())\(fo)>\(body)</text:section>").bytes
  }

  static let hiddenODF: [(part: String, count: Int)] = [
    ("<text:p>x</text:p>", 0),
    ("<text:section text:display=\"none\"/>", 1), ("<text:section text:display=\"true\"/>", 0),
    ("<text:section text:display=\"condition\" text:condition=\"ooow:1\"/>", 1),
    ("<text:p><text:hidden-text text:is-hidden=\"true\">x</text:hidden-text></text:p>", 1),
    ("<text:p><text:hidden-paragraph text:is-hidden=\"true\"/>x</text:p>", 1),
    ("<style:text-properties text:display=\"none\"/>", 1),
    ("<table:table-row table:visibility=\"collapse\"/><table:table-row/>", 1),
    ("<table:table-column table:visibility=\"filter\"/>", 1),
    ("<table:table-row table:visibility=\"visible\"/>", 0),
    ("<style:table-properties table:display=\"false\"/>", 1),
    ("<style:table-properties table:display=\"true\"/>", 0),
    ("<style:drawing-page-properties presentation:visibility=\"hidden\"/>", 1),
    ("<draw:layer draw:name=\"a\" draw:display=\"none\"/>", 1),
    ("<draw:layer draw:name=\"a\" draw:display=\"always\"/>", 0),
  ]

  @Test(arguments: hiddenODF)
  func `hidden content of OpenDocument is counted or refused`(part: String, count: Int) throws {
    let bytes = odt(part)
    #expect(try staying(bytes) == (count > 0 ? [StayingContent(.hidden, count: count)] : []))
    #expect(try isRefused(bytes) == (count > 0))
  }

  @Test func `pictures of OpenDocument of which a part is shown are counted`() throws {
    for (clip, count) in [
      ("rect(0cm, 1.2cm, 0cm, 0cm)", 1), ("rect(0in 0.5in 0in 0in)", 1),
      ("rect(0cm, 0cm, 0cm, 0cm)", 0), ("rect(-1cm, 0cm, 0cm, 0cm)", 0), ("auto", 0),
    ] {
      let bytes = odt("<style:graphic-properties fo:clip=\"\(clip)\"/>")
      #expect(
        try staying(bytes) == (count > 0 ? [StayingContent(.croppedPicture, count: count)] : []),
        "\(clip)")
    }
  }

  @Test func `an attribute that hides something does not save an element that goes`() throws {
    let secret = "<text:author-name text:display=\"none\">today</text:author-name>"
    let result = try scrubbed(odt("<text:p>\(secret)</text:p>")).get()
    #expect(!ZipSample.text(result.bytes).contains("author-name") && residue(result.bytes) == nil)
    let shared = OfficeSample.xlsx(workbook: "<fileSharing r:id=\"rId1\" userName=\"Erika\"/>")
    #expect(!ZipSample.text(try scrubbed(shared.bytes).get().bytes).contains("Erika"))
  }

  // MARK: Messages

  @Test func `an answer carries what stays, and no other class`() throws {
    let report = try scrubbed(Self.film(Self.message + Self.picture).bytes).get().report
    let message = WorkerAnswer.scrubbed(report).message
    #expect(WorkerAnswer(message: message) == .scrubbed(report))
    let text = Array("\"stays\":{\"stream-message\":1}".utf8)
    #expect(message.firstIndex(of: text) != nil)
    for other in ["{}", "{\"unheard\":1}", "{\"hidden\":0}", "[]", "1"] {
      let changed = message.replacing(text, with: Array("\"stays\":\(other)".utf8))
      #expect(WorkerAnswer(message: changed) == nil, "\(other)")
    }
  }
}
