// A caller asks for a link to a document: authorize, decide how long and how often, make the
// token, record link and event. The token is in the answer and nowhere else.

package import Base
import Cryptography

/// Issues links.
package struct IssueLink: Sendable {
  private let store: any MetadataStore
  private let peppers: PepperRing
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(
    store: any MetadataStore, peppers: PepperRing, denials: Denials, clock: Clock
  ) {
    self.store = store
    self.peppers = peppers
    self.denials = denials
    self.clock = clock
  }

  /// What is asked.
  package struct Order: Sendable {
    /// The document.
    package var document: DocumentID
    /// How long, in seconds; nothing for the policy's default.
    package var expiresIn: Int64?
    /// How many downloads; nothing for any number.
    package var downloadsMax: Int?
    /// What a GET does; nothing for the policy's default.
    package var landing: LandingChoice?
    /// Which content.
    package var selector: VersionSelector
    /// How the browser treats the file; nothing for `attachment`.
    package var disposition: Disposition?
    /// The name to save under; nothing for the version's.
    package var filename: FileName?

    /// Asks for a link.
    package init(
      document: DocumentID, expiresIn: Int64? = nil, downloadsMax: Int? = nil,
      landing: LandingChoice? = nil, selector: VersionSelector = .current,
      disposition: Disposition? = nil, filename: FileName? = nil
    ) {
      self.document = document
      self.expiresIn = expiresIn
      self.downloadsMax = downloadsMax
      self.landing = landing
      self.selector = selector
      self.disposition = disposition
      self.filename = filename
    }
  }

  /// What is given.
  package struct Issued: Sendable {
    /// The link.
    package let link: Link
    /// Its secret, for the URL in the answer.
    package let token: LinkToken
    /// Which bound decided its end.
    package let expiresReason: ExpiryReason
    /// The document.
    package let document: Document
    /// The version that it delivers now.
    package let version: Version
    /// The event.
    package let sequenced: Sequenced
  }

  /// Issues a link.
  ///
  /// Throws `scope-missing`, `document-not-found` (absent, foreign and forbidden alike),
  /// `version-…`, `expiry-out-of-range`, `downloads-out-of-range`, `landing-conflict`,
  /// `inline-forbidden`, `store-…`.
  package func callAsFunction(
    _ order: Order, by caller: Caller
  ) async throws(DeliveryError) -> Issued {
    try await denials.require(.linksCreate, of: caller, document: order.document)
    let access = caller.access(at: clock.now())
    let policy: TenantPolicy
    let found: LinkTarget?
    do {
      policy = try await store.policy(of: caller.tenant)
      found = try await store.linkTarget(order.document, order.selector, access)
    } catch { throw DeliveryError(error) }
    guard let target = found else {
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
    let version = try LinkPolicy.version(of: target, order.selector, policy, access: access)
    let lifetime = try lifetime(order, target, policy, access)
    let token = LinkToken(at: access.moment, random: Random.pair())
    let link = try link(order, version, policy, lifetime, token, caller, access.moment)
    let event = AuditEvent(
      .linkIssue, by: caller, at: access.moment, object: AuditObject(version),
      link: AuditLink(id: link.id, usesLeft: link.usesLeft, expiresAt: link.expiresAt),
      grant: target.grant, filename: order.filename ?? version.filename)
    let sequenced: Sequenced
    do {
      sequenced = try await store.recordLink(
        link, access, seen: target.revision, event: event)
    } catch {
      guard error.code == .notFound else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: order.document)
    }
    return Issued(
      link: link, token: token, expiresReason: lifetime.reason, document: target.document,
      version: version, sequenced: sequenced)
  }

  private func lifetime(
    _ order: Order, _ target: LinkTarget, _ policy: TenantPolicy, _ access: Access
  ) throws(DeliveryError) -> Lifetime {
    var lifetime = try Lifetime(
      asked: order.expiresIn, bounds: policy.linkSeconds, from: access.moment)
    // A link to `current` may outlive the version: another one follows it.
    if case .pinned = order.selector {
      lifetime.cut(at: target.version?.validUntil, .versionValidity)
    }
    lifetime.cut(at: target.grantValidUntil, .grantValidity)
    return lifetime
  }

  private func link(
    _ order: Order, _ version: Version, _ policy: TenantPolicy, _ lifetime: Lifetime,
    _ token: LinkToken, _ caller: Caller, _ now: Timestamp
  ) throws(DeliveryError) -> Link {
    try LinkPolicy.check(downloads: order.downloadsMax, policy)
    return Link(
      id: LinkID(at: now, random: Random.pair()), tenant: caller.tenant,
      document: order.document, selector: order.selector,
      landing: try LinkPolicy.landing(
        order.landing, isCounted: order.downloadsMax != nil, policy),
      disposition: try LinkPolicy.disposition(order.disposition, version.mediaType, policy),
      filename: order.filename, tokenDigest: token.digest(peppers.current),
      createdAt: token.issuedAt,
      expiresAt: lifetime.expiresAt, downloadsMax: order.downloadsMax,
      usesLeft: order.downloadsMax, authority: caller.authority,
      issuedBy: caller.principal.person, recipient: caller.recipientPerson)
  }
}

extension Caller {
  /// Whose eyes the store looks with.
  package func access(at moment: Timestamp) -> Access {
    Access(tenant: tenant, authority: authority, person: principal.person, moment: moment)
  }
}

extension AuditObject {
  /// A version as the object of an event.
  package init(_ version: Version) {
    self.init(
      document: version.document, version: version.id, sha256: version.sha256,
      size: version.size)
  }
}
