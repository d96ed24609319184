// A log in a folder. Writing is atomic and durable: temporary file, fsync, rename, fsync of the
// folder, and of each folder on the way that is new. Reading is bounded and follows no symbolic link.

import Base
import Glibc

/// The folder of one log.
public struct LogDirectory: Sendable {
  /// The most files that a listing returns; a log of 2^24 entries has half as many.
  public static let filesMax = 1 << 20

  /// The path of the folder.
  public let path: String

  /// Names a folder; nothing is read or created yet.
  public init(_ path: String) {
    self.path = path
  }

  /// The files as they are, for verifying: no tile stands in for another.
  public var source: TileSource {
    TileSource(
      list: { () throws(AuditLogError) in try files() },
      read: { (name, bytesMax) throws(AuditLogError) in try read(name, bytesMax: bytesMax) })
  }

  /// The files as a client may ask for them: a partial tile that was replaced by a fuller one is cut
  /// from that one. For proofs beside a running writer, and for serving over HTTP.
  public var servingSource: TileSource {
    TileSource { (name, bytesMax) throws(AuditLogError) in
      if let bytes = try read(name, bytesMax: bytesMax) { return bytes }
      guard let tile = TileLayout.Tile(path: name), tile.isPartial,
        let fuller = try fuller(than: tile),
        let bytes = try read(fuller.path, bytesMax: fuller.bytesMax)
      else { return nil }
      return try LogDirectory.cut(bytes, to: tile)
    }
  }

  /// The signed checkpoint, or nothing for a log that has none yet.
  public func checkpoint() throws(AuditLogError) -> [UInt8]? {
    try read(TileLayout.checkpointPath, bytesMax: SignedNote.bytesMax)
  }

  /// Every file below the folder, as relative paths in no order; throws `limit-exceeded` or `io`.
  func files() throws(AuditLogError) -> [String] {
    var found = [String]()
    var folders = [""]
    while let folder = folders.popLast() {
      guard let names = try entries(folder) else { continue }
      for name in names {
        let relative = folder.isEmpty ? name : folder + "/" + name
        if try isFolder(relative) { folders.append(relative) } else { found.append(relative) }
      }
      guard found.count + folders.count <= LogDirectory.filesMax else {
        throw AuditLogError(.limitExceeded, "the folder holds more files than a log may have")
      }
    }
    return found
  }

  /// The first `bytesMax + 1` bytes of a file; nothing if it does not exist.
  func read(_ name: String, bytesMax: Int) throws(AuditLogError) -> [UInt8]? {
    let file = unsafe open(full(name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw AuditLogError(.io, "a file of the log cannot be opened", path: name, errno: errno)
    }
    defer { close(file) }
    var bytes = [UInt8]()
    let chunkBytes = min(bytesMax + 1, 65_536)
    while bytes.count <= bytesMax {
      let room = min(chunkBytes, bytesMax + 1 - bytes.count)
      var code = 0
      let chunk = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
        // The buffer has room for `room` bytes; read returns no more.
        code = unsafe Glibc.read(file, buffer.baseAddress, room)
        count = max(0, code)
      }
      if code < 0 {
        if errno == EINTR { continue }
        throw AuditLogError(.io, "a file of the log cannot be read", path: name, errno: errno)
      }
      if code == 0 { break }
      bytes.append(contentsOf: chunk)
    }
    return bytes
  }

  /// The names in a folder, without `.` and `..`; nothing if it does not exist.
  func entries(_ folder: String) throws(AuditLogError) -> [String]? {
    guard let names = FolderNames.read(full(folder)) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw AuditLogError(.io, "a folder of the log cannot be read", path: folder, errno: errno)
    }
    return names
  }

  /// The absolute or relative system path of a file of the log.
  func full(_ name: String) -> String { name.isEmpty ? path : path + "/" + name }

  private func isFolder(_ name: String) throws(AuditLogError) -> Bool {
    var status = stat()
    guard unsafe lstat(full(name), &status) == 0 else {
      if errno == ENOENT { return false }
      throw AuditLogError(.io, "a file of the log cannot be examined", path: name, errno: errno)
    }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// The narrowest tile on disk that begins with the asked one.
  private func fuller(than tile: TileLayout.Tile) throws(AuditLogError) -> TileLayout.Tile? {
    let names = try entries(tile.fullPath + ".p") ?? []
    let widths = names.compactMap { Int($0) }.filter { $0 > tile.width }
    return TileLayout.Tile(tile.kind, index: tile.index, width: widths.min() ?? TileLayout.width)
  }

  /// The first hashes or entries of a fuller tile.
  static func cut(_ bytes: [UInt8], to tile: TileLayout.Tile) throws(AuditLogError) -> [UInt8] {
    guard tile.kind == .entries else {
      return Array(bytes.prefix(tile.width * TreeHash.byteCount))
    }
    let entries = try EntryBundle.entries(
      of: bytes, count: tile.width, exact: false, path: tile.path)
    return Array(bytes[..<(entries.last?.endIndex ?? 0)])
  }
}
