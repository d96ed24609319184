// A download through the gateway: its first byte is allowed by one event, its end is told by another.

package import Base
package import Cryptography

/// A download that has begun, with what the event of its end says.
package struct StartedDownload: Sendable, Hashable {
  /// Its identifier.
  package let delivery: DeliveryID
  /// The tenant that owns the document.
  package let tenant: TenantID
  /// The link.
  package let link: LinkID
  /// The document.
  package let document: DocumentID
  /// The version.
  package let version: VersionID
  /// The digest of the whole file.
  package let sha256: SHA256Digest
  /// The size of the whole file in bytes.
  package let size: Int64
  /// The bytes that were asked for.
  package let part: Range<Int64>
  /// The status of the answer, 200 or 206.
  package let status: Int
  /// When it began.
  package let startedAt: Timestamp
  /// Whom the link is for, or who issued it. Personal data.
  package let recipient: PersonReference

  /// Describes the download of a part of a version.
  package init(
    _ delivery: DeliveryID, _ link: Link, _ version: Version, _ part: Range<Int64>, status: Int,
    at moment: Timestamp
  ) {
    self.delivery = delivery
    tenant = link.tenant
    self.link = link.id
    document = link.document
    self.version = version.id
    sha256 = version.sha256
    size = version.size
    self.part = part
    self.status = status
    startedAt = moment
    recipient = link.recipient ?? link.issuedBy
  }

  /// What the event of the beginning says.
  package var transfer: AuditTransfer {
    AuditTransfer(
      delivery: delivery, offset: part.lowerBound, length: part.upperBound - part.lowerBound,
      status: status)
  }

  /// The event of the end; `sent` is nothing where nobody knows.
  package func event(
    _ end: DownloadEnd, sent: Int64?, id: EventID, request: RequestContext? = nil
  ) -> AuditEvent {
    var transfer = transfer
    transfer.sent = sent
    return AuditEvent(
      id: id, log: .tenant(tenant), kind: .downloadEnd, outcome: end.outcome, why: end.why,
      actor: AuditActor(.link, recipient: recipient),
      object: AuditObject(document: document, version: version, sha256: sha256, size: size),
      link: AuditLink(id: link), transfer: transfer, request: request?.id, trace: request?.traceID)
  }
}

/// How a download ended.
package enum DownloadEnd: String, Sendable, Hashable, CaseIterable {
  /// All bytes that were asked for were sent.
  case whole = "whole"
  /// The client left, or took the bytes too slowly.
  case clientGone = "client-gone"
  /// The object store gave no more bytes, or other ones than it should.
  case objectStoreFailed = "object-store-failed"
  /// The gateway stopped at work; found by the next one.
  case gatewayRestarted = "gateway-restarted"
  /// The link was revoked meanwhile.
  case linkRevoked = "link-revoked"
  /// The grant on whose account the link was issued was removed meanwhile.
  case grantGone = "grant-gone"
  /// The version was withdrawn meanwhile.
  case versionWithdrawn = "version-withdrawn"
  /// The document was deleted meanwhile.
  case documentDeleted = "document-deleted"
  /// Nobody could tell whether it might go on.
  case storeUnavailable = "store-unavailable"

  /// The outcome of the event.
  package var outcome: AuditOutcome {
    switch self {
    case .whole: .success
    case .objectStoreFailed: .failure
    default: .aborted
    }
  }

  /// The reason in the event; nothing for a whole download.
  package var why: String? { self == .whole ? nil : rawValue }
}
