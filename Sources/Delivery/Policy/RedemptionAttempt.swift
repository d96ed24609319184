// One attempt to follow a link, and the pure step that says what a store must change for it.

package import Base
package import Cryptography

/// Somebody follows a link.
package struct RedemptionAttempt: Sendable {
  /// What is asked of the link.
  package enum Purpose: Sendable, Hashable {
    /// Show the page; changes nothing.
    case view
    /// Show the page to a program that looks at links; changes nothing.
    case scan
    /// Tell of the link without showing anything (HEAD, OPTIONS); changes nothing.
    case probe
    /// Hand out what the offer has and count a use, if the link is counted. Without an offer it can
    /// only be refused: the caller found no version to offer.
    case deliver(DeliveryOffer?)
  }

  /// The digests under which the token may be stored.
  package let digests: [TokenDigest]
  /// What is asked.
  package let purpose: Purpose
  /// The digest of the session cookie that came with the request.
  package let session: SHA256Digest?
  /// When.
  package let moment: Timestamp
  /// The id for the event.
  package let event: EventID
  /// The request.
  package let request: RequestContext
  /// Address and agent of the visitor.
  package let personal: PersonalData?

  /// Takes the values as they are.
  package init(
    digests: [TokenDigest], purpose: Purpose, session: SHA256Digest?, moment: Timestamp,
    event: EventID, request: RequestContext, personal: PersonalData?
  ) {
    self.digests = digests
    self.purpose = purpose
    self.session = session
    self.moment = moment
    self.event = event
    self.request = request
    self.personal = personal
  }
}

/// What was made ready before the link was asked, so that no use is lost when signing or opening
/// fails. It leaves the process only if the redemption is granted.
package struct DeliveryOffer: Sendable, Hashable {
  /// What is handed out.
  package enum Handing: Sendable, Hashable {
    /// A presigned URL, and when it dies.
    case url(expiresAt: Timestamp)
    /// A session and no byte yet: the browser comes back for the file.
    case session
    /// These bytes of the object, with this HTTP status.
    case bytes(Range<Int64>, status: Int)
  }

  /// The id of the delivery; signed into a URL.
  package let delivery: DeliveryID
  /// The version whose object it is.
  package let version: VersionID
  /// What is handed out.
  package let handing: Handing
  /// The session to open, unless the visitor has one.
  package let session: SessionOffer?
  /// Whether a use may be counted: true for the form of a page only. Without, nothing is handed out
  /// but by direct links and to open sessions.
  package let mayCount: Bool

  /// Takes the values as they are.
  package init(
    delivery: DeliveryID, version: VersionID, handing: Handing, session: SessionOffer? = nil,
    mayCount: Bool
  ) {
    self.delivery = delivery
    self.version = version
    self.handing = handing
    self.session = session
    self.mayCount = mayCount
  }
}

/// A session of a counted link: who shows its cookie downloads again without another use.
package struct SessionOffer: Sendable, Hashable {
  /// The digest of the cookie's value.
  package let digest: SHA256Digest
  /// When it ends; the link's own end comes first if it is earlier.
  package let expiresAt: Timestamp

  /// Takes the values as they are.
  package init(digest: SHA256Digest, expiresAt: Timestamp) {
    self.digest = digest
    self.expiresAt = expiresAt
  }
}

