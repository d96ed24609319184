// One pass over a log, from the entries up. The tree of the entries and the tree of the level 0 tiles
// are computed side by side, so that a difference can be laid at the right door.

/// The state of verifying one log.
struct VerifyingPass {
  private let source: TileSource
  private let signed: Checkpoint
  private var known: [Checkpoint]
  private(set) var fileCount = 1

  /// The tree over the entries, and over the hashes in the level 0 tiles.
  private var entryTree = TreeFrontier()
  private var tileTree = TreeFrontier()
  /// The first place where they differ.
  private var difference: AuditLogError?
  /// A known checkpoint that the entries do not lead to.
  private var fork: Checkpoint?
  /// The roots of full tiles of the level below the one to be checked next.
  private var nodes: [TreeHash] = []

  init(source: TileSource, signed: Checkpoint, known: [Checkpoint]) {
    self.source = source
    self.signed = signed
    self.known = known.sorted { $0.size > $1.size }
  }

  mutating func run() throws(AuditLogError) {
    compareKnown()
    for index in 0..<TileLayout.tileCount(.entries, size: signed.size) {
      try readEntries(index)
    }
    try judge()
    for level in 1...TileLayout.levelMax { try checkLevel(level) }
  }

  /// Compares leftover partial tiles of earlier sizes with the start of the present ones.
  mutating func checkSuperseded(_ paths: [String]) throws(AuditLogError) {
    for path in paths {
      guard let tile = TileLayout.Tile(path: path),
        let present = TileLayout.tile(tile.kind, index: tile.index, size: signed.size),
        tile.width < present.width
      else { continue }
      let whole = try source.tile(present)
      guard let old = try source.read(path, tile.bytesMax) else { continue }
      fileCount += 1
      guard try old == LogDirectory.cut(whole, to: tile) else {
        throw AuditLogError(
          .tileChanged, "a partial tile of an earlier size differs from the present one",
          path: path)
      }
    }
  }

  private mutating func readEntries(_ index: Int) throws(AuditLogError) {
    guard let bundle = TileLayout.tile(.entries, index: index, size: signed.size),
      let tile = TileLayout.tile(.hashes(level: 0), index: index, size: signed.size)
    else { return }
    let bytes = try exact(bundle)
    let entries = try EntryBundle.entries(of: bytes, count: bundle.width, path: bundle.path)
    let computed = entries.map { TreeHash.leaf($0) }
    let stored = try exactHashes(tile)
    if difference == nil, computed != stored {
      difference = VerifyingPass.difference(computed, stored, of: bundle)
    }
    for (entry, hash) in zip(computed, stored) {
      entryTree.append(entry)
      tileTree.append(hash)
      compareKnown()
    }
    if computed.count == TileLayout.width { nodes.append(TreeFrontier.complete(computed[...])) }
  }

  /// Compares the tree with the checkpoints that were signed at its present size.
  private mutating func compareKnown() {
    while let next = known.last, next.size == entryTree.size {
      if fork == nil, next.root != entryTree.root { fork = next }
      known.removeLast()
    }
  }

  /// Decides what is wrong, now that both trees are complete.
  private func judge() throws(AuditLogError) {
    let areEntriesSigned = entryTree.root == signed.root
    if let difference {
      guard areEntriesSigned else { throw difference }
      throw AuditLogError(
        .tileChanged, "a hash tile differs from the entries, which are the signed ones",
        path: difference.path.map { $0.replacingEntriesWithLevel0() }, index: difference.index)
    }
    guard areEntriesSigned else {
      throw AuditLogError(
        .rootMismatch, "the entries and tiles agree, but the signed root is another one",
        path: TileLayout.checkpointPath)
    }
    if let fork {
      throw AuditLogError(
        .forked, "a checkpoint signed at \(fork.size) entries belongs to another history")
    }
  }

  private mutating func checkLevel(_ level: Int) throws(AuditLogError) {
    let below = nodes
    nodes = []
    for index in 0..<TileLayout.tileCount(.hashes(level: level), size: signed.size) {
      guard let tile = TileLayout.tile(.hashes(level: level), index: index, size: signed.size)
      else { continue }
      let start = index * TileLayout.width
      let computed = below[start..<(start + tile.width)]
      guard try exactHashes(tile)[...] == computed else {
        throw AuditLogError(
          .tileChanged, "a hash tile differs from the entries, which are the signed ones",
          path: tile.path)
      }
      if tile.width == TileLayout.width { nodes.append(TreeFrontier.complete(computed)) }
    }
  }

  private mutating func exact(_ tile: TileLayout.Tile) throws(AuditLogError) -> [UInt8] {
    guard let bytes = try source.read(tile.path, tile.bytesMax) else {
      throw AuditLogError(.missing, "a file that the checkpoint covers is absent", path: tile.path)
    }
    fileCount += 1
    return bytes
  }

  private mutating func exactHashes(_ tile: TileLayout.Tile) throws(AuditLogError) -> [TreeHash] {
    let bytes = try exact(tile)
    let expected = tile.width * TreeHash.byteCount
    guard bytes.count >= expected else {
      throw AuditLogError(.truncated, "a hash tile is cut off", path: tile.path)
    }
    guard bytes.count == expected else {
      throw AuditLogError(.oversized, "bytes follow the last hash of a tile", path: tile.path)
    }
    return stride(from: 0, to: expected, by: TreeHash.byteCount).compactMap {
      TreeHash(bytes[$0..<($0 + TreeHash.byteCount)])
    }
  }

  private static func difference(
    _ computed: [TreeHash], _ stored: [TreeHash], of bundle: TileLayout.Tile
  ) -> AuditLogError? {
    guard let offset = zip(computed, stored).enumerated().first(where: { $1.0 != $1.1 })?.offset
    else { return nil }
    let isOtherOrder = Set(computed) == Set(stored) && computed.count == stored.count
    return AuditLogError(
      isOtherOrder ? .entriesSwapped : .entryChanged,
      isOtherOrder
        ? "the entries of a bundle are in another order than the signed one"
        : "an entry is not the one whose hash was signed",
      path: bundle.path, index: bundle.index * TileLayout.width + offset)
  }
}

extension String {
  fileprivate func replacingEntriesWithLevel0() -> String {
    "tile/0/" + dropFirst("tile/entries/".count)
  }
}
