// Links, and following them.

package import Base
package import Cryptography
package import Delivery

extension SQLiteStore: LinkSteps {
  package func recordLink(
    _ link: Link, _ access: Access, seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    guard link.tenant == access.tenant else {
      throw StoreError(.notFound, "There is no such document.")
    }
    return try await writer.submit(.record) { (session) throws(StoreError) in
      try session.confirm(link.selector, of: link.document, access, seen: seen)
      // First the event: its place orders the link among the revocations.
      let sequenced = try session.sequence(event)
      precondition(sequenced.log == .tenant(link.tenant), "a link is in the log of its tenant")
      try session.connection.run(Queries.insert, link.values(issuedAt: sequenced.index))
      session.note(bytes: 512)
      return sequenced
    }
  }

  package func recordPresignedURL(
    of version: VersionID, _ document: DocumentID, until end: Timestamp, _ access: Access,
    seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit(.record) { (session) throws(StoreError) in
      try session.confirm(.pinned(version), of: document, access, seen: seen)
      try session.connection.countDelivery(
        of: version, document, access.tenant, at: access.moment, urlUntil: end)
      try session.connection.notePresignedURL(until: end, access)
      return try session.sequence(event)
    }
  }

  package func link(
    _ id: LinkID, _ access: Access, right: Right
  ) async throws(StoreError) -> Link? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        try connection.link(id, access, right)
      }
    }
  }

  package func links(
    to document: DocumentID, _ access: Access, _ page: PageRequest<LinkID>
  ) async throws(StoreError) -> Page<Link>? {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let owner = try connection.document(document, of: access.tenant),
          try connection.allows(.read, on: owner, access)
        else { return nil }
        let values: [SQLValue] = [
          .tenant(access.tenant), .id(document), page.after.map { .id($0) } ?? .null,
          .integer(Int64(page.limit + 1)),
        ]
        let rows = try connection.all(Queries.ofDocument, values) { (row) throws(StoreError) in
          try row.link()
        }
        return Page(rows, limit: page.limit)
      }
    }
  }

  package func revokeLink(
    _ id: LinkID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Revocation {
    try await writer.submit(.record) { (session) throws(StoreError) in
      guard var link = try session.connection.link(id, access, .issue) else {
        throw StoreError(.notFound, "There is no such link.")
      }
      let isSending = try session.connection.isSending(link)
      guard link.revokedAt == nil else {
        return Revocation(link: link, sequenced: nil, isSending: isSending)
      }
      link.revokedAt = access.moment
      try session.connection.run(
        Queries.revoke, [.tenant(access.tenant), .id(id), .time(access.moment)])
      return Revocation(
        link: link, sequenced: try session.sequence(event), isSending: isSending)
    }
  }

  package func redemptionFacts(
    _ digests: [TokenDigest], session: SHA256Digest?, at moment: Timestamp
  ) async throws(StoreError) -> RedemptionFacts? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        try connection.facts(digests, session: session, at: moment)
      }
    }
  }

  package func redeem(_ attempt: RedemptionAttempt) async throws(StoreError) -> RedemptionResult {
    try await writer.submit(.record) { (session) throws(StoreError) in
      let connection = session.connection
      guard
        let facts = try connection.facts(
          attempt.digests, session: attempt.session, at: attempt.moment)
      else { return .unknown }
      let step = attempt.step(facts, policy: try session.policy(of: facts.link.tenant))
      guard let event = step.event else { return .versionChanged }
      if let link = step.changedLink { try connection.store(link) }
      if step.countsDelivery, case .granted(let redemption) = step.end {
        try connection.countDelivery(
          of: redemption.version.id, facts.link.document, facts.link.tenant, at: attempt.moment,
          urlUntil: event.transfer?.urlExpiresAt)
      }
      if let download = step.startsDownload { try connection.start(download) }
      if let offer = step.opensSession {
        try connection.open(offer, of: facts.link, at: attempt.moment)
      }
      let sequenced = try session.sequence(event)
      switch step.end {
      case .granted(let redemption): return .granted(redemption, sequenced)
      case .refused(let refusal): return .refused(refusal, facts.link.id, sequenced)
      case .versionChanged: return .versionChanged
      }
    }
  }
}

