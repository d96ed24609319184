// One prepared statement: bound, stepped, read, reset, and finalised when the last reference goes.

import CSQLite
import Cryptography
import Delivery

/// A value that is bound to a parameter.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])
  /// The 16 bytes of an identifier.
  case words(high: UInt64, low: UInt64)
  case digest(SHA256Digest)
}

/// A prepared statement of one connection; used by one thread at a time.
@safe final class Statement {
  private let handle: OpaquePointer
  private let database: OpaquePointer

  /// Prepares one statement that lives long.
  init(_ database: OpaquePointer, _ sql: String) throws(StoreError) {
    var handle: OpaquePointer?
    let code = unsafe sqlite3_prepare_v3(
      database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
    guard code == SQLITE_OK, let handle = unsafe handle else {
      throw unsafe SQLiteError(code: sqlite3_extended_errcode(database), operation: "prepare")
        .storeError
    }
    unsafe self.handle = handle
    unsafe self.database = database
  }

  deinit {
    unsafe sqlite3_finalize(handle)
  }

  /// Binds the parameters from the first on; SQLite keeps its own copies.
  func bind(_ values: [SQLValue]) throws(StoreError) {
    for offset in values.indices {
      let code = bind(values[offset], Int32(offset + 1))
      guard code == SQLITE_OK else {
        throw SQLiteError(code: code, operation: "bind").storeError
      }
    }
  }

  private func bind(_ value: SQLValue, _ index: Int32) -> Int32 {
    switch value {
    case .null: return unsafe sqlite3_bind_null(handle, index)
    case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
    case .text(var text):
      // The pointer is valid for the call; the count is that of the same buffer.
      return text.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
          unsafe postern_sqlite_bind_text(
            handle, index, characters.baseAddress, Int32(characters.count))
        }
      }
    case .words(let high, let low):
      return unsafe withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { buffer in
        unsafe postern_sqlite_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count))
      }
    case .digest(let digest):
      return digest.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { buffer in
          unsafe postern_sqlite_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count))
        }
      }
    case .blob(let bytes):
      return unsafe bytes.withUnsafeBytes { buffer in
        unsafe postern_sqlite_bind_blob(handle, index, buffer.baseAddress, Int32(buffer.count))
      }
    }
  }

  /// Advances to the next row; false at the end.
  func step() throws(StoreError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else {
      throw unsafe SQLiteError(code: sqlite3_extended_errcode(database), operation: "step")
        .storeError
    }
    return false
  }

  /// Makes the statement ready for other values and lets go of its row.
  ///
  /// The code of a reset repeats that of the step before, which was dealt with there.
  func reset() {
    _ = unsafe sqlite3_reset(handle)
  }

  func isNull(_ column: Int32) -> Bool {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
  }

  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  func text(_ column: Int32) -> String {
    guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
    // The bytes belong to the statement until the next step; the string is a copy.
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// The two words of a blob of 16 bytes; nothing for any other value.
  func words(_ column: Int32) -> (high: UInt64, low: UInt64)? {
    withBlob(column) { bytes in
      guard bytes.count == 16 else { return nil }
      return unsafe bytes.withUnsafeBytes { raw in
        unsafe (
          UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
          UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
    }
  }

  /// Lends a blob for the time of the call; it belongs to the statement until the next step.
  func withBlob<Value>(_ column: Int32, _ body: (Span<UInt8>) -> Value?) -> Value? {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return nil }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    let bytes = unsafe UnsafeRawBufferPointer(start: start, count: count)
    return unsafe body(bytes.assumingMemoryBound(to: UInt8.self).span)
  }

  func blob(_ column: Int32) -> [UInt8] {
    guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }
}
