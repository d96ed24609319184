// Rules about the audit logs and about remembered answers.

import Base
import Cryptography
import Delivery
import JSONText
import Testing

extension MetadataStoreContract {
  static let auditRules: [ContractRule] = [
    ContractRule("every change is one event in its tenant's log, in order, without a gap") {
      stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access, uses: 1)
      _ = try await world.deliver(link)
      _ = try await world.deliver(link)
      _ = try await world.revoke(link)
      _ = try await stage.withdraw(world.version)
      _ = try await stage.store.append(stage.event(.authorizationDeny, in: .system))
      let log = LogID.tenant(world.tenant)
      let leaves = try await stage.store.leaves(of: log, from: 0, limit: 100)
      let values = try leaves.map { try JSONValue(parsing: $0, limits: .request) }
      let kinds = values.map { $0["type"]?.stringValue ?? "" }
      #expect(
        kinds == [
          "tenant.create", "document.create", "upload.start", "upload.end", "grant.change",
          "link.issue", "link.redeem", "link.redeem", "link.revoke", "version.withdraw",
        ])
      #expect(values[7]["why"] == "link-used-up" && values[7]["out"] == "denied")
      let counters = values.compactMap { $0["node"]?["c"]?.integerValue }
      let first = counters.first ?? 0
      #expect(counters == (0..<10).map { first + $0 })
      for (leaf, value) in zip(leaves, values) {
        #expect(try CanonicalJSON.encode(value) == leaf)
        #expect(value["log"]?.stringValue == "acme")
      }
      #expect(
        try await stage.store.logs() == [
          LogSize(log: .system, size: 1), LogSize(log: log, size: 10),
        ])
      #expect(try await stage.store.counts().events == 11)
      let tail = try await stage.store.leaves(of: log, from: 8, limit: 1)
      #expect(tail == [leaves[8]])
      #expect(try await stage.store.leaves(of: log, from: 10, limit: 5).isEmpty)
    },
    ContractRule("times in a log never go back, even when the clock does") { stage in
      var last = Timestamp(milliseconds: 0)
      for seconds in [5, -60, 1, 0, 100] as [Int64] {
        stage.time.advance(seconds: seconds)
        let place = try await stage.store.append(stage.event(.configuration, in: .system))
        #expect(place.time >= last)
        last = place.time
      }
      #expect(last == stage.time.now)
    },
    ContractRule("events are found by id, document, link and kind, in their log only") { stage in
      let world = try await LinkWorld(stage)
      let link = try await stage.issue(world.document, world.access)
      let other = try await LinkWorld(stage, name: "other")
      let log = LogID.tenant(world.tenant)
      func indexes(
        _ query: EventQuery, in log: LogID, after: Int64? = nil, limit: Int = 50
      ) async throws -> [Int64] {
        try await stage.store.events(query, in: log, PageRequest(after: after, limit: limit))
          .items.map(\.index)
      }
      #expect(try await indexes(EventQuery(), in: log, limit: 2) == [5, 4])
      #expect(try await indexes(EventQuery(), in: log, after: 4, limit: 2) == [3, 2])
      let document = world.document.id
      #expect(try await indexes(EventQuery(document: document), in: log) == [5, 3, 2, 1])
      #expect(
        try await indexes(EventQuery(document: document, kind: .uploadEnd), in: log) == [3])
      #expect(try await indexes(EventQuery(link: link.id), in: log) == [5])
      let foreign = LogID.tenant(other.tenant)
      #expect(try await indexes(EventQuery(document: document), in: foreign).isEmpty)
      let event = stage.event(.configuration, in: log)
      let place = try await stage.store.append(event)
      let record = try await stage.store.event(event.id, in: log)
      #expect(record?.index == place.index && record?.personal == event.personal)
      let leaves = try await stage.store.leaves(of: log, from: place.index, limit: 1)
      #expect(record.map { [$0.leaf] } == leaves)
      #expect(try await stage.store.event(event.id, in: foreign) == nil)
      #expect(try await stage.store.event(event.id, in: .system) == nil)
    },
    ContractRule("a person has one pseudonym in a log and another in the next") { stage in
      let anna = try Stage.person("anna")
      let acme = LogID.tenant(try await stage.createTenant("acme"))
      let other = LogID.tenant(try await stage.createTenant("other"))
      var names: [LogID: Set<String>] = [:]
      for log in [acme, acme, other] {
        let event = stage.event(.configuration, in: log, person: anna)
        _ = try await stage.store.append(event)
        guard let leaf = try await stage.store.event(event.id, in: log)?.leaf else { continue }
        let value = try JSONValue(parsing: leaf, limits: .request)
        let name = value["actor"]?["p"]?.stringValue ?? ""
        names[log, default: []].insert(name)
        guard let pseudonym = Pseudonym(name) else { throw Stage.BadConstant() }
        #expect(try await stage.store.person(behind: pseudonym, in: log) == anna)
        let wrong = log == acme ? other : acme
        #expect(try await stage.store.person(behind: pseudonym, in: wrong) == nil)
        #expect(!String(decoding: leaf, as: UTF8.self).contains("anna"))
      }
      #expect(names[acme]?.count == 1 && names[acme] != names[other])
    },
    ContractRule("a person is erased with the data of what they did and received, in steps") {
      stage in
      let (anna, ben) = (try Stage.person("anna"), try Stage.person("ben"))
      let log = LogID.tenant(try await stage.createTenant("acme"))
      let other = LogID.tenant(try await stage.createTenant("other"))
      for place in [log, log, other, log] {
        _ = try await stage.store.append(stage.event(.configuration, in: place, person: anna))
        _ = try await stage.store.append(stage.event(.configuration, in: place, person: ben))
      }
      var received = stage.event(.linkIssue, in: log, person: ben)
      received.actor.recipient = anna
      _ = try await stage.store.append(received)
      let before = try await stage.store.leaves(of: log, from: 0, limit: 100)
      let one = try PageRequest<Pseudonym>(limit: 1)
      let people = try await stage.store.people(named: nil, in: log, one)
      let rest = try await stage.store.people(
        named: nil, in: log, PageRequest(after: people.items.first?.pseudonym))
      #expect(people.hasMore && !rest.hasMore)
      #expect(Set((people.items + rest.items).map(\.person)) == [anna, ben])
      let found = try await stage.store.people(named: anna.subject, in: log, one)
      #expect(found.items.map(\.person) == [anna] && !found.hasMore)
      guard let pseudonym = found.items.first?.pseudonym else { throw Stage.BadConstant() }
      let event = stage.event(.erase, in: log, person: ben)
      #expect(try await stage.store.erase(pseudonym, in: other, limit: 9, event: event) == nil)
      let first = try await stage.store.erase(pseudonym, in: log, limit: 3, event: event)
      #expect(first?.events == 3 && first?.isComplete == false)
      #expect(try await stage.store.person(behind: pseudonym, in: log) == anna)
      let last = stage.event(.erase, in: log, person: anna)
      let second = try await stage.store.erase(pseudonym, in: log, limit: 3, event: last)
      #expect(second?.events == 1 && second?.isComplete == true)
      #expect(try await stage.store.person(behind: pseudonym, in: log) == nil)
      #expect(try await stage.store.erase(pseudonym, in: log, limit: 3, event: event) == nil)
      let events = try await stage.store.events(EventQuery(), in: log, PageRequest()).items
      // The newest first: two steps, what ben issued for anna, three times ben and anna, the tenant.
      let kept = events.map { $0.personal != nil }
      #expect(kept == [true, true, false, true, false, true, false, true, false, true])
      let count = try events.first.map {
        try JSONValue(parsing: $0.leaf, limits: .request)["count"]
      }
      #expect(count == .integer(1))
      // Who erases oneself is somebody new from then on; leaves stay as they were.
      let again = try await stage.store.people(named: anna.subject, in: log, one).items
      #expect(again.count == 1 && again.first?.pseudonym != pseudonym)
      #expect(try await stage.store.leaves(of: log, from: 0, limit: 8) == before)
      let elsewhere = try await stage.store.events(EventQuery(), in: other, PageRequest()).items
      #expect(elsewhere.allSatisfy { $0.personal != nil })
    },
    ContractRule("a leaf over 65,535 bytes is refused with all that belongs to it") { stage in
      let tenant = try await stage.createTenant("acme")
      var event = stage.event(.documentCreate, in: .tenant(tenant))
      event.why = String(repeating: "x", count: 70_000)
      let document = try Document(
        id: stage.id(), tenant: tenant, title: "T", type: DocumentType("x").unwrapped(),
        labels: [], createdAt: stage.time.now)
      let access = try stage.operatorAccess(in: tenant)
      let large = event
      try await expectError(.eventTooLarge, stage, in: nil) {
        _ = try await stage.store.createDocument(document, access, event: large)
      }
      #expect(try await stage.store.document(document.id, access, right: .read) == nil)
      let next = try await stage.store.append(stage.event(.configuration, in: .tenant(tenant)))
      #expect(next.index == 1)
    },
    ContractRule("steps that fail do not undo steps that run beside them") { stage in
      let world = try await LinkWorld(stage)
      let taken = try await stage.issue(world.document, world.access)
      let before = try await total(stage)
      let done = await withTaskGroup(of: LinkID?.self) { group in
        for number in 0..<40 {
          group.addTask {
            do {
              let link =
                number.isMultiple(of: 2)
                ? stage.makeLink(world.document, world.access) : taken
              _ = try await stage.store.recordLink(
                link, world.access, seen: .unknown,
                event: stage.event(.linkIssue, in: .tenant(world.tenant), link: link.id))
              return link.id
            } catch { return nil }
          }
        }
        var done: [LinkID] = []
        for await id in group { if let id { done.append(id) } }
        return done
      }
      #expect(done.count == 20 && !done.contains(taken.id))
      #expect(try await total(stage) == before + 20)
      for id in done {
        #expect(try await stage.store.link(id, world.access, right: .read) != nil)
      }
    },
  ]

  static let idempotencyRules: [ContractRule] = [
    ContractRule("a key is fresh once, then in flight, then replays, for its body only") { stage in
      let world = IdempotencyWorld(stage)
      let key = try world.key()
      #expect(try await world.claim(key) == .fresh)
      #expect(try await world.claim(key) == .inFlight)
      #expect(try await world.claim(key, body: 2) == .bodyDiffers)
      let end = stage.time.now.adding(seconds: 100)
      try await stage.store.completeIdempotent(key, sealedResponse: [9, 8], expiresAt: end)
      #expect(try await world.claim(key) == .replay([9, 8]))
      #expect(try await world.claim(key, body: 2) == .bodyDiffers)
      try await stage.store.abandonIdempotent(key)
      stage.time.advance(milliseconds: 99_999)
      #expect(try await world.claim(key) == .replay([9, 8]))
      stage.time.advance(milliseconds: 1)
      #expect(try await world.claim(key) == .fresh)
    },
    ContractRule("keys of other tenants, clients and routes are other keys") { stage in
      let world = IdempotencyWorld(stage)
      let keys = [
        try world.key(), try world.key(tenant: "other"), try world.key(tenant: nil),
        try world.key(client: "c2"), try world.key(route: "r2"), try world.key(digest: 7),
      ]
      for key in keys { #expect(try await world.claim(key) == .fresh) }
    },
    ContractRule("an abandoned or overdue claim frees the key; an unclaimed one cannot end") {
      stage in
      let world = IdempotencyWorld(stage)
      let key = try world.key()
      try await expectError(.conflict, stage, in: nil) {
        try await stage.store.completeIdempotent(
          key, sealedResponse: [], expiresAt: stage.time.now.adding(seconds: 1))
      }
      _ = try await world.claim(key)
      try await stage.store.abandonIdempotent(key)
      #expect(try await world.claim(key, body: 2) == .fresh)
      stage.time.advance(milliseconds: 29_999)
      #expect(try await world.claim(key, body: 2) == .inFlight)
      stage.time.advance(milliseconds: 1)
      #expect(try await world.claim(key) == .fresh)
    },
    ContractRule("of many who claim a key at once, one does the work") { stage in
      let world = IdempotencyWorld(stage)
      let key = try world.key()
      let claims = try await withThrowingTaskGroup(of: IdempotencyClaim.self) { group in
        for _ in 0..<16 { group.addTask { try await world.claim(key) } }
        var claims: [IdempotencyClaim] = []
        for try await claim in group { claims.append(claim) }
        return claims
      }
      #expect(claims.filter { $0 == .fresh }.count == 1)
      #expect(claims.filter { $0 == .inFlight }.count == 15)
    },
  ]
}

private struct IdempotencyWorld: Sendable {
  let stage: Stage

  init(_ stage: Stage) { self.stage = stage }

  func key(
    tenant: String? = "acme", client: String = "c1", route: String = "r1", digest: UInt8 = 1
  ) throws -> IdempotencyKey {
    IdempotencyKey(
      tenant: try tenant.map { try Stage.tenant($0) }, client: client, route: route,
      keyDigest: SHA256.hash([digest]))
  }

  func claim(_ key: IdempotencyKey, body: UInt8 = 1) async throws -> IdempotencyClaim {
    let now = stage.time.now
    return try await stage.store.beginIdempotent(
      key, body: SHA256.hash([body]), at: now, leaseUntil: now.adding(seconds: 30))
  }
}

extension Optional {
  /// The value of a test's constant.
  package func unwrapped() throws -> Wrapped {
    guard let self else { throw Stage.BadConstant() }
    return self
  }
}
