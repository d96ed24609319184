// Tenants, their policy and grants.

import Base
package import Delivery
import JSONText

extension SQLiteStore: TenantSteps {
  package func createTenant(
    _ tenant: Tenant, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      try session.connection.run(
        TenantQueries.insert,
        [
          .tenant(tenant.id), .text(tenant.name), .text(tenant.objectPrefix.text),
          .time(tenant.createdAt),
        ])
      return try session.sequence(event)
    }
  }

  package func tenant(_ id: TenantID) async throws(StoreError) -> Tenant? {
    try readers.read { (connection) throws(StoreError) in
      try connection.first(TenantQueries.tenant, [.tenant(id)]) { (row) throws(StoreError) in
        try row.tenantRow()
      }
    }
  }

  package func hasTenant(_ id: TenantID) async throws(StoreError) -> Bool {
    try knownTenants.has(id) { () throws(StoreError) in
      try readers.read { (connection) throws(StoreError) in
        try connection.exists(TenantQueries.tenant, [.tenant(id)])
      }
    }
  }

  package func tenants(_ page: PageRequest<TenantID>) async throws(StoreError) -> Page<Tenant> {
    try await readers.readList { (connection) throws(StoreError) in
      let after = page.after?.text ?? ""
      let rows = try connection.all(
        TenantQueries.list, [.text(after), .integer(Int64(page.limit + 1))]
      ) { (row) throws(StoreError) in try row.tenantRow() }
      return Page(rows, limit: page.limit)
    }
  }

  package func policy(of tenant: TenantID) async throws(StoreError) -> TenantPolicy {
    try policies.policy(of: tenant) { () throws(StoreError) in
      try readers.read { (connection) throws(StoreError) in try connection.policy(of: tenant) }
    }
  }

  package func putPolicy(
    _ policy: TenantPolicy, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    let sequenced = try await writer.submit { (session) throws(StoreError) in
      try session.connection.requireTenant(tenant)
      session.forgetPolicy(of: tenant)
      guard try session.connection.policy(of: tenant).version + 1 == policy.version else {
        throw StoreError(.conflict, "The policy changed since it was read.")
      }
      let body = JSONWriter.text(of: policy.json)
      try session.connection.run(
        TenantQueries.putPolicy,
        [.tenant(tenant), .integer(Int64(policy.version)), .text(body)])
      let sequenced = try session.sequence(event)
      try session.connection.run(
        TenantQueries.insertRevision,
        [
          .tenant(tenant), .integer(Int64(policy.version)), .text(body), .time(sequenced.time),
          .id(event.id),
        ])
      return sequenced
    }
    policies.clear()
    return sequenced
  }

  package func policyHistory(
    of tenant: TenantID, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<PolicyRevision> {
    try await readers.readList { (connection) throws(StoreError) in
      let rows = try connection.all(
        TenantQueries.revisions,
        [
          .tenant(tenant), .optional(page.after.map(Int64.init)), .integer(Int64(page.limit + 1)),
        ]
      ) { (row) throws(StoreError) in try row.revision() }
      return Page(rows, limit: page.limit)
    }
  }

  package func grants(
    reaching document: Document, for holder: GrantHolder?, limit: Int
  ) async throws(StoreError) -> [Grant] {
    var values: [SQLValue] = [.tenant(document.tenant), .integer(Int64(limit))]
    values += GrantKey.filled(GrantKey.reaches(document), GrantKey.reachesMax)
    if let holder {
      values += GrantKey.filled(GrantKey.holders(holder), SearchText.holdersMax)
    }
    let query = holder == nil ? TenantQueries.grantsReaching : TenantQueries.grantsReachingFor
    return try await readers.readList { [values] (connection) throws(StoreError) in
      try connection.all(query, values) { (row) throws(StoreError) in try row.grant() }
    }
  }

  package func putGrant(_ grant: Grant, event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      try connection.requireTenant(grant.tenant)
      var document: DocumentID?
      if case .document(let id) = grant.reach {
        guard try connection.document(id, of: grant.tenant) != nil else {
          throw StoreError(.notFound, "There is no such document.")
        }
        document = id
      }
      try connection.run(
        TenantQueries.insertGrant,
        [
          .tenant(grant.tenant), .id(grant.id), .text(GrantKey.holder(grant.holder)),
          .text(GrantKey.reach(grant.reach)), .id(document),
          .integer(Int64(grant.rights.rawValue)), .time(grant.validUntil), .time(grant.createdAt),
        ])
      return try session.sequence(event)
    }
  }

  package func removeGrant(
    _ id: GrantID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      guard try session.connection.run(TenantQueries.deleteGrant, [.tenant(tenant), .id(id)]) == 1
      else { throw StoreError(.notFound, "There is no such grant.") }
      return try session.sequence(event)
    }
  }

  package func grants(
    of tenant: TenantID, _ page: PageRequest<GrantID>
  ) async throws(StoreError) -> Page<Grant> {
    try await readers.readList { (connection) throws(StoreError) in
      let after = page.after?.bytes ?? []
      let rows = try connection.all(
        TenantQueries.grants, [.tenant(tenant), .blob(after), .integer(Int64(page.limit + 1))]
      ) { (row) throws(StoreError) in try row.grant() }
      return Page(rows, limit: page.limit)
    }
  }
}

