// What can be wrong with an audit log, a checkpoint or a receipt, said so that a reader can act on it.
// Errors name files, entry indices and sizes; entry bytes and key material never appear.

/// A failure of reading, writing or verifying an audit log.
public struct AuditLogError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The stable name of a condition.
  @nonexhaustive
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// A signed note, checkpoint, key, receipt or path is not in the form that its specification demands.
    case malformed = "malformed"
    /// A number or a length lies above the limit that this library sets.
    case limitExceeded = "limit-exceeded"
    /// No signature of a trusted key is on the note.
    case untrusted = "untrusted"
    /// A signature names a trusted key but does not match the text.
    case signatureMismatch = "signature-mismatch"
    /// The checkpoint belongs to a log with another origin.
    case originMismatch = "origin-mismatch"
    /// A file that the checkpoint promises is absent.
    case missing = "missing"
    /// A file holds fewer bytes or entries than the checkpoint promises.
    case truncated = "truncated"
    /// A file holds more bytes or entries than its name says.
    case oversized = "oversized"
    /// The entries of a bundle are the signed ones in another order.
    case entriesSwapped = "entries-swapped"
    /// An entry is not the one whose hash was signed.
    case entryChanged = "entry-changed"
    /// A hash tile differs from the entries, which are the signed ones.
    case tileChanged = "tile-changed"
    /// Entries and tiles agree with each other but not with the signed root.
    case rootMismatch = "root-mismatch"
    /// The log is smaller than a checkpoint that was seen before.
    case rolledBack = "rolled-back"
    /// Two signed checkpoints describe different histories.
    case forked = "forked"
    /// Tiles go beyond the signed size: an interrupted writer, or a checkpoint put back in time.
    case unsignedTail = "unsigned-tail"
    /// A file that no log of this size has.
    case unexpectedFile = "unexpected-file"
    /// The proof does not lead from the leaf to the root.
    case proofMismatch = "proof-mismatch"
    /// The clock stands before the last checkpoint; nothing is signed.
    case timeWentBack = "time-went-back"
    /// The store holds fewer entries than the log has signed; nothing is signed.
    case treeShrank = "tree-shrank"
    /// Entries were offered at another index than the next one.
    case indexGap = "index-gap"
    /// Another writer holds the log's folder.
    case busy = "busy"
    /// The operating system refused; `errno` has the number.
    case io = "io"
  }

  /// Which condition.
  public let code: Code

  /// What is wrong, in words that may be shown to anybody.
  public let detail: String

  /// The file concerned, relative to the log's folder, if there is one.
  public let path: String?

  /// The first entry concerned, if one can be named.
  public let index: Int?

  /// The system's error number for `io`.
  public let errno: Int32?

  /// Creates an error; the parts that are unknown stay out.
  public init(
    _ code: Code, _ detail: String, path: String? = nil, index: Int? = nil, errno: Int32? = nil
  ) {
    self.code = code
    self.detail = detail
    self.path = path
    self.index = index
    self.errno = errno
  }

  /// The code, the detail and the place.
  public var description: String {
    var text = "\(code.rawValue): \(detail)"
    if let path { text += " [\(path)]" }
    if let index { text += " [entry \(index)]" }
    if let errno { text += " [errno \(errno)]" }
    return text
  }
}
