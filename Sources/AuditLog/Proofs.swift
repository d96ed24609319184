// Checking of inclusion and consistency proofs, after the algorithms of RFC 9162 sections 2.1.3.2
// and 2.1.4.2. Making of proofs is in `ProofBuilder`.

/// Pure checks of Merkle proofs.
public enum MerkleProof {
  /// The longest path: one hash for each level of the largest tree, and one more for consistency.
  public static let hashesMax = 64

  /// Checks that the leaf at `index` is under the root of a tree of `size` leaves.
  public static func isIncluded(
    leaf: TreeHash, index: Int, size: Int, root: TreeHash, path: [TreeHash]
  ) -> Bool {
    guard index >= 0, index < size, path.count <= hashesMax else { return false }
    var (node, last, hash) = (index, size - 1, leaf)
    for sibling in path {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        hash = TreeHash.node(sibling, hash)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        hash = TreeHash.node(hash, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Checks that the tree of `oldSize` leaves is a prefix of the tree of `size` leaves.
  public static func isConsistent(
    oldSize: Int, oldRoot: TreeHash, size: Int, root: TreeHash, path: [TreeHash]
  ) -> Bool {
    guard oldSize >= 0, oldSize <= size, path.count <= hashesMax else { return false }
    if oldSize == size { return path.isEmpty && oldRoot == root }
    if oldSize == 0 { return path.isEmpty && oldRoot == .empty }
    var rest = path[...]
    if oldSize.nonzeroBitCount == 1 { rest = [oldRoot] + rest }
    guard let start = rest.popFirst() else { return false }
    var (node, last) = (oldSize - 1, size - 1)
    while node & 1 == 1 {
      node >>= 1
      last >>= 1
    }
    var (old, new) = (start, start)
    for sibling in rest {
      guard last > 0 else { return false }
      if node & 1 == 1 || node == last {
        old = TreeHash.node(sibling, old)
        new = TreeHash.node(sibling, new)
        while node & 1 == 0, node != 0 {
          node >>= 1
          last >>= 1
        }
      } else {
        new = TreeHash.node(new, sibling)
      }
      node >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == root
  }
}
