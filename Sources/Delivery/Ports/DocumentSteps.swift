// What the store does with documents and their versions.

package import Base

/// Whose eyes a document is seen with.
package struct Access: Sendable, Hashable {
  /// The tenant that owns what is looked for.
  package let tenant: TenantID
  /// On whose account.
  package let authority: Authority
  /// The caller itself, who may always see links and uploads of its own.
  package let person: PersonReference
  /// When grants and versions must be valid.
  package let moment: Timestamp

  /// Takes the values as they are.
  package init(
    tenant: TenantID, authority: Authority, person: PersonReference, moment: Timestamp
  ) {
    self.tenant = tenant
    self.authority = authority
    self.person = person
    self.moment = moment
  }
}

/// Documents and versions.
package protocol DocumentSteps: Sendable {
  /// Creates a document.
  ///
  /// Throws `not-found` without the tenant or without a `write` grant that reaches the document's
  /// type or labels (or all), and `conflict` if its id is taken.
  func createDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The document, if `access` has `right` on it.
  func document(
    _ id: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> DocumentView?

  /// The documents that `access` may read, in the order of the query.
  func documents(
    _ query: DocumentQuery, _ access: Access, _ page: PageRequest<DocumentPosition>
  ) async throws(StoreError) -> DocumentPage

  /// One version, if `access` has `right` on its document.
  func version(
    _ id: VersionID, of document: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> Version?

  /// The versions of a document, the newest first, by number; nothing unless `access` may read it.
  func versions(
    of document: DocumentID, _ access: Access, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<Version>?

  /// What a link to `document` would deliver, if `access` may issue one. The hot read.
  func linkTarget(
    _ document: DocumentID, _ selector: VersionSelector, _ access: Access
  ) async throws(StoreError) -> LinkTarget?

  /// Withdraws a version.
  ///
  /// It is idempotent: a withdrawn one stays as it was and nothing is recorded. Throws `not-found`
  /// without the version or without the `write` right.
  func withdrawVersion(
    _ id: VersionID, of document: DocumentID, _ access: Access, deletesObject: Bool,
    event: AuditEvent
  ) async throws(StoreError) -> Withdrawal

  /// Objects of withdrawn versions and deleted documents that wait for deletion and are kept by no
  /// hold and no retention at `moment`, or claimed, over all tenants. `limit` objects that wait are
  /// looked at.
  func objectsToDelete(
    at moment: Timestamp, _ page: PageRequest<VersionID>
  ) async throws(StoreError) -> ObjectPage

  /// Claims an object for its deletion, in one transaction with the look at what keeps it: of a claim
  /// and a hold one comes first. Once claimed, no hold and no retention keeps it.
  ///
  /// False if it does not wait or something keeps it. True with nothing recorded if it was claimed
  /// before: a deletion that failed is tried again.
  func claimObject(
    _ object: ObjectToDelete, at moment: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Bool

  /// Notes that an object is gone; throws `conflict` if it was not claimed.
  func recordObjectDeleted(
    _ object: ObjectToDelete, event: AuditEvent
  ) async throws(StoreError) -> Sequenced
}

/// What a link would deliver.
package struct LinkTarget: Sendable, Hashable {
  /// The document.
  package let document: Document
  /// The version that the selector names: for `current` the newest deliverable one, for `pinned`
  /// that one in whatever state; nothing if there is none.
  package let version: Version?
  /// Whether a newer version is deliverable.
  package let isSuperseded: Bool
  /// The grant that allows it, of several the one that is valid longest; nothing for an operator.
  package let grant: GrantID?
  /// When that grant ends.
  package let grantValidUntil: Timestamp?
  /// The facts that all of this was read from.
  package let revision: StoreRevision

  /// Takes the values as they are.
  package init(
    document: Document, version: Version?, isSuperseded: Bool, grant: GrantID?,
    grantValidUntil: Timestamp?, revision: StoreRevision = .unknown
  ) {
    self.document = document
    self.version = version
    self.isSuperseded = isSuperseded
    self.grant = grant
    self.grantValidUntil = grantValidUntil
    self.revision = revision
  }
}

/// How often a store has committed changes to what links are decided on: grants, documents,
/// versions, policies. What was decided for a moment on one revision holds for that moment as long as
/// the revision is the present one, and need not be decided again.
package struct StoreRevision: Sendable, Hashable {
  /// Facts of unknown age: decide again.
  package static let unknown = StoreRevision(0)

  /// The number of such commits since the store was opened, plus one; 0 if unknown.
  package let number: UInt64

  /// Takes the number as it is.
  package init(_ number: UInt64) {
    self.number = number
  }
}

/// What came of a withdrawal.
package struct Withdrawal: Sendable, Hashable {
  /// The version as it is now.
  package let version: Version
  /// The event; nothing if the version was withdrawn before.
  package let sequenced: Sequenced?
  /// What keeps its object for now, if anything does.
  package let bar: DeletionBar?
  /// What was handed out of the version before.
  package let handedOut: HandedOut

  /// Takes the values as they are.
  package init(
    version: Version, sequenced: Sequenced?, bar: DeletionBar? = nil, handedOut: HandedOut
  ) {
    self.version = version
    self.sequenced = sequenced
    self.bar = bar
    self.handedOut = handedOut
  }
}

/// One page of the objects to delete. What is kept is passed over, so a page can be short, even empty,
/// although more wait: only `next` tells.
package struct ObjectPage: Sendable {
  /// The objects in the order of their versions.
  package let items: [ObjectToDelete]
  /// Behind what the next page begins; nothing at the end.
  package let next: VersionID?

  /// Takes the values as they are.
  package init(items: [ObjectToDelete], next: VersionID?) {
    self.items = items
    self.next = next
  }
}

/// An object that nothing points to any more.
package struct ObjectToDelete: Sendable, Hashable {
  /// The tenant.
  package let tenant: TenantID
  /// The document.
  package let document: DocumentID
  /// The withdrawn version.
  package let version: VersionID
  /// Where the object lies.
  package let key: ObjectKey

  /// Takes the values as they are.
  package init(tenant: TenantID, document: DocumentID, version: VersionID, key: ObjectKey) {
    self.tenant = tenant
    self.document = document
    self.version = version
    self.key = key
  }
}
