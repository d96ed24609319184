// Rules about downloads through the gateway: begun with their event, kept, ended once.

import Base
import Cryptography
import Delivery
import Testing

extension LinkWorld {
  /// Begins a download; nothing unless it is granted.
  func begin(_ link: Link, session: SHA256Digest? = nil) async throws -> StartedDownload? {
    let offer = DeliveryOffer(
      delivery: stage.id(), version: version.id, handing: .bytes(100..<300, status: 206),
      mayCount: false)
    let result = try await store.redeem(stage.attempt(link, .deliver(offer), session: session))
    guard case .granted(let redemption, _) = result else { return nil }
    return StartedDownload(
      offer.delivery, redemption.link, redemption.version, 100..<300, status: 206,
      at: stage.time.now)
  }

  /// Opens a session as the form of a page does.
  func admit(_ link: Link, opening: SHA256Digest) async throws -> String {
    let session = SessionOffer(digest: opening, expiresAt: stage.time.now.adding(seconds: 600))
    let offer = DeliveryOffer(
      delivery: stage.id(), version: version.id, handing: .session, session: session,
      mayCount: true)
    return word(try await store.redeem(stage.attempt(link, .deliver(offer))))
  }

  func end(_ started: StartedDownload) async throws -> Sequenced? {
    try await store.endDownload(
      started.delivery, of: tenant,
      event: started.event(.whole, sent: 200, id: stage.id(EventKind.self)))
  }

  func unfinished() async throws -> [StartedDownload] {
    try await store.unfinishedDownloads(
      startedBefore: stage.time.now.adding(seconds: 1), limit: 10)
  }
}

extension MetadataStoreContract {
  static let downloadRules: [ContractRule] = [
    ContractRule("a download is kept from its first event to its last, which comes once") {
      stage in
      let world = try await LinkWorld(stage)
      let other = try await LinkWorld(stage, name: "other")
      let link = try await stage.issue(world.document, world.access)
      let log = LogID.tenant(world.tenant)
      let before = try await stage.size(of: log)
      let started = try #require(try await world.begin(link))
      #expect(try await stage.size(of: log) == before + 1)
      #expect(try await world.unfinished() == [started])
      #expect(
        try await stage.store.unfinishedDownloads(startedBefore: stage.time.now, limit: 10) == [])
      let event = started.event(.whole, sent: 200, id: stage.id(EventKind.self))
      #expect(
        try await stage.store.endDownload(started.delivery, of: other.tenant, event: event) == nil)
      #expect(try await world.end(started) != nil)
      #expect(try await world.end(started) == nil)
      #expect(try await stage.size(of: log) == before + 2)
      #expect(try await world.unfinished().isEmpty)
    },
    ContractRule("a revocation says whether the link is sending") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access)
      let idle = try await stage.issue(world.document, world.access)
      let started = try #require(try await world.begin(link))
      #expect(try await world.revoke(idle).isSending == false)
      #expect(try await world.revoke(link).isSending)
      #expect(try await world.revoke(link).isSending)
      _ = try await world.end(started)
      #expect(try await world.revoke(link).isSending == false)
      #expect(try await world.begin(link) == nil)
    },
    ContractRule("bytes need a direct link or an open session; a form opens one") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access, uses: 1)
      let log = LogID.tenant(world.tenant)
      let before = try await stage.size(of: log)
      let (mine, foreign) = (SHA256.hash([1]), SHA256.hash([2]))
      #expect(try await world.begin(link) == nil)
      #expect(try await stage.size(of: log) == before)
      #expect(try await world.admit(link, opening: mine) == "granted 0")
      #expect(try await world.admit(link, opening: foreign) == "link-used-up")
      #expect(try await world.begin(link, session: foreign) == nil)
      let started = try #require(try await world.begin(link, session: mine))
      let found = try await stage.store.link(link.id, world.access, right: .read)
      #expect(found?.usesLeft == 0 && found?.deliveries == 1)
      #expect(found?.lastURLExpiresAt == nil)
      _ = try await world.end(started)
      stage.time.advance(seconds: 600)
      #expect(try await world.begin(link, session: mine) == nil)
    },
    ContractRule("what was taken back is seen, what merely ended is not") { stage in
      let world = try await LinkWorld(stage)
      let live = RunningFacts(isRevoked: false, isGrantLive: true, isWithdrawn: false)
      func facts(_ started: StartedDownload) async throws -> RunningFacts? {
        try await stage.store.runningFacts(started)
      }
      func begin() async throws -> StartedDownload {
        let link = try await stage.issue(world.document, world.access, seconds: 60)
        return try await world.begin(link).unwrapped()
      }
      let started = try await begin()
      #expect(try await facts(started) == live)
      stage.time.advance(seconds: 60)
      #expect(try await facts(started) == live)
      let link = try await stage.issue(world.document, world.access)
      let revoked = try #require(try await world.begin(link))
      _ = try await world.revoke(link)
      #expect(
        try await facts(revoked)
          == RunningFacts(isRevoked: true, isGrantLive: true, isWithdrawn: false))
      let other = try await begin()
      _ = try await stage.withdraw(world.version)
      #expect(
        try await facts(other)
          == RunningFacts(isRevoked: false, isGrantLive: true, isWithdrawn: true))
      try await world.removeGrant()
      #expect(
        try await facts(other)
          == RunningFacts(isRevoked: false, isGrantLive: false, isWithdrawn: true))
    },
  ]
}
