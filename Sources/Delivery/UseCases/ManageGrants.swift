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
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
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
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
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
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    do {
      return try await store.grants(of: caller.tenant, page)
    } catch { throw DeliveryError(error) }
  }

  /// Which grants reach a document, and what they allow to a holder.
  package struct Explanation: Sendable {
    /// The document.
    package let document: Document
    /// The moment of the answer.
    package let moment: Timestamp
    /// The grants that reach it, only those for the holder if one was named.
    package let grants: [Grant]
    /// For the holder: each right with the grant that allows it longest, if any does.
    package let rights: [(right: Right, grant: Grant?)]
    /// Whether there are more grants than are listed.
    package let isCut: Bool
  }

  /// The most grants of an explanation.
  package static let explainedMax = 500

  /// Says which grant allows what on a document to a holder, or to whom everything is allowed.
  ///
  /// Throws `scope-missing`, `document-not-found`, `store-…`.
  package func explain(
    _ id: DocumentID, for holder: GrantHolder?, by caller: Caller
  ) async throws(DeliveryError) -> Explanation {
    try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    let moment = clock.now()
    let access = Access(
      tenant: caller.tenant, authority: .operator, person: caller.principal.person, moment: moment)
    let found: DocumentView?
    let all: [Grant]
    do throws(StoreError) {
      found = try await store.document(id, access, right: .read)
      guard let found else { throw StoreError(.notFound, "There is no such document.") }
      // The store leaves out the grants of others: of many, those for the holder must not be cut.
      all = try await store.grants(
        reaching: found.document, for: holder, limit: Self.explainedMax + 1)
    } catch { throw DeliveryError(error) }
    guard let document = found?.document else { throw .documentNotFound }
    let grants = all.prefix(Self.explainedMax)
    let rights = Right.allCases.map { right in
      (
        right: right,
        grant: holder.flatMap { holder in
          Self.longest(grants.filter { $0.allows(right, on: document, to: holder, at: moment) })
        }
      )
    }
    return Explanation(
      document: document, moment: moment, grants: Array(grants),
      rights: holder == nil ? [] : rights, isCut: all.count > Self.explainedMax)
  }

  /// The one that a link would hang on: without an end, or else with the last.
  private static func longest(_ grants: [Grant]) -> Grant? {
    grants.max { left, right in
      guard let leftEnd = left.validUntil else { return false }
      guard let rightEnd = right.validUntil else { return true }
      return (leftEnd, left.id) < (rightEnd, right.id)
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
