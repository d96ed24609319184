// A tenant's administrator says who may do what.

package import Base
import Cryptography

/// Adds, removes and lists grants.
package struct ManageGrants: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// Adds a grant.
  ///
  /// Throws `scope-missing`, `grant-invalid` without a right or with an end in the past,
  /// `document-not-found` if it names a document that the tenant does not have, `store-…`.
  package func add(
    holder: Grant.Holder, reach: Grant.Reach, rights: Rights, validUntil: Timestamp?,
    by caller: Caller
  ) async throws(DeliveryError) -> (grant: Grant, sequenced: Sequenced) {
    try await requireAdmin(caller)
    let now = clock.now()
    guard !rights.isEmpty, validUntil.map({ $0 > now }) ?? true else {
      throw DeliveryError(.grantInvalid, "A grant has a right, and its end lies after now.")
    }
    let grant = Grant(
      id: GrantID(at: now, random: Random.pair()), tenant: caller.tenant, holder: holder,
      reach: reach, rights: rights, validUntil: validUntil, createdAt: now)
    let event = AuditEvent(
      .grantChange, by: caller, at: now, object: grant.auditObject, grant: grant.id,
      rule: "add " + grant.summary)
    do {
      return (grant, try await store.putGrant(grant, event: event))
    } catch { throw DeliveryError(error) }
  }

  /// Removes a grant; links issued on its account deliver nothing from now on.
  ///
  /// Throws `scope-missing`, `grant-not-found`, `store-…`.
  package func remove(_ id: GrantID, by caller: Caller) async throws(DeliveryError) -> Sequenced {
    try await requireAdmin(caller)
    let event = AuditEvent(
      .grantChange, by: caller, at: clock.now(), grant: id, rule: "remove")
    do {
      return try await store.removeGrant(id, of: caller.tenant, event: event)
    } catch { throw DeliveryError(error, absent: .grantNotFound) }
  }

  /// The tenant's grants, expired ones included; throws `scope-missing`, `store-…`.
  package func list(
    _ page: PageRequest<GrantID>, by caller: Caller
  ) async throws(DeliveryError) -> Page<Grant> {
    try await requireAdmin(caller)
    do {
      return try await store.grants(of: caller.tenant, page)
    } catch { throw DeliveryError(error) }
  }

  private func requireAdmin(_ caller: Caller) async throws(DeliveryError) {
    guard caller.principal.scopes.has(.tenantAdmin) || caller.principal.isOperator else {
      throw await denials.record(.missing(.tenantAdmin), of: caller)
    }
  }
}

extension Grant {
  /// The grant in words without personal data: `user document issue,read`, for the audit log.
  package var summary: String {
    let who =
      switch holder {
      case .everyone: "everyone"
      case .role: "role"
      case .user: "user"
      }
    let which =
      switch reach {
      case .all: "all"
      case .type(let type): "type:\(type)"
      case .label(let label): "label:\(label)"
      case .document: "document"
      }
    return "\(who) \(which) \(rights.list.map(\.rawValue).joined(separator: ","))"
  }

  var auditObject: AuditObject? {
    guard case .document(let id) = reach else { return nil }
    return AuditObject(document: id)
  }
}
