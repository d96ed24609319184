// Documents and versions as rows.

import Base
import Cryptography
import Delivery
import JSONText

extension Row {
  mutating func document(_ connection: Connection) throws(StoreError) -> Document {
    let tenant = try tenant()
    let id: DocumentID = try self.id()
    let revision = integer()
    if var known = connection.known.document(id, of: tenant), known.revision == revision {
      known.updatedAt = time()
      return known
    }
    let updated = time()
    let title = text()
    let type = try parsed(DocumentType.init)
    let labels = text().split(separator: " ").compactMap { Label(String($0)) }
    let period = try optional { (row) throws(StoreError) in
      try row.parsed(DocumentPeriod.init)
    }
    let created = time()
    do throws(DeliveryError) {
      let document = try Document(
        id: id, tenant: tenant, title: title, type: type, labels: labels, period: period,
        revision: revision, createdAt: created, updatedAt: updated)
      connection.known.add(document)
      return document
    } catch {
      throw StoreError(.corrupt, "A stored document breaks a rule.", cause: error)
    }
  }

  mutating func version(_ connection: Connection) throws(StoreError) -> Version {
    let tenant = try tenant()
    let id: VersionID = try self.id()
    let document: DocumentID = try self.id()
    var version: Version
    if let known = connection.known.version(id, of: document, tenant) {
      version = known
      skip(10)
    } else {
      version = try newVersion(id, document, tenant)
      connection.known.add(version)
    }
    version.validFrom = time()
    version.validUntil = try optional { (row) throws(StoreError) in row.time() }
    version.replacedBy = try optional { (row) throws(StoreError) in
      try row.id(VersionID.self)
    }
    let withdrawn = try optional { (row) throws(StoreError) in row.time() }
    version.state = withdrawn.map { .withdrawn(at: $0) } ?? .ready
    return version
  }

  /// What is written once of a version: the columns from `number` to `released_subject`.
  private mutating func newVersion(
    _ id: VersionID, _ document: DocumentID, _ tenant: TenantID
  ) throws(StoreError) -> Version {
    let number = Int(integer())
    let filename = try parsed(FileName.init)
    let mediaType = try parsed(MediaType.init)
    let size = integer()
    let sha256 = try digest()
    let key = try parsed(ObjectKey.init)
    let receipt = try Row.receipt(text())
    let created = time()
    return Version(
      id: id, tenant: tenant, document: document, number: number, filename: filename,
      mediaType: mediaType, size: size, sha256: sha256, objectKey: key, receipt: receipt,
      createdAt: created, validFrom: created, validUntil: nil, releasedBy: try person())
  }

  private static func receipt(_ text: String) throws(StoreError) -> ScrubReceipt {
    let limits = JSONLimits(bytesMax: 1 << 20)
    let value: JSONValue
    do throws(JSONError) {
      value = try JSONValue(parsing: Array(text.utf8), limits: limits)
    } catch {
      throw StoreError(.corrupt, "A stored receipt is not JSON.", cause: error)
    }
    return try require(ScrubReceipt(json: value))
  }

  static let documentColumns = """
    tenant, id, revision, updated_at, title, type, labels, period, created_at
    """
  static let versionColumns = """
    tenant, id, document, number, filename, media_type, size, sha256, object_key, receipt, \
    created_at, released_issuer, released_subject, valid_from, valid_until, replaced_by, \
    withdrawn_at
    """
}

extension Connection {
  func document(_ id: DocumentID, of tenant: TenantID) throws(StoreError) -> Document? {
    try first(DocumentQueries.document, [.tenant(tenant), .id(id)]) { (row) throws(StoreError) in
      try row.document(self)
    }
  }

  func version(
    _ id: VersionID, of document: DocumentID, _ tenant: TenantID
  ) throws(StoreError) -> Version? {
    try first(DocumentQueries.version, [.tenant(tenant), .id(id), .id(document)]) {
      (row) throws(StoreError) in try row.version(self)
    }
  }

  /// The newest version that can be delivered.
  func currentVersion(
    of document: DocumentID, _ tenant: TenantID, at moment: Timestamp
  ) throws(StoreError) -> Version? {
    try first(DocumentQueries.current, [.tenant(tenant), .id(document), .time(moment)]) {
      (row) throws(StoreError) in try row.version(self)
    }
  }

  /// The version that a selector names, and whether a newer one can be delivered.
  func version(
    _ selector: VersionSelector, of document: DocumentID, _ tenant: TenantID, at moment: Timestamp
  ) throws(StoreError) -> (version: Version?, isSuperseded: Bool) {
    let current = try currentVersion(of: document, tenant, at: moment)
    guard case .pinned(let id) = selector, id != current?.id else { return (current, false) }
    let pinned = try version(id, of: document, tenant)
    guard let pinned, let current else { return (pinned, false) }
    return (pinned, current.number > pinned.number)
  }
}

enum DocumentQueries {
  static let document = Query(
    "select \(Row.documentColumns) from documents where tenant = ? and id = ? and deleted_at is null"
  )
  static let version = Query(
    """
    select \(Row.versionColumns) from versions
    where tenant = ?1 and id = ?2 and document = ?3
    """)
  static let current = Query(
    """
    select \(Row.versionColumns) from versions
    where tenant = ?1 and document = ?2 and withdrawn_at is null
      and valid_from <= ?3 and (valid_until is null or valid_until > ?3)
    order by number desc limit 1
    """)
}
