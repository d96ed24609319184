// Faults that lose nothing: what passes although something in it is broken, and that what stands next
// to such a fault is refused as ever.

import Base
import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct HarmlessFaultTests {
  /// The file as it is written, proved clean and stable.
  private func output(_ bytes: [UInt8]) throws -> [UInt8] {
    let once = try scrubbed(bytes).get()
    #expect(residue(once.bytes) == nil)
    let twice = try scrubbed(once.bytes).get()
    #expect(twice.bytes == once.bytes && twice.report.removed.isEmpty)
    return once.bytes
  }

  // MARK: Drawings

  @Test func `metadata that goes may use prefixes that nothing declares`() throws {
    let manifest = "<metadata><c2pa:manifest b:c=\"d\"><x/>AAAB</c2pa:manifest></metadata>"
    let file = DrawingTests.svg(manifest + "<rect/>")
    #expect(try output(file) == DrawingTests.svg("<rect/>"))
    for part in [
      "<c2pa:manifest/>", "<rect c2pa:a=\"b\"/>", "<g><c2pa:rect/></g>", "<c2pa:script/>",
      "<metadata c2pa:a=\"b\"/>",
    ] {
      #expect(try refusal(DrawingTests.svg(part)) == .malformedFile, "\(part)")
    }
    let plain = Array("\(DrawingTests.head)<a><b:c/></a>".utf8)
    #expect(try refusal(plain) == .malformedFile)
    #expect(residue(DrawingTests.svg("<c2pa:rect/>")) == .residueFound)
  }

  private func drawing(_ space: String, _ inside: String) -> [UInt8] {
    Array("\(DrawingTests.head)<svg\(space)>\(inside)</svg>".utf8)
  }

  @Test(arguments: ["", " xmlns=\"urn:x\"", " xmlns=\"http://www.w3.org/1999/svg\""])
  func `a drawing under another namespace follows the rules of drawings`(space: String) throws {
    let shown =
      "<rect width=\"1\"/><g xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0\"/></g>"
    let planted = drawing(
      space,
      "<title>Erika</title><metadata>Erika</metadata><author/><i:grid xmlns:i=\"urn:i\"/>\(shown)")
    #expect(try output(planted) == drawing(space, shown))
    #expect(try scrubbed(planted).get().report.mediaType == "image/svg+xml")
    #expect(residue(planted) == .residueFound)
    let page = "<b xmlns=\"http://www.w3.org/1999/xhtml\"/>"
    for part in [
      "<script>a()</script>", "<rect onclick=\"a()\"/>", "<foreignObject/>",
      "<image href=\"a.png\"/>",
    ] {
      #expect(try refusal(drawing(space, part)) == .refusedByRule, "\(part)")
      #expect(residue(drawing(space, part)) == .residueFound, "\(part)")
    }
    // In what is no drawing a page would be shown.
    #expect(try refusal(drawing(space, page)) == .encodingNotSupported)
    #expect(residue(drawing(space, page)) == .residueFound)
  }

  @Test func `a page that calls itself a drawing is refused`() throws {
    let page = drawing(" xmlns=\"http://www.w3.org/1999/xhtml\"", "<rect/>")
    #expect(try refusal(page) == .encodingNotSupported)
    #expect(residue(page) == .residueFound)
  }

  // MARK: OpenDocument

  private func odt(_ reference: String) -> ZipSample {
    OfficeSample.odt(
      "<text:p>Offer<draw:frame>\(reference)<draw:image xlink:href=\"Pictures/1.png\"/></draw:frame></text:p>",
      more: [("Pictures/1.png", DemoPictures.cleanPNG())])
  }

  @Test func `a picture that is not in the package goes, its frame and a text on it stay`() throws {
    let picture = "<draw:image xlink:href=\"Pictures/1.png\"/></draw:frame>"
    for (inside, left) in [
      ("", ""), ("<text:p/>", ""), (" <text:p> </text:p>", ""),
      ("<text:p>a</text:p>", "<draw:image><text:p>a</text:p></draw:image>"),
    ] {
      let file = odt("<draw:image xlink:href=\"Pictures/Erika.svg\">\(inside)</draw:image>").bytes
      let text = ZipSample.text(try output(file))
      #expect(text.contains("<draw:frame>\(left)\(picture)") && !text.contains("Erika"))
      let removed = try scrubbed(file).get().report.removed
      #expect(removed.contains(RemovedCarrier(.localPath, count: 1)))
    }
  }

  @Test func `an object that is not in the package refuses the document`() throws {
    let file = odt("<draw:object xlink:href=\"./Object 1\"/>").bytes
    #expect(try refusal(file) == .malformedFile)
  }

  @Test func `a reference to nowhere is residue`() throws {
    let clean = try output(odt("").bytes)
    #expect(residue(canonical(clean, "Pictures/1.png", "Pictures/2.png")) == .residueFound)
    #expect(residue(canonical(clean, "a", "a")) == nil)
  }

  /// The archive with a change of its content, as the scrubber would write it.
  private func canonical(_ archive: [UInt8], _ from: String, _ to: String) -> [UInt8] {
    var zip = ZipSample(
      ZipSample.unpacked(archive).map { member in
        let isContent = member.name == "content.xml"
        let bytes = member.bytes
        return (
          member.name, isContent ? bytes.replacing(Array(from.utf8), with: Array(to.utf8)) : bytes
        )
      })
    zip.members[0].isDeflated = false
    for index in zip.members.indices {
      zip.members[index].time = 0x0021_0000
      if zip.members[index].name.hasPrefix("Pictures/") { zip.members[index].isDeflated = false }
    }
    return zip.canonical
  }

  // MARK: PDF

  /// A page whose picture has a colour space with a profile.
  private func pdf(
    _ profile: [UInt8], _ entries: String = "/N 3", catalogue: String = "", resources: String = ""
  ) -> [UInt8] {
    var sample = PDFSample(
      catalogue: catalogue,
      resources: "/XObject<</Im1 6 0 R>>/ColorSpace<</C1[/ICCBased 7 0 R]\(resources)>>")
    _ = sample.add(
      "/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace[/ICCBased 7 0 R]", [1, 2, 3])
    _ = sample.add(entries, profile)
    return sample.bytes
  }

  static let broken: [(name: String, bytes: [UInt8])] = [
    ("nothing", []), ("a few words", Array("Erika Mustermann".utf8)),
    ("no mark", marked(count: 0, mark: "ascp")), ("no tag", marked(count: 0)),
    ("unknown tags", marked(count: 99)),
  ]

  /// A profile with a header, a count of tags, and a table that names none.
  private static func marked(count: Int, mark: String = "acsp") -> [UInt8] {
    [UInt8](repeating: 1, count: 36) + mark.utf8 + [UInt8](repeating: 1, count: 88) + big(count)
      + [UInt8](repeating: 2, count: 400)
  }

  @Test(arguments: broken)
  func `a profile that nobody can read makes room for its alternate`(
    name: String, profile: [UInt8]
  ) throws {
    for (entries, color) in [
      ("/N 1", "/DeviceGray"), ("/N 3", "/DeviceRGB"), ("/N 4", "/DeviceCMYK"),
      ("/N 3/Alternate/DeviceRGB", "/DeviceRGB"),
      ("/N 3/Alternate[/CalRGB<</WhitePoint[0.9 1 1.1]>>]", "/CalRGB"),
    ] {
      let text = unpacked(try output(pdf(profile, entries)))
      #expect(text.contains(text: color) && !text.contains(text: "ICCBased"), "\(entries)")
      #expect(!text.contains(text: "Erika"))
    }
  }

  @Test func `a broken profile is refused where nothing stands for it, or something may not`()
    throws
  {
    let profile = Self.broken[1].bytes
    for entries in ["", "/N 2", "/N 0"] {
      #expect(try refusal(pdf(profile, entries)) == .malformedProfile, "\(entries)")
    }
    let mapped = "/DefaultRGB[/CalRGB<</WhitePoint[0.9 1 1.1]>>]"
    #expect(try refusal(pdf(profile, resources: mapped)) == .malformedProfile)
    let intent = "/OutputIntents[<</S/GTS_PDFA1/DestOutputProfile 8 0 R>>]"
    var sample = PDFSample(catalogue: intent, more: ["null", "null"])
    _ = sample.add("/N 3", profile)
    #expect(try refusal(sample.bytes) == .malformedProfile)
  }

  @Test func `a profile that an engine may read in part is refused`() throws {
    let whole = try colorProfile(of: DemoPictures.jpeg())
    #expect(unpacked(try output(pdf(whole))).contains(text: "ICCBased"))
    // The places of all tags lie behind the end.
    var lost = whole
    for entry in stride(from: 132, to: 132 + 12 * Int(whole[131]), by: 12) {
      lost[entry + 4] = 0x7f
    }
    #expect(try refusal(pdf(lost)) == .malformedProfile)
  }
}
