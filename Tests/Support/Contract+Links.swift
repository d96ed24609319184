// Rules about links: issuing, revoking, following.

import Base
import Cryptography
import Delivery
import Testing

/// A tenant with one published document that everyone may read and link to.
struct LinkWorld {
  let stage: Stage
  let tenant: TenantID
  let document: Document
  let version: Version
  let grant: GrantID
  let access: Access
  var store: any MetadataStore { stage.store }

  init(_ stage: Stage, name: String = "acme") async throws {
    self.stage = stage
    tenant = try await stage.createTenant(name)
    document = try await stage.createDocument(in: tenant)
    version = try await stage.publish(document)
    grant = try await stage.grant(.everyone, .all, [.read, .issue], in: tenant)
    access = try stage.access("anna", in: tenant)
  }

  func removeGrant() async throws {
    _ = try await store.removeGrant(
      grant, of: tenant, event: stage.event(.grantChange, in: .tenant(tenant)))
  }

  func revoke(_ link: Link, as access: Access? = nil) async throws -> Revocation {
    let now = stage.time.now
    let access = access ?? self.access
    return try await store.revokeLink(
      link.id,
      Access(
        tenant: access.tenant, authority: access.authority, person: access.person, moment: now),
      event: stage.event(.linkRevoke, in: .tenant(access.tenant), link: link.id))
  }

  /// The word for what came of a delivery.
  func deliver(
    _ link: Link, session: SHA256Digest? = nil, opening: SHA256Digest? = nil
  ) async throws -> String {
    word(
      try await store.redeem(
        stage.attempt(link, delivering: version.id, session: session, opening: opening)))
  }

  func word(_ result: RedemptionResult) -> String {
    switch result {
    case .granted(let redemption, _): "granted \(redemption.link.usesLeft ?? -1)"
    case .refused(let refusal, _, _): refusal.rawValue
    case .versionChanged: "version-changed"
    case .unknown: "unknown"
    }
  }
}

