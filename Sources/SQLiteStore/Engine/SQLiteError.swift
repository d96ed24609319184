// What SQLite reported, as the cause of a `StoreError`. It carries codes and the kind of operation,
// never SQL arguments: those are titles, names and digests of customers.

import CSQLite
import Delivery

/// A failure of SQLite.
package struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The extended result code (sqlite.org/rescode.html).
  package let code: Int32
  /// What was done: `open`, `prepare`, `bind`, `step`, `commit`, `checkpoint`, ...
  package let operation: String

  /// Takes the values as they are.
  package init(code: Int32, operation: String) {
    self.code = code
    self.operation = operation
  }

  /// The primary result code.
  package var primary: Int32 { code & 0xff }

  /// The operation and the code, without any value.
  package var description: String { "sqlite \(operation): result \(code)" }

  /// Whether the file or the disk can no longer be relied on.
  ///
  /// After a failed sync the kernel may have dropped the pages and call the next sync a success, so
  /// that only closing the file and reading it again tells what is there.
  var endsWriting: Bool {
    [SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_NOMEM]
      .contains(primary)
  }

  /// The failure in the words of the port.
  var storeError: StoreError {
    switch primary {
    case SQLITE_FULL:
      StoreError(.full, "The disk of the store is full.", cause: self)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      StoreError(.corrupt, "The database is damaged.", cause: self)
    case SQLITE_CONSTRAINT:
      StoreError(.conflict, "Something with this name exists.", cause: self)
    default:
      StoreError(.unavailable, "The database cannot be used.", cause: self)
    }
  }
}