extension WriteSession {
  /// Decides again whether a link may be issued, unless what was decided on is still the present.
  ///
  /// Throws `not-found` without the grant, and `version-unavailable` unless the selector names a
  /// version that can be delivered.
  fileprivate func confirm(
    _ selector: VersionSelector, of document: DocumentID, _ access: Access, seen: StoreRevision
  ) throws(StoreError) {
    if isCurrent(seen) { return }
    _ = try connection.require(.issue, on: document, access)
    let found = try connection.version(selector, of: document, access.tenant, at: access.moment)
    guard let version = found.version, version.isDeliverable(at: access.moment) else {
      throw StoreError(.versionUnavailable, "The version cannot be linked now.")
    }
  }
}

extension Connection {
  /// The link, if `access` issued it or has `right` on its document.
  fileprivate func link(
    _ id: LinkID, _ access: Access, _ right: Right
  ) throws(StoreError) -> Link? {
    let found = try first(Queries.link, [.tenant(access.tenant), .id(id)]) {
      (row) throws(StoreError) in try row.link()
    }
    guard let link = found, let document = try document(link.document, of: access.tenant) else {
      return nil
    }
    if link.issuedBy == access.person { return link }
    return try allows(right, on: document, access) ? link : nil
  }

  fileprivate func facts(
    _ digests: [TokenDigest], session: SHA256Digest?, at moment: Timestamp
  ) throws(StoreError) -> RedemptionFacts? {
    var found: Link?
    for digest in digests where found == nil {
      found = try first(
        Queries.byDigest, [.time(digest.issuedAt), .digest(digest.digest), .text(digest.pepper)]
      ) {
        (row) throws(StoreError) in try row.link()
      }
    }
    // A link to a deleted document is as unknown as one that never was.
    guard let link = found, let document = try document(link.document, of: link.tenant) else {
      return nil
    }
    let chosen = try version(link.selector, of: link.document, link.tenant, at: moment)
    let isGrantLive = try permission(.issue, on: document, link.authority, at: moment) != nil
    var hasOpenSession = false
    if let session {
      hasOpenSession = try exists(
        Queries.openSession,
        [.tenant(link.tenant), .id(link.id), .digest(session), .time(moment)])
    }
    return RedemptionFacts(
      link: link, document: document, version: chosen.version,
      isSuperseded: chosen.isSuperseded, isGrantLive: isGrantLive, hasOpenSession: hasOpenSession)
  }

  fileprivate func store(_ link: Link) throws(StoreError) {
    try run(
      Queries.use,
      [
        .tenant(link.tenant), .id(link.id), .optional(link.usesLeft.map(Int64.init)),
        .time(link.lastURLExpiresAt), .integer(link.deliveries),
      ])
  }

  fileprivate func open(
    _ offer: SessionOffer, of link: Link, at moment: Timestamp
  ) throws(StoreError) {
    try run(
      Queries.insertSession,
      [.tenant(link.tenant), .id(link.id), .digest(offer.digest), .time(offer.expiresAt)])
    try run(Queries.forgetSessions, [.tenant(link.tenant), .time(moment)])
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into links (\(Row.linkColumns))
    values (\(SQLText.parameters(1, 23)))
    """)
  static let link = Query("select \(Row.link) from links where tenant = ? and id = ?")
  // The only lookup without a tenant: who holds the token does not say whose it is.
  static let byDigest = Query(
    "select \(Row.link) from links where created_at = ? and digest = ? and pepper = ?")
  static let ofDocument = Query(
    """
    select \(Row.link) from links
    where tenant = ?1 and document = ?2 and (?3 is null or id < ?3)
    order by id desc limit ?4
    """)
  static let revoke = Query(
    """
    update links set revoked_at = ?3
    where tenant = ?1 and id = ?2 and revoked_at is null
    """)
  static let use = Query(
    """
    update links set uses_left = ?3, last_url_expires_at = ?4, deliveries = ?5
    where tenant = ?1 and id = ?2
    """)
  static let openSession = Query(
    """
    select 1 from link_sessions
    where tenant = ? and link = ? and digest = ? and expires_at > ?
    """)
  static let insertSession = Query(
    """
    insert into link_sessions (tenant, link, digest, expires_at) values (?1, ?2, ?3, ?4)
    on conflict do update set expires_at = max(expires_at, ?4)
    """)
  static let forgetSessions = Query(
    """
    delete from link_sessions where (tenant, link, digest) in
      (select tenant, link, digest from link_sessions
       where tenant = ?1 and expires_at <= ?2 limit 16)
    """)
}
