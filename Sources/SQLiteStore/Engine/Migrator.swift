// Brings a database to the schema of this build: forward only, each step in one transaction, each
// recorded with the checksum of its text. A database that a newer build has changed is refused unless
// that build said that this one still understands it.

import Cryptography
import Delivery
import SQLiteSchema

/// Applies migrations.
struct Migrator {
  let migrations: [SQLiteMigration]
  let release: Int64

  /// Applies what is missing; throws `corrupt` for a changed step, `unavailable` for a newer schema.
  func run(_ connection: Connection) throws(StoreError) {
    for sql in Migrator.bookkeeping { try connection.execute(sql) }
    let applied = try connection.all(Migrator.applied, []) { (row) throws(StoreError) in
      (number: row.integer(), checksum: row.blob())
    }
    let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.number, $0) })
    for (offset, step) in applied.enumerated() {
      guard step.number == Int64(offset + 1) else {
        throw StoreError(.corrupt, "A migration is missing from the record.")
      }
      guard let migration = known[step.number] else { continue }
      guard SHA256.hash(migration.sql).bytes == step.checksum else {
        throw StoreError(
          .corrupt, "Migration \(step.number) is not the one that was applied to the database.")
      }
    }
    try checkRelease(connection)
    for migration in migrations.dropFirst(applied.count) { try apply(migration, connection) }
  }

  private func checkRelease(_ connection: Connection) throws(StoreError) {
    let floor = try connection.first(Migrator.floor, []) { (row) throws(StoreError) in
      row.integer()
    }
    guard floor ?? 0 <= release else {
      throw StoreError(.unavailable, "The database needs a newer release of Postern.")
    }
  }

  private func apply(
    _ migration: SQLiteMigration, _ connection: Connection
  ) throws(StoreError) {
    try connection.execute("begin immediate")
    do throws(StoreError) {
      try connection.execute(String(decoding: migration.sql, as: UTF8.self))
      try connection.run(
        Migrator.record,
        [
          .integer(migration.number), .text(migration.name),
          .blob(SHA256.hash(migration.sql).bytes),
        ])
      try connection.run(Migrator.raiseFloor, [.integer(migration.minCompatibleRelease)])
      try connection.execute("commit")
    } catch {
      if connection.isInTransaction { try connection.execute("rollback") }
      throw error
    }
  }

  /// Which steps were applied, and which release the schema needs.
  private static let bookkeeping = [
    """
    create table if not exists schema_migrations (
      number integer not null primary key, name text not null, checksum blob not null
    ) strict
    """,
    """
    create table if not exists schema_release (
      one integer not null primary key check (one = 1), min_compatible_release integer not null
    ) strict
    """,
  ]
  private static let applied = Query(
    "select number, checksum from schema_migrations order by number")
  private static let floor = Query("select min_compatible_release from schema_release")
  private static let record = Query(
    "insert into schema_migrations (number, name, checksum) values (?, ?, ?)")
  private static let raiseFloor = Query(
    """
    insert into schema_release (one, min_compatible_release) values (1, ?1)
    on conflict do update set min_compatible_release = max(min_compatible_release, ?1)
    """)
}
