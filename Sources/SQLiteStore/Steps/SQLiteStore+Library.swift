// Changes of documents and versions that are there, deletion, and how often something was handed out.

package import Base
package import Delivery
import JSONText

extension SQLiteStore: LibrarySteps {
  package func updateDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      let old = try connection.require(.write, on: document.id, access)
      guard document.tenant == access.tenant, try connection.allows(.write, on: document, access)
      else { throw StoreError(.notFound, "There is no such document.") }
      guard old.revision + 1 == document.revision else {
        throw StoreError(.conflict, "The document changed since it was read.")
      }
      try connection.run(
        Queries.update,
        [
          .tenant(access.tenant), .id(document.id), .integer(document.revision),
          .time(document.updatedAt), .text(document.title), .text(document.type.text),
          .text(document.labels.map(\.text).joined(separator: " ")),
          .optional(document.period?.text),
        ])
      if old.labels != document.labels {
        try connection.removeLabels(of: old)
        try connection.add(document.labels, to: document)
      }
      if !old.title.hasSameBytes(as: document.title) {
        try connection.unindex(old.title, of: old.id, old.tenant)
        try connection.index(TitleWords(document.title), of: document.id, document.tenant)
      }
      return try session.sequence(event)
    }
  }

  package func setValidity(
    of seen: Version, from: Timestamp, until: Timestamp?, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> VersionChange {
    let (version, document) = (seen.id, seen.document)
    return try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      _ = try connection.require(.write, on: document, access)
      guard var stored = try connection.version(version, of: document, access.tenant) else {
        throw StoreError(.notFound, "There is no such version.")
      }
      guard stored.state == .ready else {
        throw StoreError(.conflict, "The version was withdrawn.")
      }
      guard stored.validFrom != from || stored.validUntil != until else {
        return VersionChange(version: stored, sequenced: nil)
      }
      guard stored.validFrom == seen.validFrom, stored.validUntil == seen.validUntil else {
        throw StoreError(.conflict, "The version changed since it was read.")
      }
      (stored.validFrom, stored.validUntil) = (from, until)
      try connection.run(
        Queries.setValidity,
        [.tenant(access.tenant), .id(version), .time(from), .time(until)])
      try connection.touch(document, access.tenant, at: access.moment)
      return VersionChange(version: stored, sequenced: try session.sequence(event))
    }
  }

  package func deleteDocument(
    _ id: DocumentID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> DocumentDeletion {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      let document = try connection.require(.write, on: id, access)
      let retention = try session.policy(of: access.tenant).retention
      if let bar = try connection.bar(of: document, retention, at: access.moment) {
        return .barred(bar)
      }
      let key: [SQLValue] = [.tenant(access.tenant), .id(id)]
      let objects = try connection.run(Queries.orphan, key + [.time(access.moment)])
      try connection.unindex(document.title, of: id, access.tenant)
      try connection.removeLabels(of: document)
      try connection.run(Queries.forgetUploads, key)
      try connection.run(Queries.delete, key + [.time(access.moment)])
      session.note(bytes: 256 * (1 + objects))
      let handedOut = try connection.handedOut(of: id, access.tenant, at: access.moment)
      return .deleted(objects: objects, handedOut, try session.sequence(event))
    }
  }

  package func documentStatus(
    _ id: DocumentID, _ access: Access
  ) async throws(StoreError) -> DocumentStatus? {
    let retention = try await policy(of: access.tenant).retention
    return try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let document = try connection.document(id, of: access.tenant),
          try connection.allows(.read, on: document, access)
        else { return nil }
        let count = try connection.first(Queries.total, [.tenant(access.tenant), .id(id)]) {
          (row) throws(StoreError) in try row.deliveryCount()
        }
        return DocumentStatus(
          bar: try connection.bar(of: document, retention, at: access.moment),
          deliveries: count ?? DeliveryCount())
      }
    }
  }

  package func deliveries(
    of versions: [VersionID], of document: DocumentID, _ access: Access
  ) async throws(StoreError) -> [VersionID: DeliveryCount] {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let owner = try connection.document(document, of: access.tenant),
          try connection.allows(.read, on: owner, access)
        else { return [:] }
        var found = [VersionID: DeliveryCount]()
        for version in versions.prefix(PageLimit.max) {
          found[version] = try connection.first(
            Queries.deliveries, [.tenant(access.tenant), .id(document), .id(version)]
          ) { (row) throws(StoreError) in try row.deliveryCount() }
        }
        return found
      }
    }
  }
}

