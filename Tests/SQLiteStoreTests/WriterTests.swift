// The writing thread: batches, savepoints, refusals, and what happens when the disk fails.

import Base
import Delivery
import Foundation
import Glibc
import SQLiteSchema
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct WriterTests {
  @Test func `changes that arrive together share a commit, and each has its own place`()
    async throws
  {
    try await withStore { store, stage, _ in
      let tenant = try await stage.createTenant("acme")
      let before = store.writerStatus
      let indices = try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<2_000 {
          group.addTask {
            try await store.append(stage.event(.logRead, in: .tenant(tenant))).index
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let after = store.writerStatus
      #expect(indices.sorted() == Array(1...2_000))
      #expect(after.items - before.items == 2_000)
      #expect(after.commits - before.commits < 1_000)
      #expect((2...GroupCommitWriter.itemsMax).contains(after.largestBatch))
    }
  }

  @Test func `a change that fails undoes nothing of its batch and takes no place`() async throws {
    try await withStore { store, stage, folder in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let access = try stage.operatorAccess(in: tenant)
      let conflicts = await withTaskGroup(of: Bool.self) { group in
        for step in 0..<400 {
          group.addTask {
            await code {
              let event = stage.event(.documentCreate, in: .tenant(tenant))
              if step % 2 == 0 {
                _ = try await store.append(event)
              } else {
                _ = try await store.createDocument(document, access, event: event)
              }
            } == .conflict
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(conflicts == 200)
      #expect(try await stage.size(of: .tenant(tenant)) == 2 + 200)
      #expect(try StoreInspection.inspect(folder: folder).faults == [])
    }
  }

  @Test func `node counters have no gap, over failures and restarts`() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      var leaves = [[UInt8]]()
      for round in 0..<3 {
        let store = try SQLiteStore(.init(folder: folder, node: "n"), clock: time.clock)
        let stage = Stage(store: store, time: time)
        if round == 0 { _ = try await stage.createTenant("acme") }
        #expect(await code { _ = try await stage.createTenant("acme") } == .conflict)
        _ = try await store.append(stage.event(.logRead, in: .system))
        leaves = try await store.leaves(of: .system, from: 0, limit: 100)
        await store.close()
      }
      let counters = leaves.compactMap { leaf in
        String(decoding: leaf, as: UTF8.self).firstMatch(of: /"node":{"c":(\d+)/)?.1
      }
      #expect(counters == ["2", "3", "4"])
    }
  }

  @Test func `time in leaves never goes back, even over a restart`() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      var moments = [Timestamp]()
      for step in [0, -3_600, 7_200] as [Int64] {
        time.advance(seconds: step)
        let store = try SQLiteStore(.init(folder: folder, node: "n"), clock: time.clock)
        let stage = Stage(store: store, time: time)
        moments.append(try await store.append(stage.event(.logRead, in: .system)).time)
        await store.close()
      }
      let start = ManualClock.start
      #expect(moments == [start, start, start.adding(seconds: 3_600)])
    }
  }

  @Test func `a full disk is called full, harms nothing, and is forgotten when there is room`()
    async throws
  {
    try await withStore(databaseBytesMax: 600_000) { store, stage, folder in
      let tenant = try await stage.createTenant("acme")
      var written = 0
      var last: StoreError.Code?
      while last == nil, written < 5_000 {
        last = await code {
          _ = try await store.append(stage.event(.logRead, in: .tenant(tenant)))
        }
        if last == nil { written += 1 }
      }
      #expect(last == .full)
      #expect(await code { try await store.checkHealth() } == .full)
      #expect(try await stage.size(of: .tenant(tenant)) == Int64(written + 1))
      #expect(try StoreInspection.inspect(folder: folder).faults == [])
      #expect(!store.writerStatus.isStopped)
    }
  }

  @Test func `after an error of the disk nothing is written until a restart, nothing is lost`()
    async throws
  {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      let store = try SQLiteStore(.init(folder: folder, node: "n"), clock: time.clock)
      let stage = Stage(store: store, time: time)
      let tenant = try await stage.createTenant("acme")
      // The log's descriptor becomes one that cannot be written.
      try replaceDescriptor(of: folder + "/postern.db-wal")
      let event = stage.event(.logRead, in: .tenant(tenant))
      let first = await code { _ = try await store.append(event) }
      #expect(first == .outcomeUnknown || first == .unavailable)
      #expect(await code { _ = try await store.append(event) } == .unavailable)
      #expect(await code { try await store.checkHealth() } == .unavailable)
      #expect(store.writerStatus.isStopped)
      #expect(try await store.tenant(tenant) != nil)
      await store.close()
      let again = try SQLiteStore(.init(folder: folder, node: "n"), clock: time.clock)
      #expect(try await again.tenant(tenant) != nil)
      #expect(try StoreInspection.inspect(folder: folder).faults == [])
      await again.close()
    }
  }

  @Test func `a closed store refuses changes and reads`() async throws {
    try await withStore { store, stage, _ in
      let tenant = try await stage.createTenant("acme")
      await store.close()
      #expect(
        await code { _ = try await store.append(stage.event(.logRead, in: .system)) }
          == .unavailable)
      #expect(await code { _ = try await store.tenant(tenant) } == .unavailable)
    }
  }

  @Test func `a decision holds until a decisive change, from its own batch on`() async throws {
    try await withTemporaryFolder { folder in
      let connection = try Connection(path: folder + "/postern.db", .writer)
      try Migrator(migrations: SQLiteSchema.migrations, release: SQLiteSchema.release)
        .run(connection)
      let revisions = Revisions()
      let session = try WriteSession(
        connection, node: "n", clock: ManualClock().clock, revisions)
      let insert = Query(
        "insert into revoked_tokens (digest, expires_at) values (randomblob(32), 1)")
      let cases: [(WriteEffect, Query?, Bool)] = [
        (.record, insert, true), (.decisive, nil, true), (.decisive, insert, false),
      ]
      for (effect, query, holds) in cases {
        let seen = revisions.current
        #expect(seen != .unknown)
        try session.beginBatch(isolated: false)
        try session.item(
          WriteItem(
            effect: effect,
            perform: { (session) throws(StoreError) in
              if let query { try session.connection.run(query) }
            }, finish: { _ in }))
        #expect(session.isCurrent(seen) == holds && !session.isCurrent(.unknown))
        try session.commitBatch()
        #expect((revisions.current == seen) == holds)
        try session.beginBatch(isolated: false)
        #expect(session.isCurrent(seen) == holds && session.isCurrent(revisions.current))
        try session.commitBatch()
      }
    }
  }

  @Test func `a queue takes as many changes as it says and not one more`() {
    let queue = WriteQueue()
    let item = WriteItem(effect: .record, perform: { (_) throws(StoreError) in }, finish: { _ in })
    let accepted = (0...WriteQueue.itemsMax).count { _ in queue.add(item) }
    #expect(accepted == WriteQueue.itemsMax)
    #expect(queue.take(waiting: 0)?.count == WriteQueue.itemsMax)
    #expect(queue.add(item))
    queue.close()
    #expect(!queue.add(item))
    #expect(queue.take(waiting: 0)?.count == 1)
    #expect(queue.take(waiting: 0) == nil)
  }

  /// Puts a read-only descriptor in the place of the one that has `path` open.
  private func replaceDescriptor(of path: String) throws {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
      guard let number = Int32(name),
        let link = try? FileManager.default.destinationOfSymbolicLink(
          atPath: "/proc/self/fd/" + name), link == target
      else { continue }
      let readOnly = open(path, O_RDONLY)
      #expect(dup2(readOnly, number) == number)
      close(readOnly)
    }
  }
}
