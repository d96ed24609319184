// A checkpoint (c2sp.org/tlog-checkpoint): origin, size and root of a log, signed as a note. We add
// one extension line, `time RFC-3339`, so that the moment of signing is itself under the signature.

import Base

/// What a log promises: that its first `size` entries have this root.
public struct Checkpoint: Sendable, Hashable {
  /// The largest number of extension lines.
  public static let extensionsMax = 16

  /// The name of the log, such as `files.example.com/audit/acme`.
  public let origin: String

  /// The number of entries.
  public let size: Int

  /// The Merkle tree hash of the entries.
  public let root: TreeHash

  /// The lines after the root, without newlines.
  public let extensions: [String]

  /// Creates a checkpoint signed at `timeMilliseconds` since 1970.
  public init(origin: String, size: Int, root: TreeHash, timeMilliseconds: Int64) {
    self.origin = origin
    self.size = size
    self.root = root
    extensions = ["time \(Timestamp(milliseconds: timeMilliseconds))"]
  }

  /// The moment of signing in milliseconds since 1970; nothing if the log does not say it.
  public var timeMilliseconds: Int64? {
    for line in extensions where line.hasPrefix("time ") {
      return Timestamp(line.dropFirst(5).description)?.milliseconds
    }
    return nil
  }

  /// Reads the text of a note; throws `malformed` or `limit-exceeded`.
  public init(parsing text: String) throws(AuditLogError) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard lines.popLast() == "", lines.count >= 3, !lines.contains(""),
      let root = Base64.decode(Array(lines[2].utf8), .standard).flatMap({ TreeHash($0) })
    else { throw AuditLogError(.malformed, "a checkpoint is not origin, size and root") }
    guard let size = Int(lines[1]), size >= 0, String(size) == lines[1] else {
      throw AuditLogError(.malformed, "the size of a checkpoint is not a plain decimal number")
    }
    guard size <= TileLayout.treeSizeMax, lines.count <= 3 + Checkpoint.extensionsMax else {
      throw AuditLogError(.limitExceeded, "a checkpoint has a size or extensions above the limit")
    }
    origin = lines[0]
    self.size = size
    self.root = root
    extensions = Array(lines[3...])
  }

  /// Reads a signed checkpoint and checks its signature and origin.
  ///
  /// The origin must be the name of the first trusted key. Throws `malformed`, `untrusted`,
  /// `signature-mismatch`, `origin-mismatch` or `limit-exceeded`.
  public init(verifying note: [UInt8], trusting keys: [NoteVerifier]) throws(AuditLogError) {
    let note = try SignedNote(parsing: note)
    try note.verify(trusting: keys)
    try self.init(parsing: note.text)
    guard origin == keys.first?.name else {
      throw AuditLogError(.originMismatch, "the checkpoint is of a log with another origin")
    }
  }

  /// The text to be signed.
  public var text: String {
    let root = Base64.encode(root.bytes, .standard)
    return ([origin, String(size), root] + extensions).joined(separator: "\n") + "\n"
  }
}
