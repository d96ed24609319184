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
    /// Hand out a presigned URL and count a use, if the link is counted. Without an offer it can
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

/// A presigned URL that was made before the link was asked, so that no use is lost when signing
/// fails. It leaves the process only if the redemption is granted.
package struct DeliveryOffer: Sendable, Hashable {
  /// The id that is signed into the URL.
  package let delivery: DeliveryID
  /// The version whose object the URL opens.
  package let version: VersionID
  /// When the URL dies.
  package let urlExpiresAt: Timestamp
  /// The session that a counted use opens.
  package let session: SessionOffer?

  /// Takes the values as they are.
  package init(
    delivery: DeliveryID, version: VersionID, urlExpiresAt: Timestamp, session: SessionOffer?
  ) {
    self.delivery = delivery
    self.version = version
    self.urlExpiresAt = urlExpiresAt
    self.session = session
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
    /// The offer is for another version; nothing may be stored.
    case versionChanged
  }

  /// How it ends.
  package let end: End
  /// The link with its new `usesLeft` and `lastURLExpiresAt`, if they changed.
  package let changedLink: Link?
  /// The session to store for the link.
  package let opensSession: SessionOffer?
  /// The event to record; nothing only for `versionChanged`.
  package let event: AuditEvent?
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
        end: .granted(seen), changedLink: nil, opensSession: nil,
        event: auditEvent(facts.link, .success, version: version))
    }
    guard let offer, offer.version == version.id else {
      return RedemptionStep(
        end: .versionChanged, changedLink: nil, opensSession: nil, event: nil)
    }
    return delivered(offer, version, facts)
  }

  private func delivered(
    _ offer: DeliveryOffer, _ version: Version, _ facts: RedemptionFacts
  ) -> RedemptionStep {
    var link = facts.link
    var session: SessionOffer?
    if let left = link.usesLeft, !facts.hasOpenSession {
      link.usesLeft = left - 1
      session = offer.session.map {
        SessionOffer(digest: $0.digest, expiresAt: min($0.expiresAt, link.expiresAt))
      }
    }
    link.deliveries += 1
    link.lastURLExpiresAt = max(link.lastURLExpiresAt ?? offer.urlExpiresAt, offer.urlExpiresAt)
    var event = auditEvent(link, .success, version: version)
    event.transfer = AuditTransfer(delivery: offer.delivery, urlExpiresAt: offer.urlExpiresAt)
    let redemption = Redemption(link: link, document: facts.document, version: version)
    return RedemptionStep(
      end: .granted(redemption), changedLink: link == facts.link ? nil : link,
      opensSession: session, event: event)
  }

  private func refused(_ refusal: LinkRefusal, _ facts: RedemptionFacts) -> RedemptionStep {
    var event = auditEvent(facts.link, .denied, version: facts.version)
    event.why = refusal.rawValue
    return RedemptionStep(
      end: .refused(refusal), changedLink: nil, opensSession: nil, event: event)
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
