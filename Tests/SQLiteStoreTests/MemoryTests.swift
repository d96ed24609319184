// What the store keeps in memory beside the database, and what must not differ by it.

import Base
import Cryptography
import Delivery
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct MemoryTests {
  @Test func `a change that fails after it wrote is undone alone`() async throws {
    try await withStore { store, stage, folder in
      let tenant = try await stage.createTenant("acme")
      let failures = await withTaskGroup(of: Bool.self) { group in
        for step in 0..<300 {
          group.addTask {
            await code {
              let event = stage.event(.logRead, in: .tenant(tenant))
              _ = try await store.writer.submit { (session) throws(StoreError) in
                let sequenced = try session.sequence(event)
                if step % 3 == 0 { throw StoreError(.conflict, "A late failure.") }
                return sequenced
              }
            } == .conflict
          }
        }
        return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(failures == 100)
      #expect(try await stage.size(of: .tenant(tenant)) == 1 + 200)
      #expect(try StoreInspection.inspect(folder: folder).faults == [])
    }
  }

  @Test(arguments: [RevokedTokens.entriesMax, RevokedTokens.entriesMax + 1])
  func `revoked tokens are known from memory up to a number of them`(count: Int) {
    let end = Timestamp(seconds: 2_000)
    let rows = (0..<count).map { (token: SHA256.hash(Array("\($0)".utf8)), until: end) }
    let tokens = RevokedTokens(rows)
    let fits = count <= RevokedTokens.entriesMax
    #expect(tokens.contains(rows[7].token, at: Timestamp(seconds: 1_999)) == (fits ? true : nil))
    #expect(tokens.contains(rows[7].token, at: end) == (fits ? false : nil))
    #expect(tokens.contains(SHA256.hash([]), at: end) == (fits ? false : nil))
    // One more when it is full: those that are over go first, else the table is asked.
    let more = SHA256.hash(Array("more".utf8))
    tokens.add(more, until: Timestamp(seconds: 3_000), now: end)
    #expect(tokens.contains(more, at: end) == (fits ? true : nil))
    tokens.add(more, until: Timestamp(seconds: 1_000), now: end)
    #expect(tokens.contains(more, at: end) == (fits ? true : nil))
  }

  @Test func `known rows belong to their tenant and stay bounded`() async throws {
    try await withStore { _, stage, _ in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: tenant)
      var known = KnownRows()
      known.add(document)
      #expect(known.document(document.id, of: tenant) == document)
      #expect(known.document(document.id, of: other) == nil)
      for number in 1...UInt64(KnownRows.rowsMax) {
        known.add(
          try Document(
            id: DocumentID(high: 1, low: number), tenant: tenant, title: "x", type: document.type,
            labels: [], createdAt: document.createdAt))
      }
      #expect(known.document(document.id, of: tenant) == nil)
      // Each took one slot, and the first document's too.
      for number in 1...UInt64(KnownRows.rowsMax) {
        let id = DocumentID(high: 1, low: number)
        #expect(known.document(id, of: tenant)?.id == id)
        #expect(known.document(DocumentID(high: 2, low: number), of: tenant) == nil)
      }
    }
  }

  @Test func `the writer waits for callers to come back, and not for long`() {
    let queue = WriteQueue()
    let item = WriteItem(effect: .record, perform: { (_) throws(StoreError) in }, finish: { _ in })
    #expect(queue.add(item) && queue.add(item))
    queue.gather(2)
    #expect(queue.take(waiting: 0)?.count == 2)
    #expect(queue.add(item))
    queue.gather(2)
    #expect(queue.take(waiting: 0)?.count == 1)
    queue.close()
    queue.gather(2)
    #expect(queue.take(waiting: 0)?.count == nil)
  }
}
