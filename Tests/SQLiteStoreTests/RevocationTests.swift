// Sets of links that are revoked: what only a database can get wrong.

import Base
import Cryptography
import Delivery
import SQLiteSchema
import TestSupport
import Testing

@testable import SQLiteStore

@Suite struct RevocationTests {
  private func revoke(
    _ set: LinkSet, in tenant: TenantID, _ stage: Stage
  ) async throws -> SetRevocation {
    try await stage.store.revokeLinks(
      set, stage.operatorAccess(in: tenant), event: stage.event(.linkRevoke, in: .tenant(tenant)))
  }

  private func cutoffs(_ store: SQLiteStore) throws -> Int64? {
    try store.readers.read { (connection) throws(StoreError) in
      try connection.first(Query("select count(*) from link_cutoffs"), []) {
        (row) throws(StoreError) in row.integer()
      }
    }
  }

  /// An open tenant with a published document.
  private func world(_ stage: Stage) async throws -> (Document, Version, Access) {
    let tenant = try await stage.createTenant("acme")
    let document = try await stage.createDocument(in: tenant)
    let version = try await stage.publish(document)
    return (document, version, try stage.operatorAccess(in: tenant))
  }

  @Test func `a revocation outlives the store`() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      let settings = SQLiteStore.Settings(folder: folder, node: "n")
      let first = try SQLiteStore(settings, clock: time.clock)
      let stage = Stage(store: first, time: time)
      let (document, version, access) = try await world(stage)
      let link = try await stage.issue(document, access)
      _ = try await stage.store.redeem(stage.attempt(link, delivering: version.id))
      let revocation = try await revoke(.all, in: document.tenant, stage)
      await first.close()
      let second = try SQLiteStore(settings, clock: time.clock)
      let found = try await second.link(link.id, access, right: .read)
      #expect(found?.revokedAt == revocation.revokedAt)
      let later = try await revoke(.all, in: document.tenant, Stage(store: second, time: time))
      #expect(later.links == 0 && later.handedOut == revocation.handedOut)
      #expect(later.handedOut.lastURLExpiresAt == time.now.adding(seconds: 300))
      await second.close()
    }
  }

  @Test func `links are counted up to a limit, and then not at all`() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      var settings = SQLiteStore.Settings(folder: folder, node: "n")
      settings.linksSeenMax = 2
      let store = try SQLiteStore(settings, clock: time.clock)
      let stage = Stage(store: store, time: time)
      let (document, version, access) = try await world(stage)
      let sets: [LinkSet] = [.document(document.id), .subject(try Stage.subject("anna")), .all]
      for _ in 0..<2 { _ = try await stage.issue(document, access) }
      #expect(try await revoke(.all, in: document.tenant, stage).links == 2)
      let third = try await stage.issue(document, access)
      _ = try await store.redeem(stage.attempt(third, delivering: version.id))
      for set in sets {
        // What nobody looked through is not said to be less exposed than it may be.
        let revocation = try await revoke(set, in: document.tenant, stage)
        #expect(revocation.links == nil)
        #expect(revocation.handedOut.lastURLExpiresAt == time.now.adding(seconds: 300))
      }
      #expect(try await store.link(third.id, access, right: .read)?.revokedAt != nil)
      // What can be alive no more is not looked at.
      time.advance(seconds: LifetimeBounds.hardMaxSeconds + 3601)
      for set in sets { #expect(try await revoke(set, in: document.tenant, stage).links == 0) }
      await store.close()
    }
  }

  @Test func `a cutoff is forgotten long after its last link has ended, not before`() async throws {
    try await withStore { store, stage, _ in
      let (document, _, access) = try await world(stage)
      let link = try await stage.issue(document, access, seconds: LifetimeBounds.hardMaxSeconds)
      _ = try await revoke(.all, in: document.tenant, stage)
      let other = try await stage.createTenant("other")
      _ = try await revoke(.all, in: other, stage)
      stage.time.advance(milliseconds: SetRevocation.keptSeconds * 1000 - 1)
      _ = try await revoke(.all, in: document.tenant, stage)
      #expect(try cutoffs(store) == 3)
      let now = Access(
        tenant: access.tenant, authority: .operator, person: access.person, moment: stage.time.now)
      let found = try await store.link(link.id, now, right: .read)
      #expect(found?.state(at: stage.time.now) == .revoked)
      stage.time.advance(milliseconds: 1)
      _ = try await revoke(.all, in: document.tenant, stage)
      // The neighbour's goes with the neighbour's next one.
      #expect(try cutoffs(store) == 3)
    }
  }

  @Test func `presigned URLs are forgotten when they are dead`() async throws {
    try await withStore { store, stage, _ in
      let (document, version, access) = try await world(stage)
      func presign() async throws {
        let now = stage.time.now
        _ = try await store.recordPresignedURL(
          of: version.id, document.id, until: now.adding(seconds: 60),
          Access(
            tenant: access.tenant, authority: .operator, person: access.person, moment: now),
          seen: .unknown, event: stage.event(.presignedIssue, in: .tenant(document.tenant)))
      }
      func rows() throws -> Int64? {
        try store.readers.read { (connection) throws(StoreError) in
          try connection.first(Query("select count(*) from presigned_urls"), []) {
            (row) throws(StoreError) in row.integer()
          }
        }
      }
      try await presign()
      try await presign()
      #expect(try rows() == 1)
      stage.time.advance(milliseconds: 59_999)
      try await presign()
      #expect(try rows() == 2)
      stage.time.advance(milliseconds: 1)
      try await presign()
      #expect(try rows() == 2)
    }
  }

  @Test func `links from before there were cutoffs are revoked like all others`() async throws {
    try await withTemporaryFolder { folder in
      let time = ManualClock()
      let settings = SQLiteStore.Settings(folder: folder, node: "n")
      let id = LinkID(at: time.now, random: (1, 2))
      let document = DocumentID(at: time.now, random: (3, 4))
      let now = time.now.milliseconds
      do {
        let writer = try Connection(path: settings.databasePath, .writer)
        try Migrator(migrations: Array(SQLiteSchema.migrations.prefix(7)), release: 7).run(writer)
        try writer.execute(
          """
          insert into tenants values ('acme', 'Acme', 'x', 1);
          insert into documents (tenant, id, title, type, labels, created_at, updated_at)
          values ('acme', x'\(hex(document.bytes))', 'T', 't', '', 1, 1);
          insert into versions (tenant, id, document, number, filename, media_type, size, sha256,
            object_key, receipt, created_at, valid_from, released_issuer, released_subject)
          select 'acme', randomblob(16), id, 1, 'f', 'image/png', 1, randomblob(32), 'k', '{}', 1, 1,
            'i', 's' from documents;
          insert into links (tenant, id, document, landing, disposition, pepper, digest, created_at,
            expires_at, authority_roles, issued_issuer, issued_subject, last_url_expires_at)
          select 'acme', x'\(hex(id.bytes))', id, 'direct', 'attachment', 'p', randomblob(32),
            \(now), \(now + 60_000), '', 'i', 's', \(now + 30_000) from documents;
          insert into version_deliveries select tenant, document, id, 1, \(now) from versions;
          """)
      }
      let store = try SQLiteStore(settings, clock: time.clock)
      let stage = Stage(store: store, time: time)
      let tenant = try Stage.tenant("acme")
      let access = try stage.operatorAccess(in: tenant)
      #expect(try await store.link(id, access, right: .read)?.revokedAt == nil)
      let revocation = try await revoke(.document(document), in: tenant, stage)
      #expect(revocation.links == 1 && revocation.sequenced.index == 0)
      #expect(
        revocation.handedOut == HandedOut(lastURLExpiresAt: time.now.adding(seconds: 30)))
      #expect(try await store.link(id, access, right: .read)?.revokedAt == time.now)
      await store.close()
    }
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }
}
