// How the store is doing, for readiness, metrics and tests.

package import Base
import CSQLite
package import Delivery

extension SQLiteStore {
  /// How the writer is doing.
  package struct WriterStatus: Sendable, Hashable {
    /// Committed transactions.
    package let commits: Int
    /// Changes in them.
    package let items: Int
    /// The most changes in one commit.
    package let largestBatch: Int
    /// Why the store refuses changes until a restart; nothing while it takes them.
    package let failure: StoreError.Code?
    /// Whether the last commit found no room.
    package let isFull: Bool
    /// Changes that wait.
    package let queueDepth: Int

    /// Whether the store refuses changes until a restart.
    package var isStopped: Bool { failure != nil }
  }

  /// The version of the SQLite library in use.
  package static var libraryVersion: String {
    // A constant string of the library.
    unsafe sqlite3_libversion().map { unsafe String(cString: $0) } ?? ""
  }

  /// How the writer is doing.
  package var writerStatus: WriterStatus {
    let status = writer.currentStatus()
    return WriterStatus(
      commits: status.commits, items: status.items, largestBatch: status.largestBatch,
      failure: status.failure?.code, isFull: status.isFull, queueDepth: writer.queueDepth)
  }

  /// Changes in each commit.
  package var batchSizes: Histogram { writer.batchSizes }

  /// The time of each commit with its sync, in nanoseconds.
  package var commitTimes: Histogram { writer.commitTimes }

  /// Open reading connections, and those at work.
  package var readerUsage: (open: Int, lent: Int) { readers.usage }

  /// All events of all logs; cost in proportion to the number of logs.
  package func sequencedEvents() throws(StoreError) -> Int64 {
    try readers.read { (connection) throws(StoreError) in
      try connection.logs().reduce(0) { $0 + $1.size }
    }
  }
}
