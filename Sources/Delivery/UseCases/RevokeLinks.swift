// A caller takes back many links at once: all of a document, of a subject, of the tenant. Nothing is
// done to each of them; the store remembers the moment, and every redemption asks for it.

package import Base

/// Revokes sets of links.
package struct RevokeLinks: Sendable {
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
    /// How many live links it ended; nothing if there are too many to look through.
    package let links: Int64?
    /// For how long what was handed out for the set before may still work: by its links, and as
    /// presigned URLs by themselves.
    package let exposure: ResidualExposure
    /// The event.
    package let sequenced: Sequenced

    /// When they were revoked.
    package var revokedAt: Timestamp { sequenced.time }
  }

  /// Revokes the links of a set that were issued until now; repeating it is harmless and recorded.
  ///
  /// A document needs the right to issue links to it; the tenant, or a subject other than the caller's
  /// own, needs `tenant:admin` besides. Throws `scope-missing`, `document-not-found` (absent, foreign
  /// and forbidden alike), `store-…`.
  package func callAsFunction(
    _ set: LinkSet, by caller: Caller
  ) async throws(DeliveryError) -> Revoked {
    var document: DocumentID?
    if case .document(let id) = set { document = id }
    try await denials.require(.linksRevoke, of: caller, document: document)
    if !isOwn(set, of: caller) {
      try await denials.requireUnlessOperator(.tenantAdmin, of: caller)
    }
    let now = clock.now()
    let access = caller.access(at: now)
    var grant: GrantID?
    if let document {
      let found: DocumentView?
      do {
        found = try await store.document(document, access, right: .issue)
      } catch { throw DeliveryError(error) }
      guard let found else {
        throw await denials.record(.documentNotFound, of: caller, document: document)
      }
      grant = found.grant
    }
    var event = AuditEvent(
      .linkRevoke, by: caller, at: now, object: document.map { AuditObject(document: $0) },
      grant: grant, rule: set.rule)
    if case .subject(let subject) = set {
      event.actor.recipient = PersonReference(issuer: caller.principal.issuer, subject: subject)
    }
    do {
      let revocation = try await store.revokeLinks(set, access, event: event)
      return Revoked(
        links: revocation.links, exposure: ResidualExposure(revocation.handedOut, at: now),
        sequenced: revocation.sequenced)
    } catch {
      guard error.code == .notFound, let document else { throw DeliveryError(error) }
      throw await denials.record(.documentNotFound, of: caller, document: document)
    }
  }

  /// Whether the caller needs no administrator's scope: for documents, where grants decide, and for
  /// the links that hang on the grants that the caller itself acts by.
  private func isOwn(_ set: LinkSet, of caller: Caller) -> Bool {
    switch set {
    case .document: true
    case .subject(let subject): caller.authority.subject == subject
    case .all: false
    }
  }
}

extension LinkSet {
  /// The set in words without personal data, for the audit log.
  fileprivate var rule: String {
    switch self {
    case .document: "all links of the document"
    case .subject: "all links of the subject"
    case .all: "all links of the tenant"
    }
  }
}
