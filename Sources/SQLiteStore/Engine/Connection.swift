// One connection to the database file, with its prepared statements. Two kinds exist: the one that
// writes and checkpoints, and readers that cannot do either. Debian 12's SQLite can corrupt a file
// when two connections checkpoint or write at the same moment (sqlite.org/wal.html#walresetbug);
// with one such connection it cannot happen.

import CSQLite
import Delivery
import Glibc
import Synchronization

/// A statement's text with a number, so that finding it prepared costs no hashing. Numbers are never
/// given back: queries are constants.
final class Query: Sendable {
  let sql: String
  let number: Int

  private static let count = Atomic(0)

  init(_ sql: String) {
    self.sql = sql
    number = Query.count.add(1, ordering: .relaxed).oldValue
  }
}

/// A connection; used by one thread at a time.
@safe final class Connection: @unchecked Sendable {
  // Unchecked: the writer's thread alone has the writing one, and the pool lends a reader to one
  // caller at a time.

  enum Role {
    /// Writes and checkpoints; there is one in the machine.
    case writer
    /// Reads.
    case reader
  }

  /// How long a connection waits for another one's lock.
  static let busyMilliseconds: Int32 = 5_000
  /// The page cache of the writer and of a reader, in KiB: the inner pages of every index, and of those
  /// that are asked all the time. What lies below them is in the kernel's cache, whose memory is not
  /// ours. A larger one for readers fills for an hour as the database grows, and reads no faster.
  static let writerCacheKiB = 16_384
  static let readerCacheKiB = 512
  /// The log file is cut to this size when it is reset.
  static let journalBytesMax = 64 << 20

  private let handle: OpaquePointer
  /// Prepared statements by the number of their query.
  private var statements: [Statement?] = []
  /// What never changes of rows that were read before.
  var known = KnownRows()
  /// How much one list may cost.
  var search = SearchLimits()

  /// Set up once, before the first connection.
  private static let librarySetUp: Void = { _ = postern_sqlite_without_statistics() }()

  init(path: String, _ role: Role) throws(StoreError) {
    Connection.librarySetUp
    let access =
      role == .writer ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
    var handle: OpaquePointer?
    let code = unsafe sqlite3_open_v2(
      path, &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      unsafe sqlite3_close_v2(handle)
      throw SQLiteError(code: code, operation: "open").storeError
    }
    unsafe self.handle = handle
    try configure(role)
  }

  deinit {
    statements = []
    // Readers leave the log alone (NO_CKPT_ON_CLOSE); the writer has checkpointed before.
    unsafe sqlite3_close_v2(handle)
  }

  private func configure(_ role: Role) throws(StoreError) {
    unsafe sqlite3_extended_result_codes(handle, 1)
    unsafe sqlite3_busy_timeout(handle, Connection.busyMilliseconds)
    var switches: [(CInt, CInt)] = [
      (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_DQS_DML, 0), (SQLITE_DBCONFIG_DQS_DDL, 0),
      (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_ENABLE_FKEY, 1),
      (SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1),
    ]
    if role == .reader { switches.append((SQLITE_DBCONFIG_ENABLE_TRIGGER, 0)) }
    for (option, value) in switches {
      let code = unsafe postern_sqlite_switch(handle, option, value)
      guard code == SQLITE_OK else {
        throw SQLiteError(code: code, operation: "configure").storeError
      }
    }
    try execute("pragma cell_size_check = on; pragma mmap_size = 0; pragma temp_store = memory;")
    try execute("pragma wal_autocheckpoint = 0;")
    guard role == .writer else {
      try execute("pragma query_only = on; pragma cache_size = -\(Connection.readerCacheKiB);")
      return
    }
    try execute("pragma journal_mode = wal; pragma synchronous = full;")
    try execute("pragma journal_size_limit = \(Connection.journalBytesMax);")
    try execute("pragma cache_size = -\(Connection.writerCacheKiB);")
  }

