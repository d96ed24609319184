// The sealer's view of the store: leaves and nothing else, from its own process, read-only.

import Base
package import Delivery

/// Reads the leaves of all logs beside a running server.
package final class LeafReader: Sendable {
  private let connection: Lock<Connection>

  /// Opens the database of a data folder; throws `unavailable` if there is none.
  package init(folder: String) throws(StoreError) {
    let settings = SQLiteStore.Settings(folder: folder, node: "")
    connection = Lock(try Connection(path: settings.databasePath, .reader))
  }

  /// All logs that have an event, with their sizes.
  package func logs() throws(StoreError) -> [LogSize] {
    try connection.withLock { (connection) throws(StoreError) in try connection.logs() }
  }

  /// Leaves of one log from an index on, in order, at most `limit`; none beyond the end.
  package func leaves(
    of log: LogID, from index: Int64, limit: Int
  ) throws(StoreError) -> [[UInt8]] {
    try connection.withLock { (connection) throws(StoreError) in
      try connection.leaves(of: log, from: index, limit: limit)
    }
  }
}
