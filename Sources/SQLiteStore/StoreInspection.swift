// Checks of a whole database by an operator: what SQLite says about the file, and whether every leaf
// is where it must be with the hash that it must have.

package import Base
import Cryptography
package import Delivery
import SQLiteSchema

/// Looks through a store's database.
package enum StoreInspection {
  /// What was found.
  package struct Findings: Sendable {
    /// The sizes of the logs.
    package var logs: [LogSize] = []
    /// What is wrong, in words without values; empty if nothing is.
    package var faults: [String] = []
  }

  /// The most faults that are listed.
  package static let faultsMax = 20

  /// How a database's schema stands to what this build knows.
  package enum SchemaState: Sendable, Hashable {
    /// The same.
    case present
    /// This build cannot work with it.
    case newer
    /// The next start applies what is missing.
    case older
  }

  /// Looks at the record of migrations; changes nothing.
  package static func schema(folder: String) throws(StoreError) -> SchemaState {
    let settings = SQLiteStore.Settings(folder: folder, node: "")
    let connection = try Connection(path: settings.databasePath, .reader)
    let floor = try connection.first(minCompatible, []) { (row) throws(StoreError) in
      row.integer()
    }
    if let floor, floor > SQLiteSchema.release { return .newer }
    let applied = try connection.first(lastMigration, []) { (row) throws(StoreError) in
      row.integer()
    }
    return (applied ?? 0) < Int64(SQLiteSchema.migrations.count) ? .older : .present
  }

  /// When the last event was recorded, by any node; nothing without one.
  package static func lastEvent(folder: String) throws(StoreError) -> Timestamp? {
    let settings = SQLiteStore.Settings(folder: folder, node: "")
    let connection = try Connection(path: settings.databasePath, .reader)
    return try connection.first(lastTime, []) { (row) throws(StoreError) in row.time() }
  }

  /// Reads everything; cost in proportion to the database.
  package static func inspect(folder: String) throws(StoreError) -> Findings {
    let settings = SQLiteStore.Settings(folder: folder, node: "")
    let connection = try Connection(path: settings.databasePath, .reader)
    var findings = Findings()
    findings.faults = try connection.all(integrity, []) { (row) throws(StoreError) in row.text() }
      .filter { $0 != "ok" }
    if try connection.exists(foreignKeys, []) { findings.faults.append("a foreign key is broken") }
    findings.logs = try connection.logs()
    for log in findings.logs {
      try inspect(log, connection, &findings)
      if findings.faults.count >= faultsMax { break }
    }
    return findings
  }

  private static func inspect(
    _ log: LogSize, _ connection: Connection, _ findings: inout Findings
  ) throws(StoreError) {
    guard let number = try connection.log(log.log)?.number else { return }
    var index: Int64 = 0
    var faults = [String]()
    let bounds: [SQLValue] = [
      .integer(Place(log: number, index: 0).value),
      .integer(Place(log: number + 1, index: 0).value),
    ]
    _ = try connection.all(leaves, bounds) { (row) throws(StoreError) in
      let place = Place(row.integer())
      if place.index != index { faults.append("log \(log.log): no leaf \(index)") }
      if try SHA256.hash([0] + row.blob()) != row.digest() {
        faults.append("log \(log.log): leaf \(place.index) has another hash")
      }
      index = place.index + 1
    }
    if index != log.size { faults.append("log \(log.log): \(index) leaves, not \(log.size)") }
    findings.faults += faults.prefix(faultsMax)
  }

  private static let minCompatible = Query("select min_compatible_release from schema_release")
  private static let lastMigration = Query("select max(number) from schema_migrations")
  private static let lastTime = Query(
    "select last_time from nodes order by last_time desc limit 1")
  private static let integrity = Query("pragma integrity_check(20)")
  private static let foreignKeys = Query("pragma foreign_key_check")
  private static let leaves = Query(
    "select place, leaf, hash from leaves where place >= ? and place < ? order by place")
}
