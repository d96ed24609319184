// A copy of the database beside a running server, as one moment has it. The source is only read: the
// server's connection stays the only one that writes or checkpoints.

import Base
package import Delivery

/// Copies databases.
package enum DatabaseCopy {
  /// Copies the database of a data folder into a new file, durable when it returns. Blocks.
  ///
  /// The write-ahead log cannot start anew meanwhile, so it grows by what is written.
  /// - Throws: `unavailable`, `full`, `corrupt`.
  package static func copy(from folder: String, to path: String) throws(StoreError) {
    let settings = SQLiteStore.Settings(folder: folder, node: "")
    try Connection(path: settings.databasePath, .reader).copy(to: path)
  }
}
