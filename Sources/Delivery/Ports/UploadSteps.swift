// What the store does with uploads.

/// Uploads, from the first byte to the version.
package protocol UploadSteps: Sendable {
  /// Notes that an upload begins, before any object is put.
  ///
  /// Throws `not-found` without the document or the `write` right, `conflict` if an id is taken.
  func beginUpload(
    _ upload: Upload, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The upload, if `access` started it or may write its document.
  func upload(_ id: UploadID, _ access: Access) async throws(StoreError) -> Upload?

  /// Makes a pending upload a version, numbers it and marks the version before as replaced.
  ///
  /// Throws `not-found` without the `write` right, `conflict` unless the upload is pending, is of
  /// this document and became this version.
  func publish(
    _ version: Version, from upload: UploadID, _ access: Access, event: AuditEvent
  ) async throws(StoreError) -> Publication

  /// Ends a pending upload without a version: `state` is `refused` or `failed`.
  ///
  /// Throws `not-found` without the upload, `conflict` if it has ended.
  func endUpload(
    _ id: UploadID, of tenant: TenantID, as state: UploadState, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// Uploads of all tenants that have not ended, in the order of their ids.
  func pendingUploads(_ page: PageRequest<UploadID>) async throws(StoreError) -> Page<Upload>
}

/// What came of a publication.
package struct Publication: Sendable, Hashable {
  /// The version with its number.
  package let version: Version
  /// The event.
  package let sequenced: Sequenced

  /// Takes the values as they are.
  package init(version: Version, sequenced: Sequenced) {
    self.version = version
    self.sequenced = sequenced
  }
}
