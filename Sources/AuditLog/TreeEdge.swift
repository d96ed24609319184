// The partial tiles at the right edge of a log, in memory: what a writer appends to. Pure; full tiles
// come out as values to be written by somebody else.

/// The right edge of a log as tiles.
struct TreeEdge {
  /// A full tile that appending completed.
  struct Completed {
    let tile: TileLayout.Tile
    let bytes: [UInt8]
  }

  private(set) var size = 0
  /// The hashes of the partial tile on each tile level, from the leaves up.
  private(set) var levels = [[TreeHash]](repeating: [], count: TileLayout.levelMax + 1)
  /// The bytes of the partial entry bundle.
  private(set) var bundle: [UInt8] = []

  init() {}

  /// Loads the edge of a log of `size` entries and checks that bundle and tile agree.
  init(_ source: TileSource, size: Int) throws(AuditLogError) {
    self.size = size
    for level in 0...TileLayout.levelMax {
      let count = TileLayout.nodeCount(level: level, size: size)
      let kind = TileLayout.Kind.hashes(level: level)
      guard count % TileLayout.width > 0,
        let tile = TileLayout.tile(kind, index: count / TileLayout.width, size: size)
      else { continue }
      levels[level] = try source.hashes(tile)
    }
    let width = size % TileLayout.width
    guard width > 0,
      let tile = TileLayout.tile(.entries, index: size / TileLayout.width, size: size)
    else { return }
    bundle = try LogDirectory.cut(try source.tile(tile), to: tile)
    let entries = try EntryBundle.entries(of: bundle, count: width, path: tile.path)
    for (offset, entry) in entries.enumerated() where TreeHash.leaf(entry) != levels[0][offset] {
      throw AuditLogError(
        .entryChanged, "an entry at the end of the log is not the one that was hashed",
        path: tile.path, index: size - width + offset)
    }
  }

  /// The root of all entries so far.
  var root: TreeHash {
    var peaks = [TreeHash]()
    for level in levels.reversed() {
      var start = 0
      for height in stride(from: TileLayout.height - 1, through: 0, by: -1) {
        let count = 1 << height
        guard level.count & count != 0 else { continue }
        peaks.append(TreeFrontier.complete(level[start..<(start + count)]))
        start += count
      }
    }
    return TreeFrontier.fold(peaks) ?? .empty
  }

  /// Appends an entry and returns the tiles that it completed, bundle first.
  mutating func append(_ entry: [UInt8]) throws(AuditLogError) -> [Completed] {
    guard size < TileLayout.treeSizeMax else {
      throw AuditLogError(.limitExceeded, "the log has as many entries as a log may have")
    }
    try EntryBundle.append(entry, to: &bundle)
    let place = size / TileLayout.width
    size += 1
    var completed = [Completed]()
    if size % TileLayout.width == 0, let tile = TileLayout.Tile(.entries, index: place) {
      completed.append(Completed(tile: tile, bytes: bundle))
      bundle = []
    }
    var hash = TreeHash.leaf(entry)
    for level in levels.indices {
      levels[level].append(hash)
      guard levels[level].count == TileLayout.width else { break }
      let index = TileLayout.nodeCount(level: level, size: size) / TileLayout.width - 1
      guard let tile = TileLayout.Tile(.hashes(level: level), index: index) else { break }
      completed.append(Completed(tile: tile, bytes: TreeEdge.bytes(levels[level])))
      hash = TreeFrontier.complete(levels[level][...])
      levels[level] = []
    }
    return completed
  }

  /// The partial tiles as they have to be on disk for the present size.
  var partials: [Completed] {
    var result = [Completed]()
    let width = size % TileLayout.width
    if let tile = TileLayout.Tile(.entries, index: size / TileLayout.width, width: width) {
      result.append(Completed(tile: tile, bytes: bundle))
    }
    for (level, hashes) in levels.enumerated() {
      let index = TileLayout.nodeCount(level: level, size: size) / TileLayout.width
      let kind = TileLayout.Kind.hashes(level: level)
      guard let tile = TileLayout.Tile(kind, index: index, width: hashes.count) else { continue }
      result.append(Completed(tile: tile, bytes: TreeEdge.bytes(hashes)))
    }
    return result
  }

  private static func bytes(_ hashes: [TreeHash]) -> [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
    for hash in hashes { hash.append(to: &bytes) }
    return bytes
  }
}
