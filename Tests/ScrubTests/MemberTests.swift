// Members of archives, which are unpacked as a whole or, if they are large, in pieces: both ways give the
// same bytes and refuse the same faults.

import Scrub
import Testing

@Suite struct MemberTests {
  /// With everything as a whole, and with nothing.
  static let wholeBytesMax = [80 << 20, 0]

  private static func limits(_ wholeBytesMax: Int) -> ScrubLimits {
    var limits = ScrubLimits()
    limits.wholeBytesMax = wholeBytesMax
    return limits
  }

  @Test(arguments: [OfficeSample.planted().bytes, OfficeSample.plantedODT().bytes])
  func `members in pieces give the bytes of members as a whole`(bytes: [UInt8]) throws {
    let outputs = try MemberTests.wholeBytesMax.map { wholeBytesMax in
      let policy = ScrubPolicy(limits: MemberTests.limits(wholeBytesMax))
      let output = try MetadataScrubber(policy: policy).scrub(.bytes(bytes)).bytes
      _ = try ResidueVerifier(limits: policy.limits).verify(.bytes(output))
      return output
    }
    #expect(ZipSample.unpacked(outputs[0]).count > 3)
    #expect(outputs[0] == outputs[1])
  }

  @Test func `a member of many blocks is packed alike in whatever pieces it comes`() throws {
    let long = String(repeating: "a > b, ", count: 30_000)
    let text = "<w:p><w:r><w:t>\(long)</w:t></w:r></w:p>"
    let bytes = OfficeSample.docx(text).bytes
    let outputs = try [0, 1 << 20].map { wholeBytesMax in
      let policy = ScrubPolicy(limits: MemberTests.limits(wholeBytesMax))
      let output = try MetadataScrubber(policy: policy).scrub(.bytes(bytes)).bytes
      _ = try ResidueVerifier(limits: policy.limits).verify(.bytes(output))
      return output
    }
    #expect(ZipSample.text(outputs[0]).contains("a &gt; b, a &gt; b, </w:t>"))
    #expect(outputs[0] == outputs[1])
  }

  static let faults: [(name: String, fault: @Sendable (inout ZipSample.Member) -> Void)] = [
    ("a size too small", { $0.sizeError = -1 }),
    ("a size too large", { $0.sizeError = 1 }),
    ("a size of nothing", { $0.sizeError = -$0.bytes.count }),
    ("another checksum", { $0.crcError = 1 }),
    ("bytes behind packed data", { $0.tail = [0] }),
    ("a second packed stream", { $0.tail = [3, 0] }),
    ("packed data that ends early", { $0.cutBytes = 5 }),
  ]

  @Test(arguments: faults.indices, wholeBytesMax)
  func `a member must be what the directory says`(index: Int, wholeBytesMax: Int) throws {
    for place in [0, 2] {
      var zip = OfficeSample.docx().zip
      MemberTests.faults[index].fault(&zip.members[place])
      let code = try refusal(zip.bytes, limits: MemberTests.limits(wholeBytesMax))
      #expect(code == .malformedFile, "\(MemberTests.faults[index].name) of member \(place)")
    }
  }
}
