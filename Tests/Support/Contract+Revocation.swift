// Rules about links that are revoked many at once, and about what no revocation reaches.

import Base
import Cryptography
import Delivery
import Testing

extension LinkWorld {
  /// Revokes a set of links of the world's tenant as an operator, now.
  func revoke(_ set: LinkSet, as access: Access? = nil) async throws -> SetRevocation {
    try await store.revokeLinks(
      set, try access ?? stage.operatorAccess(in: tenant),
      event: stage.event(.linkRevoke, in: .tenant(access?.tenant ?? tenant)))
  }

  /// The link as its issuer sees it now.
  func look(_ link: Link) async throws -> Link {
    let access = Access(
      tenant: link.tenant, authority: link.authority, person: link.issuedBy,
      moment: stage.time.now)
    return try await store.link(link.id, access, right: .read).unwrapped()
  }

  /// Hands out a presigned URL by itself that lives `seconds`.
  func presign(
    _ version: Version, seconds: Int64, as access: Access? = nil
  ) async throws {
    let access = try access ?? stage.access("anna", in: tenant)
    _ = try await store.recordPresignedURL(
      of: version.id, version.document, until: stage.time.now.adding(seconds: seconds), access,
      seen: .unknown, event: stage.event(.presignedIssue, in: .tenant(version.tenant)))
  }

  /// The sets that anna's links to the document belong to.
  func sets() throws -> [LinkSet] {
    [.document(document.id), .subject(try Stage.subject("anna")), .all]
  }

  /// For how many seconds a URL lives on that was handed out for a set; negative without one.
  func exposed(_ set: LinkSet) async throws -> Int64 {
    let handedOut = try await revoke(set).handedOut
    guard handedOut.lastURLExpiresAt != nil else { return -1 }
    return ResidualExposure(handedOut, at: stage.time.now).presignedURLSeconds
  }
}

