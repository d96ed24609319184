// Tenants, grants, policy, tokens, and the reading of the log.

import Base
import Cryptography
import Delivery
import JSONText
import ScrubContract
import TestSupport
import Testing

@Suite struct ManageTests {
  @Test func `only an operator manages tenants, and only an operator picks one`() async throws {
    let house = try await House()
    let new = try Stage.tenant("new")
    let root = try Principal(adminSocketPeer: Stage.subject("uid 0"))
    let admin = try house.principal()
    let calls: [(DeliveryError.Code, () async throws -> Void)] = [
      (
        .scopeMissing,
        { _ = try await house.tenants.create(new, name: "N", by: admin, request: house.request) }
      ),
      (.scopeMissing, { _ = try await house.tenants.list(PageRequest(), by: admin) }),
      (.scopeMissing, { _ = try await house.tenants.show(house.acme, by: admin) }),
      (.scopeMissing, { _ = try Caller(operator: admin, in: house.other, request: house.request) }),
      (.tenantRequired, { _ = try Caller(root, request: house.request) }),
      (
        .tenantExists,
        {
          _ = try await house.tenants.create(
            house.acme, name: "N", by: root, request: house.request)
        }
      ),
      (.tenantNotFound, { _ = try await house.tenants.show(new, by: root) }),
      (
        .titleInvalid,
        { _ = try await house.tenants.create(new, name: "", by: root, request: house.request) }
      ),
    ]
    for (wanted, call) in calls { #expect(try await code(call) == wanted) }
    let (tenant, sequenced) = try await house.tenants.create(
      new, name: "New", by: root, request: house.request)
    #expect(sequenced.log == .tenant(new) && sequenced.index == 0)
    #expect(try await house.tenants.show(new, by: root) == tenant)
    #expect(try await house.tenants.list(PageRequest(), by: root).items.count == 3)
  }

  @Test func `a token that says operator but is not one opens nothing`() async throws {
    let house = try await House()
    let principal = try house.principal("bff", Scope.allCases)
    #expect(!principal.isOperator)
    let caller = try Caller(principal, request: house.request)
    #expect(caller.authority != .operator)
    let revoke = RevokeTokens(store: house.store, denials: house.denials, clock: house.time.clock)
    let digest = SHA256.hash([3])
    let end = house.time.now.adding(seconds: 60)
    #expect(
      try await code { _ = try await revoke(digest, until: end, by: caller) } == .scopeMissing)
    _ = try await revoke(digest, until: end, by: house.root())
    let facts = TokenFacts(
      tenant: house.acme, issuer: "test", subject: try Stage.subject("bff"), digest: digest,
      issuedAt: house.time.now)
    #expect(try await house.store.isRevoked(facts, at: house.time.now))
  }

  @Test func `grants need a right and a future; their events hold no names`() async throws {
    let house = try await House()
    let anna = try Stage.subject("anna@example.com")
    let now = house.time.now
    let theirs = try await house.stage.createDocument(in: house.other)
    let cases: [(Grant.Reach, Rights, Timestamp?, DeliveryError.Code?)] = [
      (.all, [], nil, .grantInvalid), (.all, Rights([.read]), now, .grantInvalid),
      (.all, Rights([.read]), Timestamp(milliseconds: now.milliseconds + 1), nil),
      (.document(theirs.id), Rights([.read]), nil, .documentNotFound),
    ]
    for (reach, rights, until, wanted) in cases {
      let got = try await code {
        _ = try await house.grants.add(
          holder: .user(anna), reach: reach, rights: rights, validUntil: until,
          by: house.caller())
      }
      #expect(got == wanted)
    }
    let grants = try await house.grants.list(PageRequest(), by: house.caller()).items
    #expect(grants.count == 1)
    let id = try grants.first.unwrapped().id
    let other = try house.caller("bff", in: house.other)
    #expect(try await code { _ = try await house.grants.remove(id, by: other) } == .grantNotFound)
    let removed = try await house.grants.remove(id, by: house.caller())
    let leaves = try await house.store.leaves(of: removed.log, from: 0, limit: 99)
    let text = leaves.map { String(decoding: $0, as: UTF8.self) }.joined()
    #expect(text.contains("add user all read") && text.contains("remove") && !text.contains("anna"))
  }

