// Reads what the sealer published: for `/v1/audit/log/...` and for receipts. No key is involved.

package import AuditLog
import Base
package import Delivery

/// The published files of all logs of a data folder.
package actor PublishedLog {
  private let folder: DataFolder
  private let executor = QueueExecutor(label: "published-log")

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Reads below a data folder.
  package init(folder: DataFolder) { self.folder = folder }

  /// The checkpoint or a tile; nothing if the log has no such file.
  package func read(_ log: LogID, _ path: String) throws(AuditLogError) -> [UInt8]? {
    let directory = LogDirectory(Sealer.directory(of: log, in: folder))
    if path == TileLayout.checkpointPath { return try directory.checkpoint() }
    guard path.hasPrefix("tile/"), let tile = TileLayout.Tile(path: path) else { return nil }
    return try directory.servingSource.read(tile.path, tile.bytesMax)
  }

  /// The proof that a leaf is in the published tree; nothing while it is not.
  package func receipt(_ record: AuditRecord) throws(AuditLogError) -> [UInt8]? {
    let directory = LogDirectory(Sealer.directory(of: record.log, in: folder))
    guard let note = try directory.checkpoint() else { return nil }
    let size = try Checkpoint(parsing: SignedNote(parsing: note).text).size
    guard record.index < Int64(size) else { return nil }
    return try Receipt(
      source: directory.servingSource, checkpoint: note, index: Int(record.index)
    ).bytes
  }
}
