// Taking back many links at once: who may, what it ends, what the log says, and what is still exposed.

import Base
import Cryptography
import Delivery
import TestSupport
import Testing

extension House {
  var revokeAll: RevokeLinks { RevokeLinks(store: store, denials: denials, clock: time.clock) }

  /// A caller of acme with these scopes, perhaps acting for somebody.
  func caller(_ subject: String, _ scopes: [Scope], for recipient: String?) throws -> Caller {
    let person = try recipient.map { try Recipient(subject: Stage.subject($0)).unwrapped() }
    return try Caller(
      principal(subject, scopes + [.linksDelegate]), recipient: person, request: request)
  }
}

@Suite struct RevokeLinksTests {
  private static let scopes: [Scope] = [.linksRevoke, .linksCreate]

  private func issue(
    _ house: House, _ document: Document, by caller: Caller
  ) async throws -> IssueLink.Issued {
    try await house.issue(.init(document: document.id), by: caller)
  }

  @Test func `links end together on every way to their file`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    house.objects.add(version.objectKey, [UInt8](repeating: 7, count: 1000))
    let direct = try await issue(house, document, by: house.caller())
    let page = try await house.issue(
      .init(document: document.id, downloadsMax: 2), by: house.caller())
    let opened = try await house.redeem.post(house.visit(page))
    let revoked = try await house.revokeAll(.document(document.id), by: house.caller())
    #expect(revoked.links == 2 && revoked.revokedAt == house.time.now)
    let redeem = house.redeem
    let visits: [(String, () async throws -> Void)] = [
      ("GET", { _ = try await redeem.get(house.visit(direct)) }),
      ("HEAD", { _ = try await redeem.head(house.visit(direct)) }),
      ("page", { _ = try await redeem.get(house.visit(page)) }),
      ("scanner", { _ = try await redeem.get(house.visit(page, isScanner: true)) }),
      ("POST", { _ = try await redeem.post(house.visit(page)) }),
      ("session", { _ = try await redeem.get(house.visit(page, session: opened.session)) }),
    ]
    for (name, visit) in visits { #expect(try await code(visit) == .linkRevoked, "\(name)") }
    for link in [direct, page].map(\.link.id) {
      #expect(try await house.links.show(link, by: house.caller()).state == .revoked)
    }
    let list = try await house.links.list(to: document.id, PageRequest(), by: house.caller())
    #expect(list.items.map { $0.state(at: house.time.now) } == [.revoked, .revoked])
    let after = try await issue(house, document, by: house.caller())
    _ = try await house.redeem.get(house.visit(after))
  }

