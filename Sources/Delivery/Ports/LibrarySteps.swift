// What the store does to keep a library in order: changes of documents and versions, holds,
// deletion, and how often something was handed out.

package import Base

/// Changes of what is there already.
package protocol LibrarySteps: Sendable {
  /// Replaces title, type, labels, period and revision of a document.
  ///
  /// Throws `not-found` unless `access` may write the document as it is and as it becomes,
  /// `conflict` unless the stored revision is one less than that of `document`.
  func updateDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// Changes from when until when a version can be linked.
  ///
  /// Nothing is recorded if it has this validity already. Throws `not-found` without the version or
  /// without the `write` right, `conflict` if it was withdrawn or its validity is not that of `seen`,
  /// the version as it was read.
  func setValidity(
    of seen: Version, from: Timestamp, until: Timestamp?,
    _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> VersionChange

  /// Deletes a document unless something keeps it: at once it is absent for everybody, its title and
  /// file names are forgotten, and the objects of its versions wait for deletion.
  ///
  /// Throws `not-found` without the `write` right.
  func deleteDocument(
    _ id: DocumentID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> DocumentDeletion

  /// What is known about the keeping and handing-out of a document, if `access` may read it.
  func documentStatus(
    _ id: DocumentID, _ access: Access
  ) async throws(StoreError) -> DocumentStatus?

  /// How often versions of a document were handed out, if `access` may read it; a version that never
  /// was is not in the answer. At most 200 versions are looked at.
  func deliveries(
    of versions: [VersionID], of document: DocumentID, _ access: Access
  ) async throws(StoreError) -> [VersionID: DeliveryCount]

  /// Places a hold; throws `not-found` if the tenant has no such document, `conflict` if the id is
  /// taken.
  func addHold(_ hold: Hold, event: AuditEvent) async throws(StoreError) -> Sequenced

  /// Lifts a hold; throws `not-found` if the document has no such hold.
  func removeHold(
    _ id: HoldID, of document: DocumentID, _ tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The holds of a document in the order of their ids; nothing if the tenant has no such document.
  func holds(
    of document: DocumentID, _ tenant: TenantID, _ page: PageRequest<HoldID>
  ) async throws(StoreError) -> Page<Hold>?
}

/// What came of a change of a version.
package struct VersionChange: Sendable, Hashable {
  /// The version as it is now.
  package let version: Version
  /// The event; nothing if nothing changed.
  package let sequenced: Sequenced?

  /// Takes the values as they are.
  package init(version: Version, sequenced: Sequenced?) {
    self.version = version
    self.sequenced = sequenced
  }
}

/// What came of a deletion.
package enum DocumentDeletion: Sendable, Hashable {
  /// It is gone; so many objects wait for deletion, and this was handed out of it before.
  case deleted(objects: Int, HandedOut, Sequenced)
  /// Something keeps it; nothing changed and nothing was recorded.
  case barred(DeletionBar)
}

/// How often something was handed out.
package struct DeliveryCount: Sendable, Hashable {
  /// Presigned URLs that left the gateway, resumed downloads included.
  package var count: Int64
  /// When the last one did.
  package var lastAt: Timestamp?

  /// Takes the values as they are.
  package init(count: Int64 = 0, lastAt: Timestamp? = nil) {
    self.count = count
    self.lastAt = lastAt
  }
}

/// What is known about a document beyond what it is.
package struct DocumentStatus: Sendable, Hashable {
  /// What would keep it if somebody deleted it now.
  package let bar: DeletionBar?
  /// How often its versions were handed out.
  package let deliveries: DeliveryCount

  /// Takes the values as they are.
  package init(bar: DeletionBar?, deliveries: DeliveryCount) {
    self.bar = bar
    self.deliveries = deliveries
  }
}
