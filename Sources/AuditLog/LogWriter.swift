// Integrates entries into a log's folder and publishes signed checkpoints. Everything but the
// checkpoint can be derived again from the entries, so a crash at any point is repaired by opening
// the folder and appending from `size` on. The checkpoint is written last.

/// The only writer of a log.
///
/// ```swift
/// let writer = try LogWriter(directory: "audit/acme", signers: [signer])
/// try writer.append(entries, at: writer.size)
/// try writer.seal(atMilliseconds: now)
/// ```
public final class LogWriter {
  /// The number of entries in the tree, sealed or not.
  public var size: Int { edge.size }

  /// The checkpoint that is published; nothing before the first seal.
  public private(set) var checkpoint: Checkpoint?

  private let folder: DurableFolder
  private let signers: [NoteSigner]
  private var edge: TreeEdge
  /// The partial tiles that belong to the published checkpoint.
  private var published: Set<String> = []

  /// Opens or creates the folder, and takes up the log where its checkpoint ends.
  ///
  /// The first signer's name is the log's origin; with several, all sign (key rotation). `known` is
  /// the last checkpoint that was seen elsewhere. Throws `busy`, `rolled-back` or `forked` against
  /// `known`, `root-mismatch` if the tiles are not the signed ones, and what reading throws.
  public init(
    directory: String, signers: [NoteSigner], known: Checkpoint? = nil
  ) throws(AuditLogError) {
    guard let origin = signers.first?.verifier.name else {
      throw AuditLogError(.untrusted, "a log is not written without a signing key")
    }
    folder = try DurableFolder(directory)
    self.signers = signers
    guard let note = try folder.directory.checkpoint() else {
      guard known == nil || known?.size == 0 else {
        throw AuditLogError(.rolledBack, "the log is gone, but a checkpoint of it is known")
      }
      edge = TreeEdge()
      return
    }
    let signed = try Checkpoint(verifying: note, trusting: signers.map(\.verifier))
    precondition(signed.origin == origin, "verifying compares the origin")
    edge = try TreeEdge(folder.directory.source, size: signed.size)
    guard edge.root == signed.root else {
      throw AuditLogError(.rootMismatch, "the tiles at the end of the log are not the signed ones")
    }
    if let known {
      try LogWriter.compare(signed, with: known, in: folder.directory.source)
    }
    checkpoint = signed
    published = Set(edge.partials.map(\.tile.path))
  }

  /// Appends entries; `index` is the place of the first one and must be `size`.
  ///
  /// Full tiles are written at once. Throws `index-gap`, `limit-exceeded` for an entry above 65,535
  /// bytes, `forked` if a full tile of other content already exists, or `io`. After an error other
  /// than `index-gap` the writer must be opened anew.
  public func append(_ entries: [[UInt8]], at index: Int) throws(AuditLogError) {
    guard index == edge.size else {
      throw AuditLogError(
        .indexGap, "entries were offered at \(index) to a log of \(edge.size)", index: index)
    }
    for entry in entries {
      for completed in try edge.append(entry) { try writeImmutable(completed) }
    }
  }

  /// Checks that the store still holds every entry that was signed; throws `tree-shrank`.
  public func check(storeSize: Int) throws(AuditLogError) {
    guard storeSize >= edge.size else {
      throw AuditLogError(
        .treeShrank, "the store holds \(storeSize) entries, the log has \(edge.size)")
    }
  }

  /// Publishes a checkpoint over everything appended so far, and returns it.
  ///
  /// An unchanged log is signed again, which shows that it lives. Throws `time-went-back` if the
  /// moment lies before the last checkpoint's, or `io`.
  @discardableResult
  public func seal(atMilliseconds moment: Int64) throws(AuditLogError) -> Checkpoint {
    if let last = checkpoint?.timeMilliseconds, moment < last {
      throw AuditLogError(.timeWentBack, "the clock stands before the last checkpoint")
    }
    let next = Checkpoint(
      origin: signers[0].verifier.name, size: edge.size, root: edge.root,
      timeMilliseconds: moment)
    let partials = edge.partials
    for partial in partials where !published.contains(partial.tile.path) {
      try folder.write(partial.bytes, to: partial.tile.path)
    }
    let note = try SignedNote(signing: next.text, with: signers)
    try folder.write(note.bytes, to: TileLayout.checkpointPath)
    checkpoint = next
    published = Set(partials.map(\.tile.path))
    try removeSuperseded()
    return next
  }

  private func writeImmutable(_ completed: TreeEdge.Completed) throws(AuditLogError) {
    let path = completed.tile.path
    if let present = try folder.directory.read(path, bytesMax: completed.tile.bytesMax) {
      guard present == completed.bytes else {
        throw AuditLogError(.forked, "a full tile of other content already exists", path: path)
      }
      try folder.remove(path + DurableFolder.temporarySuffix)
      return
    }
    try folder.write(completed.bytes, to: path)
  }

  /// Removes the partial tiles of earlier checkpoints, and what a crash left half-written.
  private func removeSuperseded() throws(AuditLogError) {
    let directory = folder.directory
    var kinds = [TileLayout.Kind.entries]
    kinds += (0...TileLayout.levelMax).map { TileLayout.Kind.hashes(level: $0) }
    for kind in kinds {
      let count = TileLayout.tileCount(kind, size: edge.size)
      // Only the two rightmost can have partial files: one seal completes the left of them.
      for index in (firstUnswept[kind] ?? max(0, count - 2))..<max(count, 1) {
        guard let tile = TileLayout.Tile(kind, index: index) else { continue }
        let partials = tile.fullPath + ".p"
        guard let names = try directory.entries(partials) else { continue }
        for name in names where !published.contains(partials + "/" + name) {
          try folder.remove(partials + "/" + name)
        }
        if !published.contains(where: { $0.hasPrefix(partials + "/") }) {
          try folder.removeFolder(partials)
        }
      }
      firstUnswept[kind] = max(0, count - 1)
    }
  }

  /// For each kind, the first tile that may still have partial files.
  private var firstUnswept: [TileLayout.Kind: Int] = [:]

  private static func compare(
    _ signed: Checkpoint, with known: Checkpoint, in source: TileSource
  ) throws(AuditLogError) {
    guard known.size <= signed.size else {
      throw AuditLogError(
        .rolledBack, "the log has \(signed.size) entries, \(known.size) were signed before")
    }
    var builder = ProofBuilder(source, size: signed.size)
    guard try builder.root(known.size) == known.root else {
      throw AuditLogError(.forked, "the log does not continue the checkpoint that is known")
    }
  }
}
