// A tenant's administrator puts documents under a legal hold and lifts it. It needs no grant: who
// keeps evidence need not be allowed to read it.

package import Base
import Cryptography

/// Adds, removes and lists holds.
package struct ManageHolds: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// Places a hold; throws `scope-missing`, `document-not-found`, `title-invalid`, `store-…`.
  package func add(
    _ name: String, to document: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> (hold: Hold, sequenced: Sequenced) {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    let now = clock.now()
    let hold = try Hold(
      id: HoldID(at: now, random: Random.pair()), tenant: caller.tenant, document: document,
      name: name, placedAt: now, placedBy: caller.principal.person)
    let event = AuditEvent(
      .holdAdd, by: caller, at: now, object: AuditObject(document: document),
      rule: "add \(hold.id)")
    do {
      return (hold, try await store.addHold(hold, event: event))
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
  }

  /// Lifts a hold; throws `scope-missing`, `hold-not-found`, `store-…`.
  package func remove(
    _ id: HoldID, of document: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> Sequenced {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    let event = AuditEvent(
      .holdRemove, by: caller, at: clock.now(), object: AuditObject(document: document),
      rule: "remove \(id)")
    do {
      return try await store.removeHold(id, of: document, caller.tenant, event: event)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.holdNotFound, of: caller, document: document)
    }
  }

  /// The holds of a document; throws `scope-missing`, `document-not-found`, `store-…`.
  package func list(
    of document: DocumentID, _ page: PageRequest<HoldID>, by caller: Caller
  ) async throws(DeliveryError) -> Page<Hold> {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    let found: Page<Hold>?
    do {
      found = try await store.holds(of: document, caller.tenant, page)
    } catch { throw DeliveryError(error) }
    guard let found else {
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
    return found
  }
}
