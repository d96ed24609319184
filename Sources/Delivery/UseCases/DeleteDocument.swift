// A caller deletes a document: it is absent at once for everybody, like one that never was. Its
// objects follow in the background, and what the audit log says of it stays.

package import Base

/// Deletes documents.
package struct DeleteDocument: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// What came of it.
  package struct Deleted: Sendable {
    /// When.
    package let moment: Timestamp
    /// How many objects the sweep will delete.
    package let objects: Int
    /// For how long what was handed out of it before may still work; a presigned URL dies with its
    /// object, if not before.
    package let exposure: ResidualExposure
    /// The event.
    package let sequenced: Sequenced
  }

  /// Deletes a document.
  ///
  /// Throws `scope-missing`, `document-not-found`, `document-held`, `document-retained`, `store-…`.
  package func callAsFunction(
    _ id: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> Deleted {
    try await denials.require(.documentsWrite, of: caller, document: id)
    let now = clock.now()
    let access = caller.access(at: now)
    let view: DocumentView?
    do {
      view = try await store.document(id, access, right: .write)
    } catch { throw DeliveryError(error) }
    guard let view else {
      throw await denials.record(.documentNotFound, of: caller, document: id)
    }
    let event = AuditEvent(
      .documentDelete, by: caller, at: now, object: AuditObject(document: id), grant: view.grant)
    let deletion: DocumentDeletion
    do {
      deletion = try await store.deleteDocument(id, access, event: event)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: id)
    }
    switch deletion {
    case .deleted(let objects, let handedOut, let sequenced):
      return Deleted(
        moment: now, objects: objects, exposure: ResidualExposure(handedOut, at: now),
        sequenced: sequenced)
    case .barred(let bar):
      throw await denials.record(DeliveryError(bar), of: caller, document: id)
    }
  }
}
