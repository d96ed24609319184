// Who downloaded this? A caller reads its tenant's log. Reading is itself recorded: once for each
// reader in ten minutes, so that following the log does not feed it for ever.

package import Base

/// Reads audit events.
package struct ReadAudit: Sendable {
  /// For how long further reads of the same reader are not recorded again, in seconds.
  package static let recordSeconds: Int64 = 600
  /// How many readers are remembered; with more, all are recorded anew.
  package static let readersMax = 10_000

  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock
  private let readers: Readers

  /// Puts the parts together; copies share what they remember of readers.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
    readers = Readers()
  }

  /// Events of the caller's tenant, the newest first; throws `scope-missing`, `store-…`.
  package func list(
    _ query: EventQuery, _ page: PageRequest<Int64>, by caller: Caller
  ) async throws(DeliveryError) -> Page<AuditRecord> {
    try await open(caller)
    do {
      return try await store.events(query, in: .tenant(caller.tenant), page)
    } catch { throw DeliveryError(error) }
  }

  /// One event of the caller's tenant; throws `scope-missing`, `event-not-found`, `store-…`.
  package func show(_ id: EventID, by caller: Caller) async throws(DeliveryError) -> AuditRecord {
    try await open(caller)
    let found: AuditRecord?
    do {
      found = try await store.event(id, in: .tenant(caller.tenant))
    } catch { throw DeliveryError(error) }
    guard let found else { throw .eventNotFound }
    return found
  }

  /// The person behind a pseudonym of the tenant's log, unless erased; throws `scope-missing`,
  /// `store-…`.
  package func person(
    behind pseudonym: Pseudonym, by caller: Caller
  ) async throws(DeliveryError) -> PersonReference? {
    try await open(caller)
    do {
      return try await store.person(behind: pseudonym, in: .tenant(caller.tenant))
    } catch { throw DeliveryError(error) }
  }

  /// The people whom the tenant's log names; throws `scope-missing`, `store-…`.
  package func people(
    named subject: SubjectID?, _ page: PageRequest<Pseudonym>, by caller: Caller
  ) async throws(DeliveryError) -> Page<KnownPerson> {
    try await open(caller)
    do {
      return try await store.people(named: subject, in: .tenant(caller.tenant), page)
    } catch { throw DeliveryError(error) }
  }

  /// Throws `scope-missing` unless the caller may read the log of its tenant; records the look.
  package func open(_ caller: Caller) async throws(DeliveryError) {
    try await denials.requireUnlessOperator(.auditRead, of: caller)
    let now = clock.now()
    guard readers.isNew(caller, at: now) else { return }
    do {
      _ = try await store.append(AuditEvent(.logRead, by: caller, at: now))
    } catch {
      readers.forget(caller)
      throw DeliveryError(error)
    }
  }
}

private final class Readers: Sendable {
  private struct Key: Hashable {
    let tenant: TenantID
    let person: PersonReference
  }

  private let last = Lock<[Key: Timestamp]>([:])

  func isNew(_ caller: Caller, at now: Timestamp) -> Bool {
    let key = Key(tenant: caller.tenant, person: caller.principal.person)
    return last.withLock { last in
      if let before = last[key], before <= now,
        now < before.adding(seconds: ReadAudit.recordSeconds)
      {
        return false
      }
      if last.count >= ReadAudit.readersMax { last.removeAll() }
      last[key] = now
      return true
    }
  }

  func forget(_ caller: Caller) {
    let key = Key(tenant: caller.tenant, person: caller.principal.person)
    last.withLock { $0[key] = nil }
  }
}