  @Test func `a policy is replaced by the next version only, within its ranges`() async throws {
    let house = try await House()
    var policy = try await house.policies.show(by: house.caller())
    let changes: [((inout TenantPolicy) -> Void, DeliveryError.Code?)] = [
      ({ $0.version = 2 }, .conflict), ({ $0.objectURLSeconds = 119 }, .policyInvalid),
      ({ $0.objectURLSeconds = 3601 }, .policyInvalid),
      ({ $0.linkSeconds.max = 604_801 }, .policyInvalid),
      ({ $0.linkSeconds.min = 0 }, .policyInvalid),
      ({ $0.linkSeconds.standard = 901 }, .policyInvalid),
      ({ $0.downloadsMax = 0 }, .policyInvalid), ({ $0.downloadsMax = 1001 }, .policyInvalid),
      ({ $0.uploadBytesMax = 0 }, .policyInvalid),
      (
        {
          $0.objectURLSeconds = 120
          $0.linkSeconds.max = 604_800
          $0.downloadsMax = 1000
        }, nil
      ),
      ({ _ in }, .conflict),
    ]
    for (change, wanted) in changes {
      var next = policy
      next.version = 1
      change(&next)
      let got = try await code { _ = try await house.policies.replace(next, by: house.caller()) }
      #expect(got == wanted)
    }
    policy = try await house.policies.show(by: house.caller())
    #expect(policy.version == 1 && policy.objectURLSeconds == 120)
    #expect(try await house.store.policy(of: house.other) == TenantPolicy())
  }

  @Test func `a policy survives its JSON; unknown members and wrong values do not pass`() throws {
    var policy = TenantPolicy()
    policy.version = 7
    policy.deliveredTypes = [try MediaType("image/png").unwrapped()]
    policy.linkSeconds = LifetimeBounds(min: 1, standard: 2, max: 3)
    policy.landing = .page
    policy.allowsPresignedURLs = false
    policy.scrub[.comments] = .refuse
    policy.scrub[.signed] = .keep
    #expect(policy.json["scrub"] == ["comments": "refuse", "signed": "keep"])
    #expect(try TenantPolicy(json: policy.json) == policy)
    #expect(try TenantPolicy(json: TenantPolicy().json) == TenantPolicy())
    #expect(try TenantPolicy(json: [:]) == TenantPolicy())
    let wrong: [JSONValue] = [
      ["unknown": 1], ["landing": "sideways"], ["object_url_seconds": 119], ["version": -1],
      ["link_seconds": ["min": 9, "max": 8]], ["inline_types": ["Image/PNG"]],
      ["presigned_allowed": "yes"], [], "x", ["scrub": ["coments": "drop"]],
      ["scrub": ["comments": "keep"]], ["scrub": ["comments": true]], ["scrub": "strict-1"],
    ]
    for value in wrong {
      #expect(throws: DeliveryError.self) { try TenantPolicy(json: value) }
    }
  }

  @Test func `the log is read by its tenant, and the reading is recorded once in ten minutes`()
    async throws
  {
    let house = try await House()
    let audit = house.audit
    let caller = try house.caller()
    let (document, _, _) = try await house.openDocument()
    let before = await house.events(of: house.acme)
    for _ in 0..<5 { _ = try await audit.list(EventQuery(), PageRequest(), by: caller) }
    #expect(await house.events(of: house.acme) == before + 1)
    house.time.advance(seconds: 600)
    let page = try await audit.list(EventQuery(document: document.id), PageRequest(), by: caller)
    #expect(await house.events(of: house.acme) == before + 2)
    let record = try page.items.first.unwrapped()
    #expect(try await audit.show(record.id, by: caller) == record)
    let foreign = try house.caller("bff", in: house.other)
    #expect(try await code { _ = try await audit.show(record.id, by: foreign) } == .eventNotFound)
    let newest = try await audit.list(EventQuery(kind: .logRead), PageRequest(limit: 1), by: caller)
    let leaf = try JSONValue(parsing: newest.items.first.unwrapped().leaf, limits: .request)
    let name = try (leaf["actor"]?["p"]?.stringValue).flatMap { Pseudonym($0) }.unwrapped()
    #expect(try await audit.person(behind: name, by: caller) == caller.principal.person)
    #expect(try await audit.person(behind: name, by: foreign) == nil)
  }
}
