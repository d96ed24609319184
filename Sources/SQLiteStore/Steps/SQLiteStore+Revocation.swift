// Links that are revoked many at once, and what was handed out that no revocation reaches. The
// revocation is one row; how many links it ended is counted afterwards, off the writer's thread.

import Base
package import Delivery

extension SQLiteStore {
  package func revokeLinks(
    _ set: LinkSet, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> SetRevocation {
    let sequenced = try await writer.submit(.record) { (session) throws(StoreError) in
      let connection = session.connection
      if case .document(let id) = set { _ = try connection.require(.issue, on: id, access) }
      let sequenced = try session.sequence(event)
      precondition(
        sequenced.log == .tenant(access.tenant), "a revocation is in the log of its tenant")
      try connection.run(
        Queries.insert,
        [
          .tenant(access.tenant), set.documentKey, set.subjectKey, .integer(sequenced.index),
          .time(sequenced.time),
        ])
      try connection.run(
        Queries.forget,
        [
          .tenant(access.tenant),
          .time(sequenced.time.adding(seconds: -SetRevocation.keptSeconds)),
        ])
      return sequenced
    }
    // From here on nothing can change these links: they hand nothing out, and none joins them.
    let linksSeenMax = linksSeenMax
    return try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        let seen = try connection.look(
          through: set, access, before: sequenced.index, linksMax: linksSeenMax)
        return SetRevocation(
          links: seen?.ended,
          handedOut: try connection.handedOut(for: set, access, seen), sequenced: sequenced)
      }
    }
  }
}

/// What the links of a set tell, of which a URL may live.
private struct SeenLinks {
  /// How many live ones the revocation ended.
  let ended: Int64
  /// When the last URL that they handed out dies.
  let lastURLExpiresAt: Timestamp?
}

extension Connection {
  /// Looks through the links of a set that can be alive or have a URL that is; nothing if there are more
  /// than `linksMax` of the tenant, or of the document.
  fileprivate func look(
    through set: LinkSet, _ access: Access, before index: Int64, linksMax: Int64
  ) throws(StoreError) -> SeenLinks? {
    var values: [SQLValue] = [
      .tenant(access.tenant), .id(LinkID.first(at: access.moment)), .time(access.moment),
      .integer(index), .integer(linksMax + 1),
    ]
    let query: Query
    switch set {
    case .document(let id):
      query = Queries.seenOfDocument
      values.append(.id(id))
    case .subject(let subject):
      query = Queries.seenOfSubject
      values.append(.text(subject.text))
    case .all: query = Queries.seenOfTenant
    }
    let found = try first(query, values) { (row) throws(StoreError) in
      let (count, ended) = (row.integer(), row.integer())
      let last = try row.optional { (row) throws(StoreError) in row.time() }
      return count <= linksMax ? SeenLinks(ended: ended, lastURLExpiresAt: last) : nil
    }
    return found ?? nil
  }

  /// What was handed out for a set and may still work. Where there are too many links to find those of
  /// a subject, it is what was handed out for the tenant: never less than the truth.
  fileprivate func handedOut(
    for set: LinkSet, _ access: Access, _ seen: SeenLinks?
  ) throws(StoreError) -> HandedOut {
    let values: [SQLValue] = [.tenant(access.tenant), .time(access.moment)]
    switch set {
    case .document(let id): return try handedOut(of: id, access.tenant, at: access.moment)
    case .subject(let subject):
      let mine = values + [.text(subject.text)]
      guard let seen else {
        return HandedOut(
          lastURLExpiresAt: try lastURL(Queries.tenantURLs, values),
          isSending: try exists(Queries.subjectSending, mine))
      }
      var found = try handedOut(Queries.subjectURLs, Queries.subjectSending, mine)
      found.lastURLExpiresAt = [found.lastURLExpiresAt, seen.lastURLExpiresAt]
        .compactMap(\.self).max()
      return found
    case .all: return try handedOut(Queries.tenantURLs, Queries.tenantSending, values)
    }
  }

  /// What was handed out of a document and may still work at `moment`; what is deleted does not.
  func handedOut(
    of document: DocumentID, _ tenant: TenantID, at moment: Timestamp
  ) throws(StoreError) -> HandedOut {
    try handedOut(
      Queries.documentURLs, Queries.documentSending,
      [.tenant(tenant), .time(moment), .id(document)])
  }

  /// What was handed out of a version and may still work at `moment`; what is deleted does not.
  func handedOut(
    of version: Version, at moment: Timestamp
  ) throws(StoreError) -> HandedOut {
    try handedOut(
      Queries.versionURLs, Queries.versionSending,
      [.tenant(version.tenant), .time(moment), .id(version.id), .id(version.document)])
  }

  private func handedOut(
    _ urls: Query, _ sending: Query, _ values: [SQLValue]
  ) throws(StoreError) -> HandedOut {
    HandedOut(
      lastURLExpiresAt: try lastURL(urls, values), isSending: try exists(sending, values))
  }

  private func lastURL(_ query: Query, _ values: [SQLValue]) throws(StoreError) -> Timestamp? {
    let end = try first(query, values) { (row) throws(StoreError) in
      try row.optional { (row) throws(StoreError) in row.time() }
    }
    return end ?? nil
  }

