// A caller takes a link back. From that moment it delivers nothing; presigned URLs that it handed
// out before live on for seconds, a running download for one at most, and the answer says for how
// many.

package import Base

/// Revokes links.
package struct RevokeLink: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// What came of it.
  package struct Revoked: Sendable, Hashable {
    /// The link.
    package let link: Link
    /// When it was revoked, perhaps earlier than now.
    package let revokedAt: Timestamp
    /// For how long what it handed out before may still work.
    package let exposure: ResidualExposure
    /// The event; nothing if the link was revoked before.
    package let sequenced: Sequenced?
  }

  /// Revokes a link; repeating it is harmless.
  ///
  /// Throws `scope-missing`, `link-not-found` (absent, foreign and forbidden alike), `store-…`.
  package func callAsFunction(_ id: LinkID, by caller: Caller) async throws(DeliveryError)
    -> Revoked
  {
    try await denials.require(.linksRevoke, of: caller)
    let now = clock.now()
    let access = caller.access(at: now)
    let found: Link?
    do {
      found = try await store.link(id, access, right: .issue)
    } catch { throw DeliveryError(error) }
    guard let found else { throw await denials.record(.linkNotFound, of: caller) }
    let event = AuditEvent(
      .linkRevoke, by: caller, at: now, object: AuditObject(document: found.document),
      link: AuditLink(id: id, usesLeft: found.usesLeft))
    do {
      let revocation = try await store.revokeLink(id, access, event: event)
      let link = revocation.link
      let handedOut = HandedOut(
        lastURLExpiresAt: link.lastURLExpiresAt, isSending: revocation.isSending)
      return Revoked(
        link: link, revokedAt: link.revokedAt ?? now,
        exposure: ResidualExposure(handedOut, at: now), sequenced: revocation.sequenced)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.linkNotFound, of: caller)
    }
  }
}
