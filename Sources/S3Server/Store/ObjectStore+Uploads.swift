// The unfinished multipart uploads of a bucket: which there are, and how they go away.

package import Base
import Glibc

/// An unfinished multipart upload.
package struct UploadSummary: Sendable, Hashable {
  /// The key that it is for.
  package let key: [UInt8]
  /// Its identifier.
  package let id: String
  /// When it was begun.
  package let started: Timestamp
}

extension ObjectStore {
  /// All unfinished uploads of a bucket, by key and then by identifier.
  ///
  /// There are at most `uploadsMax`; each costs one small read.
  package func uploads(in bucketName: String) async throws(StoreError) -> [UploadSummary] {
    let bucket = try bucket(bucketName)
    return try await listingLane.run { () throws(StoreError) in
      guard let folder = try Bucket.folder(Bucket.uploadsName, in: bucket.folder) else { return [] }
      let names: [String]
      do throws(SystemFailure) {
        names = try folder.names(limit: self.limits.uploadsMax)
      } catch {
        throw StoreError(error)
      }
      return names.compactMap { self.upload($0, in: folder) }.sorted { left, right in
        left.key == right.key
          ? left.id < right.id : left.key.lexicographicallyPrecedes(right.key)
      }
    }
  }

  /// Removes uploads that are older than the limit; at start only.
  func sweepUploads(of bucket: Bucket) throws(SystemFailure) {
    let uploads: Descriptor
    do {
      uploads = try bucket.folder.folder(Bucket.uploadsName)
    } catch {
      // No upload was ever started, or something foreign is there, which is not followed.
      return
    }
    let oldest = clock.now().adding(seconds: -limits.uploadSecondsMax)
    for name in try uploads.names() {
      guard let upload = upload(name, in: uploads), upload.started < oldest else { continue }
      try uploads.removeTree(name, depth: 1)
    }
  }

  func checkUploadCount(in uploads: Descriptor) throws(StoreError) {
    do throws(SystemFailure) {
      guard try uploads.names(limit: limits.uploadsMax).count >= limits.uploadsMax else { return }
    } catch {
      throw StoreError(error)
    }
    throw StoreError(.uploadLimitReached, "The bucket has too many unfinished uploads.")
  }

  /// Takes the upload away at once; its files are removed after, or by the next start.
  func removeUpload(_ upload: String, of bucket: Bucket) throws(StoreError) {
    do throws(SystemFailure) {
      let uploads = try bucket.folder.folder(Bucket.uploadsName)
      let trash = temporaryName()
      try uploads.rename(upload, to: trash, in: temporaryFolder)
      try uploads.synchronize()
      try temporaryFolder.removeTree(trash, depth: 1)
    } catch {
      // Another request ended the same upload first.
      if error.number == ENOENT { return }
      throw StoreError(error)
    }
  }

  private func upload(_ name: String, in uploads: Descriptor) -> UploadSummary? {
    do throws(StoreError) {
      guard let folder = try Bucket.folder(name, in: uploads),
        let file = try ObjectFile.open(Bucket.uploadRecordName, in: folder, limits: limits)
      else { return nil }
      return UploadSummary(key: file.record.key, id: name, started: file.record.modified)
    } catch {
      // What cannot be read as an upload is not ours to show or remove.
      return nil
    }
  }
}
