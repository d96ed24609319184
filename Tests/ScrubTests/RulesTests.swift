// The rules by their names, and what their answers do to a file.

import Gateway
import Scrub
import ScrubContract
import Testing

@Suite struct RulesTests {
  @Test func `a name of rules comes back in the order of the rules, whatever its own`() throws {
    #expect(ScrubRules.standard.name == "strict-1")
    let rules = try #require(ScrubRules(name: "strict-1+xfa=drop+comments=refuse"))
    #expect(rules.name == "strict-1+comments=refuse+xfa=drop")
    #expect(ScrubRules(name: rules.name) == rules && rules[.comments] == .refuse)
    // An answer that is the default is none.
    #expect(ScrubRules(name: "strict-1+comments=drop") == .standard)
    for name in [
      "", "strict-2", "strict-1+", "strict-1+comments", "strict-1+comments=keep", "strict-1+x=drop",
      "strict-1+comments=refuse+comments=drop", "strict-1+comments=refuse=drop", "strict-1 ",
    ] {
      #expect(ScrubRules(name: name) == nil, "\(name)")
    }
  }

  @Test func `every rule explains itself, and its answers are ordered by what they let through`() {
    for rule in ScrubRule.allCases {
      #expect(Set(rule.choices).count == rule.choices.count && rule.choices.count > 1)
      // No two answers of one rule are equally lax.
      let sorted = rule.choices.sorted()
      for (stricter, laxer) in zip(sorted, sorted.dropFirst()) { #expect(stricter < laxer) }
      #expect(!rule.explanation.isEmpty && !rule.explanation.hasSuffix("."))
    }
    #expect(ScrubRule.Choice.refuse < .drop && ScrubRule.Choice.drop < .invoice)
    #expect(ScrubRule.Choice.invoice < .keep && ScrubRule.Choice.refuse < .accept)
  }

  @Test func `an answer that is not understood says what would be`() {
    let cases: [(String, ScrubAnswers.Fault)] = [
      ("coments=refuse", .unknownRule), ("", .unknownRule), ("comments", .unknownAnswer(.comments)),
      ("comments=keep", .unknownAnswer(.comments)), ("xfa=drop", .answeredTwice(.xfa)),
    ]
    for (text, fault) in cases {
      #expect(throws: fault) {
        var answers = ScrubAnswers()
        try answers.add("xfa=refuse")
        try answers.add(text)
      }
    }
    #expect(
      ScrubAnswers.Fault.unknownAnswer(.comments).detail == "comments is one of drop, refuse.")
  }

  @Test func `keeping a signed document contradicts what is refused beside it`() throws {
    #expect(ScrubRules(name: "strict-1+signed=keep")?.contradiction == nil)
    #expect(ScrubRules(name: "strict-1+comments=refuse")?.contradiction == nil)
    let both = try #require(ScrubRules(name: "strict-1+signed=keep+hidden=refuse"))
    #expect(both.contradiction == "signed=keep keeps what hidden=refuse refuses")
  }

  @Test func `marks and attachments of a PDF are refused where a rule says so`() throws {
    for (name, code) in [
      ("strict-1", nil), ("strict-1+comments=refuse", ScrubError.Code.refusedByRule),
      ("strict-1+attachments=refuse", .refusedByRule),
    ] {
      #expect(try outcome(PDFSample.planted(), rules: name).code == code, "\(name)")
    }
    let plain = PDFSample().bytes
    #expect(try outcome(plain, rules: "strict-1+attachments=refuse+comments=refuse").code == nil)
  }

  /// A PDF with a signature over all but its own value; the range is as `change` makes it.
  static func signed(
    value: String = "3082abcd", _ change: (inout [Int]) -> Void = { _ in }
  ) throws -> [UInt8] {
    let gap = "/Contents<" + value + ">"
    let empty = "/ByteRange[0000000000 0000000000 0000000000 0000000000]"
    let sample = PDFSample(
      catalogue: "/AcroForm<</SigFlags 3/Fields[6 0 R]>>/Metadata 8 0 R",
      more: ["<</FT/Sig/T(a)/V 7 0 R>>", "<</Type/Sig\(empty)\(gap)/Name(Erika Example)>>"])
    var bytes = sample.bytes
    let start = try #require(bytes.firstIndex(of: Array(gap.utf8))) + "/Contents".utf8.count
    let end = start + value.utf8.count + 2
    var range = [0, start, end, bytes.count - end]
    change(&range)
    let digits = range.map { String(repeating: "0", count: 10 - String($0).count) + String($0) }
    bytes = bytes.replacing(
      Array(empty.utf8), with: Array("/ByteRange[\(digits.joined(separator: " "))]".utf8))
    return bytes
  }

  private func outcome(
    _ bytes: [UInt8], rules: String
  ) throws -> (bytes: [UInt8], isKept: Bool, code: ScrubError.Code?) {
    let rules = try #require(ScrubRules(name: rules))
    let scrubber = try MetadataScrubber(policy: ScrubPolicy(rules: rules))
    do throws(ScrubError) {
      let result = try scrubber.scrub(.bytes(bytes))
      let proof = try ResidueVerifier(rules: rules).verify(.bytes(result.bytes))
      #expect(proof.isKept == result.report.isKept && proof.pages == result.report.pages)
      #expect(proof.mediaType == result.report.mediaType)
      return (result.bytes, result.report.isKept, nil)
    } catch {
      return ([], false, error.code)
    }
  }

  @Test func `a signed PDF is refused, broken or kept byte for byte`() throws {
    let signed = try Self.signed()
    #expect(try outcome(signed, rules: "strict-1").code == .signed)
    let broken = try outcome(signed, rules: "strict-1+signed=drop")
    #expect(!broken.bytes.contains(text: "Erika") && !broken.isKept && broken.code == nil)
    let kept = try outcome(signed, rules: "strict-1+signed=keep")
    #expect(kept.bytes == signed && kept.isKept)
    // Without the rule the second reading has none of it.
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(signed)) }
  }

  @Test func `what is not signed is scrubbed also where signed documents are kept`() throws {
    let rules = "strict-1+signed=keep"
    for bytes in [PDFSample.planted(), DemoPictures.jpeg(), DemoPictures.png()] {
      let result = try outcome(bytes, rules: rules)
      #expect(result.code == nil && !result.isKept && result.bytes != bytes)
      #expect(!result.bytes.contains(text: "Erika"))
    }
  }

  @Test(arguments: [
    "said to be signed", "an empty value", "a range with a hole of another size",
    "a range behind the end", "a range that begins later",
  ])
  func `what only claims to be signed passes neither scrubbed nor as it is`(name: String) throws {
    let bytes =
      switch name {
      case "said to be signed": PDFSample(catalogue: "/AcroForm<</SigFlags 3/Fields[]>>").bytes
      case "an empty value": try Self.signed(value: "00000000")
      case "a range with a hole of another size": try Self.signed { $0[1] -= 3 }
      case "a range behind the end": try Self.signed { $0[3] += 1 }
      default: try Self.signed { $0[0] = 1 }
      }
    #expect(try outcome(bytes, rules: "strict-1+signed=keep").code == .residueFound)
  }
}
