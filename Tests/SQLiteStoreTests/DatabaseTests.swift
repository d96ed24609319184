// The file: migrations, the lock, read-only readers, and the sealer's view.

import Delivery
import Foundation
import SQLiteSchema
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct MigrationTests {
  private func open(
    _ folder: String, _ migrations: [SQLiteMigration], release: Int64 = SQLiteSchema.release
  ) async -> StoreError.Code? {
    await code {
      let store = try SQLiteStore(
        .init(folder: folder, node: "n"), clock: ManualClock().clock, migrations: migrations,
        release: release)
      await store.close()
    }
  }

  private let first = SQLiteSchema.migrations
  /// The schema of the first release.
  private let oldest = Array(SQLiteSchema.migrations.prefix(1))
  private static let next = Int64(SQLiteSchema.migrations.count + 1)
  private let second = SQLiteMigration(
    number: next, name: "second", sql: Array("create table more (a integer) strict;".utf8),
    minCompatibleRelease: 1)

  @Test func `migrations are applied once, in order, and later ones follow`() async throws {
    try await withTemporaryFolder { folder in
      let all = first
      #expect(await open(folder, all) == nil)
      #expect(await open(folder, all) == nil)
      #expect(await open(folder, all + [second]) == nil)
      #expect(await open(folder, all + [second]) == nil)
      let connection = try Connection(path: folder + "/postern.db", .reader)
      let applied = try connection.all(
        Query("select number from schema_migrations order by number"), []
      ) { (row) throws(StoreError) in row.integer() }
      #expect(applied == Array(1...Self.next))
    }
  }

  @Test func `documents of a database without words are found after the next start`() async throws {
    try await withTemporaryFolder { folder in
      let count = Connection.wordsBatch + 1
      try fill(folder, count: count)
      let store = try SQLiteStore(.init(folder: folder, node: "n"), clock: ManualClock().clock)
      let stage = Stage(store: store, time: ManualClock())
      for (text, found) in [("bill \(count)", 1), ("bill", 50), ("none", 0)] {
        let page = try await store.documents(
          DocumentQuery(text: text), stage.operatorAccess(in: Stage.tenant("acme")), PageRequest())
        #expect(page.items.count == found, "\(text)")
      }
      await store.close()
    }
  }

  /// Documents as the first schema had them.
  private func fill(_ folder: String, count: Int) throws {
    let connection = try Connection(path: folder + "/postern.db", .writer)
    try Migrator(migrations: oldest, release: 1).run(connection)
    try connection.execute(
      """
      insert into tenants values ('acme', 'Acme', '0123456789abcdef', 1);
      with recursive n(i) as (select 1 union all select i + 1 from n where i < \(count))
      insert into documents (tenant, id, title, type, labels, created_at, updated_at)
      select 'acme', id, 'Bill ' || i, 'invoice', '', 1, 1 from (
        select i, cast(printf('%016d', i) as blob) as id from n);
      """)
  }

  @Test func `a migration that was changed after it was applied is refused`() async throws {
    try await withTemporaryFolder { folder in
      #expect(await open(folder, first) == nil)
      let changed = first.map {
        SQLiteMigration(
          number: $0.number, name: $0.name, sql: $0.sql + [0x0a],
          minCompatibleRelease: $0.minCompatibleRelease)
      }
      #expect(await open(folder, changed) == .corrupt)
    }
  }

  @Test(
    arguments: [
      (SQLiteSchema.release, nil), (SQLiteSchema.release + 1, StoreError.Code.unavailable),
    ] as [(Int64, StoreError.Code?)])
  func `a newer schema is taken only if it says that this release understands it`(
    floor: Int64, expected: StoreError.Code?
  ) async throws {
    try await withTemporaryFolder { folder in
      let newer = SQLiteMigration(
        number: Self.next, name: "second", sql: second.sql, minCompatibleRelease: floor)
      #expect(await open(folder, first + [newer], release: SQLiteSchema.release + 1) == nil)
      #expect(await open(folder, first, release: SQLiteSchema.release) == expected)
    }
  }

  @Test func `a migration that fails leaves the database as it was`() async throws {
    try await withTemporaryFolder { folder in
      let broken = SQLiteMigration(
        number: Self.next, name: "broken",
        sql: Array("create table a (b integer) strict; oops;".utf8),
        minCompatibleRelease: 1)
      #expect(await open(folder, first + [broken]) == .unavailable)
      #expect(await open(folder, first + [second]) == nil)
    }
  }

  @Test func `the present schema keeps what an older one has`() async throws {
    try await withTemporaryFolder { folder in
      let writer = try Connection(path: folder + "/postern.db", .writer)
      try Migrator(migrations: oldest, release: 1).run(writer)
      try writer.execute(
        """
        insert into tenants values ('acme', 'Acme', 'x', 1);
        insert into documents values ('acme', randomblob(16), 'T', 't', '', 1, 1);
        insert into links (tenant, id, document, landing, disposition, pepper, digest, created_at,
          expires_at, authority_roles, issued_issuer, issued_subject)
        select 'acme', randomblob(16), id, 'direct', 'attachment', 'p', randomblob(32), 1, 2, '',
          'i', 's' from documents;
        insert into logs values (9, 'acme', 2);
        insert into leaves select 9 << 40, randomblob(16), 'k', document, id, x'61', randomblob(32)
          from links;
        insert into leaves select 1 + (9 << 40), randomblob(16), 'k', id, null, x'62', randomblob(32)
          from documents;
        """)
      let tables = ["tenants", "documents", "links", "logs", "leaves"]
      func counts() throws -> [Int64] {
        try tables.map { table in
          try writer.first(Query("select count(*) from \(table)"), []) {
            (row) throws(StoreError) in row.integer()
          } ?? -1
        }
      }
      let before = try counts()
      try Migrator(migrations: SQLiteSchema.migrations, release: SQLiteSchema.release).run(writer)
      #expect(try counts() == before && before.min() == 1)
      for check in ["pragma foreign_key_check", "pragma integrity_check"] {
        let faults = try writer.all(Query(check), []) { (row) throws(StoreError) in row.text() }
        #expect(faults == [] || faults == ["ok"], "\(check)")
      }
    }
  }
}

