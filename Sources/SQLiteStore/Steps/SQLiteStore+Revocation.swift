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
    let countedMax = linksCountedMax
    return try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        SetRevocation(
          revokedAt: sequenced.time,
          links: try connection.endedLinks(
            set, access, before: sequenced.index, countedMax: countedMax),
          handedOut: try connection.handedOut(for: set, access), sequenced: sequenced)
      }
    }
  }
}

extension Connection {
  /// How many live links the revocation at `index` ended; nothing if more than `countedMax` were
  /// issued within the life of a link.
  fileprivate func endedLinks(
    _ set: LinkSet, _ access: Access, before index: Int64, countedMax: Int64
  ) throws(StoreError) -> Int64? {
    var values: [SQLValue] = [
      .tenant(access.tenant), .id(LinkID.first(at: access.moment)), .time(access.moment),
      .integer(index), .integer(countedMax + 1),
    ]
    let query: Query
    switch set {
    case .document(let id):
      query = Queries.endedOfDocument
      values.append(.id(id))
    case .subject(let subject):
      query = Queries.endedOfSubject
      values.append(.text(subject.text))
    case .all: query = Queries.endedOfTenant
    }
    let counts = try first(query, values) { (row) throws(StoreError) in
      (seen: row.integer(), ended: row.integer())
    }
    guard let counts, counts.seen <= countedMax else { return nil }
    return counts.ended
  }

  /// What was handed out for a set and may still work.
  fileprivate func handedOut(
    for set: LinkSet, _ access: Access
  ) throws(StoreError) -> HandedOut {
    switch set {
    case .document(let id): return try handedOut(of: id, access.tenant, at: access.moment)
    case .subject(let subject):
      return try handedOut(
        Queries.subjectURLs, Queries.subjectSending,
        [.tenant(access.tenant), .time(access.moment), .text(subject.text)])
    case .all:
      return try handedOut(
        Queries.tenantURLs, Queries.tenantSending,
        [.tenant(access.tenant), .time(access.moment)])
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
    let end = try first(urls, values) { (row) throws(StoreError) in
      try row.optional { (row) throws(StoreError) in row.time() }
    }
    return HandedOut(lastURLExpiresAt: end ?? nil, isSending: try exists(sending, values))
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
  /// The least identifier of a link that can be alive at `moment`: identifiers begin with their time.
  fileprivate static func first(at moment: Timestamp) -> LinkID {
    let oldest = moment.adding(seconds: -LifetimeBounds.hardMaxSeconds)
    return LinkID(high: UInt64(max(0, oldest.milliseconds)) << 16, low: 0)
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into link_cutoffs (tenant, document, subject, before_index, revoked_at)
    values (?, ?, ?, ?, ?)
    """)
  static let forget = Query(
    """
    delete from link_cutoffs where (tenant, document, subject, before_index) in
      (select tenant, document, subject, before_index from link_cutoffs
       where tenant = ?1 and revoked_at <= ?2 limit 16)
    """)
  static let endedOfDocument = Query(ended("and document = ?6", "and document = ?6"))
  static let endedOfSubject = Query(ended("", "and authority_subject = ?6"))
  static let endedOfTenant = Query(ended("", ""))

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
  static let subjectURLs = Query(
    urls("and authority_subject = ?3", "and subject = ?3"))
  static let tenantURLs = Query(urls("", ""))

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

  /// The links that were looked at, and those among them that one revocation ended: alive by
  /// themselves, issued before it, and revoked by none that came first.
  private static func ended(_ place: String, _ filter: String) -> String {
    """
    select count(*), coalesce(sum(
      revoked_at is null and expires_at > ?3 and (uses_left is null or uses_left > 0)
        and issued_index < ?4 \(filter)
        and not exists (
          select 1 from link_cutoffs c
          where c.tenant = links.tenant and c.before_index > links.issued_index
            and c.before_index < ?4
            and (c.document = links.document and c.subject = ''
              or c.document = x'' and c.subject in (links.authority_subject, '')))
        and exists (
          select 1 from documents d
          where d.tenant = links.tenant and d.id = links.document and d.deleted_at is null)), 0)
    from (
      select * from links where tenant = ?1 and id >= ?2 \(place) limit ?5) links
    """
  }

  /// When the last URL of links dies, or the last that was handed out by itself.
  private static func urls(_ ofLinks: String, _ byThemselves: String) -> String {
    """
    select max(moment) from (
      select * from (
        select last_url_expires_at as moment from links indexed by links_url_end
        where tenant = ?1 and last_url_expires_at > ?2 \(ofLinks)
        order by last_url_expires_at desc limit 1)
      union all
      select * from (
        select expires_at from presigned_urls
        where tenant = ?1 and expires_at > ?2 \(byThemselves)
        order by expires_at desc limit 1))
    """
  }

  private static func sending(_ filter: String) -> String {
    """
    select 1 from downloads d join links l on l.tenant = d.tenant and l.id = d.link
    where d.tenant = ?1 and ?2 is not null \(filter) limit 1
    """
  }
}