  /// Copies every page into a new file under one read transaction.
  func copy(to path: String) throws(StoreError) {
    // SQLite would make the file readable for whom the umask lets.
    let made = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard made >= 0 else { throw StoreError(.unavailable, "The copy cannot be made.") }
    close(made)
    var target: OpaquePointer?
    defer { unsafe sqlite3_close_v2(target) }
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    var code = unsafe sqlite3_open_v2(path, &target, flags, nil)
    guard code == SQLITE_OK, let backup = unsafe sqlite3_backup_init(target, "main", handle, "main")
    else {
      throw SQLiteError(code: code == SQLITE_OK ? SQLITE_ERROR : code, operation: "copy").storeError
    }
    let step = unsafe sqlite3_backup_step(backup, -1)
    code = unsafe sqlite3_backup_finish(backup)
    guard step == SQLITE_DONE, code == SQLITE_OK else {
      throw SQLiteError(code: code == SQLITE_OK ? step : code, operation: "copy").storeError
    }
  }

  /// Runs statements without parameters or rows of interest.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else {
      throw unsafe SQLiteError(code: sqlite3_extended_errcode(handle), operation: "execute")
        .storeError
    }
  }

  /// The prepared form of a query.
  func statement(_ query: Query) throws(StoreError) -> Statement {
    if query.number < statements.count, let known = statements[query.number] { return known }
    let statement = unsafe try Statement(handle, query.sql)
    while statements.count <= query.number { statements.append(nil) }
    statements[query.number] = statement
    return statement
  }

  /// Every row of a query, mapped.
  func all<Value>(
    _ query: Query, _ values: [SQLValue], _ map: (inout Row) throws(StoreError) -> Value
  ) throws(StoreError) -> [Value] {
    let statement = try statement(query)
    defer { statement.reset() }
    try statement.bind(values)
    var result = [Value]()
    while try statement.step() {
      var row = Row(statement)
      result.append(try map(&row))
    }
    return result
  }

  /// The first row of a query, mapped; nothing if there is none.
  func first<Value>(
    _ query: Query, _ values: [SQLValue], _ map: (inout Row) throws(StoreError) -> Value
  ) throws(StoreError) -> Value? {
    let statement = try statement(query)
    defer { statement.reset() }
    try statement.bind(values)
    guard try statement.step() else { return nil }
    var row = Row(statement)
    return try map(&row)
  }

  /// Whether a query has a row.
  func exists(_ query: Query, _ values: [SQLValue]) throws(StoreError) -> Bool {
    try first(query, values) { (_) throws(StoreError) in true } ?? false
  }

  /// Runs a change and returns how many rows it touched.
  @discardableResult
  func run(_ query: Query, _ values: [SQLValue] = []) throws(StoreError) -> Int {
    let statement = try statement(query)
    defer { statement.reset() }
    try statement.bind(values)
    _ = try statement.step()
    return unsafe Int(sqlite3_changes(handle))
  }

  /// Runs reads that have to see one state of the database.
  func snapshot<Value>(
    _ body: (Connection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try run(Connection.begin)
    let result: Value
    do throws(StoreError) {
      result = try body(self)
    } catch {
      try endSnapshot()
      throw error
    }
    try endSnapshot()
    return result
  }

  private func endSnapshot() throws(StoreError) {
    try run(Connection.commit)
  }

  /// The rows that statements of this connection have changed since it was opened.
  var changeCount: Int64 { unsafe sqlite3_total_changes64(handle) }

  /// Whether a transaction is open; an error may have ended it.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// Notes the pages of the log after each commit in `pages`, which must outlive the connection.
  func watchLog(_ pages: UnsafeMutablePointer<Int32>) {
    unsafe postern_sqlite_watch_wal(handle, pages)
  }

  /// Copies the log into the database; only the writer may. Returns the pages in the log, and how
  /// many of them are copied.
  func checkpoint(truncating: Bool) throws(StoreError) -> (log: Int32, copied: Int32) {
    var logPages: Int32 = 0
    var copiedPages: Int32 = 0
    let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
    let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &logPages, &copiedPages)
    // Busy means that a reader still needs the log; the next time will do.
    guard code == SQLITE_OK || code & 0xff == SQLITE_BUSY else {
      throw SQLiteError(code: code, operation: "checkpoint").storeError
    }
    return (max(0, logPages), max(0, copiedPages))
  }

  static let begin = Query("begin")
  static let commit = Query("commit")
}
