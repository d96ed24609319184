// A caller asks for the store's own URL. It cannot be revoked and nothing re-checks it, so it needs
// its own scope, and a tenant's policy can forbid it altogether.

package import Base
import Cryptography

/// Hands out presigned URLs without a link.
package struct IssuePresignedURL: Sendable {
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

  /// What is asked.
  package struct Order: Sendable {
    /// The document.
    package var document: DocumentID
    /// How long, in seconds; nothing for the policy's default.
    package var expiresIn: Int64?
    /// How the browser treats the file; nothing for `attachment`.
    package var disposition: Disposition?

    /// Asks for a URL.
    package init(
      document: DocumentID, expiresIn: Int64? = nil, disposition: Disposition? = nil
    ) {
      self.document = document
      self.expiresIn = expiresIn
      self.disposition = disposition
    }
  }

  /// What is given.
  package struct Issued: Sendable {
    /// The URL.
    package let url: PresignedURL
    /// Which bound decided its end.
    package let expiresReason: ExpiryReason
    /// The delivery that is signed into it.
    package let delivery: DeliveryID
    /// The document.
    package let document: Document
    /// The version that it opens.
    package let version: Version
    /// The event.
    package let sequenced: Sequenced
  }

  /// Hands out a URL to the document's current version.
  ///
  /// Throws `scope-missing`, `presigned-forbidden`, `document-not-found`, `version-unavailable`,
  /// `expiry-out-of-range`, `inline-forbidden`, `object-store-unavailable`, `store-…`.
  package func callAsFunction(
    _ order: Order, by caller: Caller
  ) async throws(DeliveryError) -> Issued {
    try await denials.require(.presignedCreate, of: caller, document: order.document)
    let access = caller.access(at: clock.now())
    let policy: TenantPolicy
    let found: LinkTarget?
    do {
      policy = try await store.policy(of: caller.tenant)
      found = try await store.linkTarget(order.document, .current, access)
    } catch { throw DeliveryError(error) }
    guard policy.allowsPresignedURLs else {
      throw await denials.record(
        DeliveryError(.presignedForbidden, "The tenant's policy allows links only."),
        of: caller, document: order.document)
    }
    guard let target = found else {
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
    let version = try LinkPolicy.version(of: target, .current, policy, access: access)
    return try await issue(order, target, version, policy, access, caller)
  }

  private func issue(
    _ order: Order, _ target: LinkTarget, _ version: Version, _ policy: TenantPolicy,
    _ access: Access, _ caller: Caller
  ) async throws(DeliveryError) -> Issued {
    var lifetime = try Lifetime(
      asked: order.expiresIn, bounds: policy.presignedSeconds, from: access.moment)
    lifetime.cut(at: version.validUntil, .versionValidity)
    lifetime.cut(at: target.grantValidUntil, .grantValidity)
    let delivery = DeliveryID(at: access.moment, random: Random.pair())
    // Whole seconds, rounded down: never longer than what was decided.
    let milliseconds = lifetime.expiresAt.milliseconds - access.moment.milliseconds
    guard milliseconds >= 1000 else {
      throw DeliveryError(.versionUnavailable, "What allows the URL ends within a second.")
    }
    let presign = PresignOrder(
      key: version.objectKey,
      disposition: try LinkPolicy.disposition(order.disposition, version.mediaType, policy),
      filename: version.filename, mediaType: version.mediaType, delivery: delivery,
      seconds: milliseconds / 1000)
    let url: PresignedURL
    do { url = try await objects.presign(presign) } catch { throw DeliveryError(error) }
    // A signature's time has whole seconds, so that a URL may end up to two seconds early by itself.
    if url.expiresAt.adding(seconds: 2) < lifetime.expiresAt {
      lifetime.cut(at: url.expiresAt, .credential)
    }
    let event = AuditEvent(
      .presignedIssue, by: caller, at: access.moment, object: AuditObject(version),
      grant: target.grant,
      transfer: AuditTransfer(delivery: delivery, urlExpiresAt: url.expiresAt),
      filename: version.filename)
    do {
      let sequenced = try await store.recordPresignedURL(
        of: version.id, order.document, until: url.expiresAt, access, seen: target.revision,
        event: event)
      return Issued(
        url: url, expiresReason: lifetime.reason, delivery: delivery, document: target.document,
        version: version, sequenced: sequenced)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
  }
}
