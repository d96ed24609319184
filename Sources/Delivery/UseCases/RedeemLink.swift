// A customer follows a link. GET shows a page, redirects or sends, POST delivers, HEAD looks. Everything
// is checked again each time: expiry, revocation, uses, the live grant, the version. A GET never
// consumes a use, and no use is consumed unless a signed URL is already in hand.

package import Base
import Cryptography

/// Follows links.
package struct RedeemLink: Sendable {
  /// How long a counted use lets its browser download again, in seconds.
  package static let sessionSeconds: Int64 = 600
  /// How often a delivery is tried again when the version changes under it.
  static let attemptsMax = 3

  let store: any MetadataStore
  let objects: ObjectAccess
  private let peppers: PepperRing
  private let denials: Denials
  let clock: Clock

  /// Puts the parts together.
  package init(
    store: any MetadataStore, objects: ObjectAccess, peppers: PepperRing, denials: Denials,
    clock: Clock
  ) {
    self.store = store
    self.objects = objects
    self.peppers = peppers
    self.denials = denials
    self.clock = clock
  }

  /// Somebody at the door.
  package struct Visit: Sendable {
    /// The token's text as it stands in the path.
    package let token: [UInt8]
    /// The session cookie's value, if one came.
    package let session: SessionSecret?
    /// Whether the visitor looks like a program that looks at links.
    package let isScanner: Bool
    /// Whether the visitor reads pages, as a browser says that it does.
    package let readsPages: Bool
    /// Whether the visitor is a browser.
    package let isBrowser: Bool
    /// The request.
    package let request: RequestContext

    /// Takes the values as they are.
    package init(
      token: [UInt8], session: SessionSecret? = nil, isScanner: Bool = false,
      readsPages: Bool = false, isBrowser: Bool = false, request: RequestContext
    ) {
      self.token = token
      self.session = session
      self.isScanner = isScanner
      self.readsPages = readsPages
      self.isBrowser = isBrowser
      self.request = request
    }
  }

  /// What a GET or POST is answered with.
  package enum Answer: Sendable {
    /// Show the page.
    case page(LinkPage)
    /// Redirect to the URL.
    case redirect(LinkDelivery)
    /// Send the bytes, with `SendDownload`; nothing is recorded yet.
    case send(DownloadPlan)
  }

  /// GET: redirects or sends for direct links and open sessions, else shows the page.
  ///
  /// Throws `link-not-found` for malformed and unknown tokens; `link-expired`, `link-revoked`,
  /// `link-used-up`, `link-unavailable`, `version-withdrawn`, `version-superseded`;
  /// `store-…`, `object-store-unavailable`.
  package func get(_ visit: Visit) async throws(DeliveryError) -> Answer {
    let (known, facts) = try await find(visit)
    guard !showsPage(facts, visit) else {
      return .page(try await page(visit.isScanner ? .scan : .view, visit, known, facts))
    }
    if let plan = try await plan(visit, known, facts) { return .send(plan) }
    return .redirect(try await deliver(visit, known, facts, mayCount: false))
  }

  /// POST: consumes a use, if the link is counted, and redirects or opens a session in which a GET
  /// has the bytes. Throws as `get` does.
  package func post(_ visit: Visit) async throws(DeliveryError) -> LinkDelivery {
    let (known, facts) = try await find(visit)
    return try await deliver(visit, known, facts, mayCount: true)
  }

  /// What the gateway sends itself; nothing if it redirects or must refuse.
  func plan(
    _ visit: Visit, _ known: Known, _ facts: RedemptionFacts
  ) async throws(DeliveryError) -> DownloadPlan? {
    let policy = try await policy(of: facts.link)
    guard
      case .success(let version) = RedemptionRule.decide(facts, policy: policy, at: clock.now()),
      DeliveryRoute.choose(policy, size: version.size, isBrowser: visit.isBrowser) == .proxy
    else { return nil }
    let link = facts.link
    return DownloadPlan(
      version: version, disposition: Self.disposition(link, version, policy),
      filename: link.filename ?? version.filename, link: link.id, digests: known.digests,
      session: known.session)
  }

  private static func disposition(
    _ link: Link, _ version: Version, _ policy: TenantPolicy
  ) -> Disposition {
    link.disposition == .inline && policy.inlineTypes.contains(version.mediaType)
      ? .inline : .attachment
  }

  struct Known {
    let digests: [TokenDigest]
    let session: SHA256Digest?
  }

  func find(_ visit: Visit) async throws(DeliveryError) -> (Known, RedemptionFacts) {
    // A mistyped token needs no lookup; it is also not worth a line in the log.
    guard let token = LinkToken(visit.token) else { throw .linkNotFound }
    let known = Known(digests: peppers.digests(of: token), session: visit.session?.digest)
    let facts: RedemptionFacts?
    do {
      facts = try await store.redemptionFacts(
        known.digests, session: known.session, at: clock.now())
    } catch { throw DeliveryError(error) }
    guard let facts else { throw await unknown(visit) }
    return (known, facts)
  }

  private func deliver(
    _ visit: Visit, _ known: Known, _ first: RedemptionFacts, mayCount: Bool
  ) async throws(DeliveryError) -> LinkDelivery {
    var facts = first
    for _ in 0..<RedeemLink.attemptsMax {
      let moment = clock.now()
      let (offered, secret) = try await offer(for: facts, visit, mayCount, at: moment)
      let attempt = attempt(.deliver(offered?.0), visit, known, at: moment)
      let result: RedemptionResult
      do { result = try await store.redeem(attempt) } catch { throw DeliveryError(error) }
      switch result {
      case .unknown: throw await unknown(visit)
      case .refused(let refusal, _, _): throw DeliveryError(refusal)
      case .versionChanged: (_, facts) = try await find(visit)
      case .granted(let redemption, let sequenced):
        guard let (offer, url) = offered else { throw .changing }
        let opened = secret.flatMap { facts.hasOpenSession ? nil : $0 }
        return LinkDelivery(
          url: url, delivery: offer.delivery, session: opened,
          sessionExpiresAt: opened == nil ? nil : offer.session?.expiresAt,
          redemption: redemption, sequenced: sequenced)
      }
    }
    throw .changing
  }

  /// Signs a URL for what the link delivers now, unless the gateway sends it; nothing if it delivers
  /// nothing.
  private func offer(
    for facts: RedemptionFacts, _ visit: Visit, _ mayCount: Bool, at moment: Timestamp
  ) async throws(DeliveryError) -> ((DeliveryOffer, PresignedURL?)?, SessionSecret?) {
    let policy = try await policy(of: facts.link)
    guard case .success(let version) = RedemptionRule.decide(facts, policy: policy, at: moment)
    else { return (nil, nil) }
    let link = facts.link
    let delivery = DeliveryID(at: moment, random: Random.pair())
    let order = PresignOrder(
      key: version.objectKey, disposition: Self.disposition(link, version, policy),
      filename: link.filename ?? version.filename, mediaType: version.mediaType,
      delivery: delivery, seconds: policy.objectURLSeconds)
    var url: PresignedURL?
    var handing = DeliveryOffer.Handing.session
    let route = DeliveryRoute.choose(policy, size: version.size, isBrowser: visit.isBrowser)
    if route == .redirect {
      let signed: PresignedURL
      do { signed = try await objects.presign(order) } catch { throw DeliveryError(error) }
      handing = .url(expiresAt: signed.expiresAt)
      url = signed
    }
    // Whoever pressed a page's button must not meet the page again.
    let needsSession = link.usesLeft != nil || route == .proxy
    let secret = mayCount && needsSession ? SessionSecret(random: Random.pair()) : nil
    let end = min(moment.adding(seconds: RedeemLink.sessionSeconds), link.expiresAt)
    let offer = DeliveryOffer(
      delivery: delivery, version: version.id, handing: handing,
      session: secret.map { SessionOffer(digest: $0.digest, expiresAt: end) }, mayCount: mayCount)
    return ((offer, url), secret)
  }

  func attempt(
    _ purpose: RedemptionAttempt.Purpose, _ visit: Visit, _ known: Known, at moment: Timestamp
  ) -> RedemptionAttempt {
    RedemptionAttempt(
      digests: known.digests, purpose: purpose, session: known.session, moment: moment,
      event: EventID(at: moment, random: Random.pair()), request: visit.request,
      personal: PersonalData(
        address: visit.request.address, userAgent: visit.request.userAgent,
        salt: Random.bytes(PersonalData.saltBytes)))
  }

  func grant(
    _ attempt: RedemptionAttempt, _ visit: Visit
  ) async throws(DeliveryError) -> (Redemption, Sequenced) {
    let result: RedemptionResult
    do { result = try await store.redeem(attempt) } catch { throw DeliveryError(error) }
    switch result {
    case .granted(let redemption, let sequenced): return (redemption, sequenced)
    case .refused(let refusal, _, _): throw DeliveryError(refusal)
    case .versionChanged: throw .changing
    case .unknown: throw await unknown(visit)
    }
  }

  func policy(of link: Link) async throws(DeliveryError) -> TenantPolicy {
    do { return try await store.policy(of: link.tenant) } catch { throw DeliveryError(error) }
  }

  private func unknown(_ visit: Visit) async -> DeliveryError {
    await denials.record(.linkNotFound, why: "link-not-found", request: visit.request)
  }
}

extension DeliveryError {
  fileprivate static var changing: DeliveryError {
    DeliveryError(.conflict, "The document is changing at this moment; try again.")
  }
}
