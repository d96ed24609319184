// Checks a whole log without trusting whoever keeps it: signature, every entry, every tile, the root,
// older checkpoints, and that nothing else lies in the folder. One pass, memory in proportion to the
// number of tiles.

/// An offline verifier of complete logs.
public struct LogVerifier: Sendable {
  /// What was found to be right.
  public struct Report: Sendable, Hashable {
    /// The signed checkpoint.
    public let checkpoint: Checkpoint
    /// How many older checkpoints lie on the same history.
    public let olderCount: Int
    /// How many files were compared.
    public let fileCount: Int
  }

  /// The trusted keys; the first one's name is the origin.
  public let keys: [NoteVerifier]

  /// Keys that signed before a rotation: they vouch for older checkpoints only, so that who steals a
  /// retired key cannot make a log of today.
  public let formerKeys: [NoteVerifier]

  /// Whether tiles beyond the signed size are accepted unread, as beside a running writer.
  public let toleratesUnsignedTail: Bool

  /// Creates a verifier for one log.
  public init(
    keys: [NoteVerifier], formerKeys: [NoteVerifier] = [], toleratesUnsignedTail: Bool = false
  ) {
    self.keys = keys
    self.formerKeys = formerKeys
    self.toleratesUnsignedTail = toleratesUnsignedTail
  }

  /// Verifies a folder; `older` are signed checkpoints that were kept from before.
  ///
  /// Throws the code that names what is wrong: `missing`, `truncated`, `oversized`, `entry-changed`,
  /// `entries-swapped`, `tile-changed`, `root-mismatch`, `rolled-back`, `forked`, `unsigned-tail`,
  /// `unexpected-file`, or what verifying a checkpoint throws.
  public func verify(
    directory: String, older: [[UInt8]] = []
  ) throws(AuditLogError) -> Report {
    try verify(LogDirectory(directory).source, older: older)
  }

  /// Verifies a log from any source; one that cannot list its files skips the check for strangers.
  public func verify(
    _ source: TileSource, older: [[UInt8]] = []
  ) throws(AuditLogError) -> Report {
    let path = TileLayout.checkpointPath
    guard let note = try source.read(path, SignedNote.bytesMax) else {
      throw AuditLogError(.missing, "the log has no checkpoint", path: path)
    }
    let signed = try Checkpoint(verifying: note, trusting: keys)
    var known = [Checkpoint]()
    for note in older { known.append(try Checkpoint(verifying: note, trusting: keys + formerKeys)) }
    if let ahead = known.max(by: { $0.size < $1.size }), ahead.size > signed.size {
      throw AuditLogError(
        .rolledBack, "the log has \(signed.size) entries, \(ahead.size) were signed before",
        path: path)
    }
    if let list = source.list {
      try LogInventory(size: signed.size, toleratesUnsignedTail: toleratesUnsignedTail)
        .check(try list())
    }
    var pass = VerifyingPass(source: source, signed: signed, known: known)
    try pass.run()
    if let list = source.list { try pass.checkSuperseded(try list()) }
    return Report(checkpoint: signed, olderCount: known.count, fileCount: pass.fileCount)
  }
}

/// What may lie in the folder of a log of one size.
struct LogInventory {
  let size: Int
  let toleratesUnsignedTail: Bool

  /// Throws `unsigned-tail` or `unexpected-file`; absent files are found by reading.
  func check(_ paths: [String]) throws(AuditLogError) {
    for path in paths.sorted() where path != TileLayout.checkpointPath {
      guard let tile = TileLayout.Tile(path: path) else {
        if toleratesUnsignedTail, path.hasSuffix(DurableFolder.temporarySuffix) { continue }
        throw AuditLogError(.unexpectedFile, "the log has a file that no log has", path: path)
      }
      let present = TileLayout.tile(tile.kind, index: tile.index, size: size)
      guard (present?.width ?? 0) >= tile.width || toleratesUnsignedTail else {
        throw AuditLogError(
          .unsignedTail, "the log goes beyond its checkpoint of \(size) entries", path: path)
      }
    }
  }
}
