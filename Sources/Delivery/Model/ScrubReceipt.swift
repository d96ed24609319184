// The receipt of a scrub: what was removed, from which bytes, leaving which bytes. It names classes
// and counts, never a value that was removed.

package import Cryptography

/// What the scrub workers did to one upload.
package struct ScrubReceipt: Sendable, Hashable {
  /// One class of what was found, such as `exif-gps`, and how many entries of it.
  package struct Finding: Sendable, Hashable {
    /// The class: lower-case words joined by hyphens.
    package let name: String
    /// How many entries were found, at least 1.
    package let count: Int

    /// Names a class and its count.
    package init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  /// The longest name of rules, in bytes.
  package static let policyBytesMax = 512

  /// The name of the rules that were applied, such as `strict-1+comments=refuse`.
  package let policy: String
  /// The tool and its version, such as `postern-scrub 1.0.0`.
  package let tool: String
  /// The media type that was detected from the bytes.
  package let mediaType: MediaType
  /// The digest of the bytes as they were uploaded.
  package let sha256Before: SHA256Digest
  /// The digest of the bytes that are delivered.
  package let sha256After: SHA256Digest
  /// The size of the uploaded bytes.
  package let sizeBefore: Int64
  /// The size of the delivered bytes.
  package let sizeAfter: Int64
  /// What was removed, in the order of the names.
  package let removed: [Finding]
  /// What stays although a reader may not expect it, such as hidden sheets, in the order of the names.
  package let staying: [Finding]
  /// What the malware scanner said; nothing where none is configured.
  package var scan: ScanRecord?
  /// The receipt of the version as it was signed; nothing before it is published.
  package var signed: String?
  /// Whether the bytes are delivered as they were uploaded, because the document is signed and
  /// whoever published the version approved it.
  package let isUnscrubbed: Bool

  /// Takes the values; findings are sorted by name.
  package init(
    policy: String, tool: String, mediaType: MediaType, sha256Before: SHA256Digest,
    sha256After: SHA256Digest, sizeBefore: Int64, sizeAfter: Int64, removed: [Finding],
    staying: [Finding] = [], isUnscrubbed: Bool = false
  ) {
    self.policy = policy
    self.tool = tool
    self.mediaType = mediaType
    self.sha256Before = sha256Before
    self.sha256After = sha256After
    self.sizeBefore = sizeBefore
    self.sizeAfter = sizeAfter
    self.isUnscrubbed = isUnscrubbed
    self.removed = removed.sorted { $0.name < $1.name }
    self.staying = staying.sorted { $0.name < $1.name }
  }
}
