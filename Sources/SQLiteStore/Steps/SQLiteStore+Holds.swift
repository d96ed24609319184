// Legal holds, and the objects that nothing keeps any more.

package import Base
package import Delivery

extension SQLiteStore {
  package func addHold(_ hold: Hold, event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await writer.submit(.record) { (session) throws(StoreError) in
      guard try session.connection.document(hold.document, of: hold.tenant) != nil else {
        throw StoreError(.notFound, "There is no such document.")
      }
      try session.connection.run(
        Queries.insert,
        [
          .tenant(hold.tenant), .id(hold.id), .id(hold.document), .text(hold.name),
          .time(hold.placedAt), .text(hold.placedBy.issuer), .text(hold.placedBy.subject.text),
        ])
      return try session.sequence(event)
    }
  }

  package func removeHold(
    _ id: HoldID, of document: DocumentID, _ tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit(.record) { (session) throws(StoreError) in
      guard
        try session.connection.run(Queries.remove, [.tenant(tenant), .id(id), .id(document)]) == 1
      else { throw StoreError(.notFound, "There is no such hold.") }
      return try session.sequence(event)
    }
  }

  package func holds(
    of document: DocumentID, _ tenant: TenantID, _ page: PageRequest<HoldID>
  ) async throws(StoreError) -> Page<Hold>? {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard try connection.document(document, of: tenant) != nil else { return nil }
        let rows = try connection.all(
          Queries.ofDocument,
          [
            .tenant(tenant), .id(document), .blob(page.after?.bytes ?? []),
            .integer(Int64(page.limit + 1)),
          ]
        ) { (row) throws(StoreError) in try row.hold() }
        return Page(rows, limit: page.limit)
      }
    }
  }

  package func objectsToDelete(
    at moment: Timestamp, _ page: PageRequest<VersionID>
  ) async throws(StoreError) -> ObjectPage {
    try await readers.readList { (connection) throws(StoreError) in
      var policies = [TenantID: RetentionPolicy]()
      var found = [ObjectToDelete]()
      let rows = try connection.all(
        Queries.waiting, [.blob(page.after?.bytes ?? []), .integer(Int64(page.limit + 1))]
      ) { (row) throws(StoreError) in try row.waitingObject() }
      for row in rows.prefix(page.limit) {
        let tenant = row.object.tenant
        if policies[tenant] == nil {
          policies[tenant] = try connection.policy(of: tenant).retention
        }
        if try connection.isFree(row, policies[tenant] ?? RetentionPolicy(), at: moment) {
          found.append(row.object)
        }
      }
      let hasMore = rows.count > page.limit
      return ObjectPage(
        items: found, next: hasMore ? rows[page.limit - 1].object.version : nil)
    }
  }

  package func claimObject(
    _ object: ObjectToDelete, at moment: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Bool {
    try await writer.submit { (session) throws(StoreError) in
      let row = try session.connection.first(
        Queries.waitingOne, [.tenant(object.tenant), .id(object.version)]
      ) { (row) throws(StoreError) in try row.waitingObject() }
      guard let row, row.object == object else { return false }
      if row.isClaimed { return true }
      let retention = try session.policy(of: object.tenant).retention
      guard try session.connection.isFree(row, retention, at: moment) else { return false }
      try session.connection.run(
        Queries.claim, [.tenant(object.tenant), .id(object.version), .time(moment)])
      _ = try session.sequence(event)
      return true
    }
  }
}

/// An object that waits for deletion, and what frees it from being kept.
private struct WaitingObject {
  let object: ObjectToDelete
  let isOfDeletedDocument: Bool
  let isClaimed: Bool
}

extension Connection {
  /// Whether nothing keeps an object. A deleted document was free when it was deleted.
  fileprivate func isFree(
    _ waiting: WaitingObject, _ retention: RetentionPolicy, at moment: Timestamp
  ) throws(StoreError) -> Bool {
    if waiting.isOfDeletedDocument || waiting.isClaimed { return true }
    let object = waiting.object
    guard let document = try document(object.document, of: object.tenant) else { return true }
    return try bar(of: document, retention, at: moment) == nil
  }
}

extension Row {
  fileprivate mutating func waitingObject() throws(StoreError) -> WaitingObject {
    let object = ObjectToDelete(
      tenant: try tenant(), document: try id(), version: try id(),
      key: try parsed(ObjectKey.init))
    return WaitingObject(
      object: object, isOfDeletedDocument: integer() != 0, isClaimed: integer() != 0)
  }

  fileprivate mutating func hold() throws(StoreError) -> Hold {
    let (tenant, id): (TenantID, HoldID) = (try tenant(), try id())
    let document: DocumentID = try self.id()
    let (name, placed, person) = (text(), time(), try person())
    do throws(DeliveryError) {
      return try Hold(
        id: id, tenant: tenant, document: document, name: name, placedAt: placed,
        placedBy: person)
    } catch {
      throw StoreError(.corrupt, "A stored hold breaks a rule.", cause: error)
    }
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into holds (tenant, id, document, name, placed_at, placed_issuer, placed_subject)
    values (?, ?, ?, ?, ?, ?, ?)
    """)
  static let remove = Query(
    "delete from holds where tenant = ? and id = ? and document = ?")
  static let ofDocument = Query(
    """
    select tenant, id, document, name, placed_at, placed_issuer, placed_subject
    from holds indexed by holds_document
    where tenant = ? and document = ? and id > ? order by id limit ?
    """)
  // Over all tenants: the janitor's list.
  static let waiting = Query(
    """
    select v.tenant, v.document, v.id, v.object_key, d.deleted_at is not null,
      v.object_claimed_at is not null
    from versions v indexed by versions_waiting
      cross join documents d on d.tenant = v.tenant and d.id = v.document
    where v.object_state = 1 and v.id > ? order by v.id limit ?
    """)
  static let waitingOne = Query(
    """
    select v.tenant, v.document, v.id, v.object_key, d.deleted_at is not null,
      v.object_claimed_at is not null
    from versions v cross join documents d on d.tenant = v.tenant and d.id = v.document
    where v.tenant = ? and v.id = ? and v.object_state = 1
    """)
  static let claim = Query(
    "update versions set object_claimed_at = ?3 where tenant = ?1 and id = ?2")
}
