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

  /// Records that a presigned URL is handed out by itself; throws as `recordLink` does.
  func recordPresignedURL(
    of version: VersionID, _ document: DocumentID, _ access: Access, seen: StoreRevision,
    event: AuditEvent
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
