// Following links, revoking them.

import Base
import Cryptography
import Delivery
import TestSupport
import Testing

@Suite struct RedeemLinkTests {
  private func issue(
    _ house: House, uses: Int? = nil, landing: LandingChoice? = nil, seconds: Int64? = nil,
    disposition: Disposition? = nil
  ) async throws -> IssueLink.Issued {
    let document = try await house.openDocument().document
    return try await house.issue(
      .init(
        document: document.id, expiresIn: seconds, downloadsMax: uses, landing: landing,
        disposition: disposition), by: house.caller())
  }

  private func word(_ answer: RedeemLink.Answer) -> String {
    switch answer {
    case .page(let page): "page \(page.usesLeft ?? -1)"
    case .redirect(let delivery): "redirect \(delivery.redemption.link.usesLeft ?? -1)"
    case .send: "send"
    }
  }

  @Test func `a direct link redirects to a short URL that carries its delivery`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    guard case .redirect(let delivery) = try await house.redeem.get(house.visit(issued)) else {
      Issue.record("a direct link shows no page")
      return
    }
    let order = try house.objects.orders.last.unwrapped()
    #expect(order.key == issued.version.objectKey && order.seconds == 300)
    #expect(order.delivery == delivery.delivery && order.disposition == .attachment)
    #expect(
      delivery.session == nil && delivery.url?.expiresAt == house.time.now.adding(seconds: 300))
    let event = await house.store.recorded(in: .tenant(house.acme)).last
    #expect(event?.kind == .linkRedeem && event?.transfer?.delivery == delivery.delivery)
    #expect(event?.id == delivery.sequenced.event && event?.object?.sha256 == issued.version.sha256)
  }

  @Test func `looking at a counted link never uses it up; a POST does`() async throws {
    let house = try await House()
    let issued = try await issue(house, uses: 2)
    let visit = house.visit(issued)
    for _ in 0..<50 {
      #expect(word(try await house.redeem.get(visit)) == "page 2")
      #expect(word(try await house.redeem.get(house.visit(issued, isScanner: true))) == "page 2")
      _ = try await house.redeem.head(visit)
    }
    for left in [1, 0] {
      #expect(try await house.redeem.post(visit).redemption.link.usesLeft == left)
    }
    let calls: [() async throws -> Void] = [
      { _ = try await house.redeem.post(visit) }, { _ = try await house.redeem.get(visit) },
      { _ = try await house.redeem.head(visit) },
    ]
    for call in calls { #expect(try await code(call) == .linkUsedUp) }
    let story = await house.story(of: .tenant(house.acme), from: 6)
    #expect(story.filter { $0 == "link.view success" }.count == 50)
    #expect(story.filter { $0 == "link.scan success" }.count == 50)
    #expect(
      story.suffix(5) == [
        "link.redeem success", "link.redeem success", "link.redeem denied link-used-up",
        "link.view denied link-used-up", "link.probe denied link-used-up",
      ])
    #expect(story.filter { $0 == "link.probe success" }.count == 50)
  }

  @Test func `a scanner gets the page even of a direct link, and nothing is handed out`()
    async throws
  {
    let house = try await House()
    let issued = try await issue(house)
    #expect(word(try await house.redeem.get(house.visit(issued, isScanner: true))) == "page -1")
    #expect(house.objects.orders.isEmpty)
  }

  @Test func `the session of a use downloads again for ten minutes, not beyond the link`()
    async throws
  {
    let house = try await House()
    let issued = try await issue(house, uses: 1, seconds: 900)
    let first = try await house.redeem.post(house.visit(issued))
    let secret = try first.session.unwrapped()
    #expect(first.sessionExpiresAt == house.time.now.adding(seconds: 600))
    #expect("\(secret)" == "redacted" && secret.secretText.utf8.count == 22)
    let cookie = try SessionSecret(Array(secret.secretText.utf8)).unwrapped()
    let back = house.visit(issued, session: cookie)
    house.time.advance(seconds: 599)
    #expect(word(try await house.redeem.get(back)) == "redirect 0")
    #expect(try await house.redeem.post(back).session == nil)
    guard case .file(let file) = try await house.redeem.head(back) else {
      Issue.record("HEAD of an open session tells of the page")
      return
    }
    #expect(file.size == issued.version.size)
    house.time.advance(seconds: 1)
    #expect(try await code { _ = try await house.redeem.get(back) } == .linkUsedUp)
    let late = try await issue(house, uses: 1, seconds: 120)
    let delivery = try await house.redeem.post(house.visit(late))
    #expect(delivery.sessionExpiresAt == late.link.expiresAt)
  }

  @Test func `malformed and unknown tokens are one error; unknown ones are recorded, not flooded`()
    async throws
  {
    let house = try await House()
    let unknown = LinkToken(at: Timestamp(milliseconds: 9), random: (1, 2)).secretText
    var typo = Array(unknown.utf8)
    typo[9] ^= 1
    for (token, events) in [(typo, 0), (Array("x".utf8), 0), (Array(unknown.utf8), 1)] {
      let before = await house.store.recorded(in: .system).count
      let visit = RedeemLink.Visit(token: token, request: house.request)
      #expect(try await code { _ = try await house.redeem.get(visit) } == .linkNotFound)
      #expect(await house.store.recorded(in: .system).count == before + events)
    }
    for _ in 0..<30 {
      let visit = RedeemLink.Visit(token: Array(unknown.utf8), request: house.request)
      _ = try await code { _ = try await house.redeem.post(visit) }
    }
    #expect(await house.store.recorded(in: .system).count == 10)
    house.time.advance(seconds: 10)
    try await house.denials.flush()
    let last = await house.store.recorded(in: .system).last
    #expect(last?.kind == .authorizationDeny && last?.count == 21)
  }

  @Test func `every check is made again at each redemption`() async throws {
    let house = try await House()
    let (document, version, grant) = try await house.openDocument()
    func link(_ selector: VersionSelector = .current) async throws -> RedeemLink.Visit {
      house.visit(
        try await house.issue(
          .init(document: document.id, expiresIn: 60, selector: selector), by: house.caller()))
    }
    func get(_ visit: RedeemLink.Visit) async throws -> DeliveryError.Code? {
      try await code { _ = try await house.redeem.get(visit) }
    }
    let expiring = try await link()
    house.time.advance(milliseconds: 59_999)
    #expect(try await get(expiring) == nil)
    house.time.advance(milliseconds: 1)
    #expect(try await get(expiring) == .linkExpired)
    let pinned = try await link(.pinned(version.id))
    let current = try await link()
    _ = try await house.stage.publish(document)
    #expect(try await get(pinned) == nil)
    try await house.setPolicy { $0.allowsSupersededVersions = false }
    #expect(try await get(pinned) == .versionSuperseded)
    _ = try await house.withdraw(version.id, of: document.id, by: house.caller())
    #expect(try await get(pinned) == .versionWithdrawn)
    #expect(try await get(current) == nil)
    _ = try await house.grants.remove(grant, by: house.root())
    #expect(try await get(current) == .linkUnavailable)
  }

  @Test func `a failing signature or store hands out nothing and uses nothing`() async throws {
    let house = try await House()
    let issued = try await issue(house, uses: 1)
    house.objects.fail(.presign, with: .unavailable)
    let visit = house.visit(issued)
    #expect(try await code { _ = try await house.redeem.post(visit) } == .objectStoreUnavailable)
    house.objects.fail(.presign, with: nil)
    await house.store.failChanges(with: StoreError(.full, "The test wants it."))
    #expect(try await code { _ = try await house.redeem.post(visit) } == .storeFull)
    await house.store.failChanges(with: nil)
    await house.store.failReads(with: StoreError(.unavailable, "The test wants it."))
    #expect(try await code { _ = try await house.redeem.get(visit) } == .storeUnavailable)
    await house.store.failReads(with: nil)
    #expect(try await house.redeem.post(visit).redemption.link.usesLeft == 0)
  }

  @Test func `a version that changes under a delivery is signed anew`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let issued = try await house.issue(
      .init(document: document.id, downloadsMax: 1), by: house.caller())
    let stage = house.stage
    await house.store.beforeNextChange { _ in _ = try await stage.publish(document) }
    let delivery = try await house.redeem.post(house.visit(issued))
    #expect(delivery.redemption.version.number == 2)
    #expect(house.objects.orders.count == 2)
    #expect(house.objects.orders.last?.key == delivery.redemption.version.objectKey)
  }

  @Test func `the page shows the title only where the policy wants it, inline only its types`()
    async throws
  {
    let house = try await House()
    let issued = try await issue(house, landing: .page, disposition: .inline)
    func title() async throws -> String? {
      guard case .page(let page) = try await house.redeem.get(house.visit(issued)) else {
        return "no page"
      }
      return page.title
    }
    #expect(try await title() == nil)
    _ = try await house.redeem.post(house.visit(issued))
    #expect(house.objects.orders.last?.disposition == .inline)
    try await house.setPolicy {
      $0.showsTitleOnPage = true
      $0.inlineTypes = []
    }
    #expect(try await title() == issued.document.title)
    _ = try await house.redeem.post(house.visit(issued))
    #expect(house.objects.orders.last?.disposition == .attachment)
  }

  @Test func `a link under an older pepper still opens`() async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let token = LinkToken(at: house.time.now, random: (5, 6))
    let old = try house.peppers.previous.first.unwrapped()
    let access = try house.stage.access("bff", in: house.acme)
    let template = house.stage.makeLink(document, access)
    let link = Link(
      id: template.id, tenant: template.tenant, document: document.id, selector: .current,
      landing: .direct, disposition: .attachment, filename: nil, tokenDigest: token.digest(old),
      createdAt: template.createdAt, expiresAt: template.expiresAt, downloadsMax: nil,
      usesLeft: nil, authority: access.authority, issuedBy: access.person, recipient: nil)
    _ = try await house.store.recordLink(
      link, access, seen: .unknown, event: house.stage.event(.linkIssue, in: .tenant(house.acme)))
    let visit = RedeemLink.Visit(token: Array(token.secretText.utf8), request: house.request)
    #expect(word(try await house.redeem.get(visit)) == "redirect -1")
  }

  @Test func `a revocation is final, repeatable and says what is still exposed`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    _ = try await house.redeem.get(house.visit(issued))
    house.time.advance(milliseconds: 100_001)
    let revoked = try await house.revoke(issued.link.id, by: house.caller())
    #expect(revoked.exposure.seconds == 200 && revoked.revokedAt == house.time.now)
    #expect(try await code { _ = try await house.redeem.get(house.visit(issued)) } == .linkRevoked)
    house.time.advance(seconds: 200)
    let again = try await house.revoke(issued.link.id, by: house.caller())
    #expect(again.revokedAt == revoked.revokedAt && again.exposure.seconds == 0)
    #expect(again.sequenced == nil)
    let (link, state) = try await house.links.show(issued.link.id, by: house.caller())
    #expect(link.id == issued.link.id && state == .revoked)
  }

  @Test func `links of others are not found, to show or to revoke`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    let foreign = try house.caller("bff", in: house.other)
    for id in [issued.link.id, house.stage.id(LinkKind.self)] {
      #expect(try await code { _ = try await house.links.show(id, by: foreign) } == .linkNotFound)
      #expect(try await code { _ = try await house.revoke(id, by: foreign) } == .linkNotFound)
    }
    #expect(try await house.links.show(issued.link.id, by: house.root()).state == .live)
  }
}
