// A caller creates a document: a name without content yet.

package import Base
import Cryptography

/// Creates documents.
package struct CreateDocument: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// Creates a document.
  ///
  /// It needs a `write` grant on all documents, on the type, or on one of the labels. Throws
  /// `scope-missing`, `document-not-found` without the grant, `title-invalid`, `too-many-labels`,
  /// `store-…`.
  package func callAsFunction(
    title: String, type: DocumentType, labels: [Label], period: DocumentPeriod? = nil,
    by caller: Caller
  ) async throws(DeliveryError) -> (document: Document, sequenced: Sequenced) {
    try await denials.require(.documentsWrite, of: caller)
    let now = clock.now()
    let document = try Document(
      id: DocumentID(at: now, random: Random.pair()), tenant: caller.tenant, title: title,
      type: type, labels: labels, period: period, createdAt: now)
    let event = AuditEvent(
      .documentCreate, by: caller, at: now, object: AuditObject(document: document.id))
    do {
      let sequenced = try await store.createDocument(
        document, caller.access(at: now), event: event)
      return (document, sequenced)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(
        DeliveryError(.documentNotFound, "No grant allows to create such a document."),
        of: caller)
    }
  }
}
