// Documents and versions.

import Base
package import Delivery

extension SQLiteStore: DocumentSteps {
  package func createDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      try connection.requireTenant(document.tenant)
      guard document.tenant == access.tenant, try connection.allows(.write, on: document, access)
      else { throw StoreError(.notFound, "There is no such tenant.") }
      let tenant = SQLValue.tenant(document.tenant)
      try connection.run(
        Queries.insert,
        [
          tenant, .id(document.id), .integer(document.revision), .time(document.updatedAt),
          .text(document.title), .text(document.type.text),
          .text(document.labels.map(\.text).joined(separator: " ")),
          .optional(document.period?.text), .time(document.createdAt),
        ])
      try connection.add(document.labels, to: document)
      try connection.index(TitleWords(document.title), of: document.id, document.tenant)
      return try session.sequence(event)
    }
  }

  package func document(
    _ id: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> DocumentView? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let document = try connection.document(id, of: access.tenant) else { return nil }
        return try connection.view(of: document, access, right)
      }
    }
  }

  package func documents(
    _ query: DocumentQuery, _ access: Access, _ page: PageRequest<DocumentPosition>
  ) async throws(StoreError) -> DocumentPage {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        var views = [DocumentView]()
        let found = try connection.documents(query, access, page)
        for document in found.documents {
          if let view = try connection.view(of: document, access, .read) { views.append(view) }
        }
        return DocumentPage(items: views, next: found.next)
      }
    }
  }

  package func version(
    _ id: VersionID, of document: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> Version? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let owner = try connection.document(document, of: access.tenant),
          try connection.allows(right, on: owner, access)
        else { return nil }
        return try connection.version(id, of: document, access.tenant)
      }
    }
  }

  package func versions(
    of document: DocumentID, _ access: Access, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<Version>? {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let owner = try connection.document(document, of: access.tenant),
          try connection.allows(.read, on: owner, access)
        else { return nil }
        let before = page.after.map(Int64.init) ?? Int64.max
        let rows = try connection.all(
          Queries.versions,
          [
            .tenant(access.tenant), .id(document), .integer(before),
            .integer(Int64(page.limit + 1)),
          ]
        ) { (row) throws(StoreError) in try row.version(connection) }
        return Page(rows, limit: page.limit)
      }
    }
  }

  package func linkTarget(
    _ document: DocumentID, _ selector: VersionSelector, _ access: Access
  ) async throws(StoreError) -> LinkTarget? {
    let revision = revisions.current
    let key = LinkTargets.Key(
      tenant: access.tenant, document: document, selector: selector, authority: access.authority)
    if let known = linkTargets.target(key, at: access.moment, on: revision) { return known }
    let entry = try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        try connection.linkTarget(document, selector, access, on: revision)
      }
    }
    if let entry { linkTargets.keep(entry, for: key) }
    return entry?.target
  }

  package func withdrawVersion(
    _ id: VersionID, of document: DocumentID, _ access: Access, deletesObject: Bool,
    event: AuditEvent
  ) async throws(StoreError) -> Withdrawal {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      let owner = try connection.require(.write, on: document, access)
      guard var version = try connection.version(id, of: document, access.tenant) else {
        throw StoreError(.notFound, "There is no such version.")
      }
      let handedOut = try connection.handedOut(of: version, at: access.moment)
      guard version.state == .ready else {
        return Withdrawal(version: version, sequenced: nil, handedOut: handedOut)
      }
      try connection.run(
        Queries.withdraw,
        [
          .tenant(access.tenant), .id(id), .time(access.moment), .integer(deletesObject ? 1 : 0),
        ])
      try connection.touch(document, access.tenant, at: access.moment)
      version.state = .withdrawn(at: access.moment)
      let bar = try connection.bar(
        of: owner, try session.policy(of: access.tenant).retention, at: access.moment)
      return Withdrawal(
        version: version, sequenced: try session.sequence(event), bar: bar, handedOut: handedOut)
    }
  }

  package func recordObjectDeleted(
    _ object: ObjectToDelete, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      let values: [SQLValue] = [
        .tenant(object.tenant), .id(object.version), .id(object.document), .text(object.key.text),
      ]
      guard try session.connection.run(Queries.deleted, values) == 1 else {
        throw StoreError(.conflict, "The object was not claimed for deletion.")
      }
      return try session.sequence(event)
    }
  }
}

extension Connection {
  /// The document as `access` sees it; nothing without the right.
  fileprivate func view(
    of document: Document, _ access: Access, _ right: Right
  ) throws(StoreError) -> DocumentView? {
    guard
      let permission = try permission(
        right, on: document, access.authority, at: access.moment)
    else { return nil }
    let current = try currentVersion(of: document.id, document.tenant, at: access.moment)
    return DocumentView(document: document, current: current, grant: permission.grant)
  }

  /// What a link would lead to, and until when the same facts give the same answer.
  fileprivate func linkTarget(
    _ id: DocumentID, _ selector: VersionSelector, _ access: Access, on revision: StoreRevision
  ) throws(StoreError) -> LinkTargets.Entry? {
    guard let document = try document(id, of: access.tenant),
      let permission = try permission(.issue, on: document, access.authority, at: access.moment)
    else { return nil }
    let found = try version(selector, of: id, access.tenant, at: access.moment)
    let change = try first(
      Queries.nextChange, [.tenant(access.tenant), .id(id), .time(access.moment)]
    ) { (row) throws(StoreError) in try row.optional { (row) throws(StoreError) in row.time() } }
    let target = LinkTarget(
      document: document, version: found.version, isSuperseded: found.isSuperseded,
      grant: permission.grant, grantValidUntil: permission.validUntil, revision: revision)
    let until = [change ?? nil, permission.validUntil].compactMap { $0 }.min()
    return LinkTargets.Entry(target: target, since: access.moment, until: until)
  }

  /// Puts labels on a document that has none yet.
  func add(_ labels: [Label], to document: Document) throws(StoreError) {
    for label in labels {
      try run(
        Queries.insertLabel, [.tenant(document.tenant), .text(label.text), .id(document.id)])
    }
  }

  /// Notes that a document or one of its versions changed.
  func touch(
    _ document: DocumentID, _ tenant: TenantID, at moment: Timestamp
  ) throws(StoreError) {
    try run(Queries.touch, [.tenant(tenant), .id(document), .time(moment)])
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into documents (\(Row.documentColumns))
    values (\(SQLText.parameters(1, 9)))
    """)
  static let insertLabel = Query(
    "insert into document_labels (tenant, label, document) values (?, ?, ?)")
  static let touch = Query(
    """
    update documents set updated_at = max(updated_at, ?3)
    where tenant = ?1 and id = ?2
    """)
  static let versions = Query(
    """
    select \(Row.versionColumns) from versions
    where tenant = ? and document = ? and number < ? order by number desc limit ?
    """)
  /// When a version of the document begins or ends to be valid next.
  static let nextChange = Query(
    """
    select min(iif(valid_from > ?3, valid_from, valid_until)) from versions
    where tenant = ?1 and document = ?2 and (valid_from > ?3 or valid_until > ?3)
    """)
  static let withdraw = Query(
    """
    update versions set withdrawn_at = ?3, object_state = ?4
    where tenant = ?1 and id = ?2 and withdrawn_at is null
    """)
  static let deleted = Query(
    """
    update versions set object_state = 2
    where tenant = ? and id = ? and document = ? and object_key = ? and object_state = 1
      and object_claimed_at is not null
    """)
}
