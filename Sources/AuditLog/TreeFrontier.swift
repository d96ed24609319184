// The right edge of a growing Merkle tree: the roots of its complete subtrees, largest first.
// It is all that appending needs, at most one hash for each bit of the size.

/// An append-only tree that remembers only what the next append and the root need.
public struct TreeFrontier: Sendable, Hashable {
  /// The number of leaves.
  public private(set) var size: Int

  /// The roots of the complete subtrees, largest (leftmost) first: one for each bit set in `size`.
  public private(set) var peaks: [TreeHash]

  /// Creates the tree without leaves.
  public init() {
    size = 0
    peaks = []
  }

  /// Takes up a tree of `size` leaves; nothing if the number of peaks does not fit the size.
  public init?(size: Int, peaks: [TreeHash]) {
    guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
    self.size = size
    self.peaks = peaks
  }

  /// Appends a leaf by its hash.
  public mutating func append(_ leaf: TreeHash) {
    var hash = leaf
    var bits = size
    while bits & 1 == 1, let left = peaks.popLast() {
      hash = TreeHash.node(left, hash)
      bits >>= 1
    }
    peaks.append(hash)
    size += 1
  }

  /// The Merkle tree hash of all leaves (RFC 6962 section 2.1).
  public var root: TreeHash { TreeFrontier.fold(peaks) ?? .empty }

  /// Joins neighbouring complete subtrees from the right; nothing for no subtree.
  static func fold(_ peaks: [TreeHash]) -> TreeHash? {
    guard var hash = peaks.last else { return nil }
    for left in peaks.dropLast().reversed() { hash = TreeHash.node(left, hash) }
    return hash
  }

  /// The root of a complete subtree over a power of two of nodes.
  static func complete(_ nodes: ArraySlice<TreeHash>) -> TreeHash {
    precondition(nodes.count.nonzeroBitCount == 1, "a complete subtree has 2^n nodes")
    var level = Array(nodes)
    while level.count > 1 {
      level = stride(from: 0, to: level.count, by: 2).map {
        TreeHash.node(level[$0], level[$0 + 1])
      }
    }
    return level[0]
  }
}
