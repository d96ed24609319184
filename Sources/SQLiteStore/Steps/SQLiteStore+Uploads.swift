// Uploads, and how they become versions.

import Base
package import Delivery
import JSONText

extension SQLiteStore: UploadSteps {
  package func beginUpload(
    _ upload: Upload, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      _ = try session.connection.require(.write, on: upload.document, access)
      guard upload.tenant == access.tenant else {
        throw StoreError(.notFound, "There is no such document.")
      }
      try session.connection.run(
        Queries.insert,
        [
          .tenant(upload.tenant), .id(upload.id), .id(upload.document), .id(upload.version),
          .text(upload.objectKey.text), .text(upload.filename.text),
          .text(upload.startedBy.issuer), .text(upload.startedBy.subject.text),
          .time(upload.startedAt),
        ])
      return try session.sequence(event)
    }
  }

  package func upload(_ id: UploadID, _ access: Access) async throws(StoreError) -> Upload? {
    try readers.read { (connection) throws(StoreError) in
      try connection.snapshot { (connection) throws(StoreError) in
        guard let upload = try connection.upload(id, of: access.tenant) else { return nil }
        guard let document = try connection.document(upload.document, of: access.tenant) else {
          return nil
        }
        if upload.startedBy == access.person { return upload }
        guard try connection.allows(.write, on: document, access) else { return nil }
        return upload
      }
    }
  }

  package func publish(
    _ version: Version, from upload: UploadID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Publication {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      _ = try connection.require(.write, on: version.document, access)
      guard version.tenant == access.tenant,
        let pending = try connection.upload(upload, of: access.tenant),
        pending.state == .received, pending.document == version.document,
        pending.version == version.id, pending.objectKey == version.objectKey
      else { throw StoreError(.conflict, "The upload is not pending for this version.") }
      var version = version
      let owner: [SQLValue] = [.tenant(access.tenant), .id(version.document)]
      let last = try connection.first(Queries.lastNumber, owner) { (row) throws(StoreError) in
        row.integer()
      }
      version.number = Int(last ?? 0) + 1
      version.replacedBy = nil
      version.state = .ready
      try connection.run(Queries.insertVersion, version.values)
      if let last {
        try connection.run(Queries.replace, owner + [.integer(last), .id(version.id)])
      }
      try connection.run(
        Queries.end, [.tenant(access.tenant), .id(upload), .text("ready"), .null])
      try connection.touch(version.document, access.tenant, at: access.moment)
      session.note(bytes: 1_024)
      return Publication(version: version, sequenced: try session.sequence(event))
    }
  }

  package func endUpload(
    _ id: UploadID, of tenant: TenantID, as state: UploadState, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    let reason: String
    switch state {
    case .refused(let why): reason = why.text
    case .failed(let code): reason = code.rawValue
    case .received, .scrubbing, .scanning, .ready:
      throw StoreError(.conflict, "An upload ends refused or failed.")
    }
    return try await writer.submit { (session) throws(StoreError) in
      guard let upload = try session.connection.upload(id, of: tenant) else {
        throw StoreError(.notFound, "There is no such upload.")
      }
      guard !upload.state.isFinal else {
        throw StoreError(.conflict, "The upload has ended.")
      }
      try session.connection.run(
        Queries.end, [.tenant(tenant), .id(id), .text(state.word), .text(reason)])
      return try session.sequence(event)
    }
  }

  package func pendingUploads(
    _ page: PageRequest<UploadID>
  ) async throws(StoreError) -> Page<Upload> {
    try await readers.readList { (connection) throws(StoreError) in
      let rows = try connection.all(
        Queries.pending, [.blob(page.after?.bytes ?? []), .integer(Int64(page.limit + 1))]
      ) { (row) throws(StoreError) in try row.upload() }
      return Page(rows, limit: page.limit)
    }
  }
}

extension Connection {
  fileprivate func upload(_ id: UploadID, of tenant: TenantID) throws(StoreError) -> Upload? {
    try first(Queries.upload, [.tenant(tenant), .id(id)]) { (row) throws(StoreError) in
      try row.upload()
    }
  }
}

extension Version {
  /// The values of `Row.versionColumns`.
  fileprivate var values: [SQLValue] {
    [
      .tenant(tenant), .id(id), .id(document), .integer(Int64(number)), .text(filename.text),
      .text(mediaType.text), .integer(size), .digest(sha256), .text(objectKey.text),
      .text(JSONWriter.text(of: receipt.json)), .time(createdAt),
      .text(releasedBy.issuer), .text(releasedBy.subject.text), .time(validFrom),
      .time(validUntil), .id(replacedBy), .null,
    ]
  }
}

private enum Queries {
  static let insert = Query(
    """
    insert into uploads (\(Row.uploadColumns))
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', null)
    """)
  static let upload = Query(
    "select \(Row.uploadColumns) from uploads where tenant = ? and id = ?")
  static let end = Query(
    """
    update uploads set state = ?3, reason = ?4
    where tenant = ?1 and id = ?2 and state = 'received'
    """)
  // Over all tenants: what a start after a crash has to clean up.
  static let pending = Query(
    """
    select \(Row.uploadColumns) from uploads
    where state = 'received' and id > ? order by id limit ?
    """)
  static let lastNumber = Query(
    """
    select number from versions
    where tenant = ? and document = ? order by number desc limit 1
    """)
  static let insertVersion = Query(
    """
    insert into versions (\(Row.versionColumns))
    values (\(SQLText.parameters(1, 17)))
    """)
  static let replace = Query(
    """
    update versions set replaced_by = ?4
    where tenant = ?1 and document = ?2 and number = ?3
    """)
}
