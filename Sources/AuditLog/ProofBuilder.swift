// Makes inclusion and consistency proofs from tiles (RFC 6962 sections 2.1.1 and 2.1.2); no index of
// inner nodes is kept anywhere, each is recomputed from at most 256 hashes.

/// Makes proofs about one size of a log.
public struct ProofBuilder {
  /// The size of the tree that the proofs are about.
  public let size: Int

  private let source: TileSource
  private var cache: [TileLayout.Tile: [TreeHash]] = [:]

  /// Prepares proofs about the first `size` entries; the source must hold the tiles for that size.
  public init(_ source: TileSource, size: Int) {
    self.source = source
    self.size = size
  }

  /// The hash of the entry at `index`; throws `limit-exceeded` beyond the size.
  public mutating func leafHash(_ index: Int) throws(AuditLogError) -> TreeHash {
    try require(index < size && index >= 0)
    return try subtree(level: 0, index: index)
  }

  /// The entry at `index`, as it was appended.
  public func entry(_ index: Int) throws(AuditLogError) -> [UInt8] {
    try require(index < size && index >= 0)
    let place = index / TileLayout.width
    guard let tile = TileLayout.tile(.entries, index: place, size: size) else { return [] }
    let bundle = try source.tile(tile)
    let count = index % TileLayout.width + 1
    let entries = try EntryBundle.entries(of: bundle, count: count, exact: false, path: tile.path)
    return Array(entries[count - 1])
  }

  /// The root of the first `count` entries; throws `limit-exceeded` beyond the size.
  public mutating func root(_ count: Int) throws(AuditLogError) -> TreeHash {
    try require(count <= size && count >= 0)
    return count == 0 ? .empty : try range(0, count)
  }

  /// The path from the entry at `index` to the root.
  public mutating func inclusion(_ index: Int) throws(AuditLogError) -> [TreeHash] {
    try require(index < size && index >= 0)
    var (low, high) = (0, size)
    var path = [TreeHash]()
    while high - low > 1 {
      let middle = low + ProofBuilder.split(high - low)
      if index < middle {
        path.append(try range(middle, high))
        high = middle
      } else {
        path.append(try range(low, middle))
        low = middle
      }
    }
    return path.reversed()
  }

  /// The path that shows the tree of `oldSize` entries to be a prefix; empty for 0 and for the size.
  public mutating func consistency(from oldSize: Int) throws(AuditLogError) -> [TreeHash] {
    try require(oldSize <= size && oldSize >= 0)
    guard oldSize > 0, oldSize < size else { return [] }
    var (low, high) = (0, size)
    var path = [TreeHash]()
    while oldSize != high {
      let middle = low + ProofBuilder.split(high - low)
      if oldSize <= middle {
        path.append(try range(middle, high))
        high = middle
      } else {
        path.append(try range(low, middle))
        low = middle
      }
    }
    // The old tree itself needs no hash in the path when it is one complete left subtree.
    if low > 0 { path.append(try range(low, high)) }
    return path.reversed()
  }

  /// The largest power of two below `count`.
  private static func split(_ count: Int) -> Int {
    1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
  }

  private func require(_ isInRange: Bool) throws(AuditLogError) {
    guard isInRange else {
      throw AuditLogError(.limitExceeded, "the log of \(size) entries does not reach that far")
    }
  }

  /// The hash over leaves `low..<high`, where `low` is aligned as RFC 6962's recursion leaves it.
  private mutating func range(_ low: Int, _ high: Int) throws(AuditLogError) -> TreeHash {
    var peaks = [TreeHash]()
    var position = low
    while position < high {
      let level = Int.bitWidth - 1 - (high - position).leadingZeroBitCount
      peaks.append(try subtree(level: level, index: position >> level))
      position += 1 << level
    }
    return TreeFrontier.fold(peaks) ?? .empty
  }

  /// The root of the complete subtree over 2^level leaves that is number `index` from the left.
  private mutating func subtree(level: Int, index: Int) throws(AuditLogError) -> TreeHash {
    let tileLevel = level / TileLayout.height
    let count = 1 << (level % TileLayout.height)
    let first = index * count
    let place = first / TileLayout.width
    guard let tile = TileLayout.tile(.hashes(level: tileLevel), index: place, size: size) else {
      throw AuditLogError(.limitExceeded, "the log of \(size) entries does not reach that far")
    }
    let start = first % TileLayout.width
    return TreeFrontier.complete(try hashes(tile)[start..<(start + count)])
  }

  private mutating func hashes(_ tile: TileLayout.Tile) throws(AuditLogError) -> [TreeHash] {
    if let known = cache[tile] { return known }
    let hashes = try source.hashes(tile)
    cache[tile] = hashes
    return hashes
  }
}
