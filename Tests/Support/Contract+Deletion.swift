// Rules about deletion, holds, retention, and how often something was handed out.

import Base
import Delivery
import Testing

extension MetadataStoreContract {
  private static func hold(_ document: Document, _ stage: Stage) async throws -> Hold {
    let hold = try Hold(
      id: stage.id(), tenant: document.tenant, document: document.id, name: "case 7",
      placedAt: stage.time.now, placedBy: try Stage.person("root"))
    _ = try await stage.store.addHold(
      hold, event: stage.event(.holdAdd, in: .tenant(document.tenant), document: document.id))
    return hold
  }

  private static func lift(_ hold: Hold, in tenant: TenantID, _ stage: Stage) async throws {
    _ = try await stage.store.removeHold(
      hold.id, of: hold.document, tenant, event: stage.event(.holdRemove, in: .tenant(tenant)))
  }

  private static func delete(
    _ document: Document, _ stage: Stage, _ access: Access? = nil
  ) async throws -> DocumentDeletion {
    try await stage.store.deleteDocument(
      document.id, try access ?? stage.operatorAccess(in: document.tenant),
      event: stage.event(
        .documentDelete, in: .tenant(document.tenant), document: document.id))
  }

  private static func retain(
    _ retention: RetentionPolicy, in tenant: TenantID, _ stage: Stage
  ) async throws {
    var policy = try await stage.store.policy(of: tenant)
    policy.version += 1
    policy.retention = retention
    _ = try await stage.store.putPolicy(
      policy, of: tenant, event: stage.event(.policyChange, in: .tenant(tenant)))
  }

