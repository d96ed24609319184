// A caller takes a version out of circulation: at once no link delivers it, and its object is
// deleted if the tenant's policy says so, which also kills the presigned URLs that are out.

package import Base

/// Withdraws versions.
package struct WithdrawVersion: Sendable {
  private let store: any MetadataStore
  private let objects: ObjectAccess
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(
    store: any MetadataStore, objects: ObjectAccess, denials: Denials, clock: Clock
  ) {
    self.store = store
    self.objects = objects
    self.denials = denials
    self.clock = clock
  }

  /// What came of it.
  package struct Withdrawn: Sendable {
    /// The version.
    package let version: Version
    /// What became of its object; nothing if the version was withdrawn before.
    package let object: ObjectFate?
    /// The event; nothing if the version was withdrawn before.
    package let sequenced: Sequenced?
    /// For how long what was handed out of it before may still work; a presigned URL dies with the
    /// object, if not before.
    package let exposure: ResidualExposure
    /// Why the object waits for the sweep, for the log.
    package let removalError: DeliveryError?
  }

  /// What happens to the object of a withdrawn version.
  package enum ObjectFate: String, Sendable {
    /// The policy keeps it.
    case kept
    /// It is gone.
    case deleted
    /// The sweep will delete it.
    case waiting
    /// A hold or the retention keeps it; the sweep deletes it when that is over.
    case retained
  }

  /// Withdraws a version; repeating it is harmless.
  ///
  /// Throws `scope-missing`, `document-not-found`, `version-not-found`, `store-…`.
  package func callAsFunction(
    _ id: VersionID, of document: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> Withdrawn {
    try await denials.require(.documentsWrite, of: caller, document: document)
    let now = clock.now()
    let access = caller.access(at: now)
    let policy: TenantPolicy
    let seen: DocumentView?
    let version: Version?
    do {
      policy = try await store.policy(of: caller.tenant)
      seen = try await store.document(document, access, right: .write)
      version = try await store.version(id, of: document, access, right: .write)
    } catch { throw DeliveryError(error) }
    guard let seen else {
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
    guard let version else { throw .versionNotFound }
    let event = AuditEvent(
      .versionWithdraw, by: caller, at: now, object: AuditObject(version), grant: seen.grant)
    let withdrawal: Withdrawal
    do {
      withdrawal = try await store.withdrawVersion(
        id, of: document, access, deletesObject: policy.deletesWithdrawnObjects, event: event)
    } catch { throw DeliveryError(error) }
    guard withdrawal.sequenced != nil else {
      return Withdrawn(
        version: withdrawal.version, object: nil, sequenced: nil,
        exposure: ResidualExposure(withdrawal.handedOut, at: now), removalError: nil)
    }
    var fate = ObjectFate.kept
    var removalError: DeliveryError?
    if policy.deletesWithdrawnObjects, withdrawal.bar != nil {
      fate = .retained
    } else if policy.deletesWithdrawnObjects {
      let removal = ObjectRemoval(store: store, objects: objects, clock: clock)
      do {
        let isGone = try await removal(ObjectToDelete(withdrawal.version))
        fate = isGone ? .deleted : .retained
      } catch {
        // The version is withdrawn whatever happens to its object; the sweep tries again.
        fate = .waiting
        removalError = error
      }
    }
    var handedOut = withdrawal.handedOut
    if fate == .deleted { handedOut.lastURLExpiresAt = nil }
    return Withdrawn(
      version: withdrawal.version, object: fate, sequenced: withdrawal.sequenced,
      exposure: ResidualExposure(handedOut, at: now), removalError: removalError)
  }
}