extension MetadataStoreContract {
  static let linkRules: [ContractRule] = [
    ContractRule("a link comes back as it was recorded, to its tenant only") { stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let link = try await stage.issue(world.document, world.access, uses: 3)
      let store = stage.store
      #expect(try await store.link(link.id, world.access, right: .read) == link)
      #expect(try await store.link(link.id, other.access, right: .read) == nil)
      #expect(
        try await store.link(link.id, stage.operatorAccess(in: other.tenant), right: .read) == nil)
      #expect(
        try await store.links(to: world.document.id, world.access, PageRequest())?.items == [link])
      #expect(
        try await store.links(to: world.document.id, other.access, PageRequest()) == nil)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await world.revoke(link, as: other.access)
      }
      let facts = try await store.redemptionFacts(
        [link.tokenDigest], session: nil, at: stage.time.now)
      #expect(facts?.link == link && facts?.version == world.version)
      #expect(facts?.document.id == world.document.id)
    },
    ContractRule("a link is found under its own digest and pepper only") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access)
      let digest = link.tokenDigest
      let other = TokenDigest(
        pepper: "p2", issuedAt: digest.issuedAt, digest: digest.digest)
      let now = stage.time.now
      for (digests, isFound) in [([other], false), ([other, digest], true), ([], false)] {
        let facts = try await stage.store.redemptionFacts(digests, session: nil, at: now)
        #expect((facts != nil) == isFound)
      }
      var attempt = stage.attempt(link, delivering: world.version.id)
      attempt = RedemptionAttempt(
        digests: [other], purpose: attempt.purpose, session: nil, moment: now,
        event: attempt.event, request: attempt.request, personal: nil)
      let before = try await total(stage)
      #expect(world.word(try await stage.store.redeem(attempt)) == "unknown")
      #expect(try await total(stage) == before)
      try await expectError(.conflict, stage, in: nil) {
        _ = try await stage.store.recordLink(
          link, world.access, seen: .unknown,
          event: stage.event(.linkIssue, in: .tenant(world.tenant)))
      }
    },
    ContractRule("a grant that goes between look and record is honoured") { stage in
      let world = try await LinkWorld(stage)
      let look = try await stage.store.linkTarget(world.document.id, .current, world.access)
      let seen = try look.unwrapped().revision
      #expect(look?.grant == world.grant)
      _ = try await stage.issue(world.document, world.access, seen: seen)
      try await world.removeGrant()
      for seen in [seen, .unknown] {
        try await expectError(.notFound, stage, in: nil) {
          _ = try await stage.issue(world.document, world.access, seen: seen)
        }
      }
      #expect(
        try await stage.store.linkTarget(world.document.id, .current, world.access) == nil)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.store.recordPresignedURL(
          of: world.version.id, world.document.id, until: stage.time.now, world.access, seen: seen,
          event: stage.event(.presignedIssue, in: .tenant(world.tenant)))
      }
    },
    ContractRule("a version that cannot be delivered is not linked") { stage in
      let world = try await LinkWorld(stage)
      let later = try await stage.publish(
        world.document, validFrom: stage.time.now.adding(seconds: 60))
      try await expectError(.versionUnavailable, stage, in: nil) {
        _ = try await stage.issue(world.document, world.access, selector: .pinned(later.id))
      }
      let look = try await stage.store.linkTarget(world.document.id, .current, world.access)
      let seen = try look.unwrapped().revision
      _ = try await stage.issue(world.document, world.access, seen: seen)
      _ = try await stage.withdraw(world.version)
      #expect(
        try await stage.store.linkTarget(world.document.id, .current, world.access)?.version == nil)
      let selectors: [VersionSelector] = [
        .current, .pinned(world.version.id), .pinned(stage.id(VersionKind.self)),
      ]
      for selector in selectors {
        try await expectError(.versionUnavailable, stage, in: nil) {
          _ = try await stage.issue(
            world.document, world.access, selector: selector, seen: seen)
        }
      }
      try await expectError(.versionUnavailable, stage, in: nil) {
        _ = try await stage.store.recordPresignedURL(
          of: world.version.id, world.document.id, until: stage.time.now, world.access,
          seen: .unknown, event: stage.event(.presignedIssue, in: .tenant(world.tenant)))
      }
    },
    ContractRule("links are listed newest first in stable pages") { stage in
      let world = try await LinkWorld(stage)
      var links: [LinkID] = []
      for _ in 0..<5 {
        stage.time.advance(seconds: 1)
        links.insert(try await stage.issue(world.document, world.access).id, at: 0)
      }
      func list(after: LinkID?, limit: Int) async throws -> ([LinkID], Bool) {
        let page = try await stage.store.links(
          to: world.document.id, world.access, PageRequest(after: after, limit: limit))
        return (page?.items.map(\.id) ?? [], page?.hasMore ?? false)
      }
      #expect(try await list(after: nil, limit: 2) == (Array(links[..<2]), true))
      stage.time.advance(seconds: 1)
      _ = try await stage.issue(world.document, world.access)
      #expect(try await list(after: links[1], limit: 3) == (Array(links[2...]), false))
    },
    ContractRule("a link is revoked once, by its issuer, a grant holder or an operator") { stage in
      let world = try await LinkWorld(stage)
      let bert = try stage.access("bert", in: world.tenant)
      let link = try await stage.issue(world.document, world.access)
      stage.time.advance(seconds: 5)
      let first = try await world.revoke(link, as: bert)
      stage.time.advance(seconds: 5)
      let before = try await total(stage)
      let second = try await world.revoke(link)
      #expect(first.link.revokedAt == ManualClock.start.adding(seconds: 5))
      #expect(first.sequenced != nil && second.sequenced == nil && second.link == first.link)
      #expect(try await total(stage) == before)
      let own = try await stage.issue(world.document, world.access)
      let third = try await stage.issue(world.document, world.access)
      try await world.removeGrant()
      try await expectError(.notFound, stage, in: nil) {
        _ = try await world.revoke(own, as: bert)
      }
      #expect(try await stage.store.link(own.id, bert, right: .read) == nil)
      #expect(try await world.revoke(own).sequenced != nil)
      let root = try stage.operatorAccess(in: world.tenant)
      #expect(try await world.revoke(third, as: root).sequenced != nil)
    },
  ]

  static let redemptionRules: [ContractRule] = [
    ContractRule("a counted link is redeemed exactly as often as it says, however many try") {
      stage in
      let world = try await LinkWorld(stage)
      for uses in [1, 3] {
        let link = try await stage.issue(world.document, world.access, uses: uses)
        let before = try await total(stage)
        let words = try await withThrowingTaskGroup(of: String.self) { group in
          for _ in 0..<24 { group.addTask { try await world.deliver(link) } }
          var words: [String] = []
          for try await word in group { words.append(word) }
          return words
        }
        let granted = words.filter { $0.hasPrefix("granted") }.sorted()
        #expect(granted == (0..<uses).map { "granted \($0)" })
        #expect(words.filter { $0 == "link-used-up" }.count == 24 - uses)
        #expect(try await total(stage) == before + 24)
      }
    },
    ContractRule("a link refuses when it is expired, revoked or without its grant") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access, seconds: 60)
      let revoked = try await stage.issue(world.document, world.access)
      _ = try await world.revoke(revoked)
      #expect(try await world.deliver(revoked) == "link-revoked")
      stage.time.advance(milliseconds: 59_999)
      #expect(try await world.deliver(link) == "granted -1")
      stage.time.advance(milliseconds: 1)
      #expect(try await world.deliver(link) == "link-expired")
      let next = try await stage.issue(world.document, world.access)
      let byOperator = try await stage.issue(
        world.document, stage.operatorAccess(in: world.tenant))
      try await world.removeGrant()
      #expect(try await world.deliver(next) == "grant-gone")
      #expect(try await world.deliver(byOperator) == "granted -1")
    },
    ContractRule("a link follows its version: current moves on, pinned stays") { stage in
      let world = try await LinkWorld(stage)
      let current = try await stage.issue(world.document, world.access)
      let pinned = try await stage.issue(
        world.document, world.access, selector: .pinned(world.version.id))
      let second = try await stage.publish(world.document)
      #expect(try await world.deliver(current) == "version-changed")
      #expect(try await world.deliver(pinned) == "granted -1")
      var policy = TenantPolicy()
      policy.version = 1
      policy.allowsSupersededVersions = false
      _ = try await stage.store.putPolicy(
        policy, of: world.tenant, event: stage.event(.policyChange, in: .tenant(world.tenant)))
      #expect(try await world.deliver(pinned) == "version-superseded")
      _ = try await stage.withdraw(second)
      #expect(try await world.deliver(current) == "granted -1")
      _ = try await stage.withdraw(world.version)
      #expect(try await world.deliver(current) == "version-unavailable")
      #expect(try await world.deliver(pinned) == "version-withdrawn")
    },
    ContractRule("an offer for another version records nothing and consumes nothing") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access, uses: 1)
      let before = try await total(stage)
      for version in [stage.id(VersionKind.self), nil] {
        let result = try await stage.store.redeem(stage.attempt(link, delivering: version))
        #expect(world.word(result) == "version-changed")
      }
      #expect(try await total(stage) == before)
      #expect(try await world.deliver(link) == "granted 0")
    },
    ContractRule("looking consumes nothing and is recorded as what it is") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access, uses: 1)
      let purposes: [(RedemptionAttempt.Purpose, AuditKind)] = [
        (.view, .linkView), (.scan, .linkScan), (.probe, .linkProbe),
      ]
      for (purpose, kind) in purposes {
        for _ in 0..<3 {
          let result = try await stage.store.redeem(stage.attempt(link, purpose))
          #expect(world.word(result) == "granted 1")
        }
        let events = try await stage.store.events(
          EventQuery(link: link.id, kind: kind), in: .tenant(world.tenant), PageRequest())
        #expect(events.items.count == 3)
      }
      #expect(try await world.deliver(link) == "granted 0")
    },
    ContractRule("a session stands for the use that opened it, of its link, until its end") {
      stage in
      let world = try await LinkWorld(stage)
      let cookie = SHA256.hash([1])
      let stranger = SHA256.hash([2])
      let link = try await stage.issue(world.document, world.access, uses: 1, seconds: 900)
      let other = try await stage.issue(world.document, world.access, uses: 1, seconds: 900)
      let deliver = world.deliver
      #expect(try await deliver(link, nil, cookie) == "granted 0")
      #expect(try await deliver(link, nil, nil) == "link-used-up")
      #expect(try await deliver(link, stranger, nil) == "link-used-up")
      #expect(try await deliver(other, cookie, nil) == "granted 0")
      #expect(try await deliver(other, cookie, nil) == "link-used-up")
      stage.time.advance(milliseconds: 599_999)
      #expect(try await deliver(link, cookie, nil) == "granted 0")
      stage.time.advance(milliseconds: 1)
      #expect(try await deliver(link, cookie, nil) == "link-used-up")
      _ = try await world.revoke(link)
      #expect(try await deliver(link, cookie, nil) == "link-revoked")
    },
    ContractRule("the end of the last URL handed out is known") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access)
      _ = try await world.deliver(link)
      stage.time.advance(milliseconds: 100_500)
      let revocation = try await world.revoke(link)
      let residual = revocation.link.residualExposureSeconds(at: stage.time.now)
      #expect(residual == 200)
      let unused = try await stage.issue(world.document, world.access)
      let second = try await world.revoke(unused)
      #expect(second.link.residualExposureSeconds(at: stage.time.now) == 0)
    },
  ]
}