extension Connection {
  /// What keeps a document from being deleted.
  func bar(
    of document: Document, _ retention: RetentionPolicy, at moment: Timestamp
  ) throws(StoreError) -> DeletionBar? {
    let key: [SQLValue] = [.tenant(document.tenant), .id(document.id)]
    if try exists(Queries.held, key) { return .held }
    let newest = try first(Queries.newest, key) { (row) throws(StoreError) in row.time() }
    guard let end = retention.end(document.type, newestVersionAt: newest), end > moment else {
      return nil
    }
    return .retained(until: end)
  }

  /// Counts a handing-out, of a presigned URL if it has an end.
  func countDelivery(
    of version: VersionID, _ document: DocumentID, _ tenant: TenantID, at moment: Timestamp,
    urlUntil end: Timestamp?
  ) throws(StoreError) {
    try run(
      Queries.countDelivery,
      [.tenant(tenant), .id(document), .id(version), .time(moment), .time(end)])
  }

  fileprivate func removeLabels(of document: Document) throws(StoreError) {
    for label in document.labels {
      try run(
        Queries.removeLabel, [.tenant(document.tenant), .text(label.text), .id(document.id)])
    }
  }
}

extension Row {
  fileprivate mutating func deliveryCount() throws(StoreError) -> DeliveryCount {
    DeliveryCount(
      count: integer(), lastAt: try optional { (row) throws(StoreError) in row.time() })
  }
}

private enum Queries {
  static let update = Query(
    """
    update documents
    set revision = ?3, updated_at = max(updated_at, ?4), title = ?5, type = ?6, labels = ?7,
      period = ?8
    where tenant = ?1 and id = ?2
    """)
  static let removeLabel = Query(
    "delete from document_labels where tenant = ? and label = ? and document = ?")
  static let setValidity = Query(
    "update versions set valid_from = ?3, valid_until = ?4 where tenant = ?1 and id = ?2")
  // What withdrawal has kept goes too; what is deleted already stays deleted.
  static let orphan = Query(
    """
    update versions
    set withdrawn_at = coalesce(withdrawn_at, ?3), object_state = 1, filename = 'deleted'
    where tenant = ?1 and document = ?2 and object_state <> 2
    """)
  static let forgetUploads = Query(
    """
    update uploads set filename = 'deleted'
    where tenant = ? and document = ?
    """)
  // The title is forgotten; the row stays as long as other rows name it.
  static let delete = Query(
    """
    update documents
    set deleted_at = ?3, revision = revision + 1, title = 'deleted', words = '', labels = '',
      period = null
    where tenant = ?1 and id = ?2
    """)
  static let held = Query("select 1 from holds where tenant = ? and document = ? limit 1")
  static let newest = Query(
    """
    select created_at from versions
    where tenant = ? and document = ? order by number desc limit 1
    """)
  static let total = Query(
    """
    select coalesce(sum(count), 0), max(last_at) from version_deliveries
    where tenant = ? and document = ?
    """)
  static let deliveries = Query(
    """
    select count, last_at from version_deliveries
    where tenant = ? and document = ? and version = ?
    """)
  static let countDelivery = Query(
    """
    insert into version_deliveries (tenant, document, version, count, last_at, url_expires_at)
    values (?1, ?2, ?3, 1, ?4, ?5)
    on conflict do update set count = count + 1, last_at = max(last_at, ?4),
      url_expires_at = coalesce(max(url_expires_at, ?5), url_expires_at, ?5)
    """)
}