extension MetadataStoreContract {
  static let revocationRules: [ContractRule] = [
    ContractRule("links that are revoked together are revoked wherever they are seen") { stage in
      for (number, name) in ["document", "subject", "all"].enumerated() {
        let world = try await LinkWorld(stage, name: name)
        let set = try world.sets()[number]
        let link = try await stage.issue(world.document, world.access)
        let counted = try await stage.issue(world.document, world.access, uses: 1)
        let opened = try await stage.issue(world.document, world.access, uses: 2)
        let cookie = SHA256.hash([1])
        #expect(try await world.deliver(opened, opening: cookie) == "granted 1")
        let started = try #require(try await world.begin(link))
        stage.time.advance(seconds: 5)
        let revocation = try await world.revoke(set)
        #expect(revocation.revokedAt == stage.time.now && revocation.links == 3)
        #expect(revocation.handedOut.isSending)

        #expect(try await world.deliver(link) == "link-revoked")
        #expect(try await world.deliver(counted) == "link-revoked")
        #expect(try await world.deliver(opened, session: cookie) == "link-revoked")
        for purpose in [RedemptionAttempt.Purpose.view, .scan, .probe] {
          let result = try await stage.store.redeem(stage.attempt(counted, purpose))
          #expect(world.word(result) == "link-revoked")
        }
        #expect(try await world.begin(link) == nil)
        #expect(try await stage.store.runningFacts(started)?.isRevoked == true)
        let facts = try await stage.store.redemptionFacts(
          [link.tokenDigest], session: nil, at: stage.time.now)
        #expect(facts?.link.revokedAt == revocation.revokedAt)
        let list = try await stage.store.links(to: world.document.id, world.access, PageRequest())
        #expect(list?.items.map(\.revokedAt) == Array(repeating: revocation.revokedAt, count: 3))
        #expect(try await world.look(counted).usesLeft == 1)

        stage.time.advance(seconds: 5)
        let again = try await world.revoke(link)
        #expect(again.sequenced == nil && again.link.revokedAt == revocation.revokedAt)
      }
    },
    ContractRule("links of other documents, subjects and tenants are not touched") { stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let second = try await stage.createDocument(in: world.tenant)
      _ = try await stage.publish(second)
      let bert = try stage.access("bert", in: world.tenant)
      let foreign = try await stage.issue(other.document, other.access)
      let annas = try await stage.issue(second, world.access)
      let berts = try await stage.issue(world.document, bert)
      let operators = try await stage.issue(second, stage.operatorAccess(in: world.tenant))
      func revoked() async throws -> [Bool] {
        var all = [Bool]()
        for link in [foreign, annas, berts, operators] {
          all.append(try await world.look(link).revokedAt != nil)
        }
        return all
      }
      let absent = try Stage.subject("ann")
      #expect(try await world.revoke(.subject(absent)).links == 0)
      #expect(try await revoked() == [false, false, false, false])
      #expect(try await world.revoke(.document(world.document.id)).links == 1)
      #expect(try await revoked() == [false, false, true, false])
      #expect(try await world.revoke(.subject(Stage.subject("anna"))).links == 1)
      #expect(try await revoked() == [false, true, true, false])
      #expect(try await world.revoke(.all).links == 1)
      #expect(try await revoked() == [false, true, true, true])
      #expect(try await other.deliver(foreign) == "granted -1")
    },
    ContractRule("a revocation ends what was issued before it, and nothing that comes after") {
      stage in
      let world = try await LinkWorld(stage)
      for set in try world.sets() {
        let before = try await stage.issue(world.document, world.access)
        let first = try await world.revoke(set)
        let after = try await stage.issue(world.document, world.access)
        #expect(try await world.deliver(before) == "link-revoked")
        #expect(try await world.deliver(after) == "granted -1")
        stage.time.advance(seconds: 1)
        let second = try await world.revoke(set)
        #expect(second.links == 1 && second.revokedAt == first.revokedAt.adding(seconds: 1))
        #expect(try await world.look(before).revokedAt == first.revokedAt)
        #expect(try await world.look(after).revokedAt == second.revokedAt)
      }
    },
    ContractRule("a clock that goes back neither saves a link nor ends one") { stage in
      let world = try await LinkWorld(stage)
      stage.time.advance(seconds: 200)
      let ahead = try await stage.issue(world.document, world.access)
      stage.time.advance(seconds: -60)
      _ = try await world.revoke(.all)
      #expect(try await world.deliver(ahead) == "link-revoked")
      stage.time.advance(seconds: -60)
      let behind = try await stage.issue(world.document, world.access, seconds: 900)
      #expect(try await world.deliver(behind) == "granted -1")
    },
    ContractRule("the first revocation of a link counts, alone or with others") { stage in
      let world = try await LinkWorld(stage)
      let alone = try await stage.issue(world.document, world.access)
      let together = try await stage.issue(world.document, world.access)
      let first = stage.time.now
      _ = try await world.revoke(alone)
      stage.time.advance(seconds: 1)
      let second = try await world.revoke(.subject(Stage.subject("anna")))
      for _ in 0..<2 {
        stage.time.advance(seconds: 1)
        let later = try await world.revoke(.document(world.document.id))
        #expect(later.links == 0)
      }
      #expect(second.links == 1)
      #expect(try await world.look(alone).revokedAt == first)
      #expect(try await world.look(together).revokedAt == second.revokedAt)
    },
    ContractRule("only live links are counted, and a revocation without one is recorded") {
      stage in
      let world = try await LinkWorld(stage)
      let gone = try await stage.createDocument(in: world.tenant)
      _ = try await stage.publish(gone)
      let used = try await stage.issue(world.document, world.access, uses: 1)
      _ = try await world.deliver(used)
      _ = try await stage.issue(world.document, world.access, seconds: 60)
      _ = try await stage.issue(gone, world.access)
      _ = try await stage.issue(world.document, world.access, uses: 1)
      _ = try await stage.issue(world.document, world.access, seconds: 61)
      _ = try await stage.store.deleteDocument(
        gone.id, stage.operatorAccess(in: world.tenant),
        event: stage.event(.documentDelete, in: .tenant(world.tenant), document: gone.id))
      stage.time.advance(seconds: 60)
      let before = try await stage.size(of: .tenant(world.tenant))
      #expect(try await world.revoke(.all).links == 2)
      #expect(try await world.revoke(.all).links == 0)
      #expect(try await stage.size(of: .tenant(world.tenant)) == before + 2)
    },
    ContractRule("a document's links are revoked by who may issue links to it") { stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let link = try await stage.issue(world.document, world.access)
      let set = LinkSet.document(world.document.id)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await world.revoke(set, as: other.access)
      }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await world.revoke(.document(stage.id()))
      }
      let bert = try stage.access("bert", in: world.tenant)
      try await world.removeGrant()
      _ = try await stage.grant(.everyone, .all, [.read, .write], in: world.tenant)
      try await expectError(.notFound, stage, in: nil) {
        _ = try await world.revoke(set, as: bert)
      }
      #expect(try await world.look(link).revokedAt == nil)
      _ = try await stage.grant(.everyone, .document(world.document.id), [.issue], in: world.tenant)
      #expect(try await world.revoke(set, as: bert).links == 1)
    },
  ]

  static let exposureRules: [ContractRule] = [
    ContractRule("the last URL that was handed out for a set is known, by links or by itself") {
      stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let second = try await stage.createDocument(in: world.tenant)
      let version = try await stage.publish(second)
      let bert = try stage.access("bert", in: world.tenant)
      let sets =
        try world.sets() + [.document(second.id), .subject(Stage.subject("bert"))]
      func exposed() async throws -> [Int64] {
        var all = [Int64]()
        for set in sets { all.append(try await world.exposed(set)) }
        return all
      }
      try await other.presign(other.version, seconds: 3600)
      #expect(try await exposed() == [-1, -1, -1, -1, -1])
      // A link hands out a URL of 300 s; then it is used up, and revoked: the URL lives on.
      let link = try await stage.issue(world.document, world.access, uses: 1)
      _ = try await world.deliver(link)
      stage.time.advance(milliseconds: 10_500)
      _ = try await world.revoke(link)
      #expect(try await exposed() == [290, 290, 290, -1, -1])
      try await world.presign(version, seconds: 500, as: bert)
      #expect(try await exposed() == [290, 290, 500, 500, 500])
      try await world.presign(world.version, seconds: 400)
      #expect(try await exposed() == [400, 400, 500, 500, 500])
      // An operator's hangs on nobody's grants.
      try await world.presign(version, seconds: 450, as: stage.operatorAccess(in: world.tenant))
      #expect(try await exposed() == [400, 400, 500, 500, 500])
      stage.time.advance(seconds: 400)
      #expect(try await exposed() == [-1, -1, 100, 100, 100])
      stage.time.advance(milliseconds: 99_001)
      #expect(try await exposed() == [-1, -1, 1, 1, 1])
      stage.time.advance(milliseconds: 999)
      #expect(try await exposed() == [-1, -1, -1, -1, -1])
    },
    ContractRule("whether a set is sending is known") { stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let bert = try stage.access("bert", in: world.tenant)
      let sets = try world.sets() + [.document(other.document.id), .subject(Stage.subject("bert"))]
      func sending() async throws -> [Bool] {
        var all = [Bool]()
        for set in sets {
          let access = try stage.operatorAccess(
            in: set == .document(other.document.id) ? other.tenant : world.tenant)
          all.append(try await world.revoke(set, as: access).handedOut.isSending)
        }
        return all
      }
      let annas = try #require(
        try await world.begin(stage.issue(world.document, world.access)))
      #expect(try await sending() == [true, true, true, false, false])
      _ = try await world.end(annas)
      let berts = try #require(try await world.begin(stage.issue(world.document, bert)))
      #expect(try await sending() == [true, false, true, false, true])
      _ = try await world.end(berts)
      #expect(try await sending() == [false, false, false, false, false])
    },
    ContractRule("a withdrawal and a deletion say what was handed out of what they end") { stage in
      let world = try await LinkWorld(stage)
      let newer = try await stage.publish(world.document)
      let pinned = try await stage.issue(
        world.document, world.access, selector: .pinned(world.version.id))
      let started = try #require(try await world.begin(pinned))
      try await world.presign(world.version, seconds: 200)
      try await world.presign(newer, seconds: 900)
      let end = stage.time.now.adding(seconds: 200)
      let expected = HandedOut(lastURLExpiresAt: end, isSending: true)
      #expect(try await stage.withdraw(world.version).handedOut == expected)
      #expect(try await stage.withdraw(world.version).handedOut == expected)
      _ = try await world.end(started)
      stage.time.advance(seconds: 100)
      #expect(
        try await stage.withdraw(world.version).handedOut == HandedOut(lastURLExpiresAt: end))
      let waiting = try await stage.store.objectsToDelete(at: stage.time.now, PageRequest()).items
      for object in waiting { try await stage.remove(object) }
      #expect(waiting.count == 1)
      #expect(try await stage.withdraw(world.version).handedOut == HandedOut())
      let deletion = try await stage.store.deleteDocument(
        world.document.id, stage.operatorAccess(in: world.tenant),
        event: stage.event(.documentDelete, in: .tenant(world.tenant)))
      guard case .deleted(1, let handedOut, _) = deletion else {
        Issue.record("\(deletion)")
        return
      }
      #expect(handedOut == HandedOut(lastURLExpiresAt: end.adding(seconds: 700)))
    },
  ]
}
