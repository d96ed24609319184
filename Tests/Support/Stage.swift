// A small world for tests: tenants, documents, versions, grants and links in any metadata store,
// made through the port itself.

package import Base
package import Cryptography
package import Delivery

/// A store with a clock and the means to fill it.
package struct Stage: Sendable {
  /// The store under test.
  package let store: any MetadataStore
  /// Its time.
  package let time: ManualClock

  /// Takes an empty store whose events are timed by `time`.
  package init(store: any MetadataStore, time: ManualClock) {
    self.store = store
    self.time = time
  }

  /// A test's constant could not be made.
  package struct BadConstant: Error {}

  /// The tenant's slug.
  package static func tenant(_ text: String) throws -> TenantID {
    guard let id = TenantID(text) else { throw BadConstant() }
    return id
  }

  /// The subject.
  package static func subject(_ text: String) throws -> SubjectID {
    guard let subject = SubjectID(text) else { throw BadConstant() }
    return subject
  }

  /// A holder without roles, or with some.
  package static func holder(_ text: String, roles: [String] = []) throws -> Authority {
    .holder(GrantHolder(subject: try subject(text), roles: roles.compactMap(Role.init)))
  }

  /// A person of the issuer `test`.
  package static func person(_ text: String) throws -> PersonReference {
    PersonReference(issuer: "test", subject: try subject(text))
  }

  /// A new identifier at the time of the stage.
  package func id<Kind: IDKind>(_ kind: Kind.Type = Kind.self) -> TypedID<Kind> {
    TypedID<Kind>(at: time.now, random: Random.pair())
  }

  /// Access of a subject, by its grants.
  package func access(
    _ subject: String, in tenant: TenantID, roles: [String] = []
  ) throws -> Access {
    Access(
      tenant: tenant, authority: try Stage.holder(subject, roles: roles),
      person: try Stage.person(subject), moment: time.now)
  }

  /// Access of an operator.
  package func operatorAccess(in tenant: TenantID) throws -> Access {
    Access(
      tenant: tenant, authority: .operator, person: try Stage.person("root"), moment: time.now)
  }

  /// An event with little in it.
  package func event(
    _ kind: AuditKind, in log: LogID, document: DocumentID? = nil, link: LinkID? = nil,
    person: PersonReference? = nil
  ) -> AuditEvent {
    AuditEvent(
      id: id(EventKind.self), log: log, kind: kind, outcome: .success,
      actor: AuditActor(.service, person: person),
      object: document.map { AuditObject(document: $0) }, link: link.map { AuditLink(id: $0) },
      request: "req-1",
      personal: PersonalData(
        address: "192.0.2.7", userAgent: "test", salt: [UInt8](repeating: 7, count: 32)))
  }

  /// Creates a tenant.
  package func createTenant(_ text: String) async throws -> TenantID {
    let id = try Stage.tenant(text)
    let tenant = try Tenant(
      id: id, name: text, objectPrefix: ObjectPrefix(random: Random.pair().0),
      createdAt: time.now)
    _ = try await store.createTenant(tenant, event: event(.tenantCreate, in: .tenant(id)))
    return id
  }

  /// Adds a grant.
  package func grant(
    _ holder: Grant.Holder, _ reach: Grant.Reach, _ rights: [Right], in tenant: TenantID,
    until: Timestamp? = nil
  ) async throws -> GrantID {
    let grant = Grant(
      id: id(), tenant: tenant, holder: holder, reach: reach, rights: Rights(rights),
      validUntil: until, createdAt: time.now)
    _ = try await store.putGrant(grant, event: event(.grantChange, in: .tenant(tenant)))
    return grant.id
  }

  /// Creates a document as an operator.
  package func createDocument(
    in tenant: TenantID, title: String = "Invoice 1", type: String = "invoice",
    labels: [String] = [], period: String? = nil
  ) async throws -> Document {
    guard let type = DocumentType(type) else { throw BadConstant() }
    let document = try Document(
      id: id(), tenant: tenant, title: title, type: type, labels: labels.compactMap(Label.init),
      period: period.flatMap(DocumentPeriod.init),
      createdAt: time.now)
    _ = try await store.createDocument(
      document, operatorAccess(in: tenant),
      event: event(.documentCreate, in: .tenant(tenant), document: document.id))
    return document
  }

  /// Begins an upload as an operator.
  package func beginUpload(of document: Document) async throws -> Upload {
    guard let tenant = try await store.tenant(document.tenant) else { throw BadConstant() }
    let version = id(VersionKind.self)
    let upload = Upload(
      id: id(), tenant: document.tenant, document: document.id, version: version,
      objectKey: ObjectKey(prefix: tenant.objectPrefix, version: version),
      filename: FileName(cleaning: "a.jpg"), startedBy: try Stage.person("root"),
      startedAt: time.now)
    _ = try await store.beginUpload(
      upload, operatorAccess(in: document.tenant),
      event: event(.uploadStart, in: .tenant(document.tenant), document: document.id))
    return upload
  }

  /// The version that an upload becomes.
  package func version(
    of upload: Upload, validFrom: Timestamp? = nil, validUntil: Timestamp? = nil,
    isSigned: Bool = true
  ) throws -> Version {
    guard let type = MediaType("image/jpeg") else { throw BadConstant() }
    let digest = SHA256.hash(upload.version.bytes)
    var receipt = ScrubReceipt(
      policy: "strict-1", tool: "test 1", mediaType: type, sha256Before: SHA256Digest(),
      sha256After: digest, sizeBefore: 1200, sizeAfter: 1000,
      removed: [.init(name: "exif-gps", count: 3)])
    if isSigned {
      receipt.scan = ScanRecord(.clean, scanner: "test 1", database: "7")
      receipt.signed = "header.payload.signature"
    }
    return Version(
      id: upload.version, tenant: upload.tenant, document: upload.document, number: 0,
      filename: upload.filename, mediaType: type, size: 1000, sha256: digest,
      objectKey: upload.objectKey, receipt: receipt, createdAt: time.now,
      validFrom: validFrom ?? time.now, validUntil: validUntil,
      releasedBy: try Stage.person("root"))
  }

  /// Publishes a version as an operator.
  package func publish(
    _ document: Document, validFrom: Timestamp? = nil, validUntil: Timestamp? = nil,
    isSigned: Bool = true
  ) async throws -> Version {
    let upload = try await beginUpload(of: document)
    let version = try version(
      of: upload, validFrom: validFrom, validUntil: validUntil, isSigned: isSigned)
    return try await store.publish(
      version, from: upload.id, operatorAccess(in: document.tenant),
      event: event(.uploadEnd, in: .tenant(document.tenant), document: document.id)
    ).version
  }

  /// Withdraws a version as an operator.
  package func withdraw(_ version: Version, deletesObject: Bool = true) async throws -> Withdrawal {
    try await store.withdrawVersion(
      version.id, of: version.document, operatorAccess(in: version.tenant),
      deletesObject: deletesObject,
      event: event(.versionWithdraw, in: .tenant(version.tenant), document: version.document))
  }

  /// A link that nobody has recorded yet.
  package func makeLink(
    _ document: Document, _ access: Access, selector: VersionSelector = .current,
    uses: Int? = nil, seconds: Int64 = 600
  ) -> Link {
    Link(
      id: id(), tenant: document.tenant, document: document.id, selector: selector,
      landing: uses == nil ? .direct : .page, disposition: .attachment, filename: nil,
      tokenDigest: TokenDigest(
        pepper: "p1", issuedAt: time.now, digest: SHA256.hash(Random.bytes(16))),
      createdAt: time.now, expiresAt: time.now.adding(seconds: seconds), downloadsMax: uses,
      usesLeft: uses, authority: access.authority, issuedBy: access.person, recipient: nil)
  }

  /// Records a link.
  package func issue(
    _ document: Document, _ access: Access, selector: VersionSelector = .current,
    uses: Int? = nil, seconds: Int64 = 600, seen: StoreRevision = .unknown
  ) async throws -> Link {
    let link = makeLink(document, access, selector: selector, uses: uses, seconds: seconds)
    _ = try await store.recordLink(
      link, access, seen: seen,
      event: event(
        .linkIssue, in: .tenant(document.tenant), document: document.id, link: link.id,
        person: access.person))
    return link
  }

  /// An attempt to follow a link for `version`; a URL of 300 seconds is offered.
  package func attempt(
    _ link: Link, delivering version: VersionID?, session: SHA256Digest? = nil,
    opening: SHA256Digest? = nil
  ) -> RedemptionAttempt {
    let offer = version.map { version in
      DeliveryOffer(
        delivery: id(), version: version, handing: .url(expiresAt: time.now.adding(seconds: 300)),
        session: opening.map {
          SessionOffer(digest: $0, expiresAt: time.now.adding(seconds: 600))
        }, mayCount: true)
    }
    return attempt(link, .deliver(offer), session: session)
  }

  /// An attempt of any purpose.
  package func attempt(
    _ link: Link, _ purpose: RedemptionAttempt.Purpose, session: SHA256Digest? = nil
  ) -> RedemptionAttempt {
    RedemptionAttempt(
      digests: [link.tokenDigest], purpose: purpose, session: session, moment: time.now,
      event: id(), request: RequestContext(id: "req-2"), personal: nil)
  }

  /// How many events a log has.
  package func size(of log: LogID) async throws -> Int64 {
    try await store.logs().first { $0.log == log }?.size ?? 0
  }
}