  @Test func `a download under way is cut, and no part of it begins anew`() async throws {
    let house = try await House()
    try await house.setPolicy { $0.delivery = .proxy }
    let (document, version, _) = try await house.openDocument()
    house.objects.add(version.objectKey, [UInt8](repeating: 7, count: 1000))
    for set in [LinkSet.document(document.id), .subject(try Stage.subject("bff")), .all] {
      let issued = try await issue(house, document, by: house.caller())
      guard case .send(let plan) = try await house.redeem.get(house.visit(issued)) else {
        Issue.record("not sent by the gateway")
        return
      }
      let started = try await house.send(plan, 0..<1000, status: 200, request: house.request)
      let download = try started.unwrapped()
      let client = FakeClient { position in
        guard position == 300 else { return }
        let exposure = try await house.revokeAll(set, by: house.caller()).exposure
        #expect(exposure.downloadSeconds == 1 && exposure.presignedURLSeconds == 0)
        #expect(exposure.seconds == 1)
        try await house.watch.look()
      }
      #expect(try await download.send(to: client.sink) == .linkRevoked)
      #expect(client.isCut && client.bytes.count == 300)
      #expect(
        try await code {
          _ = try await house.send(plan, 500..<1000, status: 206, request: house.request)
        } == .linkRevoked)
      let again = try await house.revokeAll(set, by: house.caller())
      #expect(again.exposure.seconds == 0 && again.links == 0)
    }
  }

  @Test func `a document needs the right to issue, and its absence is told to nobody`() async throws
  {
    let house = try await House()
    _ = try await house.stage.grant(.everyone, .all, [.read, .write], in: house.acme)
    let document = try await house.stage.createDocument(in: house.acme)
    let before = await house.events(of: house.acme)
    for (id, caller) in [
      (document.id, try house.caller()), (house.stage.id(), try house.caller()),
      (document.id, try house.caller("bff", in: house.other)),
    ] {
      let refusal = try await code {
        _ = try await house.revokeAll(.document(id), by: caller)
      }
      #expect(refusal == .documentNotFound)
    }
    #expect(
      await house.story(of: .tenant(house.acme), from: before)
        == Array(repeating: "authz.deny denied document-not-found", count: 2))
    let poor = try house.caller("bff", in: house.acme, Scope.allCases.filter { $0 != .linksRevoke })
    #expect(
      try await code { _ = try await house.revokeAll(.document(document.id), by: poor) }
        == .scopeMissing)
    #expect(try await house.revokeAll(.document(document.id), by: house.root()).links == 0)
  }

  @Test func `a right that goes meanwhile is honoured`() async throws {
    let house = try await House()
    let (document, _, grant) = try await house.openDocument()
    let issued = try await issue(house, document, by: house.root())
    let stage = house.stage
    await house.store.beforeNextChange { store in
      _ = try await store.removeGrant(
        grant, of: document.tenant, event: stage.event(.grantChange, in: .tenant(document.tenant)))
    }
    #expect(
      try await code { _ = try await house.revokeAll(.document(document.id), by: house.caller()) }
        == .documentNotFound)
    #expect(try await house.links.show(issued.link.id, by: house.root()).state == .live)
  }

  @Test func `others and all need an administrator, one's own links do not`() async throws {
    let house = try await House()
    _ = try await house.openDocument()
    let (anna, bert) = (try Stage.subject("anna"), try Stage.subject("bert"))
    let plain = try house.caller("anna", in: house.acme, Self.scopes)
    let admin = try house.caller("anna", in: house.acme, [.tenantAdmin, .linksRevoke])
    let onlyAdmin = try house.caller("anna", in: house.acme, [.tenantAdmin])
    // Who acts for somebody acts by that person's grants, not by its own.
    let delegate = try house.caller("anna", Self.scopes, for: "bert")
    let tries: [(LinkSet, Caller, Bool)] = [
      (.subject(anna), plain, true), (.subject(bert), plain, false), (.all, plain, false),
      (.subject(bert), admin, true), (.all, admin, true), (.all, onlyAdmin, false),
      (.subject(anna), onlyAdmin, false), (.subject(bert), delegate, true),
      (.subject(anna), delegate, false), (.all, try house.root(), true),
      (.subject(bert), try house.root(), true),
    ]
    for (number, (set, caller, isAllowed)) in tries.enumerated() {
      let refusal = try await code { _ = try await house.revokeAll(set, by: caller) }
      #expect(refusal == (isAllowed ? nil : .scopeMissing), "try \(number)")
    }
  }

  @Test func `a subject's links are those that hang on its grants`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let own = try await issue(house, document, by: house.caller("anna"))
    let forAnna = try await issue(
      house, document, by: house.caller("bff", Self.scopes, for: "anna"))
    let byAnna = try await issue(
      house, document, by: house.caller("anna", Self.scopes, for: "bert"))
    let revoked = try await house.revokeAll(
      .subject(Stage.subject("anna")), by: house.caller())
    #expect(revoked.links == 2)
    var states = [LinkState]()
    for link in [own, forAnna, byAnna] {
      states.append(try await house.links.show(link.link.id, by: house.root()).state)
    }
    #expect(states == [.revoked, .revoked, .live])
  }

  @Test func `the log says what was taken back, and names nobody`() async throws {
    let house = try await House()
    let (document, _, grant) = try await house.openDocument()
    let anna = try Stage.subject("anna")
    let before = await house.events(of: house.acme)
    for set in [LinkSet.document(document.id), .subject(anna), .all] {
      _ = try await house.revokeAll(set, by: house.caller())
    }
    _ = try await house.revokeAll(.all, by: house.caller())
    let events = await house.store.recorded(in: .tenant(house.acme)).dropFirst(before)
    #expect(events.map(\.kind) == Array(repeating: .linkRevoke, count: 4))
    #expect(events.allSatisfy { $0.outcome == .success && $0.link == nil })
    #expect(
      events.map { $0.authority?.rule } == [
        "all links of the document", "all links of the subject", "all links of the tenant",
        "all links of the tenant",
      ])
    #expect(events.map { $0.object?.document } == [document.id, nil, nil, nil])
    #expect(events.map { $0.authority?.grant } == [grant, nil, nil, nil])
    #expect(
      events.map { $0.actor.recipient } == [
        nil, PersonReference(issuer: "test", subject: anna), nil, nil,
      ])
    let leaves = try await house.store.leaves(
      of: .tenant(house.acme), from: Int64(before), limit: 4)
    for leaf in leaves { #expect(!String(decoding: leaf, as: UTF8.self).contains("anna")) }
  }

  @Test func `the exposure is what is left of URLs of different lives`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let other = try await house.stage.createDocument(in: house.acme)
    _ = try await house.stage.publish(other)
    func exposed(_ set: LinkSet) async throws -> Int64 {
      let exposure = try await house.revokeAll(set, by: house.caller()).exposure
      #expect(exposure.seconds == exposure.presignedURLSeconds && exposure.downloadSeconds == 0)
      return exposure.seconds
    }
    let subjects = [LinkSet.subject(try Stage.subject("bff")), .subject(try Stage.subject("anna"))]
    let sets = [LinkSet.document(document.id), .document(other.id)] + subjects + [.all]
    func exposed() async throws -> [Int64] {
      var all = [Int64]()
      for set in sets { all.append(try await exposed(set)) }
      return all
    }
    #expect(try await exposed() == [0, 0, 0, 0, 0])
    let link = try await issue(house, document, by: house.caller())
    _ = try await house.redeem.get(house.visit(link))
    #expect(try await exposed() == [300, 0, 300, 0, 300])
    let raw = try await house.presign(
      .init(document: other.id, expiresIn: 900), by: house.caller("anna"))
    #expect(try await exposed() == [300, 900, 300, 900, 900])
    let end = raw.url.expiresAt
    house.time.advance(milliseconds: 250)
    #expect(try await exposed() == [300, 900, 300, 900, 900])
    house.time.advance(milliseconds: 299_750)
    #expect(try await exposed() == [0, 600, 0, 600, 600])
    house.time.advance(milliseconds: end.milliseconds - house.time.now.milliseconds)
    #expect(try await exposed() == [0, 0, 0, 0, 0])
  }

  @Test func `a store that fails ends nothing and says so`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let link = try await issue(house, document, by: house.caller())
    await house.store.failChanges(with: StoreError(.full, "The test wants it."))
    #expect(
      try await code { _ = try await house.revokeAll(.all, by: house.caller()) } == .storeFull)
    await house.store.failChanges(with: nil)
    #expect(try await house.links.show(link.link.id, by: house.caller()).state == .live)
  }

  @Test func `withdrawal and deletion say for how long what was handed out works`() async throws {
    let house = try await House()
    for keeps in [true, false] {
      try await house.setPolicy { $0.deletesWithdrawnObjects = !keeps }
      let (document, version, _) = try await house.openDocument()
      house.objects.add(version.objectKey, [1, 2, 3])
      let link = try await issue(house, document, by: house.caller())
      _ = try await house.redeem.get(house.visit(link))
      house.time.advance(milliseconds: 100_001)
      let withdrawn = try await house.withdraw(version.id, of: document.id, by: house.caller())
      #expect(withdrawn.object == (keeps ? .kept : .deleted))
      #expect(withdrawn.exposure.seconds == (keeps ? 200 : 0))
      let again = try await house.withdraw(version.id, of: document.id, by: house.caller())
      #expect(again.object == nil && again.exposure.seconds == (keeps ? 200 : 0))
      let deleted = try await DeleteDocument(
        store: house.store, denials: house.denials, clock: house.time.clock)(
          document.id, by: house.caller())
      #expect(deleted.exposure.seconds == (keeps ? 200 : 0))
    }
  }
}
