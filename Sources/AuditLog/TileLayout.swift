// Where things lie in a log: the paths of c2sp.org/tlog-tiles and nothing else. No I/O, no hashing.
// Entry bundles are `tile/entries/x001/x234/067`, hash tiles `tile/0/x001/x234/067`, partial ones
// end in `.p/W`.

/// The names and sizes of tiles and entry bundles.
public enum TileLayout {
  /// The number of hashes in a full tile, and of entries in a full bundle.
  public static let width = 256

  /// The number of tree levels that one tile spans.
  public static let height = 8

  /// The highest tile level; 2^48 leaves would be needed to go above it.
  public static let levelMax = 5

  /// The largest number of leaves that this library handles.
  public static let treeSizeMax = 1 << 40

  /// The largest entry; its length is written in two bytes.
  public static let entryBytesMax = 65_535

  /// The largest bundle in bytes.
  public static let bundleBytesMax = width * (entryBytesMax + 2)

  /// The name of the signed checkpoint.
  public static let checkpointPath = "checkpoint"

  /// What a tile holds.
  public enum Kind: Sendable, Hashable {
    /// Entries, each after its length as two bytes, most significant first.
    case entries
    /// Hashes of the given tile level; level 0 has the leaf hashes.
    case hashes(level: Int)
  }

  /// One tile: what, where, and how much of it.
  public struct Tile: Sendable, Hashable {
    /// What it holds.
    public let kind: Kind
    /// Its number from the left, starting at 0.
    public let index: Int
    /// How many hashes or entries it holds, 1...256; 256 is a full tile.
    public let width: Int

    /// Creates a name; nothing for an index or width out of range.
    public init?(_ kind: Kind, index: Int, width: Int = TileLayout.width) {
      guard index >= 0, index < TileLayout.treeSizeMax, (1...TileLayout.width).contains(width)
      else { return nil }
      if case .hashes(let level) = kind, !(0...TileLayout.levelMax).contains(level) { return nil }
      self.kind = kind
      self.index = index
      self.width = width
    }

    /// Whether more can still be appended to it.
    public var isPartial: Bool { width < TileLayout.width }

    /// The path of the full tile, without the part about the width.
    public var fullPath: String {
      switch kind {
      case .entries: "tile/entries/" + TileLayout.number(index)
      case .hashes(let level): "tile/\(level)/" + TileLayout.number(index)
      }
    }

    /// The path below the log's folder or address.
    public var path: String { isPartial ? "\(fullPath).p/\(width)" : fullPath }

    /// The largest number of bytes that such a file can have.
    public var bytesMax: Int {
      kind == .entries ? TileLayout.bundleBytesMax : width * TreeHash.byteCount
    }

    /// Reads a path; nothing unless it is exactly the path that `path` would give.
    public init?(path: String) {
      guard path.utf8.count <= 96 else { return nil }
      var parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count >= 3, parts[0] == "tile" else { return nil }
      var width = TileLayout.width
      if parts[parts.count - 2].hasSuffix(".p"), let last = parts.popLast() {
        guard let value = Int(last), value < TileLayout.width else { return nil }
        width = value
        parts[parts.count - 1] = parts[parts.count - 1].dropLast(2)
      }
      let kind: Kind
      if parts[1] == "entries" {
        kind = .entries
      } else if let level = Int(parts[1]) {
        kind = .hashes(level: level)
      } else {
        return nil
      }
      var index = 0
      for part in parts[2...] {
        let digits = part.hasPrefix("x") ? part.dropFirst() : part
        guard digits.utf8.count == 3, let value = Int(digits), index < TileLayout.treeSizeMax
        else { return nil }
        index = index * 1000 + value
      }
      self.init(kind, index: index, width: width)
      // One spelling only: leading zero groups, signs and missing `x` come out different here.
      guard self.path == path else { return nil }
    }
  }

  /// The number of nodes on a tile level for a tree of `size` leaves: complete subtrees only.
  public static func nodeCount(level: Int, size: Int) -> Int { size >> (height * level) }

  /// Every tile that a log of `size` leaves consists of, bundles first, then levels from the leaves up.
  public static func tiles(size: Int) -> [Tile] {
    var kinds = [Kind.entries]
    kinds += (0...levelMax).map { Kind.hashes(level: $0) }
    return kinds.flatMap { tiles($0, size: size) }
  }

  /// The tiles of one kind for a log of `size` leaves, from the left.
  public static func tiles(_ kind: Kind, size: Int) -> [Tile] {
    (0..<tileCount(kind, size: size)).compactMap { tile(kind, index: $0, size: size) }
  }

  /// The number of tiles of one kind, the partial one at the end included.
  public static func tileCount(_ kind: Kind, size: Int) -> Int {
    (count(kind, size: size) + width - 1) / width
  }

  /// The tile at `index` as it is in a log of `size` leaves; nothing if that log does not have it.
  public static func tile(_ kind: Kind, index: Int, size: Int) -> Tile? {
    Tile(kind, index: index, width: min(width, count(kind, size: size) - index * width))
  }

  private static func count(_ kind: Kind, size: Int) -> Int {
    if case .hashes(let level) = kind { return nodeCount(level: level, size: size) }
    return size
  }

  /// A tile number in groups of three digits, all but the last after an `x`.
  static func number(_ index: Int) -> String {
    var groups = [digits(index % 1000)]
    var rest = index / 1000
    while rest > 0 {
      groups.append("x" + digits(rest % 1000))
      rest /= 1000
    }
    return groups.reversed().joined(separator: "/")
  }

  private static func digits(_ value: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: 3 - text.count) + text
  }
}
