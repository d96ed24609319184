// Downloads through the gateway: when, what is recorded, what cuts them, how many there may be.

import Base
import Cryptography
import Delivery
import JSONText
import TestSupport
import Testing

/// A client that takes what it is given; each write runs `onWrite` first.
final class FakeClient: Sendable {
  private let state = Lock<(bytes: [UInt8], isCut: Bool)>(([], false))
  private let onWrite: @Sendable (Int) async throws -> Void

  init(_ onWrite: @escaping @Sendable (Int) async throws -> Void = { _ in }) {
    self.onWrite = onWrite
  }

  struct Gone: Error {}

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var isCut: Bool { state.withLock { $0.isCut } }

  var sink: DownloadSink {
    DownloadSink(
      write: { piece in
        try await self.onWrite(self.bytes.count)
        if self.isCut { throw Gone() }
        self.state.withLock { $0.bytes += piece }
      },
      drain: { if self.isCut { throw Gone() } }, cut: { self.state.withLock { $0.isCut = true } },
      sentBytes: { Int64(self.bytes.count) })
  }
}

@Suite struct DownloadTests {
  private static let content = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private func issue(
    _ house: House, uses: Int? = nil, landing: LandingChoice? = nil, seconds: Int64? = nil
  ) async throws -> IssueLink.Issued {
    try await house.setPolicy { $0.delivery = .proxy }
    let (document, version, _) = try await house.openDocument()
    house.objects.add(version.objectKey, Self.content)
    return try await house.issue(
      .init(
        document: document.id, expiresIn: seconds, downloadsMax: uses, landing: landing),
      by: house.caller())
  }

  private func plan(
    _ house: House, _ issued: IssueLink.Issued, session: SessionSecret? = nil
  ) async throws -> DownloadPlan {
    let answer = try await house.redeem.get(house.visit(issued, session: session))
    guard case .send(let plan) = answer else { throw FakeClient.Gone() }
    return plan
  }

  private func begin(
    _ house: House, _ plan: DownloadPlan, _ part: Range<Int64> = 0..<1000
  ) async throws -> Download {
    try await house.send(plan, part, status: 200, request: house.request).unwrapped()
  }

  private func story(_ house: House) async -> [String] {
    Array(await house.story(of: .tenant(house.acme), from: 0).suffix(2))
  }

  @Test func `the policy says who is sent to the store and who gets the bytes from us`() throws {
    var policy = TenantPolicy()
    func route(_ size: Int64, _ isBrowser: Bool) -> DeliveryMode {
      DeliveryRoute.choose(policy, size: size, isBrowser: isBrowser)
    }
    #expect(route(64 << 30, true) == .redirect)
    policy.proxyAboveBytes = 10
    #expect(route(10, true) == .redirect && route(11, true) == .proxy)
    #expect(route(11, false) == .redirect)
    policy.proxyAboveBytes = 0
    #expect(route(0, true) == .redirect && route(1, true) == .proxy)
    policy.delivery = .proxy
    #expect(route(0, false) == .proxy)
    #expect(try TenantPolicy(json: policy.json) == policy)
    #expect(try TenantPolicy(json: [:]).delivery == .redirect)
    for bad: JSONValue in [
      ["delivery": "carrier-pigeon"], ["delivery": 1], ["proxy_above_bytes": -1],
      ["proxy_above_bytes": .integer((64 << 30) + 1)], ["proxy_above_bytes": "1"],
    ] {
      #expect(throws: DeliveryError.self) { try TenantPolicy(json: bad) }
    }
  }

  @Test func `what was given stays given unless somebody took it back`() {
    func reason(_ isRevoked: Bool, _ isGrantLive: Bool, _ isWithdrawn: Bool) -> DownloadEnd? {
      DownloadRule.interruption(
        RunningFacts(
          isRevoked: isRevoked, isGrantLive: isGrantLive, isWithdrawn: isWithdrawn))
    }
    #expect(reason(false, true, false) == nil)
    #expect(reason(true, false, true) == .linkRevoked)
    #expect(reason(false, false, true) == .versionWithdrawn)
    #expect(reason(false, false, false) == .grantGone)
    #expect(DownloadRule.interruption(nil) == .documentDeleted)
  }

