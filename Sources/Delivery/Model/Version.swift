// A version: one immutable content of a document. It exists only once its bytes are scrubbed,
// proved and stored; what is on the way there, or never arrived, is an `Upload`.

package import Base
package import Cryptography

/// One published content.
package struct Version: Sendable, Hashable {
  /// Where a version stands after it was published.
  package enum State: Sendable, Hashable {
    /// It can be linked while `validFrom <= now < validUntil`.
    case ready
    /// It can no longer be linked.
    case withdrawn(at: Timestamp)
  }

  /// Its identifier, which is also the last part of its object's key.
  package let id: VersionID
  /// The tenant that owns it.
  package let tenant: TenantID
  /// The document whose content it is.
  package let document: DocumentID
  /// 1 for the first version of a document, then one more each; the store assigns it.
  package var number: Int
  /// The name under which customers save it, unless a link says otherwise.
  package let filename: FileName
  /// The media type that was detected from the bytes.
  package let mediaType: MediaType
  /// The size of the delivered bytes.
  package let size: Int64
  /// The digest of the delivered bytes.
  package let sha256: SHA256Digest
  /// Where the bytes lie.
  package let objectKey: ObjectKey
  /// What was removed from the uploaded bytes.
  package let receipt: ScrubReceipt
  /// When it was published.
  package let createdAt: Timestamp
  /// From when it can be linked.
  package var validFrom: Timestamp
  /// From when it can no longer be linked; nothing for no end.
  package var validUntil: Timestamp?
  /// Who published it. Personal data.
  package let releasedBy: PersonReference
  /// The next version of the document, once there is one; the store assigns it.
  package var replacedBy: VersionID?
  /// Where it stands.
  package var state: State

  /// Takes the values as they are.
  package init(
    id: VersionID, tenant: TenantID, document: DocumentID, number: Int, filename: FileName,
    mediaType: MediaType, size: Int64, sha256: SHA256Digest, objectKey: ObjectKey,
    receipt: ScrubReceipt, createdAt: Timestamp, validFrom: Timestamp, validUntil: Timestamp?,
    releasedBy: PersonReference, replacedBy: VersionID? = nil, state: State = .ready
  ) {
    self.id = id
    self.tenant = tenant
    self.document = document
    self.number = number
    self.filename = filename
    self.mediaType = mediaType
    self.size = size
    self.sha256 = sha256
    self.objectKey = objectKey
    self.receipt = receipt
    self.createdAt = createdAt
    self.validFrom = validFrom
    self.validUntil = validUntil
    self.releasedBy = releasedBy
    self.replacedBy = replacedBy
    self.state = state
  }

  /// Whether a link may deliver it at `moment`.
  package func isDeliverable(at moment: Timestamp) -> Bool {
    guard state == .ready, validFrom <= moment else { return false }
    return validUntil.map { moment < $0 } ?? true
  }
}

/// A media type without parameters, such as `image/jpeg`: lower case, up to 100 bytes.
package struct MediaType: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The type and subtype.
  package let text: String

  /// Takes `type/subtype` in lower case; nothing for any other text.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard text.utf8.count <= 100, parts.count == 2, parts.allSatisfy(MediaType.isName) else {
      return nil
    }
    self.text = text
  }

  package var description: String { text }
  package static func < (left: MediaType, right: MediaType) -> Bool { left.text < right.text }

  private static func isName(_ part: Substring.UTF8View) -> Bool {
    !part.isEmpty
      && part.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"):
          true
        default: false
        }
      }
  }
}
