// Where tiles come from: a folder, an HTTP mirror, a test's dictionary. Readers of a log see only this.

/// Access to the files of one log.
public struct TileSource: Sendable {
  /// Returns the bytes of a path below the log, at most `bytesMax`; nothing if there is no such file.
  ///
  /// A longer file is given as its first `bytesMax + 1` bytes, so that the reader can tell.
  public let read: @Sendable (_ path: String, _ bytesMax: Int) throws(AuditLogError) -> [UInt8]?

  /// Names every file of the log; nothing where the means cannot list (HTTP).
  public let list: (@Sendable () throws(AuditLogError) -> [String])?

  /// Creates a source.
  public init(
    list: (@Sendable () throws(AuditLogError) -> [String])? = nil,
    read: @escaping @Sendable (_ path: String, _ bytesMax: Int) throws(AuditLogError) -> [UInt8]?
  ) {
    self.read = read
    self.list = list
  }

  /// The whole tile, or the start of a fuller one that holds it; throws `missing` or `truncated`.
  func tile(_ tile: TileLayout.Tile) throws(AuditLogError) -> [UInt8] {
    var found = try read(tile.path, tile.bytesMax)
    if found == nil, tile.isPartial {
      // A partial tile may have been replaced by the full one (tlog-tiles, "Partial Tiles").
      found = try read(tile.fullPath, tile.bytesMax)
    }
    guard let bytes = found else {
      throw AuditLogError(.missing, "a tile of the log is absent", path: tile.path)
    }
    return bytes
  }

  /// The hashes of a tile; throws `missing` or `truncated`.
  func hashes(_ tile: TileLayout.Tile) throws(AuditLogError) -> [TreeHash] {
    let bytes = try self.tile(tile)
    guard bytes.count >= tile.width * TreeHash.byteCount else {
      throw AuditLogError(.truncated, "a hash tile is cut off", path: tile.path)
    }
    return (0..<tile.width).compactMap {
      TreeHash(bytes[($0 * TreeHash.byteCount)..<(($0 + 1) * TreeHash.byteCount)])
    }
  }
}