/// What a store must do for an attempt.
package struct RedemptionStep: Sendable {
  /// How it ends.
  package enum End: Sendable, Hashable {
    /// Granted; the redemption's link is to be stored if it `changed`.
    case granted(Redemption)
    /// Refused.
    case refused(LinkRefusal)
    /// The offer is for another version, or its session has ended; nothing may be stored.
    case versionChanged
  }

  /// How it ends.
  package let end: End
  /// The link with its new `usesLeft` and `lastURLExpiresAt`, if they changed.
  package let changedLink: Link?
  /// The session to store for the link.
  package let opensSession: SessionOffer?
  /// The download to store until it has ended.
  package let startsDownload: StartedDownload?
  /// Whether a delivery of the version is to be counted.
  package let countsDelivery: Bool
  /// The event to record; nothing only for `versionChanged`.
  package let event: AuditEvent?

  init(
    _ end: End, changedLink: Link? = nil, opensSession: SessionOffer? = nil,
    startsDownload: StartedDownload? = nil, countsDelivery: Bool = false, event: AuditEvent?
  ) {
    self.end = end
    self.changedLink = changedLink
    self.opensSession = opensSession
    self.startsDownload = startsDownload
    self.countsDelivery = countsDelivery
    self.event = event
  }
}

extension RedemptionAttempt {
  /// Decides; pure, and the same in every store.
  package func step(_ facts: RedemptionFacts, policy: TenantPolicy) -> RedemptionStep {
    let version: Version
    switch RedemptionRule.decide(facts, policy: policy, at: moment) {
    case .failure(let error): return refused(error.refusal, facts)
    case .success(let chosen): version = chosen
    }
    guard case .deliver(let offer) = purpose else {
      let seen = Redemption(link: facts.link, document: facts.document, version: version)
      return RedemptionStep(
        .granted(seen), event: auditEvent(facts.link, .success, version: version))
    }
    guard let offer, offer.version == version.id,
      offer.mayCount || facts.hasOpenSession || facts.link.landing == .direct
    else { return RedemptionStep(.versionChanged, event: nil) }
    return delivered(offer, version, facts)
  }

  private func delivered(
    _ offer: DeliveryOffer, _ version: Version, _ facts: RedemptionFacts
  ) -> RedemptionStep {
    var link = facts.link
    var session: SessionOffer?
    if !facts.hasOpenSession {
      link.usesLeft = link.usesLeft.map { $0 - 1 }
      session = offer.session.map {
        SessionOffer(digest: $0.digest, expiresAt: min($0.expiresAt, link.expiresAt))
      }
    }
    var started: StartedDownload?
    var transfer: AuditTransfer?
    switch offer.handing {
    case .session: break
    case .url(let end):
      link.deliveries += 1
      link.lastURLExpiresAt = max(link.lastURLExpiresAt ?? end, end)
      transfer = AuditTransfer(delivery: offer.delivery, urlExpiresAt: end)
    case .bytes(let part, let status):
      link.deliveries += 1
      started = StartedDownload(offer.delivery, link, version, part, status: status, at: moment)
      transfer = started?.transfer
    }
    var event = auditEvent(link, .success, version: version)
    if started != nil { event.kind = .downloadStart }
    event.transfer = transfer
    let redemption = Redemption(link: link, document: facts.document, version: version)
    return RedemptionStep(
      .granted(redemption), changedLink: link == facts.link ? nil : link, opensSession: session,
      startsDownload: started, countsDelivery: transfer != nil, event: event)
  }

  private func refused(_ refusal: LinkRefusal, _ facts: RedemptionFacts) -> RedemptionStep {
    var event = auditEvent(facts.link, .denied, version: facts.version)
    event.why = refusal.rawValue
    return RedemptionStep(.refused(refusal), event: event)
  }

  private func auditEvent(
    _ link: Link, _ outcome: AuditOutcome, version: Version?
  ) -> AuditEvent {
    let kind: AuditKind =
      switch purpose {
      case .view: .linkView
      case .scan: .linkScan
      case .probe: .linkProbe
      case .deliver: .linkRedeem
      }
    return AuditEvent(
      id: event, log: .tenant(link.tenant), kind: kind, outcome: outcome,
      actor: AuditActor(.link, recipient: link.recipient ?? link.issuedBy),
      object: AuditObject(
        document: link.document, version: version?.id, sha256: version?.sha256,
        size: version?.size),
      link: AuditLink(id: link.id, usesLeft: link.usesLeft),
      request: request.id, trace: request.traceID, personal: personal)
  }
}