  /// Notes a presigned URL that is handed out by itself.
  func notePresignedURL(until end: Timestamp, _ access: Access) throws(StoreError) {
    try run(
      Queries.insertURL,
      [.tenant(access.tenant), .time(end), .text(access.authority.subject?.text ?? "")])
    try run(Queries.forgetURLs, [.tenant(access.tenant), .time(access.moment)])
  }
}

extension LinkSet {
  fileprivate var documentKey: SQLValue {
    if case .document(let id) = self { return .id(id) }
    return .blob([])
  }

  fileprivate var subjectKey: SQLValue {
    if case .subject(let subject) = self { return .text(subject.text) }
    return .text("")
  }
}

extension LinkID {
  /// The least identifier of a link that can be alive at `moment`, or have handed out a URL that is:
  /// identifiers begin with their time.
  fileprivate static func first(at moment: Timestamp) -> LinkID {
    let seconds = LifetimeBounds.hardMaxSeconds + TenantPolicy.objectURLSecondsRange.upperBound
    let oldest = moment.adding(seconds: -seconds)
    return LinkID(high: UInt64(max(0, oldest.milliseconds)) << 16, low: 0)
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into link_cutoffs (tenant, document, subject, before_index, revoked_at)
    values (?, ?, ?, ?, ?)
    """)
  // Only the oldest are looked at: they are in the order of their time.
  static let forget = Query(
    """
    delete from link_cutoffs where (tenant, document, subject, before_index) in (
      select tenant, document, subject, before_index from (
        select * from link_cutoffs where tenant = ?1 order by before_index limit 16)
      where revoked_at <= ?2)
    """)
  static let seenOfDocument = Query(seen("and document = ?6", "and document = ?6"))
  static let seenOfSubject = Query(seen("", "and authority_subject = ?6"))
  static let seenOfTenant = Query(seen("", ""))

  static let documentURLs = Query(
    """
    select max(d.url_expires_at) from version_deliveries d
    join versions v on v.tenant = d.tenant and v.id = d.version
    where d.tenant = ?1 and d.document = ?3 and d.url_expires_at > ?2 and v.object_state <> 2
    """)
  static let versionURLs = Query(
    """
    select d.url_expires_at from version_deliveries d
    join versions v on v.tenant = d.tenant and v.id = d.version
    where d.tenant = ?1 and d.document = ?4 and d.version = ?3 and d.url_expires_at > ?2
      and v.object_state <> 2
    """)
  static let tenantURLs = Query(
    """
    select max(d.url_expires_at) from version_deliveries d
    join versions v on v.tenant = d.tenant and v.id = d.version
    where d.tenant = ?1 and d.url_expires_at > ?2 and v.object_state <> 2
    """)
  /// Those that were handed out by themselves.
  static let subjectURLs = Query(
    """
    select max(expires_at) from presigned_urls
    where tenant = ?1 and expires_at > ?2 and subject = ?3
    """)

  // Those under way are few: the setting `limits.downloads` is the most of them.
  static let documentSending = Query(sending("and l.document = ?3"))
  static let subjectSending = Query(sending("and l.authority_subject = ?3"))
  static let tenantSending = Query(
    "select 1 from downloads where tenant = ?1 and ?2 is not null limit 1")
  static let versionSending = Query(
    """
    select 1 from downloads
    where tenant = ?1 and version = ?3 and ?2 is not null and ?4 is not null limit 1
    """)
  static let insertURL = Query(
    """
    insert into presigned_urls (tenant, expires_at, subject) values (?1, ?2, ?3)
    on conflict do nothing
    """)
  static let forgetURLs = Query(
    """
    delete from presigned_urls where (tenant, expires_at, subject) in
      (select tenant, expires_at, subject from presigned_urls
       where tenant = ?1 and expires_at <= ?2 limit 16)
    """)

  /// How many links were looked at, how many live ones among them one revocation ended (none that came
  /// first did), and when the last of their URLs dies. `case` stops at the first condition that does
  /// not hold, where a mere `and` would ask them all.
  private static func seen(_ place: String, _ filter: String) -> String {
    """
    select count(*),
      coalesce(sum(case when revoked_at is null and expires_at > ?3
        and (uses_left is null or uses_left > 0) and issued_index < ?4 \(filter)
        and not (\(isCutOff("")) and (
          \(isCutOff("and c.document = links.document and c.subject = ''"))
          or \(isCutOff("and c.document = x'' and c.subject = links.authority_subject"))
          or \(isCutOff("and c.document = x'' and c.subject = ''"))))
        and exists (
          select 1 from documents d
          where d.tenant = links.tenant and d.id = links.document and d.deleted_at is null)
        then 1 else 0 end), 0),
      max(case when last_url_expires_at > ?3 \(filter) then last_url_expires_at end)
    from (
      select * from links where tenant = ?1 and id >= ?2 \(place) limit ?5) links
    """
  }

  /// Whether a cutoff of the tenant, or one of those, lies between the link and the revocation.
  private static func isCutOff(_ which: String) -> String {
    """
    exists (
      select 1 from link_cutoffs c
      where c.tenant = links.tenant \(which)
        and c.before_index > links.issued_index and c.before_index < ?4)
    """
  }

  private static func sending(_ filter: String) -> String {
    """
    select 1 from downloads d join links l on l.tenant = d.tenant and l.id = d.link
    where d.tenant = ?1 and ?2 is not null \(filter) limit 1
    """
  }
}
