// Documents, versions and uploads of the memory store.

package import Base
package import Delivery

extension MemoryStore {
  package func createDocument(
    _ document: Document, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard allowed(.write, on: document, access) != nil else { throw absent("document") }
    guard documents[document.id] == nil else { throw taken("id") }
    let place = try record(event)
    documents[document.id] = document
    return place
  }

  package func document(
    _ id: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> DocumentView? {
    try read()
    return visible(id, right, access).map { view($0, $1, access) }
  }

  package func documents(
    _ query: DocumentQuery, _ access: Access, _ page: PageRequest<DocumentPosition>
  ) async throws(StoreError) -> DocumentPage {
    try read()
    let found = documents.values
      .filter { query.includes($0) }
      .compactMap { visible($0.id, .read, access) }
      .map { view($0, $1, access) }
      .filter { query.hasCurrentVersion ?? ($0.current != nil) == ($0.current != nil) }
      .sorted {
        query.sort.isBefore(DocumentPosition($0.document), DocumentPosition($1.document))
      }
    let items = self.page(found, page) {
      query.sort.isBefore($1, DocumentPosition($0.document))
    }
    let last = items.hasMore ? items.items.last : nil
    return DocumentPage(items: items.items, next: last.map { DocumentPosition($0.document) })
  }

  package func version(
    _ id: VersionID, of document: DocumentID, _ access: Access, right: Right
  ) async throws(StoreError) -> Version? {
    try read()
    guard visible(document, right, access) != nil, let version = versions[id],
      version.document == document
    else { return nil }
    return version
  }

  package func versions(
    of document: DocumentID, _ access: Access, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<Version>? {
    try read()
    guard visible(document, .read, access) != nil else { return nil }
    return self.page(versions(of: document), page) { $0.number < $1 }
  }

  package func linkTarget(
    _ document: DocumentID, _ selector: VersionSelector, _ access: Access
  ) async throws(StoreError) -> LinkTarget? {
    try read()
    guard let (found, grant) = visible(document, .issue, access) else { return nil }
    let (version, isSuperseded) = selected(selector, of: document, at: access.moment)
    return LinkTarget(
      document: found, version: version, isSuperseded: isSuperseded, grant: grant?.id,
      grantValidUntil: grant?.validUntil)
  }

  package func withdrawVersion(
    _ id: VersionID, of document: DocumentID, _ access: Access, deletesObject: Bool,
    event: AuditEvent
  ) async throws(StoreError) -> Withdrawal {
    try await change()
    guard visible(document, .write, access) != nil, var version = versions[id],
      version.document == document
    else { throw absent("version") }
    let handed = handedOut(of: version, at: access.moment)
    guard version.state == .ready else {
      return Withdrawal(version: version, sequenced: nil, handedOut: handed)
    }
    let place = try record(event)
    version.state = .withdrawn(at: access.moment)
    versions[id] = version
    touch(document, at: access.moment)
    if deletesObject {
      waitingObjects[id] = ObjectToDelete(
        tenant: version.tenant, document: document, version: id, key: version.objectKey)
    }
    return Withdrawal(
      version: version, sequenced: place,
      bar: documents[document].flatMap { bar(of: $0, at: access.moment) }, handedOut: handed)
  }

  package func objectsToDelete(
    at moment: Timestamp, _ page: PageRequest<VersionID>
  ) async throws(StoreError) -> ObjectPage {
    try read()
    let all = waitingObjects.values.sorted { $0.version < $1.version }
    let looked = self.page(all, page) { $0.version > $1 }
    return ObjectPage(
      items: looked.items.filter { isFree($0, at: moment) },
      next: looked.hasMore ? looked.items.last?.version : nil)
  }

  package func claimObject(
    _ object: ObjectToDelete, at moment: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Bool {
    try await change()
    guard waitingObjects[object.version] == object, isFree(object, at: moment) else {
      return false
    }
    guard !claimedObjects.contains(object.version) else { return true }
    _ = try record(event)
    claimedObjects.insert(object.version)
    return true
  }

  private func isFree(_ object: ObjectToDelete, at moment: Timestamp) -> Bool {
    if orphans.contains(object.version) || claimedObjects.contains(object.version) { return true }
    return documents[object.document].map { bar(of: $0, at: moment) == nil } ?? true
  }

  package func recordObjectDeleted(
    _ object: ObjectToDelete, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard waitingObjects[object.version] == object, claimedObjects.contains(object.version) else {
      throw taken("object")
    }
    let place = try record(event)
    waitingObjects[object.version] = nil
    deletedObjects.insert(object.version)
    return place
  }

  private func view(_ document: Document, _ grant: Grant?, _ access: Access) -> DocumentView {
    DocumentView(
      document: document, current: current(of: document.id, at: access.moment),
      grant: grant?.id)
  }
}

extension MemoryStore {
  package func beginUpload(
    _ upload: Upload, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard visible(upload.document, .write, access) != nil else { throw absent("document") }
    let isTaken = uploads.values.contains {
      $0.version == upload.version || $0.objectKey == upload.objectKey
    }
    guard uploads[upload.id] == nil, !isTaken else { throw taken("id") }
    let place = try record(event)
    uploads[upload.id] = upload
    return place
  }

  package func upload(_ id: UploadID, _ access: Access) async throws(StoreError) -> Upload? {
    try read()
    guard let upload = uploads[id], upload.tenant == access.tenant else { return nil }
    guard documents[upload.document] != nil else { return nil }
    let isOwn = upload.startedBy == access.person
    return isOwn || visible(upload.document, .write, access) != nil ? upload : nil
  }

  package func publish(
    _ version: Version, from upload: UploadID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Publication {
    try await change()
    guard visible(version.document, .write, access) != nil else { throw absent("document") }
    guard let pending = uploads[upload], !pending.state.isFinal, pending.tenant == access.tenant,
      pending.document == version.document, pending.version == version.id,
      pending.objectKey == version.objectKey
    else { throw StoreError(.conflict, "The upload is not pending.") }
    let place = try record(event)
    let before = versions(of: version.document).first
    var version = version
    version.number = (before?.number ?? 0) + 1
    versions[version.id] = version
    if let before { versions[before.id]?.replacedBy = version.id }
    uploads[upload]?.state = .ready
    touch(version.document, at: access.moment)
    return Publication(version: version, sequenced: place)
  }

  package func endUpload(
    _ id: UploadID, of tenant: TenantID, as state: UploadState, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard let upload = uploads[id], upload.tenant == tenant else { throw absent("upload") }
    guard !upload.state.isFinal, state.isFinal, state != .ready else {
      throw StoreError(.conflict, "The upload has ended.")
    }
    let place = try record(event)
    uploads[id]?.state = state
    return place
  }

  package func pendingUploads(
    _ page: PageRequest<UploadID>
  ) async throws(StoreError) -> Page<Upload> {
    try read()
    let all = uploads.values.filter { !$0.state.isFinal }.sorted { $0.id < $1.id }
    return self.page(all, page) { $0.id > $1 }
  }
}
