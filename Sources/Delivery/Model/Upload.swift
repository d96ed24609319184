// An upload: bytes on their way to become a version. It ends as a version, refused, or failed;
// nothing of it can be linked before it ends well.

package import Base

/// One attempt to publish a version.
package struct Upload: Sendable, Hashable {
  /// Its identifier.
  package let id: UploadID
  /// The tenant that owns the document.
  package let tenant: TenantID
  /// The document that gets the version.
  package let document: DocumentID
  /// The version that it will become.
  package let version: VersionID
  /// Where the scrubbed bytes will lie, so that an orphan can be found after a crash.
  package let objectKey: ObjectKey
  /// The name that the client gave to the file. Personal data.
  package let filename: FileName
  /// Who uploads. Personal data.
  package let startedBy: PersonReference
  /// When it began.
  package let startedAt: Timestamp
  /// Where it stands.
  package var state: UploadState

  /// Takes the values as they are.
  package init(
    id: UploadID, tenant: TenantID, document: DocumentID, version: VersionID,
    objectKey: ObjectKey, filename: FileName, startedBy: PersonReference, startedAt: Timestamp,
    state: UploadState = .received
  ) {
    self.id = id
    self.tenant = tenant
    self.document = document
    self.version = version
    self.objectKey = objectKey
    self.filename = filename
    self.startedBy = startedBy
    self.startedAt = startedAt
    self.state = state
  }
}

/// Where an upload stands.
///
/// The first three are progress that only the process at work knows; a store keeps `received` for
/// all of them and learns the end.
package enum UploadState: Sendable, Hashable {
  /// Its bytes are arriving or wait for a worker.
  case received
  /// A worker removes the metadata.
  case scrubbing
  /// A second worker proves the result, a scanner looks for malware where one is configured, and it
  /// is put into the bucket.
  case scanning
  /// It became its version.
  case ready
  /// The content is not accepted, for this reason.
  case refused(RefusalReason)
  /// Something broke on our side or on the way; trying again may help.
  case failed(DeliveryError.Code)

  /// Whether nothing more will happen.
  package var isFinal: Bool {
    switch self {
    case .received, .scrubbing, .scanning: false
    case .ready, .refused, .failed: true
    }
  }

  /// The word of the contract: `received`, `scrubbing`, `scanning`, `ready`, `refused`, `failed`.
  package var word: String {
    switch self {
    case .received: "received"
    case .scrubbing: "scrubbing"
    case .scanning: "scanning"
    case .ready: "ready"
    case .refused: "refused"
    case .failed: "failed"
    }
  }
}

/// Why content is not accepted: lower-case words joined by hyphens, up to 64 bytes, stable.
package struct RefusalReason: Sendable, Hashable, CustomStringConvertible {
  /// The reason.
  package let text: String

  /// Takes a reason; text of another form becomes `unnamed-reason`.
  package init(_ text: String) {
    self.text = Names.isSlug(text, bytesMax: 64) ? text : "unnamed-reason"
  }

  package var description: String { text }
}
