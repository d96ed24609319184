// Tenants, grants, audit and idempotency of the memory store.

package import Base
package import Cryptography
package import Delivery

extension MemoryStore {
  package func createTenant(
    _ tenant: Tenant, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    let isTaken = tenants.values.contains { $0.tenant.objectPrefix == tenant.objectPrefix }
    guard tenants[tenant.id] == nil, !isTaken else { throw taken("name") }
    let place = try record(event)
    tenants[tenant.id] = TenantRow(tenant: tenant)
    return place
  }

  package func tenant(_ id: TenantID) async throws(StoreError) -> Tenant? {
    try read()
    return tenants[id]?.tenant
  }

  package func hasTenant(_ id: TenantID) async throws(StoreError) -> Bool {
    try read()
    return tenants[id] != nil
  }

  package func tenants(_ page: PageRequest<TenantID>) async throws(StoreError) -> Page<Tenant> {
    try read()
    let all = tenants.values.map(\.tenant).sorted { $0.id < $1.id }
    return self.page(all, page) { $0.id > $1 }
  }

  package func policy(of tenant: TenantID) async throws(StoreError) -> TenantPolicy {
    try read()
    return tenants[tenant]?.policy ?? TenantPolicy()
  }

  package func putPolicy(
    _ policy: TenantPolicy, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard let row = tenants[tenant] else { throw absent("tenant") }
    guard policy.version == (row.policy?.version ?? 0) + 1 else {
      throw StoreError(.conflict, "The policy has changed.")
    }
    let place = try record(event)
    tenants[tenant]?.policy = policy
    tenants[tenant]?.revisions.append(
      PolicyRevision(
        policy: policy, changedAt: place.time, event: event.id, changedBy: event.actor.person))
    return place
  }

  package func policyHistory(
    of tenant: TenantID, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<PolicyRevision> {
    try read()
    let all = (tenants[tenant]?.revisions ?? []).reversed()
    return self.page(Array(all), page) { $0.policy.version < $1 }
  }

  package func grants(
    reaching document: Document, for holder: GrantHolder?, limit: Int
  ) async throws(StoreError) -> [Grant] {
    try read()
    let all = grants.values.filter { grant in
      grant.tenant == document.tenant && grant.reaches(document)
        && holder.map { grant.includes($0) } ?? true
    }
    return Array(all.sorted { $0.id < $1.id }.prefix(limit))
  }

  package func putGrant(_ grant: Grant, event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await change()
    guard tenants[grant.tenant] != nil else { throw absent("tenant") }
    if case .document(let id) = grant.reach, documents[id]?.tenant != grant.tenant {
      throw absent("document")
    }
    guard grants[grant.id] == nil else { throw taken("id") }
    let place = try record(event)
    grants[grant.id] = grant
    return place
  }

  package func removeGrant(
    _ id: GrantID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard grants[id]?.tenant == tenant else { throw absent("grant") }
    let place = try record(event)
    grants[id] = nil
    return place
  }

  package func grants(
    of tenant: TenantID, _ page: PageRequest<GrantID>
  ) async throws(StoreError) -> Page<Grant> {
    try read()
    let all = grants.values.filter { $0.tenant == tenant }.sorted { $0.id < $1.id }
    return self.page(all, page) { $0.id > $1 }
  }
}

extension MemoryStore {
  package func append(_ event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await change()
    return try record(event)
  }

  package func events(
    _ query: EventQuery, in log: LogID, _ page: PageRequest<Int64>
  ) async throws(StoreError) -> Page<AuditRecord> {
    try read()
    guard let log = logs[log] else { return Page(items: [], hasMore: false) }
    let found = zip(log.records, log.facts).filter { _, fact in
      (query.document == nil || fact.object?.document == query.document)
        && (query.link == nil || fact.link?.id == query.link)
        && (query.kind == nil || fact.kind == query.kind)
    }
    return self.page(found.map(\.0).reversed(), page) { $0.index < $1 }
  }

  package func event(_ id: EventID, in log: LogID) async throws(StoreError) -> AuditRecord? {
    try read()
    return logs[log]?.records.first { $0.id == id }
  }

  package func leaves(
    of log: LogID, from index: Int64, limit: Int
  ) async throws(StoreError) -> [[UInt8]] {
    try read()
    return (logs[log]?.records ?? []).dropFirst(Int(index)).prefix(limit).map(\.leaf)
  }

  package func logs() async throws(StoreError) -> [LogSize] {
    try read()
    return logs.map { LogSize(log: $0.key, size: Int64($0.value.records.count)) }
      .sorted { $0.log < $1.log }
  }

  package func person(
    behind pseudonym: Pseudonym, in log: LogID
  ) async throws(StoreError) -> PersonReference? {
    try read()
    return logs[log]?.pseudonyms.first { $0.value == pseudonym }?.key
  }

  package func people(
    named subject: SubjectID?, in log: LogID, _ page: PageRequest<Pseudonym>
  ) async throws(StoreError) -> Page<KnownPerson> {
    try read()
    let all = (logs[log]?.pseudonyms ?? [:])
      .map { KnownPerson(pseudonym: $0.value, person: $0.key) }
      .filter { subject == nil || $0.person.subject == subject }
      .filter { $0.pseudonym.text > page.after?.text ?? "" }
      .sorted { $0.pseudonym.text < $1.pseudonym.text }
    return Page(items: Array(all.prefix(page.limit)), hasMore: all.count > page.limit)
  }

  package func erase(
    _ pseudonym: Pseudonym, in log: LogID, limit: Int, event: AuditEvent
  ) async throws(StoreError) -> Erasure? {
    try await change()
    guard let person = logs[log]?.pseudonyms.first(where: { $0.value == pseudonym })?.key,
      let entry = logs[log]
    else { return nil }
    let indexes = entry.records.indices.filter { index in
      let actor = entry.facts[index].actor
      return entry.records[index].personal != nil
        && (actor.person == person || actor.recipient == person)
    }
    for index in indexes.prefix(limit) {
      let old = entry.records[index]
      logs[log]?.records[index] = AuditRecord(
        id: old.id, log: log, index: old.index, leaf: old.leaf, personal: nil)
      logs[log]?.facts[index].personal = nil
    }
    let isComplete = indexes.count <= limit
    if isComplete { logs[log]?.pseudonyms[person] = nil }
    var event = event
    event.count = Int64(min(indexes.count, limit))
    return Erasure(
      events: event.count ?? 0, isComplete: isComplete, sequenced: try record(event))
  }
}

extension MemoryStore {
  package func beginIdempotent(
    _ key: IdempotencyKey, body: SHA256Digest, at moment: Timestamp, leaseUntil: Timestamp
  ) async throws(StoreError) -> IdempotencyClaim {
    try await change()
    if let answer = answers[key], moment < answer.until {
      guard answer.body == body else { return .bodyDiffers }
      return answer.sealed.map(IdempotencyClaim.replay) ?? .inFlight
    }
    answers[key] = Answer(body: body, sealed: nil, until: leaseUntil)
    return .fresh
  }

  package func completeIdempotent(
    _ key: IdempotencyKey, sealedResponse: [UInt8], expiresAt: Timestamp
  ) async throws(StoreError) {
    try await change()
    guard let answer = answers[key], answer.sealed == nil else {
      throw StoreError(.conflict, "The key is not claimed.")
    }
    answers[key] = Answer(body: answer.body, sealed: sealedResponse, until: expiresAt)
  }

  package func abandonIdempotent(_ key: IdempotencyKey) async throws(StoreError) {
    try await change()
    if answers[key]?.sealed == nil { answers[key] = nil }
  }
}