extension Page {
  /// A page of rows that were asked for with one more than the limit.
  init(_ rows: [Item], limit: Int) {
    self.init(items: Array(rows.prefix(limit)), hasMore: rows.count > limit)
  }
}

extension JSONWriter {
  static func text(of value: JSONValue) -> String {
    var writer = JSONWriter()
    writer.write(value)
    return writer.text
  }
}

extension Connection {
  /// Throws `not-found` without the tenant.
  func requireTenant(_ tenant: TenantID) throws(StoreError) {
    guard try exists(TenantQueries.tenant, [.tenant(tenant)]) else {
      throw StoreError(.notFound, "There is no such tenant.")
    }
  }

  /// The stored policy of a tenant, or the default.
  func policy(of tenant: TenantID) throws(StoreError) -> TenantPolicy {
    try first(TenantQueries.policy, [.tenant(tenant)]) { (row) throws(StoreError) in
      try row.policy()
    } ?? TenantPolicy()
  }
}

extension Row {
  fileprivate mutating func tenantRow() throws(StoreError) -> Tenant {
    let id = try tenant()
    let name = text()
    let prefix = try parsed(ObjectPrefix.init)
    do throws(DeliveryError) {
      return try Tenant(id: id, name: name, objectPrefix: prefix, createdAt: time())
    } catch {
      throw StoreError(.corrupt, "A stored tenant breaks a rule.", cause: error)
    }
  }

  fileprivate mutating func policy() throws(StoreError) -> TenantPolicy {
    do {
      let limits = JSONLimits(bytesMax: 1 << 20)
      return try TenantPolicy(json: JSONValue(parsing: Array(text().utf8), limits: limits))
    } catch {
      throw StoreError(.corrupt, "A stored policy is not right.", cause: error)
    }
  }

  fileprivate mutating func revision() throws(StoreError) -> PolicyRevision {
    let policy = try policy()
    let changedAt = try optional { (row) throws(StoreError) in row.time() }
    let event = try optional { (row) throws(StoreError) in try row.id(EventID.self) }
    let issuer = try optional { (row) throws(StoreError) in row.text() }
    let subject = try optional { (row) throws(StoreError) in try row.parsed(SubjectID.init) }
    var person: PersonReference?
    if let issuer, let subject { person = PersonReference(issuer: issuer, subject: subject) }
    return PolicyRevision(
      policy: policy, changedAt: changedAt, event: event, changedBy: person)
  }

  fileprivate mutating func grant() throws(StoreError) -> Grant {
    let tenant = try tenant()
    return Grant(
      id: try id(), tenant: tenant, holder: try parsed(GrantKey.holder),
      reach: try parsed(GrantKey.reach), rights: Rights(rawValue: Int(integer())),
      validUntil: try optional { (row) throws(StoreError) in row.time() }, createdAt: time())
  }
}

private enum TenantQueries {
  static let insert = Query(
    "insert into tenants (id, name, object_prefix, created_at) values (?, ?, ?, ?)")
  static let tenant = Query("select id, name, object_prefix, created_at from tenants where id = ?")
  static let list = Query(
    "select id, name, object_prefix, created_at from tenants where id > ? order by id limit ?")
  static let policy = Query("select body from policies where tenant = ?")
  static let putPolicy = Query(
    """
    insert into policies (tenant, version, body) values (?1, ?2, ?3)
    on conflict do update set version = ?2, body = ?3
    """)
  static let insertRevision = Query(
    """
    insert into policy_history (tenant, version, body, changed_at, event)
    values (?, ?, ?, ?, ?)
    """)
  static let revisions = Query(
    """
    select h.body, h.changed_at, h.event, p.issuer, p.subject from policy_history h
    left join leaves l on l.event = h.event left join logs g on g.name = h.tenant
    left join pseudonyms p
      on p.log = g.number and p.pseudonym = json_extract(cast(l.leaf as text), '$.actor.p')
    where h.tenant = ?1 and (?2 is null or h.version < ?2) order by h.version desc limit ?3
    """)
  static let grantsReaching = Query(
    """
    select tenant, id, holder, reach, rights, valid_until, created_at from grants
    where tenant = ?1 and reach in (\(SQLText.parameters(3, GrantKey.reachesMax)))
    order by id limit ?2
    """)
  static let grantsReachingFor = Query(
    """
    select tenant, id, holder, reach, rights, valid_until, created_at from grants
    where tenant = ?1 and reach in (\(SQLText.parameters(3, GrantKey.reachesMax)))
      and holder in (\(SQLText.parameters(3 + GrantKey.reachesMax, SearchText.holdersMax)))
    order by id limit ?2
    """)
  static let insertGrant = Query(
    """
    insert into grants (tenant, id, holder, reach, document, rights, valid_until, created_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    """)
  static let deleteGrant = Query("delete from grants where tenant = ? and id = ?")
  static let grants = Query(
    """
    select tenant, id, holder, reach, rights, valid_until, created_at from grants
    where tenant = ? and id > ? order by id limit ?
    """)
}
