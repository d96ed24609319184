// Roots, proofs and paths, without any file.

import AuditLog
import Testing

/// A log in memory: the tiles of the first `size` leaves, computed without the writer.
func memorySource(_ leaves: [TreeHash]) -> TileSource {
  TileSource { (path, _) throws(AuditLogError) in
    guard let tile = TileLayout.Tile(path: path), case .hashes(let level) = tile.kind else {
      return nil
    }
    let span = 1 << (TileLayout.height * level)
    let first = tile.index * TileLayout.width
    return (first..<(first + tile.width)).flatMap { node in
      var tree = TreeFrontier()
      for leaf in leaves[(node * span)..<((node + 1) * span)] { tree.append(leaf) }
      return tree.root.bytes
    }
  }
}

func root(_ leaves: some Sequence<TreeHash>) -> TreeHash {
  var tree = TreeFrontier()
  for leaf in leaves { tree.append(leaf) }
  return tree.root
}

@Suite struct TreeTests {
  @Test func `roots are those of RFC 6962's known answers`() {
    // The first eight roots of the certificate transparency reference implementation.
    let inputs: [[UInt8]] = [
      [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
      Array(0x50...0x57), Array(0x60...0x6f),
    ]
    let known = [
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]
    let leaves = inputs.map { TreeHash.leaf($0) }
    #expect((0...8).map { root(leaves.prefix($0)).description } == known)
  }

  @Test(arguments: [1, 2, 3, 5, 8, 255, 256, 257, 511, 700])
  func `every entry is proven and no neighbour is`(size: Int) throws {
    let leaves = (0..<size).map { TreeHash.leaf(entry($0)) }
    let root = root(leaves)
    var builder = ProofBuilder(memorySource(leaves), size: size)
    var wrong = 0
    for index in 0..<size {
      let path = try builder.inclusion(index)
      func isIncluded(_ leaf: TreeHash, _ index: Int, _ path: [TreeHash]) -> Bool {
        MerkleProof.isIncluded(leaf: leaf, index: index, size: size, root: root, path: path)
      }
      if !isIncluded(leaves[index], index, path) { wrong += 1 }
      if isIncluded(leaves[index], index + 1, path) { wrong += 1 }
      if isIncluded(.empty, index, path) { wrong += 1 }
      if isIncluded(leaves[index], index, path + [.empty]) { wrong += 1 }
      if !path.isEmpty, isIncluded(leaves[index], index, path.dropLast()) { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test(arguments: [1, 2, 7, 8, 9, 256, 257, 600])
  func `every earlier tree is proven a prefix and no other is`(size: Int) throws {
    let leaves = (0..<size).map { TreeHash.leaf(entry($0)) }
    let whole = root(leaves)
    var builder = ProofBuilder(memorySource(leaves), size: size)
    var wrong = 0
    for old in 0...size {
      let path = try builder.consistency(from: old)
      func isConsistent(_ oldRoot: TreeHash, _ path: [TreeHash]) -> Bool {
        MerkleProof.isConsistent(
          oldSize: old, oldRoot: oldRoot, size: size, root: whole, path: path)
      }
      if !isConsistent(root(leaves.prefix(old)), path) { wrong += 1 }
      if isConsistent(.leaf([1]), path) { wrong += 1 }
      if isConsistent(root(leaves.prefix(old)), path + [.empty]) { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  @Test func `a proof beyond the tree is refused`() throws {
    var builder = ProofBuilder(memorySource([.leaf([])]), size: 1)
    _ = try builder.inclusion(0)
    #expect(code { _ = try builder.inclusion(1) } == .limitExceeded)
    #expect(code { _ = try builder.consistency(from: 2) } == .limitExceeded)
    #expect(code { _ = try builder.inclusion(-1) } == .limitExceeded)
  }

  @Test(arguments: [
    ("tile/0/000", 0, 256), ("tile/0/x001/x234/067", 1_234_067, 256),
    ("tile/0/x001/x234/067.p/8", 1_234_067, 8), ("tile/5/999.p/255", 999, 255),
    ("tile/entries/x001/000.p/1", 1000, 1), ("tile/entries/x123/x456/789", 123_456_789, 256),
  ])
  func `a tile path is read and written the same`(path: String, index: Int, width: Int) {
    let tile = TileLayout.Tile(path: path)
    #expect(tile?.index == index && tile?.width == width && tile?.path == path)
  }

  @Test func `no second spelling of a tile path is read`() {
    let paths = [
      "tile/0/0", "tile/0/x000/001", "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/08",
      "tile/6/000", "tile/-1/000", "tile/+0/000", "tile/00/000", "tile/0/001/002", "tile/0/x001",
      "tile/entries/+01", "tile/0/001/", "tile/../000", "/tile/0/000", "tile/0", "", "checkpoint",
      "tile/0/x999/x999/x999/x999/x999/x999/999", "tile/data/000",
    ]
    #expect(paths.compactMap { TileLayout.Tile(path: $0)?.path } == [])
  }

  @Test func `an entry of 65535 bytes fits and one more does not`() throws {
    var bundle = [UInt8]()
    let largest = [UInt8](repeating: 1, count: TileLayout.entryBytesMax)
    #expect(code { try EntryBundle.append(largest, to: &bundle) } == nil)
    #expect(code { try EntryBundle.append(largest + [1], to: &bundle) } == .limitExceeded)
    #expect(try EntryBundle.entries(of: bundle, count: 1).map { Array($0) } == [largest])
    #expect(code { _ = try EntryBundle.entries(of: bundle, count: 2) } == .truncated)
    #expect(code { _ = try EntryBundle.entries(of: bundle + [0], count: 1) } == .oversized)
  }
}
