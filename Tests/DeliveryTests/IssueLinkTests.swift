// Asking for links and for presigned URLs.

import Base
import Delivery
import TestSupport
import Testing

@Suite struct IssueLinkTests {
  @Test func `a link carries what was asked, and its event names both people`() async throws {
    let house = try await House()
    let (document, version, grant) = try await house.openDocument()
    let caller = try Caller(
      house.principal(), recipient: Recipient(subject: Stage.subject("anna@example.com")),
      request: house.request)
    let issued = try await house.issue(
      .init(
        document: document.id, expiresIn: 120, downloadsMax: 2, selector: .pinned(version.id),
        disposition: .inline, filename: FileName("r.jpg")), by: caller)
    let link = issued.link
    #expect(link.expiresAt == house.time.now.adding(seconds: 120))
    #expect(issued.expiresReason == .asked && link.usesLeft == 2 && link.landing == .page)
    #expect(link.tokenDigest == issued.token.digest(house.peppers.current))
    #expect(issued.version == version && link.disposition == .inline)
    let event = await house.store.recorded(in: .tenant(house.acme)).last
    #expect(event?.id == issued.sequenced.event && event?.authority?.grant == grant)
    #expect(event?.actor.person == caller.principal.person)
    #expect(event?.actor.recipient == caller.recipientPerson)
    let record = try await house.store.event(issued.sequenced.event, in: .tenant(house.acme))
    let leaf = String(decoding: try record.unwrapped().leaf, as: UTF8.self)
    let personal = String(
      decoding: try event?.personal.unwrapped().canonicalJSON ?? [], as: UTF8.self)
    for secret in ["anna", "192.0.2.7", "curl", "r.jpg", issued.token.secretText] {
      #expect(!leaf.contains(secret))
      #expect(personal.contains(secret) || secret == issued.token.secretText)
    }
  }

  @Test func `absent, foreign and forbidden documents are one error, recorded alike`() async throws
  {
    let house = try await House()
    let theirs = try await house.stage.createDocument(in: house.other)
    _ = try await house.stage.publish(theirs)
    let hidden = try await house.stage.createDocument(in: house.acme)
    _ = try await house.stage.publish(hidden)
    let before = await house.events(of: house.acme)
    var texts: Set<String> = []
    for id in [theirs.id, hidden.id, house.stage.id(DocumentKind.self)] {
      do {
        _ = try await house.issue(.init(document: id), by: house.caller())
      } catch { texts.insert("\(error)") }
    }
    #expect(texts == ["document-not-found: There is no such document."])
    let story = await house.story(of: .tenant(house.acme), from: before)
    #expect(story == Array(repeating: "authz.deny denied document-not-found", count: 3))
  }

