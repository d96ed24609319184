// Which rules hold for an upload: the tenant's, made stricter by whoever uploads; and a signed document
// that is delivered as it is, with a named approver.

import Base
import Cryptography
import Delivery
import JSONText
import ScrubContract
import TestSupport
import Testing

@Suite struct ScrubRulesTests {
  private let file = SpooledFile(
    descriptor: -1, size: 1000, sha256: SHA256.hash([1]), owner: nil)

  private func answers(_ texts: [String]) throws -> ScrubAnswers {
    var answers = ScrubAnswers()
    for text in texts { try answers.add(text) }
    return answers
  }

  private func order(_ document: Document, _ texts: [String]) throws -> PublishVersion.Order {
    PublishVersion.Order(
      document: document.id,
      declared: DeclaredContent(filename: FileName(cleaning: "a.pdf"), mediaType: nil),
      answers: try answers(texts))
  }

  @Test func `an upload may be stricter than its tenant, never laxer`() throws {
    var policy = TenantPolicy()
    policy.scrub[.comments] = .refuse
    policy.scrub[.geography] = .keep
    policy.scrub[.attachments] = .invoice
    let cases: [([String], String?)] = [
      ([], "strict-1+attachments=invoice+comments=refuse+geography=keep"),
      (["comments=refuse"], "strict-1+attachments=invoice+comments=refuse+geography=keep"),
      (["comments=drop"], nil), (["hidden=refuse", "comments=drop"], nil),
      (["geography=drop"], "strict-1+attachments=invoice+comments=refuse"),
      (
        ["geography=keep", "attachments=refuse"],
        "strict-1+attachments=refuse+comments=refuse+geography=keep"
      ),
      (["signed=drop"], nil), (["signed=keep"], nil), (["copyright=keep"], nil),
    ]
    for (texts, name) in cases {
      let asked = try answers(texts)
      guard let name else {
        let error = #expect(throws: DeliveryError.self) { try policy.scrubRules(asking: asked) }
        #expect(error?.code == .scrubRuleForbidden, "\(texts)")
        continue
      }
      #expect(try policy.scrubRules(asking: asked).name == name)
    }
  }

  @Test func `a policy that keeps signed documents keeps only those that are asked for`() throws {
    var policy = TenantPolicy()
    policy.scrub[.signed] = .keep
    #expect(try policy.scrubRules(asking: ScrubAnswers()).name == "strict-1")
    #expect(try policy.scrubRules(asking: answers(["signed=keep"]))[.signed] == .keep)
    #expect(try policy.scrubRules(asking: answers(["signed=drop"]))[.signed] == .drop)
    let error = #expect(throws: DeliveryError.self) {
      try policy.scrubRules(asking: answers(["signed=keep", "comments=refuse"]))
    }
    #expect(error?.detail.contains("signed=keep keeps what comments=refuse refuses") == true)
  }

  @Test func `a policy whose answers contradict each other is not put in place`() async throws {
    let house = try await House()
    let svg = try MediaType("image/svg+xml").unwrapped()
    let changes: [(inout TenantPolicy) -> Void] = [
      { $0.scrub = ScrubRules(name: "strict-1+signed=keep+hidden=refuse") ?? .standard },
      {
        $0.scrub[.scripts] = .keep
        $0.inlineTypes.insert(svg)
      },
    ]
    for change in changes {
      let got = try await code { try await house.setPolicy(change) }
      #expect(got == .policyContradictory)
    }
    try await house.setPolicy { $0.scrub[.scripts] = .keep }
    try await house.setPolicy {
      $0.scrub[.scripts] = .drop
      $0.inlineTypes.insert(svg)
    }
  }

  @Test func `the name of the rules is in version and log`() async throws {
    let house = try await House()
    try await house.setPolicy { $0.scrub[.comments] = .refuse }
    let document = try await house.stage.createDocument(in: house.acme)
    let begun = try await house.publish.begin(
      order(document, ["hidden=refuse"]), declaredBytes: nil, by: house.root())
    let version = try await house.publish.finish(begun, file, by: house.root()).version
    #expect(version.receipt.policy == "strict-1+comments=refuse+hidden=refuse")
    let leaf = try await lastLeaf(house)
    #expect(leaf["xfer"]?["scrub"]?.stringValue == version.receipt.policy)
    #expect(leaf["auth"]?["rule"]?.stringValue == "operator")
  }

  @Test func `a signed document passes as it is for an approver, who is named`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let pdf = try MediaType("application/pdf").unwrapped()
    house.scrubber.behave(.kept(pdf))
    let keep = try order(document, ["signed=keep"])
    let approver = try house.caller("erika")
    let forbidden = try await code {
      _ = try await house.publish.begin(keep, declaredBytes: nil, by: approver)
    }
    #expect(forbidden == .scrubRuleForbidden)
    try await house.setPolicy { $0.scrub[.signed] = .keep }
    let clerk = try house.caller("clerk", in: nil, [.documentsWrite])
    let missing = try await code {
      _ = try await house.publish.begin(keep, declaredBytes: nil, by: clerk)
    }
    #expect(missing == .scopeMissing)
    let begun = try await house.publish.begin(keep, declaredBytes: nil, by: approver)
    let version = try await house.publish.finish(begun, file, by: approver).version
    #expect(version.receipt.isUnscrubbed && version.sha256 == file.sha256)
    #expect(version.releasedBy == approver.principal.person)
    let leaf = try await lastLeaf(house)
    #expect(leaf["auth"]?["rule"]?.stringValue == PublishVersion.approvalRule)
    #expect(leaf["xfer"]?["scrub"]?.stringValue == "strict-1+signed=keep")
    let stored = try ScrubReceipt(json: version.receipt.json).unwrapped()
    #expect(stored == version.receipt)
  }

  @Test func `a scrubber that keeps what it was not asked to keep publishes nothing`() async throws
  {
    let house = try await House()
    try await house.setPolicy { $0.scrub[.signed] = .keep }
    let document = try await house.stage.createDocument(in: house.acme)
    house.scrubber.behave(.kept(house.jpeg))
    let begun = try await house.publish.begin(
      order(document, []), declaredBytes: nil, by: house.root())
    let got = try await code {
      _ = try await house.publish.finish(begun, file, by: house.root())
    }
    #expect(got == .scrubberUnavailable && house.objects.keys.isEmpty)
  }

  private func lastLeaf(_ house: House) async throws -> JSONValue {
    let page = try await house.audit.list(
      EventQuery(kind: .uploadEnd), PageRequest(limit: 1), by: house.caller())
    return try JSONValue(parsing: page.items.first.unwrapped().leaf, limits: .request)
  }
}
