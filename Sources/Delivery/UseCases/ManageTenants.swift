// An operator creates tenants; operators and administrators read and change a tenant's policy.

package import Base
import Cryptography

/// Creates and lists tenants.
package struct ManageTenants: Sendable {
  private let store: any MetadataStore
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, clock: Clock) {
    self.store = store
    self.clock = clock
  }

  /// Creates a tenant; its first event opens its log.
  ///
  /// Throws `scope-missing` unless `principal` is an operator, `title-invalid`, `tenant-exists`,
  /// `store-…`.
  package func create(
    _ id: TenantID, name: String, by principal: Principal, request: RequestContext
  ) async throws(DeliveryError) -> (tenant: Tenant, sequenced: Sequenced) {
    let caller = try Caller(operator: principal, in: id, request: request)
    let now = clock.now()
    let tenant = try Tenant(
      id: id, name: name, objectPrefix: ObjectPrefix(random: Random.pair().0), createdAt: now)
    let event = AuditEvent(.tenantCreate, by: caller, at: now)
    do {
      return (tenant, try await store.createTenant(tenant, event: event))
    } catch {
      guard error.code == .conflict else { throw DeliveryError(error) }
      throw DeliveryError(.tenantExists, "There is a tenant of this name.", cause: error)
    }
  }

  /// All tenants; throws `scope-missing` unless `principal` is an operator, `store-…`.
  package func list(
    _ page: PageRequest<TenantID>, by principal: Principal
  ) async throws(DeliveryError) -> Page<Tenant> {
    try principal.requireOperator()
    do { return try await store.tenants(page) } catch { throw DeliveryError(error) }
  }

  /// One tenant; throws `scope-missing` unless `principal` is an operator, `tenant-not-found`,
  /// `store-…`.
  package func show(
    _ id: TenantID, by principal: Principal
  ) async throws(DeliveryError) -> Tenant {
    try principal.requireOperator()
    let found: Tenant?
    do { found = try await store.tenant(id) } catch { throw DeliveryError(error) }
    guard let found else { throw .tenantNotFound }
    return found
  }
}

/// Reads and replaces the policy of a tenant.
package struct ManagePolicy: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// The policy; throws `scope-missing`, `store-…`.
  package func show(by caller: Caller) async throws(DeliveryError) -> TenantPolicy {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    do { return try await store.policy(of: caller.tenant) } catch { throw DeliveryError(error) }
  }

  /// The policies that there were, the newest first, and the default as version 0; throws
  /// `scope-missing`, `store-…`.
  package func history(
    _ page: PageRequest<Int>, by caller: Caller
  ) async throws(DeliveryError) -> Page<PolicyRevision> {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    let found: Page<PolicyRevision>
    do {
      found = try await store.policyHistory(of: caller.tenant, page)
    } catch { throw DeliveryError(error) }
    guard !found.hasMore, page.after.map({ $0 > 0 }) ?? true else { return found }
    guard found.items.count < page.limit else { return Page(items: found.items, hasMore: true) }
    let first = PolicyRevision(policy: TenantPolicy(), changedAt: nil, event: nil, changedBy: nil)
    return Page(items: found.items + [first], hasMore: false)
  }

  /// Replaces the policy whose version is one less than `policy.version`.
  ///
  /// Throws `scope-missing`, `policy-invalid`, `policy-contradictory`, `conflict` if another change
  /// came first, `tenant-not-found`, `store-…`.
  package func replace(
    _ policy: TenantPolicy, by caller: Caller
  ) async throws(DeliveryError) -> Sequenced {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    try policy.check()
    try policy.checkConsistency()
    let event = AuditEvent(
      .policyChange, by: caller, at: clock.now(), rule: "policy \(policy.version)")
    do {
      return try await store.putPolicy(policy, of: caller.tenant, event: event)
    } catch { throw DeliveryError(error, absent: .tenantNotFound) }
  }
}
