// Links and uploads as rows.

import Base
import Cryptography
import Delivery

extension Row {
  mutating func link() throws(StoreError) -> Link {
    let tenant = try tenant()
    let id: LinkID = try self.id()
    let document: DocumentID = try self.id()
    let pinned = try optional { (row) throws(StoreError) in try row.id(VersionID.self) }
    let landing = try parsed(Landing.init)
    let disposition = try parsed(Disposition.init)
    let filename = try optional { (row) throws(StoreError) in try row.parsed(FileName.init) }
    let (pepper, digest) = (text(), try digest())
    let (created, expires) = (time(), time())
    let token = TokenDigest(pepper: pepper, issuedAt: created, digest: digest)
    let downloadsMax = try optional { (row) throws(StoreError) in Int(row.integer()) }
    let usesLeft = try optional { (row) throws(StoreError) in Int(row.integer()) }
    let authority = try authority()
    let issuedBy = try person()
    let recipient = try recipient()
    let revoked = try optional { (row) throws(StoreError) in row.time() }
    let lastURL = try optional { (row) throws(StoreError) in row.time() }
    let deliveries = integer()
    return Link(
      id: id, tenant: tenant, document: document,
      selector: pinned.map { .pinned($0) } ?? .current, landing: landing,
      disposition: disposition, filename: filename, tokenDigest: token, createdAt: created,
      expiresAt: expires, downloadsMax: downloadsMax, usesLeft: usesLeft, authority: authority,
      issuedBy: issuedBy, recipient: recipient, revokedAt: revoked, lastURLExpiresAt: lastURL,
      deliveries: deliveries)
  }

  private mutating func authority() throws(StoreError) -> Authority {
    let subject = try optional { (row) throws(StoreError) in try row.parsed(SubjectID.init) }
    let roles = text().split(separator: "\n").compactMap { Role(String($0)) }
    return subject.map { .holder(GrantHolder(subject: $0, roles: roles)) } ?? .operator
  }

  private mutating func recipient() throws(StoreError) -> PersonReference? {
    let issuer = try optional { (row) throws(StoreError) in row.text() }
    let subject = try optional { (row) throws(StoreError) in try row.parsed(SubjectID.init) }
    guard let issuer, let subject else { return nil }
    return PersonReference(issuer: issuer, subject: subject)
  }

  mutating func upload() throws(StoreError) -> Upload {
    let tenant = try tenant()
    let id: UploadID = try self.id()
    let document: DocumentID = try self.id()
    let version: VersionID = try self.id()
    let key = try parsed(ObjectKey.init)
    let filename = try parsed(FileName.init)
    let person = try person()
    let started = time()
    let word = text()
    let reason = try optional { (row) throws(StoreError) in row.text() }
    let state = try Row.require(Row.uploadState(word, reason))
    return Upload(
      id: id, tenant: tenant, document: document, version: version, objectKey: key,
      filename: filename, startedBy: person, startedAt: started, state: state)
  }

  private static func uploadState(_ word: String, _ reason: String?) -> UploadState? {
    switch word {
    case "received": .received
    case "ready": .ready
    case "refused": reason.map { .refused(RefusalReason($0)) }
    case "failed": reason.flatMap { DeliveryError.Code(rawValue: $0) }.map { .failed($0) }
    default: nil
    }
  }

  /// What `link()` reads of the table `links`, which must have no other name in the query. That a link
  /// is revoked, by itself or with others, is decided here and nowhere else.
  static let link = linkColumns(
    """
    iif(
      exists (
        select 1 from link_cutoffs c
        where c.tenant = links.tenant and c.before_index > links.issued_index),
      nullif(min(\(revocations)), \(Int64.max)), links.revoked_at)
    """)

  /// The columns of a new link.
  static let linkColumns = linkColumns("revoked_at") + ", issued_index"

  private static func linkColumns(_ revokedAt: String) -> String {
    """
    tenant, id, document, pinned, landing, disposition, filename, pepper, digest, created_at, \
    expires_at, downloads_max, uses_left, authority_subject, authority_roles, issued_issuer, \
    issued_subject, recipient_issuer, recipient_subject, \(revokedAt), last_url_expires_at, \
    deliveries
    """
  }

  /// When the link was revoked by itself, with all of its document, of its subject, of its tenant;
  /// each the greatest number if it was not.
  private static let revocations = [
    "links.revoked_at", cutoff("links.document", "''"), cutoff("x''", "links.authority_subject"),
    cutoff("x''", "''"),
  ].map { "ifnull(\($0), \(Int64.max))" }.joined(separator: ", ")

  /// The moment of the first cutoff of a kind that came after the link.
  private static func cutoff(_ document: String, _ subject: String) -> String {
    """
    (select c.revoked_at from link_cutoffs c
     where c.tenant = links.tenant and c.document = \(document) and c.subject = \(subject)
       and c.before_index > links.issued_index
     order by c.before_index limit 1)
    """
  }

  static let uploadColumns = """
    tenant, id, document, version, object_key, filename, started_issuer, started_subject, \
    started_at, state, reason
    """
}

extension Link {
  /// The values of `Row.linkColumns` for a link that the event at `index` issued.
  func values(issuedAt index: Int64) -> [SQLValue] {
    var pinned: VersionID?
    if case .pinned(let id) = selector { pinned = id }
    var subject: String?
    var roles: [Role] = []
    if case .holder(let holder) = authority {
      subject = holder.subject.text
      roles = holder.roles
    }
    return [
      .tenant(tenant), .id(id), .id(document), .id(pinned), .text(landing.rawValue),
      .text(disposition.rawValue), .optional(filename?.text), .text(tokenDigest.pepper),
      .digest(tokenDigest.digest), .time(createdAt), .time(expiresAt),
      .optional(downloadsMax.map(Int64.init)), .optional(usesLeft.map(Int64.init)),
      .optional(subject), .text(roles.map(\.text).joined(separator: "\n")),
      .text(issuedBy.issuer), .text(issuedBy.subject.text), .optional(recipient?.issuer),
      .optional(recipient?.subject.text), .time(revokedAt), .time(lastURLExpiresAt),
      .integer(deliveries), .integer(index),
    ]
  }
}
