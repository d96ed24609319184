// Records refusals: durably, before the refusal is answered, and not more of them than the log can
// bear.

package import Base
import Cryptography

/// The recorder of `authz.deny` events, shared by all use cases of a process.
package final class Denials: Sendable {
  private let store: any MetadataStore
  private let clock: Clock
  private let aggregate = Lock(DenialAggregate())

  /// Records into `store`.
  package init(store: any MetadataStore, clock: Clock) {
    self.store = store
    self.clock = clock
  }

  /// Records that `caller` was refused because of `error`, and gives the error back to throw.
  ///
  /// If the store cannot record it, its own error is given back: no refusal without a record.
  package func record(
    _ error: DeliveryError, of caller: Caller, document: DocumentID? = nil
  ) async -> DeliveryError {
    let moment = clock.now()
    let event = AuditEvent(
      .authorizationDeny, by: caller, at: moment, outcome: .denied, why: error.code.rawValue,
      object: document.map { AuditObject(document: $0) })
    return await record(error, event, source: caller.request.address, at: moment)
  }

  /// Throws `scope-missing`, once it is recorded, unless the token of `caller` has `scope`.
  func require(
    _ scope: Scope, of caller: Caller, document: DocumentID? = nil
  ) async throws(DeliveryError) {
    guard caller.principal.scopes.has(scope) else {
      throw await record(.missing(scope), of: caller, document: document)
    }
  }

  /// Asks for a scope as `require` does; an operator needs none.
  func requireUnlessOperator(_ scope: Scope, of caller: Caller) async throws(DeliveryError) {
    if !caller.principal.isOperator { try await require(scope, of: caller) }
  }

  /// Throws `scope-missing`, once it is recorded, unless `caller` is an operator.
  func requireOperator(_ caller: Caller) async throws(DeliveryError) {
    guard caller.principal.isOperator else {
      throw await record(.missing(.operator), of: caller)
    }
  }

  /// Records a refusal of somebody without a tenant: a bad token, an unknown link.
  package func record(
    _ error: DeliveryError, why: String, request: RequestContext
  ) async -> DeliveryError {
    let moment = clock.now()
    let event = AuditEvent(
      id: EventID(at: moment, random: Random.pair()), log: .system, kind: .authorizationDeny,
      outcome: .denied, why: Names.cut(why, bytesMax: 64), actor: AuditActor(.anonymous),
      request: request.id, trace: request.traceID,
      personal: PersonalData(
        address: request.address, userAgent: request.userAgent,
        salt: Random.bytes(PersonalData.saltBytes)))
    return await record(error, event, source: request.address, at: moment)
  }

  /// Records the counts of windows that are over; call it every few seconds and at the end.
  package func flush() async throws(StoreError) {
    let moment = clock.now()
    let counts = aggregate.withLock { $0.closedWindows(at: moment) }
    for (key, count) in counts {
      _ = try await store.append(
        .bySystem(
          .authorizationDeny, in: key.log, at: moment, outcome: .denied, why: key.why,
          count: count))
    }
  }

  private func record(
    _ error: DeliveryError, _ event: AuditEvent, source: String?, at moment: Timestamp
  ) async -> DeliveryError {
    let key = DenialKey(
      log: event.log, why: event.why ?? "", source: Denials.prefix(of: source ?? ""))
    guard aggregate.withLock({ $0.note(key, at: moment) }) == .record else { return error }
    do throws(StoreError) {
      _ = try await store.append(event)
      return error
    } catch {
      return DeliveryError(error)
    }
  }

  /// The network of an address: /24 of IPv4, the first three groups of IPv6.
  static func prefix(of address: String) -> String {
    let isIPv6 = address.contains(":")
    let parts = address.split(separator: isIPv6 ? ":" : ".", omittingEmptySubsequences: false)
    return parts.prefix(3).joined(separator: isIPv6 ? ":" : ".")
  }
}
