// A caller looks around: documents, versions, uploads. What it may not read is not there.

package import Base

/// Lists and shows documents, versions and uploads.
package struct ListDocuments: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let progress: UploadProgress
  private let clock: Clock

  /// Puts the parts together.
  package init(
    store: any MetadataStore, denials: Denials, progress: UploadProgress, clock: Clock
  ) {
    self.store = store
    self.denials = denials
    self.progress = progress
    self.clock = clock
  }

  /// The documents that the caller may read, in the order of the query; throws `scope-missing`,
  /// `store-…`.
  package func list(
    _ query: DocumentQuery, _ page: PageRequest<DocumentPosition>, by caller: Caller
  ) async throws(DeliveryError) -> DocumentPage {
    try await denials.require(.documentsRead, of: caller)
    do {
      return try await store.documents(query, caller.access(at: clock.now()), page)
    } catch { throw DeliveryError(error) }
  }

  /// One document; throws `scope-missing`, `document-not-found`, `store-…`.
  package func show(
    _ id: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> DocumentView {
    try await denials.require(.documentsRead, of: caller, document: id)
    let found: DocumentView?
    do {
      found = try await store.document(id, caller.access(at: clock.now()), right: .read)
    } catch { throw DeliveryError(error) }
    guard let found else {
      throw await denials.record(.documentNotFound, of: caller, document: id)
    }
    return found
  }

  /// What is known about a document beyond what it is; throws as `show` does.
  package func status(
    of id: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> DocumentStatus {
    try await denials.require(.documentsRead, of: caller, document: id)
    let found: DocumentStatus?
    do {
      found = try await store.documentStatus(id, caller.access(at: clock.now()))
    } catch { throw DeliveryError(error) }
    guard let found else {
      throw await denials.record(.documentNotFound, of: caller, document: id)
    }
    return found
  }

  /// How often versions of a document were handed out; throws `scope-missing`, `store-…`.
  package func deliveries(
    of versions: [VersionID], of id: DocumentID, by caller: Caller
  ) async throws(DeliveryError) -> [VersionID: DeliveryCount] {
    try await denials.require(.documentsRead, of: caller, document: id)
    do {
      return try await store.deliveries(of: versions, of: id, caller.access(at: clock.now()))
    } catch { throw DeliveryError(error) }
  }

  /// The versions of a document, the newest first; throws as `show` does.
  package func versions(
    of id: DocumentID, _ page: PageRequest<Int>, by caller: Caller
  ) async throws(DeliveryError) -> Page<Version> {
    try await denials.require(.documentsRead, of: caller, document: id)
    let found: Page<Version>?
    do {
      found = try await store.versions(of: id, caller.access(at: clock.now()), page)
    } catch { throw DeliveryError(error) }
    guard let found else {
      throw await denials.record(.documentNotFound, of: caller, document: id)
    }
    return found
  }

  /// An upload with its stage; throws `scope-missing`, `upload-not-found`, `store-…`.
  package func upload(_ id: UploadID, by caller: Caller) async throws(DeliveryError) -> Upload {
    try await denials.require(.documentsWrite, of: caller)
    let found: Upload?
    do {
      found = try await store.upload(id, caller.access(at: clock.now()))
    } catch { throw DeliveryError(error) }
    guard let found else { throw await denials.record(.uploadNotFound, of: caller) }
    return progress.applied(to: found)
  }
}