@Suite struct DatabaseTests {
  @Test func `a second process cannot open the folder, and can after the first has closed`()
    async throws
  {
    try await withStore { store, stage, folder in
      let settings = SQLiteStore.Settings(folder: folder, node: "n")
      #expect(
        await code { _ = try SQLiteStore(settings, clock: stage.time.clock) } == .unavailable)
      await store.close()
      let next = try SQLiteStore(settings, clock: stage.time.clock)
      await next.close()
    }
  }

  @Test func `a reader cannot write, checkpoint or change the schema`() async throws {
    try await withStore { _, stage, folder in
      _ = try await stage.createTenant("acme")
      let reader = try Connection(path: folder + "/postern.db", .reader)
      let attempts = [
        "insert into nodes values ('x', 1, 1)", "delete from tenants", "create table x (a)",
        "pragma journal_mode = delete", "pragma writable_schema = on; delete from sqlite_schema",
        "begin immediate",
      ]
      for attempt in attempts {
        let result = await code { try reader.execute(attempt) }
        if attempt.hasPrefix("pragma journal_mode") { continue }
        #expect(result != nil, "\(attempt)")
      }
      let size = try FileManager.default.attributesOfItem(atPath: folder + "/postern.db-wal")[.size]
      #expect(size as? Int ?? 0 > 0)
      #expect(try await stage.store.tenants(PageRequest()).items.count == 1)
    }
  }

  @Test func `double-quoted strings are not values`() async throws {
    try await withStore { _, _, folder in
      let reader = try Connection(path: folder + "/postern.db", .reader)
      #expect(await code { try reader.execute("select \"nothing\"") } == .unavailable)
    }
  }

  @Test func `the settings of the writing connection are the safe ones`() async throws {
    try await withTemporaryFolder { folder in
      let connection = try Connection(path: folder + "/postern.db", .writer)
      let pragmas = [
        "journal_mode", "synchronous", "foreign_keys", "trusted_schema", "cell_size_check",
        "wal_autocheckpoint", "mmap_size",
      ]
      var values = [String]()
      for pragma in pragmas {
        values += try connection.all(Query("pragma \(pragma)"), []) { (row) throws(StoreError) in
          row.text()
        }
      }
      #expect(values == ["wal", "2", "1", "0", "1", "0", "0"])
    }
  }

  @Test func `the sealer reads leaves beside the running server`() async throws {
    try await withStore { store, stage, folder in
      let tenant = try await stage.createTenant("acme")
      let reader = try LeafReader(folder: folder)
      for count in 1...3 {
        let leaves = try reader.leaves(of: .tenant(tenant), from: 0, limit: 10)
        #expect(leaves == (try await store.leaves(of: .tenant(tenant), from: 0, limit: 10)))
        #expect(leaves.count == count)
        _ = try await store.append(stage.event(.logRead, in: .tenant(tenant)))
      }
      #expect(try reader.leaves(of: .tenant(tenant), from: 1, limit: 2).count == 2)
      #expect(try reader.leaves(of: .tenant(tenant), from: 4, limit: 2).isEmpty)
      #expect(try reader.leaves(of: .system, from: 0, limit: 2).isEmpty)
    }
  }

  @Test func `a changed leaf, a hole and a wrong size are found`() async throws {
    for damage in [
      "update leaves set leaf = zeroblob(9) where place % 1099511627776 = 1",
      "delete from personal_data; delete from leaves where place % 1099511627776 = 1",
      "update logs set size = size + 1",
    ] {
      try await withTemporaryFolder { folder in
        let time = ManualClock()
        let store = try SQLiteStore(.init(folder: folder, node: "n"), clock: time.clock)
        let stage = Stage(store: store, time: time)
        let tenant = try await stage.createTenant("acme")
        for _ in 0..<3 { _ = try await store.append(stage.event(.logRead, in: .tenant(tenant))) }
        await store.close()
        #expect(try StoreInspection.inspect(folder: folder).faults == [])
        try Connection(path: folder + "/postern.db", .writer).execute(damage)
        #expect(try StoreInspection.inspect(folder: folder).faults.count > 0)
      }
    }
  }

  @Test func `errors tell codes and no values`() async throws {
    try await withStore { store, stage, _ in
      _ = try await stage.createTenant("acme")
      do {
        _ = try await stage.createTenant("acme")
        Issue.record("the second tenant of one name was created")
      } catch let error as StoreError {
        let text = String(reflecting: error)
        #expect(text.contains("sqlite step: result") && !text.contains("acme"))
      }
      #expect(store.writerStatus.isStopped == false)
    }
  }
}
