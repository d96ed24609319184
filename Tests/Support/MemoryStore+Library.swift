// Changes, holds and deletion in the memory store.

package import Base
package import Delivery

extension MemoryStore {
  package func updateDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard let (old, _) = visible(document.id, .write, access),
      allowed(.write, on: document, access) != nil
    else { throw absent("document") }
    guard old.revision + 1 == document.revision else {
      throw StoreError(.conflict, "The document changed since it was read.")
    }
    let place = try record(event)
    documents[document.id] = document
    return place
  }

  package func setValidity(
    of seen: Version, from: Timestamp, until: Timestamp?, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> VersionChange {
    let (version, document) = (seen.id, seen.document)
    try await change()
    guard visible(document, .write, access) != nil, var stored = versions[version],
      stored.document == document
    else { throw absent("version") }
    guard stored.state == .ready else {
      throw StoreError(.conflict, "The version was withdrawn.")
    }
    guard stored.validFrom != from || stored.validUntil != until else {
      return VersionChange(version: stored, sequenced: nil)
    }
    guard stored.validFrom == seen.validFrom, stored.validUntil == seen.validUntil else {
      throw StoreError(.conflict, "The version changed since it was read.")
    }
    let place = try record(event)
    (stored.validFrom, stored.validUntil) = (from, until)
    versions[version] = stored
    touch(document, at: access.moment)
    return VersionChange(version: stored, sequenced: place)
  }

  package func deleteDocument(
    _ id: DocumentID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> DocumentDeletion {
    try await change()
    guard let (document, _) = visible(id, .write, access) else { throw absent("document") }
    if let bar = bar(of: document, at: access.moment) { return .barred(bar) }
    let place = try record(event)
    let handed = handedOut(for: .document(id), of: access.tenant, at: access.moment)
    var objects = 0
    for version in versions(of: id) where !deletedObjects.contains(version.id) {
      objects += 1
      orphans.insert(version.id)
      waitingObjects[version.id] = ObjectToDelete(
        tenant: version.tenant, document: id, version: version.id, key: version.objectKey)
    }
    documents[id] = nil
    return .deleted(objects: objects, handed, place)
  }

  package func documentStatus(
    _ id: DocumentID, _ access: Access
  ) async throws(StoreError) -> DocumentStatus? {
    try read()
    guard let (document, _) = visible(id, .read, access) else { return nil }
    let counts = versions(of: id).compactMap { deliveries[$0.id] }
    return DocumentStatus(
      bar: bar(of: document, at: access.moment),
      deliveries: DeliveryCount(
        count: counts.reduce(0) { $0 + $1.count }, lastAt: counts.compactMap(\.lastAt).max()))
  }

  package func deliveries(
    of versions: [VersionID], of document: DocumentID, _ access: Access
  ) async throws(StoreError) -> [VersionID: DeliveryCount] {
    try read()
    guard visible(document, .read, access) != nil else { return [:] }
    return deliveries.filter {
      versions.contains($0.key) && self.versions[$0.key]?.document == document
    }
  }

  func countDelivery(of version: VersionID, at moment: Timestamp, urlUntil end: Timestamp?) {
    if let end { urlEnds[version] = max(urlEnds[version] ?? end, end) }
    deliveries[version, default: DeliveryCount()].count += 1
    deliveries[version]?.lastAt = moment
  }

  /// What keeps a document from being deleted.
  func bar(of document: Document, at moment: Timestamp) -> DeletionBar? {
    if holds.values.contains(where: { $0.document == document.id }) { return .held }
    let retention = (tenants[document.tenant]?.policy ?? TenantPolicy()).retention
    let newest = versions(of: document.id).first?.createdAt
    guard let end = retention.end(document.type, newestVersionAt: newest), end > moment else {
      return nil
    }
    return .retained(until: end)
  }
}

extension MemoryStore {
  package func addHold(_ hold: Hold, event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await change()
    guard documents[hold.document]?.tenant == hold.tenant else { throw absent("document") }
    guard holds[hold.id] == nil else { throw taken("id") }
    let place = try record(event)
    holds[hold.id] = hold
    return place
  }

  package func removeHold(
    _ id: HoldID, of document: DocumentID, _ tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard let hold = holds[id], hold.tenant == tenant, hold.document == document else {
      throw absent("hold")
    }
    let place = try record(event)
    holds[id] = nil
    return place
  }

  package func holds(
    of document: DocumentID, _ tenant: TenantID, _ page: PageRequest<HoldID>
  ) async throws(StoreError) -> Page<Hold>? {
    try read()
    guard documents[document]?.tenant == tenant else { return nil }
    let all = holds.values.filter { $0.document == document }.sorted { $0.id < $1.id }
    return self.page(all, page) { $0.id > $1 }
  }
}
