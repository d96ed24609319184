// An operator rotates or retires a key of the installation. What is done to files lies elsewhere; here
// it is written down first, in the log that belongs to no tenant.

package import Base
import Cryptography

/// What an operator is about to do to a key.
package struct KeyChange: Sendable, Hashable {
  /// What happens.
  package enum Action: String, Sendable, CaseIterable {
    /// A new key takes the place of the present one.
    case rotate
    /// A former key counts no longer.
    case retire
  }

  /// What happens.
  package let action: Action
  /// The name of the key, up to 32 bytes.
  package let key: String
  /// The id of the new key, or of the one that is retired; up to 64 bytes.
  package let id: String
  /// The id of the key that a rotation replaces.
  package let formerID: String?
  /// Until when that one counts.
  package let until: Timestamp?

  /// Describes a change; nothing for a name or an id that is too long or not printable.
  package init?(
    _ action: Action, key: String, id: String, formerID: String? = nil, until: Timestamp? = nil
  ) {
    guard Names.isSlug(key, bytesMax: 32), Names.isPrintable(id, bytesMax: 64),
      formerID.map({ Names.isPrintable($0, bytesMax: 64) }) ?? true
    else { return nil }
    self.action = action
    self.key = key
    self.id = id
    self.formerID = formerID
    self.until = until
  }

  /// The change in words, for the audit log: `rotate pepper 1a2b3c4d to 5e6f7a8b until …`.
  package var summary: String {
    let end = until.map { " until \($0)" } ?? ""
    guard action == .rotate else { return "retire \(key) \(id)" }
    return Names.cut("rotate \(key) \(formerID ?? "-") to \(id)\(end)", bytesMax: 200)
  }
}

/// Records changes of keys.
package struct RecordKeyChange: Sendable {
  private let store: any MetadataStore
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, clock: Clock) {
    self.store = store
    self.clock = clock
  }

  /// Records a change before it is made.
  ///
  /// Throws `scope-missing` unless `principal` is an operator, `store-…`.
  package func callAsFunction(
    _ change: KeyChange, by principal: Principal, request: RequestContext
  ) async throws(DeliveryError) -> Sequenced {
    try principal.requireOperator()
    let event = AuditEvent(
      id: EventID(at: clock.now(), random: Random.pair()), log: .system, kind: .keyChange,
      outcome: .success, actor: AuditActor(principal, recipient: nil),
      authority: AuditAuthority(rule: change.summary, scopes: principal.scopes),
      request: request.id, trace: request.traceID,
      personal: PersonalData(
        address: request.address, userAgent: request.userAgent, subject: principal.subject,
        salt: Random.bytes(PersonalData.saltBytes)))
    do throws(StoreError) { return try await store.append(event) } catch {
      throw DeliveryError(error)
    }
  }
}
