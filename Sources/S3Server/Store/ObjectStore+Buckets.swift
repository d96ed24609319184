// Buckets: making, deleting, naming, and what happens to them at start.

package import Base
import Glibc

/// What a list of buckets tells of each.
package struct BucketSummary: Sendable, Hashable {
  /// The name.
  package let name: String
  /// When it was made.
  package let created: Timestamp
}

extension ObjectStore {
  /// All buckets, sorted by name.
  package func bucketSummaries() -> [BucketSummary] {
    let all = buckets.withLock { buckets in
      buckets.values.map { BucketSummary(name: $0.name, created: $0.created) }
    }
    return all.sorted { $0.name < $1.name }
  }

  /// Whether a bucket exists.
  package func hasBucket(_ name: String) -> Bool {
    buckets.withLock { $0[name] != nil }
  }

  /// Makes a bucket; it is durable on return.
  ///
  /// Throws `bucket-name-invalid`, `bucket-exists`, `bucket-limit-reached` or `disk-full`.
  package func createBucket(_ name: String) async throws(StoreError) {
    guard BucketName.isValid(name) else {
      throw StoreError(.bucketNameInvalid, "The specified bucket is not valid.")
    }
    try await adminLane.run { () throws(StoreError) in
      guard !self.hasBucket(name) else {
        throw StoreError(.bucketExists, "The bucket exists already.")
      }
      guard self.buckets.withLock({ $0.count }) < self.limits.bucketsMax else {
        throw StoreError(.bucketLimitReached, "The store has as many buckets as it allows.")
      }
      let bucket = try self.makeBucket(name)
      self.buckets.withLock { $0[name] = bucket }
    }
  }

  /// Deletes an empty bucket; throws `bucket-absent` or `bucket-not-empty`.
  package func deleteBucket(_ name: String) async throws(StoreError) {
    try await adminLane.run { () throws(StoreError) in
      let bucket = try self.bucket(name)
      let notEmpty = StoreError(.bucketNotEmpty, "The bucket you tried to delete is not empty.")
      guard bucket.close() else { throw notEmpty }
      do throws(SystemFailure) {
        guard try bucket.isEmpty() else { throw SystemFailure(call: "rmdir", number: ENOTEMPTY) }
        let trash = self.temporaryName()
        try self.bucketsFolder.rename(name, to: trash, in: self.temporaryFolder)
        self.buckets.withLock { $0[name] = nil }
        try self.bucketsFolder.synchronize()
        try self.temporaryFolder.removeTree(trash, depth: 3)
      } catch {
        bucket.reopen()
        if error.number == ENOTEMPTY { throw notEmpty }
        throw StoreError(error)
      }
    }
  }

  /// Removes what unfinished work left in the folder for it, and uploads that nobody ended.
  func sweep() throws(StoreError) {
    do throws(SystemFailure) {
      for name in try temporaryFolder.names() {
        try temporaryFolder.removeTree(name, depth: 4)
      }
    } catch {
      throw StoreError(error)
    }
  }

  /// Opens the buckets that lie in the folder; what is none is left alone and not served.
  func openBuckets() throws(StoreError) {
    do throws(SystemFailure) {
      for name in try bucketsFolder.names() where BucketName.isValid(name) {
        guard let bucket = openBucket(name) else { continue }
        buckets.withLock { $0[name] = bucket }
        try sweepUploads(of: bucket)
      }
    } catch {
      throw StoreError(error)
    }
  }

  private func openBucket(_ name: String) -> Bucket? {
    do throws(StoreError) {
      guard let folder = try Bucket.folder(name, in: bucketsFolder),
        let file = try ObjectFile.open(Bucket.recordName, in: folder, limits: limits)
      else { return nil }
      return Bucket(name: name, folder: folder, created: file.record.modified)
    } catch {
      // A link or a foreign folder in the place of a bucket: as if it were absent.
      return nil
    }
  }

  private func makeBucket(_ name: String) throws(StoreError) -> Bucket {
    let record = ObjectRecord(
      key: Array(name.utf8), size: 0, etag: "", sha256: nil, modified: clock.now(), fields: [])
    let folder = try makeFolder(
      named: name, in: bucketsFolder, holding: Bucket.recordName, record: record)
    return Bucket(name: name, folder: folder, created: record.modified)
  }

  /// Makes a folder with one record in it, visible and durable at once.
  func makeFolder(
    named name: String, in parent: Descriptor, holding recordName: String, record: ObjectRecord
  ) throws(StoreError) -> Descriptor {
    let footer = try record.encoded(limit: limits.recordBytesMax)
    do throws(SystemFailure) {
      let temporary = temporaryName()
      try temporaryFolder.makeFolder(temporary)
      let folder = try temporaryFolder.folder(temporary)
      let file = try folder.fileCreated(recordName)
      try file.write(footer)
      try file.synchronize()
      try folder.synchronize()
      try temporaryFolder.rename(temporary, to: name, in: parent)
      try parent.synchronize()
      return folder
    } catch {
      throw StoreError(error)
    }
  }
}
