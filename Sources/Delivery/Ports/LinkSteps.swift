// What the store does with links.

package import Base
package import Cryptography

/// Links and what they hand out.
package protocol LinkSteps: Sendable {
  /// Issues a link that was decided on a `LinkTarget` of revision `seen`.
  ///
  /// Throws `not-found` if `access` may not issue links to the document any more,
  /// `version-unavailable` if the selector names no deliverable version, `conflict` if the id or
  /// the token's digest is taken.
  func recordLink(
    _ link: Link, _ access: Access, seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// Records that a presigned URL that dies at `end` is handed out by itself; throws as `recordLink`
  /// does.
  func recordPresignedURL(
    of version: VersionID, _ document: DocumentID, until end: Timestamp, _ access: Access,
    seen: StoreRevision, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The link, if `access` issued it or has `right` on its document.
  func link(_ id: LinkID, _ access: Access, right: Right) async throws(StoreError) -> Link?

  /// The links to a document, the newest first; nothing unless `access` may read the document.
  func links(
    to document: DocumentID, _ access: Access, _ page: PageRequest<LinkID>
  ) async throws(StoreError) -> Page<Link>?

  /// Revokes a link.
  ///
  /// It is idempotent: a revoked one stays as it was and nothing is recorded. Throws `not-found`
  /// unless `access` issued it or has the `issue` right on its document.
  func revokeLink(
    _ id: LinkID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Revocation

  /// Revokes the links of a set that were recorded before, at a cost that does not grow with their
  /// number; every link that is recorded afterwards lives, be it in the same millisecond.
  ///
  /// It is recorded each time; a link that was revoked before keeps its moment. Throws `not-found`
  /// for a document without the `issue` right on it.
  func revokeLinks(
    _ set: LinkSet, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> SetRevocation

  /// The facts about the link with one of the digests; nothing if no link has any.
  func redemptionFacts(
    _ digests: [TokenDigest], session: SHA256Digest?, at moment: Timestamp
  ) async throws(StoreError) -> RedemptionFacts?

  /// Follows a link: facts, `RedemptionAttempt.step`, its changes and its event in one
  /// transaction, so that a use is consumed exactly once.
  ///
  /// For an unknown digest nothing is recorded: its tenant is not known.
  func redeem(_ attempt: RedemptionAttempt) async throws(StoreError) -> RedemptionResult
}

/// What came of a revocation.
package struct Revocation: Sendable, Hashable {
  /// The link as it is now.
  package let link: Link
  /// The event; nothing if the link was revoked before.
  package let sequenced: Sequenced?
  /// Whether a download of the link is running, which will be cut.
  package let isSending: Bool

  /// Takes the values as they are.
  package init(link: Link, sequenced: Sequenced?, isSending: Bool = false) {
    self.link = link
    self.sequenced = sequenced
    self.isSending = isSending
  }
}

/// What came of the revocation of a set of links.
package struct SetRevocation: Sendable, Hashable {
  /// How long a store remembers it, in seconds: as long as a link can live that it revokes, and 90
  /// days for the question what became of it.
  package static let keptSeconds: Int64 = LifetimeBounds.hardMaxSeconds + 90 * 86_400

  /// How many live links it ended; nothing if more were issued lately than the store looks through.
  package let links: Int64?
  /// What was handed out for the set before, by its links or as presigned URLs by themselves.
  package let handedOut: HandedOut
  /// The event.
  package let sequenced: Sequenced

  /// Takes the values as they are.
  package init(links: Int64?, handedOut: HandedOut, sequenced: Sequenced) {
    self.links = links
    self.handedOut = handedOut
    self.sequenced = sequenced
  }

  /// When they were revoked.
  package var revokedAt: Timestamp { sequenced.time }
}

/// What came of following a link.
package enum RedemptionResult: Sendable, Hashable {
  /// It may show its page, or deliver.
  case granted(Redemption, Sequenced)
  /// It is known and delivers nothing.
  case refused(LinkRefusal, LinkID, Sequenced)
  /// The version changed since the offer was made; nothing was recorded. Make another offer.
  case versionChanged
  /// No link has any of the digests.
  case unknown
}

/// A link that was followed with success.
package struct Redemption: Sendable, Hashable {
  /// The link as it is now.
  package let link: Link
  /// Its document.
  package let document: Document
  /// The version that it delivers.
  package let version: Version

  /// Takes the values as they are.
  package init(link: Link, document: Document, version: Version) {
    self.link = link
    self.document = document
    self.version = version
  }
}
