// The port to the scrub workers. Bytes cross it as descriptors: the domain never reads them.

package import Cryptography
package import ScrubContract

/// A file without a name that holds an upload or its scrubbed form.
///
/// Whoever opened the descriptor gives an `owner` that closes it when the last copy of this value
/// goes away.
package struct SpooledFile: Sendable {
  /// The descriptor, positioned anywhere; readers use offsets of their own.
  package let descriptor: Int32
  /// How many bytes it holds.
  package let size: Int64
  /// The digest of all its bytes.
  package let sha256: SHA256Digest
  private let owner: (any Sendable)?

  /// Describes an open file.
  package init(descriptor: Int32, size: Int64, sha256: SHA256Digest, owner: (any Sendable)?) {
    self.descriptor = descriptor
    self.size = size
    self.sha256 = sha256
    self.owner = owner
  }
}

/// What the client says about an upload; a hint for messages, never believed.
package struct DeclaredContent: Sendable, Hashable {
  /// The file name.
  package let filename: FileName
  /// The media type, if one was declared.
  package let mediaType: MediaType?

  /// Takes the values as they are.
  package init(filename: FileName, mediaType: MediaType?) {
    self.filename = filename
    self.mediaType = mediaType
  }
}

/// Removes metadata and proves the result.
package protocol Scrubber: Sendable {
  /// Scrubs `source` by `rules`; `proving` is called once when removal is done and the proof begins.
  ///
  /// Throws `unavailable` or `timeout`; content that is not accepted is an outcome.
  func scrub(
    _ source: SpooledFile, declared: DeclaredContent, rules: ScrubRules,
    proving: @Sendable () -> Void
  ) async throws(ScrubberError) -> ScrubOutcome
}

/// What came of a scrub.
package enum ScrubOutcome: Sendable {
  /// Clean bytes and what was removed.
  case clean(SpooledFile, ScrubReceipt)
  /// The type is not one that can be proved clean.
  case mediaTypeRefused(RefusalReason)
  /// The content is damaged, hostile or could not be proved clean.
  case refused(RefusalReason)
}

/// Why there is no outcome.
package struct ScrubberError: Error, Sendable, CustomStringConvertible {
  /// What went wrong.
  package enum Code: String, Sendable, CaseIterable {
    /// No worker could be started, or all are busy for too long.
    case unavailable = "unavailable"
    /// A worker died or broke its protocol.
    case failed = "failed"
  }

  /// What went wrong.
  package let code: Code
  /// A sentence for the log.
  package let detail: String

  /// Makes an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  package var description: String { "\(code.rawValue): \(detail)" }
}