  static let deletionRules: [ContractRule] = [
    ContractRule("a deleted document is as absent as one that never was") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant, labels: ["a"], period: "2026")
      let version = try await stage.publish(document)
      let access = try stage.operatorAccess(in: tenant)
      let link = try await stage.issue(document, access)
      let upload = try await stage.beginUpload(of: document)
      let hold = try await hold(document, stage)
      try await lift(hold, in: tenant, stage)
      guard case .deleted(let objects, _, _) = try await delete(document, stage) else {
        Issue.record("not deleted")
        return
      }
      #expect(objects == 1)
      let store = stage.store
      #expect(try await store.document(document.id, access, right: .read) == nil)
      #expect(try await store.documents(DocumentQuery(), access, PageRequest()).items.isEmpty)
      #expect(
        try await store.documents(DocumentQuery(text: "inv"), access, PageRequest()).items.isEmpty)
      #expect(try await store.version(version.id, of: document.id, access, right: .read) == nil)
      #expect(try await store.versions(of: document.id, access, PageRequest()) == nil)
      #expect(try await store.links(to: document.id, access, PageRequest()) == nil)
      #expect(try await store.link(link.id, access, right: .read) == nil)
      #expect(try await store.linkTarget(document.id, .current, access) == nil)
      #expect(try await store.upload(upload.id, access) == nil)
      #expect(try await store.documentStatus(document.id, access) == nil)
      #expect(try await store.holds(of: document.id, tenant, PageRequest()) == nil)
      #expect(try await store.redeem(stage.attempt(link, delivering: version.id)) == .unknown)
      try await expectError(.notFound, stage, in: nil) { _ = try await delete(document, stage) }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await Self.hold(document, stage)
      }
      try await expectError(.notFound, stage, in: nil) {
        _ = try await stage.grant(.everyone, .document(document.id), [.read], in: tenant)
      }
      // What the log says of it stays.
      let events = try await store.events(
        EventQuery(document: document.id), in: .tenant(tenant), PageRequest())
      #expect(events.items.count >= 5)
    },
    ContractRule("the objects of a deleted document wait for deletion, each once") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let gone = try await stage.publish(document)
      _ = try await stage.withdraw(gone)
      let early = stage.time.now
      for object in try await stage.store.objectsToDelete(at: early, PageRequest()).items {
        try await stage.remove(object)
      }
      let kept = try await stage.publish(document)
      _ = try await stage.withdraw(kept, deletesObject: false)
      stage.time.advance(seconds: 1)
      let now = stage.time.now
      let ready = try await stage.publish(document)
      #expect(try await stage.store.objectsToDelete(at: now, PageRequest()).items.isEmpty)
      _ = try await delete(document, stage)
      // A later retention does not keep what nobody can reach any more.
      try await retain(RetentionPolicy(days: 10), in: tenant, stage)
      let first = try await stage.store.objectsToDelete(at: now, PageRequest(limit: 1))
      let rest = try await stage.store.objectsToDelete(
        at: now, PageRequest(after: first.next, limit: 1))
      #expect((first.items + rest.items).map(\.key) == [kept.objectKey, ready.objectKey])
      #expect(first.next != nil && rest.next == nil)
      for object in first.items + rest.items {
        try await stage.remove(object)
        #expect(try await !stage.claim(object))
      }
    },
    ContractRule("deletion needs the write right on a document of the tenant") { stage in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: tenant)
      _ = try await stage.grant(.everyone, .all, [.read, .issue], in: tenant)
      _ = try await stage.grant(.everyone, .all, [.write], in: other)
      for access in [
        try stage.access("anna", in: tenant), try stage.access("anna", in: other),
        try stage.operatorAccess(in: other),
      ] {
        try await expectError(.notFound, stage, in: nil) {
          _ = try await delete(document, stage, access)
        }
      }
    },
    ContractRule("a held document is kept until its last hold is lifted") { stage in
      let tenant = try await stage.createTenant("acme")
      let other = try await stage.createTenant("other")
      let document = try await stage.createDocument(in: tenant)
      let free = try await stage.createDocument(in: tenant)
      let version = try await stage.publish(document)
      let first = try await hold(document, stage)
      stage.time.advance(seconds: 1)
      let holds = [first, try await hold(document, stage)]
      #expect(
        try await stage.store.holds(of: document.id, tenant, PageRequest())?.items == holds)
      #expect(try await stage.store.holds(of: document.id, other, PageRequest()) == nil)
      #expect(try await stage.withdraw(version).bar == .held)
      let now = stage.time.now
      for (left, hold) in [(2, holds[0]), (1, holds[1])] {
        let before = try await total(stage)
        #expect(try await delete(document, stage) == .barred(.held))
        #expect(try await total(stage) == before)
        #expect(try await stage.store.objectsToDelete(at: now, PageRequest()).items.isEmpty)
        let status = try await stage.store.documentStatus(
          document.id, stage.operatorAccess(in: tenant))
        #expect(status?.bar == .held)
        for (wrong, place) in [(free, tenant), (document, other)] {
          try await expectError(.notFound, stage, in: nil) {
            _ = try await stage.store.removeHold(
              hold.id, of: wrong.id, place, event: stage.event(.holdRemove, in: .tenant(place)))
          }
        }
        try await lift(hold, in: tenant, stage)
        #expect(
          try await stage.store.holds(of: document.id, tenant, PageRequest())?.items.count
            == left - 1)
      }
      // The object of the withdrawn version was only waiting for that.
      let waiting = try await stage.store.objectsToDelete(at: now, PageRequest()).items
      #expect(waiting.map(\.key) == [version.objectKey])
    },
    ContractRule("of a hold and the deletion of an object one comes first") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let (first, second) = (try await stage.publish(document), try await stage.publish(document))
      _ = try await stage.withdraw(first)
      _ = try await stage.withdraw(second)
      let objects = try await stage.store.objectsToDelete(at: stage.time.now, PageRequest()).items
      let going = try #require(objects.first { $0.key == first.objectKey })
      let kept = try #require(objects.first { $0.key == second.objectKey })
      #expect(try await stage.claim(going))
      let hold = try await hold(document, stage)
      let before = try await total(stage)
      // The deletion that began before the hold is tried again; no other begins.
      #expect(try await stage.claim(going))
      #expect(try await !stage.claim(kept))
      #expect(try await total(stage) == before)
      let left = try await stage.store.objectsToDelete(at: stage.time.now, PageRequest()).items
      #expect(left == [going])
      try await stage.remove(going)
      try await expectError(.conflict, stage, in: nil) {
        _ = try await stage.store.recordObjectDeleted(
          kept, event: stage.event(.objectDelete, in: .tenant(tenant)))
      }
      try await lift(hold, in: tenant, stage)
      try await stage.remove(kept)
    },
    ContractRule("a retained document is kept until its newest version is old enough") { stage in
      let tenant = try await stage.createTenant("acme")
      guard let invoice = DocumentType("invoice") else { throw Stage.BadConstant() }
      try await retain(
        RetentionPolicy(days: 1, typeDays: [invoice: 3]), in: tenant, stage)
      let day: Int64 = 86_400
      for (type, days) in [("invoice", Int64(3)), ("note", 1)] {
        let empty = try await stage.createDocument(in: tenant, type: type)
        guard case .deleted = try await delete(empty, stage) else { throw Stage.BadConstant() }
        let document = try await stage.createDocument(in: tenant, type: type)
        let version = try await stage.publish(document)
        let end = stage.time.now.adding(seconds: days * day)
        #expect(try await stage.withdraw(version).bar == .retained(until: end))
        stage.time.advance(milliseconds: days * day * 1000 - 1)
        #expect(try await delete(document, stage) == .barred(.retained(until: end)))
        let now = stage.time.now
        #expect(try await stage.store.objectsToDelete(at: now, PageRequest()).items.isEmpty)
        stage.time.advance(milliseconds: 1)
        let waiting = try await stage.store.objectsToDelete(at: end, PageRequest()).items
        #expect(waiting.map(\.version) == [version.id])
        guard case .deleted = try await delete(document, stage) else { throw Stage.BadConstant() }
        for object in waiting { try await stage.remove(object) }
      }
    },
    ContractRule("handing-outs are counted for link, version and document") { stage in
      let tenant = try await stage.createTenant("acme")
      let document = try await stage.createDocument(in: tenant)
      let access = try stage.operatorAccess(in: tenant)
      let (first, second) = (try await stage.publish(document), try await stage.publish(document))
      let old = try await stage.issue(document, access, selector: .pinned(first.id))
      let new = try await stage.issue(document, access)
      for (link, version, times) in [(old, first, 1), (new, second, 2)] {
        for _ in 0..<times {
          stage.time.advance(seconds: 1)
          _ = try await stage.store.redeem(stage.attempt(link, .view))
          _ = try await stage.store.redeem(stage.attempt(link, delivering: version.id))
        }
      }
      let last = stage.time.now
      _ = try await stage.store.recordPresignedURL(
        of: second.id, document.id, until: last.adding(seconds: 300),
        stage.operatorAccess(in: tenant), seen: .unknown,
        event: stage.event(.presignedIssue, in: .tenant(tenant), document: document.id))
      let counts = try await stage.store.deliveries(
        of: [first.id, second.id, stage.id()], of: document.id, access)
      #expect(counts[first.id]?.count == 1 && counts[second.id]?.count == 3 && counts.count == 2)
      #expect(counts[second.id]?.lastAt == last)
      let status = try await stage.store.documentStatus(document.id, access)
      #expect(status?.deliveries == DeliveryCount(count: 4, lastAt: last))
      #expect(try await stage.store.link(old.id, access, right: .read)?.deliveries == 1)
      #expect(try await stage.store.link(new.id, access, right: .read)?.deliveries == 2)
      let other = try stage.operatorAccess(in: try await stage.createTenant("other"))
      #expect(try await stage.store.deliveries(of: [first.id], of: document.id, other).isEmpty)
    },
  ]
}

extension Stage {
  /// Claims an object for its deletion.
  func claim(_ object: ObjectToDelete) async throws -> Bool {
    try await store.claimObject(
      object, at: time.now, event: event(.objectClaim, in: .tenant(object.tenant)))
  }

  /// Claims an object and notes that it is gone.
  func remove(_ object: ObjectToDelete) async throws {
    #expect(try await claim(object))
    _ = try await store.recordObjectDeleted(
      object, event: event(.objectDelete, in: .tenant(object.tenant)))
  }
}
