// Pieces of what was removed: there when they are asked for, short, printable, and nowhere else.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct ExcerptTests {
  private func excerpts(_ bytes: [UInt8], isAsked: Bool = true) throws -> [CarrierExcerpt] {
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(collectsExcerpts: isAsked))
    return try scrubber.scrub(.bytes(bytes)).report.excerpts
  }

  @Test func `values are shown of the carriers that hold them`() throws {
    var sample = PDFSample()
    let info = sample.add("<</Author(Erika Example)/Title<FEFF00C400D6>/Trapped/False>>")
    sample.trailer = "/Info \(info) 0 R"
    let pdf = try excerpts(sample.bytes)
    #expect(pdf.map(\.text) == ["Author: Erika Example", "Title: ÄÖ"])
    #expect(pdf.allSatisfy { $0.carrier == .documentInfo })
    for bytes in [DemoPictures.jpeg(), DemoPictures.png()] {
      let found = try excerpts(bytes)
      let all = found.map(\.text).joined(separator: "\n")
      #expect(found.contains { $0.carrier == .exif } && found.contains { $0.carrier == .comment })
      #expect(DemoPictures.plantedTexts.contains { all.contains($0) }, "\(all)")
      let place = try #require(found.first { $0.carrier == .position }).text
      #expect(place.contains(" N, ") && place.hasSuffix(" E"), "\(place)")
    }
  }

  @Test func `nobody who does not ask is shown a value`() throws {
    for bytes in [DemoPictures.jpeg(), DemoPictures.png(), PDFSample.planted()] {
      #expect(try excerpts(bytes, isAsked: false).isEmpty)
      let report = try scrubbed(bytes).get().report
      let message = String(decoding: WorkerAnswer.scrubbed(report).message, as: UTF8.self)
      #expect(!DemoPictures.plantedTexts.contains { message.contains($0) })
      #expect(!message.contains("excerpts"))
    }
  }

  /// A JPEG with comments in front.
  private func commented(_ comments: [[UInt8]]) -> [UInt8] {
    var segments: [UInt8] = []
    for text in comments {
      segments += [0xff, 0xfe, UInt8((text.count + 2) >> 8), UInt8((text.count + 2) & 255)] + text
    }
    return DemoPictures.cleanJPEG().inserting(segments, at: 2)
  }

  @Test func `an excerpt is printable and short, whatever the file holds`() throws {
    let cases: [([UInt8], String?)] = [
      (Array("plain".utf8), "plain"), (Array("ab".utf8), "ab"),
      (
        [0, 1, 2] + Array("between".utf8) + [0xff, 0x80] + Array("bytes\u{1b}[31m".utf8),
        "between · bytes · [31m"
      ),
      ([0xff, 0xfe, 0x41, 0, 0xe4, 0], "Aä"), ([0xfe, 0xff, 0, 0x41, 0, 0xe4], "Aä"),
      ([0, 1, 2, 3], nil), (Array("a\u{202e}bcde".utf8), "bcde"),
      (Array(repeating: 0x78, count: 121), String(repeating: "x", count: 119) + "…"),
      (Array(repeating: 0x78, count: 120), String(repeating: "x", count: 120)),
    ]
    for (bytes, text) in cases {
      #expect(try excerpts(commented([bytes])).map(\.text) == (text.map { [$0] } ?? []))
    }
    let many = try excerpts(commented((0..<100).map { Array("comment \($0)".utf8) }))
    #expect(many.count == CarrierExcerpt.countMax && many.last?.text == "comment 63")
    let long = Array(repeating: UInt8(ascii: "\""), count: 200)
    let report = try MetadataScrubber(policy: ScrubPolicy(collectsExcerpts: true))
      .scrub(.bytes(commented(Array(repeating: long, count: 100)))).report
    let message = WorkerAnswer.scrubbed(report).message
    #expect(message.count < WorkerJob.messageBytesMax)
    #expect(WorkerAnswer(message: message) == .scrubbed(report))
  }

  @Test func `markup is shown as its text and attributes`() throws {
    let packet = """
      <?xpacket begin=''?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description rdf:about="a" \
      xmp:CreatorTool="Pen 2" dc:empty=""><dc:title>Roof &amp; wall</dc:title></rdf:Description>
      """
    let segment = Array("http://ns.adobe.com/xap/1.0/\0".utf8) + Array(packet.utf8)
    let header: [UInt8] = [
      0xff, 0xe1, UInt8((segment.count + 2) >> 8), UInt8((segment.count + 2) & 255),
    ]
    let bytes = DemoPictures.cleanJPEG().inserting(header + segment, at: 2)
    #expect(try excerpts(bytes).map(\.text) == ["CreatorTool=Pen 2 · Roof &amp; wall"])
  }
}
