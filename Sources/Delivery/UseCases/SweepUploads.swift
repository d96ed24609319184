// What a crash or an outage left behind: uploads that never ended, objects that nothing points to.
// Run at start, before uploads are taken, and again from time to time for objects.

package import Base

/// Ends what nobody works on any more.
package struct SweepUploads: Sendable {
  private let store: any MetadataStore
  private let objects: ObjectAccess
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, objects: ObjectAccess, clock: Clock) {
    self.store = store
    self.objects = objects
    self.clock = clock
  }

  /// What was done.
  package struct Swept: Sendable {
    /// Uploads that were ended as failed.
    package var uploadsEnded = 0
    /// Objects that were deleted.
    package var objectsDeleted = 0
    /// What could not be done now; it is tried again with the next sweep.
    package var errors: [DeliveryError] = []
  }

  /// Sweeps uploads that began before `start` and all objects that wait for deletion.
  ///
  /// One that cannot be swept does not stop the others. Throws `store-…` only if the lists cannot
  /// be read.
  package func callAsFunction(startedBefore start: Timestamp) async throws(DeliveryError) -> Swept {
    var swept = Swept()
    try await sweepUploads(startedBefore: start, &swept)
    try await sweepObjects(&swept)
    return swept
  }

  private func sweepUploads(
    startedBefore start: Timestamp, _ swept: inout Swept
  ) async throws(DeliveryError) {
    var after: UploadID?
    while true {
      let request = try PageRequest(after: after, limit: PageLimit.max)
      let page: Page<Upload>
      do { page = try await store.pendingUploads(request) } catch { throw DeliveryError(error) }
      for upload in page.items where upload.startedAt < start {
        do throws(DeliveryError) {
          try await end(upload)
          swept.uploadsEnded += 1
        } catch {
          swept.errors.append(error)
        }
      }
      guard page.hasMore, let last = page.items.last else { return }
      after = last.id
    }
  }

  private func end(_ upload: Upload) async throws(DeliveryError) {
    // The object first: once the upload has ended, nothing remembers its key.
    do { try await objects.delete(upload.objectKey) } catch { throw DeliveryError(error) }
    let event = AuditEvent.bySystem(
      .uploadEnd, in: .tenant(upload.tenant), at: clock.now(), outcome: .aborted,
      why: DeliveryError.Code.uploadInterrupted.rawValue,
      object: AuditObject(document: upload.document, version: upload.version, upload: upload.id))
    do {
      _ = try await store.endUpload(
        upload.id, of: upload.tenant, as: .failed(.uploadInterrupted), event: event)
    } catch { throw DeliveryError(error, absent: .uploadNotFound) }
  }

  private func sweepObjects(_ swept: inout Swept) async throws(DeliveryError) {
    let removal = ObjectRemoval(store: store, objects: objects, clock: clock)
    var after: VersionID?
    while true {
      let request = try PageRequest(after: after, limit: PageLimit.max)
      let page: ObjectPage
      do { page = try await store.objectsToDelete(at: clock.now(), request) } catch {
        throw DeliveryError(error)
      }
      for object in page.items {
        do throws(DeliveryError) {
          if try await removal(object) { swept.objectsDeleted += 1 }
        } catch {
          swept.errors.append(error)
        }
      }
      guard let next = page.next else { return }
      after = next
    }
  }
}

/// Deletes the object of a withdrawn version and records first that it goes, then that it is gone.
struct ObjectRemoval: Sendable {
  let store: any MetadataStore
  let objects: ObjectAccess
  let clock: Clock

  /// Deletes one object unless something keeps it, and says whether it is gone; throws
  /// `object-store-unavailable` or `store-…`.
  func callAsFunction(_ object: ObjectToDelete) async throws(DeliveryError) -> Bool {
    let now = clock.now()
    do {
      // A hold may have been placed since the list was made.
      let claim = event(.objectClaim, object, at: now)
      guard try await store.claimObject(object, at: now, event: claim) else { return false }
    } catch { throw DeliveryError(error) }
    do { try await objects.delete(object.key) } catch { throw DeliveryError(error) }
    do {
      _ = try await store.recordObjectDeleted(
        object, event: event(.objectDelete, object, at: clock.now()))
    } catch {
      // Somebody else deleted it between the list and now: it is gone, as wanted.
      guard error.code != .conflict else { return true }
      throw DeliveryError(error)
    }
    return true
  }

  private func event(
    _ kind: AuditKind, _ object: ObjectToDelete, at moment: Timestamp
  ) -> AuditEvent {
    AuditEvent.bySystem(
      kind, in: .tenant(object.tenant), at: moment, outcome: .success,
      object: AuditObject(document: object.document, version: object.version))
  }
}

extension ObjectToDelete {
  init(_ version: Version) {
    self.init(
      tenant: version.tenant, document: version.document, version: version.id,
      key: version.objectKey)
  }
}