  @Test(
    arguments: [
      (nil, 600, ExpiryReason.policyDefault), (1, 60, .policyMinimum), (60, 60, .asked),
      (900, 900, .asked), (901, 900, .policyMaximum), (604_800, 900, .policyMaximum),
    ] as [(Int64?, Int64, ExpiryReason)])
  func `a lifetime is held between the policy's bounds`(
    asked: Int64?, seconds: Int64, reason: ExpiryReason
  ) async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    let issued = try await house.issue(
      .init(document: document.id, expiresIn: asked), by: house.caller())
    #expect(issued.link.expiresAt == house.time.now.adding(seconds: seconds))
    #expect(issued.expiresReason == reason)
  }

  @Test func `a link ends with the grant, and a pinned one with its version`() async throws {
    let house = try await House()
    let document = try await house.stage.createDocument(in: house.acme)
    let now = house.time.now
    let version = try await house.stage.publish(document, validUntil: now.adding(seconds: 200))
    _ = try await house.stage.grant(
      .everyone, .all, [.issue], in: house.acme, until: now.adding(seconds: 400))
    let cases: [(VersionSelector, Int64, Int64, ExpiryReason)] = [
      (.current, 900, 400, .grantValidity), (.pinned(version.id), 900, 200, .versionValidity),
      (.pinned(version.id), 200, 200, .asked), (.current, 399, 399, .asked),
    ]
    for (selector, asked, seconds, reason) in cases {
      let issued = try await house.issue(
        .init(document: document.id, expiresIn: asked, selector: selector), by: house.caller())
      #expect(issued.link.expiresAt == now.adding(seconds: seconds))
      #expect(issued.expiresReason == reason)
    }
  }

  @Test func `what may not be asked has its own code`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    try await house.setPolicy {
      $0.downloadsMax = 5
      $0.inlineTypes = []
    }
    let withdrawn = try await house.stage.publish(document)
    _ = try await house.stage.withdraw(withdrawn)
    let empty = try await house.stage.createDocument(in: house.acme)
    let later = try await house.stage.publish(
      empty, validFrom: house.time.now.adding(seconds: 9))
    let id = document.id
    let unknown = house.stage.id(VersionKind.self)
    let cases: [(IssueLink.Order, DeliveryError.Code?)] = [
      (.init(document: id, expiresIn: 0), .expiryOutOfRange),
      (.init(document: id, expiresIn: 604_801), .expiryOutOfRange),
      (.init(document: id, downloadsMax: 0), .downloadsOutOfRange),
      (.init(document: id, downloadsMax: 5), nil),
      (.init(document: id, downloadsMax: 6), .downloadsOutOfRange),
      (.init(document: id, downloadsMax: 1, landing: .direct), .landingConflict),
      (.init(document: id, disposition: .inline), .inlineForbidden),
      (.init(document: id, selector: .pinned(withdrawn.id)), .versionWithdrawn),
      (.init(document: id, selector: .pinned(unknown)), .versionNotFound),
      (.init(document: id, selector: .pinned(later.id)), .versionNotFound),
      (.init(document: id, selector: .pinned(version.id)), nil),
      (.init(document: empty.id), .versionUnavailable),
      (.init(document: empty.id, selector: .pinned(later.id)), .versionUnavailable),
    ]
    for (order, wanted) in cases {
      let got = try await code { _ = try await house.issue(order, by: house.caller()) }
      #expect(got == wanted, "\(order)")
    }
    try await house.setPolicy { $0.allowsSupersededVersions = false }
    _ = try await house.stage.publish(document)
    let got = try await code {
      _ = try await house.issue(
        .init(document: id, selector: .pinned(version.id)), by: house.caller())
    }
    #expect(got == .versionSuperseded)
  }

  @Test(
    arguments: [
      (nil, false, LandingChoice.auto, Landing.direct), (nil, true, .auto, .page),
      (nil, true, .direct, .page), (nil, false, .page, .page), (.auto, true, .direct, .page),
      (.direct, false, .page, .direct), (.page, false, .direct, .page),
    ] as [(LandingChoice?, Bool, LandingChoice, Landing)])
  func `a counted link has a page, others what was asked`(
    asked: LandingChoice?, isCounted: Bool, standard: LandingChoice, wanted: Landing
  ) throws {
    var policy = TenantPolicy()
    policy.landing = standard
    #expect(try LinkPolicy.landing(asked, isCounted: isCounted, policy) == wanted)
  }

  @Test func `each use case wants its scope and records the refusal`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    let link = try await house.issue(.init(document: document.id), by: house.caller()).link
    func without(_ scopes: Scope...) throws -> Caller {
      try house.caller("bff", Scope.allCases.filter { !scopes.contains($0) && $0 != .operator })
    }
    let type = document.type
    let declared = DeclaredContent(filename: FileName(cleaning: "a"), mediaType: nil)
    let cases: [() async throws -> Void] = [
      { _ = try await house.issue(.init(document: document.id), by: without(.linksCreate)) },
      { _ = try await house.presign(.init(document: document.id), by: without(.presignedCreate)) },
      { _ = try await house.revoke(link.id, by: without(.linksRevoke)) },
      {
        _ = try await house.create(title: "T", type: type, labels: [], by: without(.documentsWrite))
      },
      {
        _ = try await house.publish.begin(
          .init(document: document.id, declared: declared), declaredBytes: nil,
          by: without(.documentsWrite))
      },
      { _ = try await house.withdraw(version.id, of: document.id, by: without(.documentsWrite)) },
      {
        _ = try await house.list.list(DocumentQuery(), PageRequest(), by: without(.documentsRead))
      },
      { _ = try await house.list.show(document.id, by: without(.documentsRead)) },
      {
        _ = try await house.links.list(to: document.id, PageRequest(), by: without(.documentsRead))
      },
      { _ = try await house.links.show(link.id, by: without(.documentsRead, .linksCreate)) },
      { _ = try await house.grants.list(PageRequest(), by: without(.tenantAdmin)) },
      { _ = try await house.policies.show(by: without(.tenantAdmin)) },
      { _ = try await house.audit.open(without(.auditRead)) },
    ]
    for body in cases {
      house.time.advance(seconds: 10)
      let before = await house.events(of: house.acme)
      #expect(try await code(body) == .scopeMissing)
      let story = await house.story(of: .tenant(house.acme), from: before)
      #expect(story == ["authz.deny denied scope-missing"])
    }
  }

  @Test func `a grant that goes between look and record gives the one answer`() async throws {
    let house = try await House()
    let (document, _, grant) = try await house.openDocument()
    let event = house.stage.event(.grantChange, in: .tenant(house.acme))
    await house.store.beforeNextChange { store in
      _ = try await store.removeGrant(grant, of: house.acme, event: event)
    }
    let got = try await code {
      _ = try await house.issue(.init(document: document.id), by: house.caller())
    }
    #expect(got == .documentNotFound)
    #expect(try await house.store.counts().links == 0)
  }

  @Test func `grants are evaluated for the recipient, whom only a delegate may name`() async throws
  {
    let house = try await House()
    let document = try await house.stage.createDocument(in: house.acme)
    _ = try await house.stage.publish(document)
    let anna = try Stage.subject("anna")
    _ = try await house.stage.grant(.user(anna), .all, [.issue], in: house.acme)
    let recipient = try Recipient(subject: anna).unwrapped()
    let bert = try Recipient(subject: Stage.subject("bert")).unwrapped()
    for (person, wanted) in [(recipient, nil), (bert, .documentNotFound), (nil, .documentNotFound)]
      as [(Recipient?, DeliveryError.Code?)]
    {
      let caller = try Caller(house.principal(), recipient: person, request: house.request)
      let got = try await code {
        _ = try await house.issue(.init(document: document.id), by: caller)
      }
      #expect(got == wanted)
    }
    let got = try await code {
      _ = try Caller(
        house.principal("bff", [.linksCreate]), recipient: recipient, request: house.request)
    }
    #expect(got == .scopeMissing)
  }

  @Test func `a presigned URL says when and why it ends, and can be forbidden`() async throws {
    let house = try await House()
    let (document, version, _) = try await house.openDocument()
    let now = house.time.now
    let cases: [(Int64?, Timestamp?, Int64, ExpiryReason)] = [
      (nil, nil, 300, .policyDefault), (500, nil, 500, .asked), (5000, nil, 900, .policyMaximum),
      (1, nil, 120, .policyMinimum), (500, now.adding(seconds: 130), 130, .credential),
    ]
    for (asked, end, seconds, reason) in cases {
      house.objects.endCredential(at: end)
      let issued = try await house.presign(
        .init(document: document.id, expiresIn: asked), by: house.caller())
      #expect(issued.url.expiresAt == now.adding(seconds: seconds))
      #expect(issued.expiresReason == reason && issued.version == version)
      #expect(house.objects.orders.last?.delivery == issued.delivery)
      #expect("\(issued.url)" == "redacted" && "\(issued)".contains("store.test") == false)
    }
    house.objects.fail(.presign, with: .credentials)
    let before = await house.events(of: house.acme)
    let failed = try await code {
      _ = try await house.presign(.init(document: document.id), by: house.caller())
    }
    #expect(failed == .objectStoreUnavailable)
    #expect(await house.events(of: house.acme) == before)
    try await house.setPolicy { $0.allowsPresignedURLs = false }
    let forbidden = try await code {
      _ = try await house.presign(.init(document: document.id), by: house.caller())
    }
    #expect(forbidden == .presignedForbidden)
  }

  @Test(arguments: [
    (StoreError.Code.unavailable, DeliveryError.Code.storeUnavailable), (.full, .storeFull),
    (.corrupt, .internal), (.outcomeUnknown, .storeUnavailable), (.conflict, .conflict),
  ])
  func `a store that fails gives no link and says how`(
    failure: StoreError.Code, wanted: DeliveryError.Code
  ) async throws {
    let house = try await House()
    let (document, _, _) = try await house.openDocument()
    await house.store.failChanges(with: StoreError(failure, "The test wants it."))
    let got = try await code {
      _ = try await house.issue(.init(document: document.id), by: house.caller())
    }
    #expect(got == wanted)
    let refused = try await code {
      _ = try await house.issue(.init(document: document.id), by: house.caller("bff", []))
    }
    #expect(refused == DeliveryError(StoreError(failure, "")).code, "no refusal without a record")
  }
}
