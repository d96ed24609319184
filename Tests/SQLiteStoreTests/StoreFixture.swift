// A store in a temporary folder.

import Base
import Delivery
import Foundation
import SQLiteSchema
import TestSupport

@testable import SQLiteStore

/// Runs `body` with a folder that is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer {
    do {
      try FileManager.default.removeItem(at: folder)
    } catch {
      print("a temporary folder stays behind: \(error)")
    }
  }
  return try await body(folder.path)
}

/// Runs `body` with an empty store and its stage, and closes the store.
func withStore<Result>(
  databaseBytesMax: Int64? = nil, search: SearchLimits = SearchLimits(),
  _ body: (SQLiteStore, Stage, String) async throws -> Result
) async throws -> Result {
  try await withTemporaryFolder { folder in
    let time = ManualClock()
    let store = try SQLiteStore(
      .init(folder: folder, node: "node-1", databaseBytesMax: databaseBytesMax),
      clock: time.clock, migrations: SQLiteSchema.migrations, release: SQLiteSchema.release,
      search: search)
    do {
      let result = try await body(store, Stage(store: store, time: time), folder)
      await store.close()
      return result
    } catch {
      await store.close()
      throw error
    }
  }
}

/// The code of the store error that `body` throws.
func code(_ body: () async throws -> Void) async -> StoreError.Code? {
  do {
    try await body()
    return nil
  } catch {
    return (error as? StoreError)?.code
  }
}