  @Test func `a download is recorded before its first byte and after its last`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    let download = try await begin(house, plan(house, issued), 100..<350)
    #expect(await story(house).last == "download.start success")
    let client = FakeClient()
    #expect(try await download.send(to: client.sink) == .whole)
    #expect(client.bytes == Array(Self.content[100..<350]) && !client.isCut)
    let events = await house.store.recorded(in: .tenant(house.acme)).suffix(2)
    let (start, end) = (try events.first.unwrapped(), try events.last.unwrapped())
    #expect(end.kind == .downloadEnd && end.outcome == .success && end.why == nil)
    #expect(start.transfer?.delivery == end.transfer?.delivery && start.transfer?.sent == nil)
    for transfer in [start.transfer, end.transfer] {
      #expect(transfer?.offset == 100 && transfer?.length == 250 && transfer?.status == 200)
      #expect(transfer?.urlExpiresAt == nil)
    }
    #expect(end.transfer?.sent == 250 && end.object == start.object)
    #expect(start.personal != nil && end.personal == nil && end.request == "req-9")
    #expect(house.objects.orders.isEmpty)
    let revoked = try await house.revoke(issued.link.id, by: house.caller())
    #expect(revoked.exposure.seconds == 0)
  }

  @Test func `the form of a page opens a session in which the file is fetched and resumed`()
    async throws
  {
    let house = try await House()
    for uses in [1, nil] as [Int?] {
      let issued = try await issue(house, uses: uses, landing: .page)
      guard case .page = try await house.redeem.get(house.visit(issued)) else {
        Issue.record("no page")
        return
      }
      let pressed = try await house.redeem.post(house.visit(issued))
      #expect(pressed.url == nil && pressed.redemption.link.usesLeft == (uses == nil ? nil : 0))
      let session = try pressed.session.unwrapped()
      for _ in 0..<3 {
        let download = try await begin(house, plan(house, issued, session: session), 5..<9)
        #expect(try await download.send(to: FakeClient().sink) == .whole)
      }
      #expect(try await house.redeem.post(house.visit(issued, session: session)).session == nil)
      guard
        case .send = try await house.redeem.head(house.visit(issued, session: session)),
        case .page = try await house.redeem.head(house.visit(try await issue(house, uses: 1)))
      else {
        Issue.record("HEAD tells something else than GET")
        return
      }
      house.time.advance(seconds: RedeemLink.sessionSeconds - 1)
      _ = try await plan(house, issued, session: session)
    }
  }

  @Test func `who pressed the button of a replaced version's page gets the file, not the page`()
    async throws
  {
    let house = try await House()
    try await house.setPolicy { $0.delivery = .proxy }
    let (document, version, _) = try await house.openDocument()
    let issued = try await house.issue(
      .init(document: document.id, selector: .pinned(version.id)), by: house.caller())
    _ = try await house.stage.publish(document)
    func visit(_ session: SessionSecret? = nil) -> RedeemLink.Visit {
      RedeemLink.Visit(
        token: Array(issued.token.secretText.utf8), session: session, readsPages: true,
        isBrowser: true, request: house.request)
    }
    guard case .page = try await house.redeem.get(visit()) else {
      Issue.record("the page says that there is a newer version")
      return
    }
    let session = try await house.redeem.post(visit()).session.unwrapped()
    guard case .send(let plan) = try await house.redeem.get(visit(session)) else {
      Issue.record("the page again")
      return
    }
    #expect(plan.version.id == version.id)
  }

  @Test func `a session that ends before the first byte gives none`() async throws {
    let house = try await House()
    let issued = try await issue(house, uses: 2, seconds: 900)
    let session = try await house.redeem.post(house.visit(issued)).session
    let plan = try await plan(house, issued, session: session)
    house.time.advance(seconds: RedeemLink.sessionSeconds)
    let late = try await house.send(plan, 0..<1, status: 206, request: house.request)
    #expect(late == nil && house.running.count == 0)
    #expect(await story(house).last != "download.start success")
  }

  @Test func `a store that breaks off is asked for the rest`() async throws {
    let house = try await House()
    let download = try await begin(house, plan(house, issue(house)))
    let client = FakeClient { position in
      if position == 300 { house.objects.failOnce(.read, with: .unavailable) }
    }
    #expect(try await download.send(to: client.sink) == .whole)
    #expect(client.bytes == Self.content)
    #expect(house.objects.openings == [0..<1000, 400..<1000])
  }

  @Test func `a store that gives no more ends the download short, and that is recorded`()
    async throws
  {
    let house = try await House()
    let issued = try await issue(house)
    let plan = try await plan(house, issued)
    house.objects.add(plan.version.objectKey, Array(Self.content.prefix(450)))
    let client = FakeClient()
    #expect(try await begin(house, plan).send(to: client.sink) == .objectStoreFailed)
    #expect(client.bytes.count == 450)
    #expect(house.objects.openings.count == 1 + Download.reopeningsMax)
    let end = await house.store.recorded(in: .tenant(house.acme)).last
    #expect(end?.outcome == .failure && end?.why == "object-store-failed")
    #expect(end?.transfer?.sent == 450 && end?.transfer?.length == 1000)
    house.objects.fail(.open, with: .unavailable)
    let count = await house.events(of: house.acme)
    #expect(try await code { _ = try await begin(house, plan) } == .objectStoreUnavailable)
    let after = await house.events(of: house.acme)
    #expect(after == count && house.running.count == 0)
  }

  @Test func `a client that leaves ends its download`() async throws {
    let house = try await House()
    let client = FakeClient { if $0 == 500 { throw FakeClient.Gone() } }
    let download = try await begin(house, plan(house, issue(house)))
    #expect(try await download.send(to: client.sink) == .clientGone)
    let end = await house.store.recorded(in: .tenant(house.acme)).last
    #expect(end?.outcome == .aborted && end?.transfer?.sent == 500)
    #expect(house.running.ends == [.clientGone: 1] && house.running.sentBytes == 500)
  }

  /// What takes the ground from a download.
  enum Taking: String, CaseIterable, Sendable {
    case revocation = "link-revoked"
    case withdrawal = "version-withdrawn"
    case removal = "grant-gone"
    case deletion = "document-deleted"
    case blindness = "store-unavailable"
  }

  @Test(arguments: Taking.allCases)
  func `the next look cuts a download that has lost its ground`(taking: Taking) async throws {
    let house = try await House()
    try await house.setPolicy { $0.delivery = .proxy }
    let (document, version, grant) = try await house.openDocument()
    house.objects.add(version.objectKey, Self.content)
    let issued = try await house.issue(.init(document: document.id), by: house.caller())
    let download = try await begin(house, plan(house, issued))
    let client = FakeClient { position in
      guard position == 300 else { return }
      try await house.watch.look()
      switch taking {
      case .revocation:
        let revoked = try await house.revoke(issued.link.id, by: house.caller())
        #expect(revoked.exposure.seconds == 1)
      case .withdrawal:
        _ = try await house.withdraw(version.id, of: document.id, by: house.caller())
      case .removal: _ = try await house.grants.remove(grant, by: house.root())
      case .deletion:
        _ = try await DeleteDocument(
          store: house.store, denials: house.denials, clock: house.time.clock)(
            document.id, by: house.caller())
      case .blindness:
        await house.store.failReads(with: StoreError(.unavailable, "The test wants it."))
      }
      try await house.watch.look()
      await house.store.failReads(with: nil)
    }
    #expect(try await download.send(to: client.sink).rawValue == taking.rawValue)
    #expect(client.isCut && client.bytes.count == 300)
    #expect(await story(house).last == "download.end aborted \(taking.rawValue)")
    #expect(house.running.ends.values.reduce(0, +) == 1)
  }

  @Test func `expiry and a newer version refuse what begins, and end nothing`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    let running = try await plan(house, issued)
    let download = try await begin(house, running)
    _ = try await house.stage.publish(issued.document)
    house.time.advance(seconds: 600)
    try await house.watch.look()
    #expect(try await download.send(to: FakeClient().sink) == .whole)
    #expect(try await code { _ = try await house.redeem.get(house.visit(issued)) } == .linkExpired)
    #expect(
      try await code {
        _ = try await house.send(running, 0..<1, status: 206, request: house.request)
      } == .linkExpired)
  }

  @Test func `a download that is cut before it is sent sends nothing`() async throws {
    let house = try await House()
    let issued = try await issue(house)
    let download = try await begin(house, plan(house, issued))
    _ = try await house.revoke(issued.link.id, by: house.caller())
    try await house.watch.look()
    let client = FakeClient()
    #expect(try await download.send(to: client.sink) == .linkRevoked)
    #expect(client.bytes.isEmpty)
  }

  @Test func `a download that nobody sends is ended by the next look`() async throws {
    let house = try await House()
    let plan = try await plan(house, issue(house))
    _ = try await begin(house, plan)
    #expect(house.running.count == 0)
    await house.store.failChanges(with: StoreError(.full, "The test wants it."))
    #expect(try await code { try await house.watch.look() } == .storeFull)
    await house.store.failChanges(with: nil)
    for _ in 0..<2 { try await house.watch.look() }
    #expect(await story(house) == ["download.start success", "download.end aborted client-gone"])
    #expect(await house.store.recorded(in: .tenant(house.acme)).last?.transfer?.sent == 0)
  }

  @Test func `downloads of a gateway that stopped at work are ended by the next one`() async throws
  {
    let house = try await House()
    let plan = try await plan(house, issue(house))
    await house.store.failChanges(with: nil)
    let download = try await begin(house, plan)
    house.time.advance(seconds: 1)
    let next = WatchDownloads(
      store: house.store, running: RunningDownloads(countMax: 1), clock: house.time.clock)
    #expect(try await next.endUnfinished() == 1)
    #expect(try await next.endUnfinished() == 0)
    let end = await house.store.recorded(in: .tenant(house.acme)).last
    #expect(end?.why == "gateway-restarted" && end?.outcome == .aborted)
    #expect(end?.transfer?.sent == nil)
    #expect(end?.actor.recipient == download.started.recipient)
  }

  @Test func `no more downloads run than may, of all links or of one`() async throws {
    let house = try await House()
    let plan = try await plan(house, issue(house))
    var held = [Download]()
    for _ in 0..<3 { held.append(try await begin(house, plan)) }
    #expect(try await code { _ = try await begin(house, plan) } == .downloadsBusy)
    #expect(house.running.count == 3 && house.running.refusals == 1)
    held.removeFirst()
    held.append(try await begin(house, plan))
    let wide = RunningDownloads(countMax: 100)
    let send = SendDownload(
      store: house.store, objects: house.objects.access, running: wide, clock: house.time.clock)
    held = []
    for _ in 0..<RunningDownloads.perLinkMax {
      held.append(
        try await send(plan, 0..<1, status: 206, request: house.request).unwrapped())
    }
    #expect(
      try await code { _ = try await send(plan, 0..<1, status: 206, request: house.request) }
        == .downloadsBusy)
    #expect(wide.count == RunningDownloads.perLinkMax)
  }

  @Test func `an end that cannot be recorded is an error`() async throws {
    let house = try await House()
    let download = try await begin(house, plan(house, issue(house)))
    let client = FakeClient { _ in
      await house.store.failChanges(with: StoreError(.full, "The test wants it."))
    }
    #expect(try await code { _ = try await download.send(to: client.sink) } == .storeFull)
    #expect(client.bytes == Self.content)
  }
}
