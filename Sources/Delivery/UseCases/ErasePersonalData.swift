// A person asks to be forgotten (GDPR article 17). What the log knows of them in clear lies beside it:
// addresses, agents, file names and the name behind the pseudonym. That goes; leaves, tree and
// receipts stay valid. Grants and links that name the person are not touched: they are in force.

package import Base

/// Erases what the audit log of a tenant knows of a person.
package struct ErasePersonalData: Sendable {
  /// The most events of one step; more take another one, so that no step holds up other changes.
  package static let eventsMax = 2_000

  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// Does one step; it is repeated until the answer is complete. Nothing for an unknown pseudonym,
  /// or one whose person was erased before.
  ///
  /// Throws `scope-missing`, `store-…`.
  package func erase(
    _ pseudonym: Pseudonym, by caller: Caller
  ) async throws(DeliveryError) -> Erasure? {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    // The pseudonym alone tells nobody anything once its person is gone.
    let event = AuditEvent(.erase, by: caller, at: clock.now(), rule: "erase \(pseudonym)")
    do {
      return try await store.erase(
        pseudonym, in: .tenant(caller.tenant), limit: Self.eventsMax, event: event)
    } catch { throw DeliveryError(error) }
  }
}
