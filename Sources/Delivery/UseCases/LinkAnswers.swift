// What following a link gives: a page, a delivery, or what HEAD tells.

package import Base
package import Cryptography

/// What the page of a link may show; never the file's name, because scanners read pages.
package struct LinkPage: Sendable, Hashable {
  /// The document's title, if the tenant's policy shows it.
  package let title: String?
  /// The size of the file in bytes.
  package let size: Int64
  /// The media type of the file.
  package let mediaType: MediaType
  /// When the link ends.
  package let expiresAt: Timestamp
  /// How many downloads are left; nothing for any number.
  package let usesLeft: Int?
  /// Whether the link is pinned to a version that a newer one has replaced.
  package let isSuperseded: Bool
  /// Who sends.
  package let sender: LinkSender
  /// When the page was asked for.
  package let moment: Timestamp
}

/// Who sends a file, as the customer knows them.
package struct LinkSender: Sendable, Hashable {
  /// The name in the tenant's brand, or the tenant's own.
  package let name: String
  /// What the tenant's pages look like.
  package let brand: Brand
}

/// What HEAD is answered with: what GET would be.
package enum LinkLook: Sendable {
  /// The page.
  case page(LinkPage)
  /// The file, at the object store.
  case file(LinkInspection)
  /// The file, which the gateway sends itself.
  case send(DownloadPlan)
}

/// What the page of a link says that delivers nothing.
package struct LinkEnd: Sendable, Hashable {
  /// Who sends.
  package let sender: LinkSender
  /// From when the version is valid, if that is still to come.
  package let validFrom: Timestamp?
}

/// A presigned URL for the customer, or the right to come back for the bytes.
package struct LinkDelivery: Sendable {
  /// The URL to redirect to; nothing if the link's own URL has the bytes, for the session.
  package let url: PresignedURL?
  /// The delivery that is signed into it.
  package let delivery: DeliveryID
  /// The value of the session cookie to set; nothing if no session was opened.
  package let session: SessionSecret?
  /// When that session ends.
  package let sessionExpiresAt: Timestamp?
  /// What was delivered.
  package let redemption: Redemption
  /// The event.
  package let sequenced: Sequenced
}

/// A file that the gateway sends itself: what was decided before object storage is asked.
package struct DownloadPlan: Sendable {
  /// The version.
  package let version: Version
  /// How the browser should treat the file.
  package let disposition: Disposition
  /// The name to save under.
  package let filename: FileName
  /// The link.
  let link: LinkID
  /// The digests under which its token may be stored.
  let digests: [TokenDigest]
  /// The session that the visitor has.
  let session: SHA256Digest?
}

/// What HEAD tells about a file.
package struct LinkInspection: Sendable, Hashable {
  /// The size of the file in bytes.
  package let size: Int64
  /// The media type of the file.
  package let mediaType: MediaType
  /// The digest of the file.
  package let sha256: SHA256Digest
  /// The store's entity tag with quotes; nothing if the store gave none.
  package let entityTag: String?
}

/// The value of a session cookie: 128 random bits, 22 characters; its descriptions are redacted.
package struct SessionSecret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let bytes: [UInt8]

  /// Makes a secret from random bits.
  package init(random: (UInt64, UInt64)) {
    bytes = [random.0, random.1].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64($0 * 8)) }
    }
  }

  /// Reads a cookie's value; nothing for other text.
  package init?(_ text: some BidirectionalCollection<UInt8>) {
    guard text.count == 22, let bytes = Base64.decode(text, .url) else { return nil }
    self.bytes = bytes
  }

  /// The cookie's value.
  package var secretText: String { Base64.encode(bytes, .url) }

  /// What the store keeps. The secret has full entropy, so that a plain digest cannot be reversed.
  package var digest: SHA256Digest { SHA256.hash(bytes) }

  package var description: String { "redacted" }
  package var debugDescription: String { "redacted" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
