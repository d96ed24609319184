// Multipart uploads: parts are objects of their own in the folder of the upload until they are put
// together under the key.

import Base
import Cryptography
import Glibc
import HTTPMessage

/// A part as the client names it to put an upload together.
package struct PartReference: Sendable, Hashable {
  /// The number, from 1.
  package let number: Int
  /// The ETag without quotes.
  package let etag: String

  /// Creates a reference.
  package init(number: Int, etag: String) {
    self.number = number
    self.etag = etag
  }
}

extension ObjectStore {
  /// Starts a multipart upload and returns its identifier; `fields` will be the object's.
  package func beginUpload(_ key: [UInt8], in bucketName: String, fields: [ObjectField])
    async throws(StoreError) -> String
  {
    let bucket = try bucket(bucketName)
    try check(key)
    let words = random()
    let id = RequestID(high: words.0, low: words.1).description
    return try await lane(of: key).run { () throws(StoreError) in
      try bucket.change { () throws(StoreError) in
        let uploads = try Bucket.folderMade(Bucket.uploadsName, in: bucket.folder)
        try self.checkUploadCount(in: uploads)
        let record = ObjectRecord(
          key: key, size: 0, etag: "", sha256: nil, modified: self.clock.now(), fields: fields)
        _ = try self.makeFolder(
          named: id, in: uploads, holding: Bucket.uploadRecordName, record: record)
        return id
      }
    }
  }

  /// Starts the upload of a part; throws `upload-absent`, `part-invalid`, `disk-full`.
  package func partWriter(
    _ number: Int, upload: String, _ key: [UInt8], in bucketName: String, size: Int64?,
    promised: PromisedDigests
  ) throws(StoreError) -> ObjectWriter {
    guard (1...limits.partsMax).contains(number) else {
      throw StoreError(.partInvalid, "Part numbers lie between 1 and \(limits.partsMax).")
    }
    let bucket = try bucket(bucketName)
    _ = try bucket.uploadFolder(upload, key: key, limits: limits)
    return try writer(
      key, in: bucket, .part(upload: upload, number: number), size: size, promised: promised)
  }

  /// The parts that were uploaded so far, by number, with what is known of each.
  package func parts(of upload: String, _ key: [UInt8], in bucketName: String)
    throws(StoreError) -> [(number: Int, record: ObjectRecord)]
  {
    let folder = try bucket(bucketName).uploadFolder(upload, key: key, limits: limits).folder
    let names: [String]
    do {
      names = try folder.names(limit: limits.partsMax + 1)
    } catch {
      throw StoreError(error)
    }
    var parts = [(number: Int, record: ObjectRecord)]()
    for name in names.sorted() where name.hasPrefix("part-") {
      guard let number = Int(name.dropFirst(5)),
        let part = try ObjectFile.open(name, in: folder, limits: limits)
      else { continue }
      parts.append((number, part.record))
    }
    return parts
  }

  /// Drops an upload and its parts; throws `upload-absent`.
  package func abortUpload(_ upload: String, _ key: [UInt8], in bucketName: String)
    async throws(StoreError)
  {
    let bucket = try bucket(bucketName)
    try await lane(of: key).run { () throws(StoreError) in
      try bucket.change { () throws(StoreError) in
        _ = try bucket.uploadFolder(upload, key: key, limits: self.limits)
        try self.removeUpload(upload, of: bucket)
      }
    }
  }

  /// Puts the named parts together under the key; the object is durable on return.
  ///
  /// Throws `upload-absent`, `part-invalid`, `part-order-invalid`, `part-too-small`,
  /// `condition-failed`, `disk-full`. The cost is one copy of all bytes.
  package func completeUpload(
    _ upload: String, _ key: [UInt8], in bucketName: String, parts: [PartReference],
    condition: WriteCondition = .always
  ) async throws(StoreError) -> ObjectRecord {
    let bucket = try bucket(bucketName)
    let (folder, record) = try bucket.uploadFolder(upload, key: key, limits: limits)
    let files = try openParts(parts, in: folder)
    let size = files.reduce(Int64(0)) { $0 + $1.record.size }
    let writer = try writer(
      key, in: bucket, .object, size: size, promised: PromisedDigests())
    var digests = [UInt8]()
    for file in files {
      digests += Hex.decode(file.record.etag) ?? []
      var offset: Int64 = 0
      while offset < file.record.size {
        let count = Int(min(file.record.size - offset, 1 << 20))
        try await writer.append(bodyOf: file, from: offset, count: count)
        offset += Int64(count)
      }
    }
    let etag = Hex.encode(MD5.hash(digests.span)) + "-\(files.count)"
    let published = try await writer.publish(
      fields: record.fields, condition: condition, etag: etag)
    try await lane(of: key).run { () throws(StoreError) in
      try bucket.change { () throws(StoreError) in try self.removeUpload(upload, of: bucket) }
    }
    return published
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
      guard let started = uploadStart(name, in: uploads), started < oldest else { continue }
      try uploads.removeTree(name, depth: 1)
    }
  }

  private func uploadStart(_ name: String, in uploads: Descriptor) -> Timestamp? {
    do throws(StoreError) {
      guard let folder = try Bucket.folder(name, in: uploads) else { return nil }
      let file = try ObjectFile.open(Bucket.uploadRecordName, in: folder, limits: limits)
      return file?.record.modified
    } catch {
      // What cannot be read as an upload is not ours to remove.
      return nil
    }
  }

  private func openParts(_ parts: [PartReference], in folder: Descriptor) throws(StoreError)
    -> [ObjectFile]
  {
    let invalid = StoreError(
      .partInvalid, "One or more of the specified parts could not be found.")
    guard !parts.isEmpty, parts.count <= limits.partsMax else { throw invalid }
    var files = [ObjectFile]()
    var before = 0
    for part in parts {
      guard part.number > before else {
        throw StoreError(.partOrderInvalid, "The list of parts was not in ascending order.")
      }
      before = part.number
      guard
        let file = try ObjectFile.open(Bucket.partName(part.number), in: folder, limits: limits),
        file.record.etag == part.etag
      else { throw invalid }
      files.append(file)
    }
    guard files.dropLast().allSatisfy({ $0.record.size >= limits.partBytesMin }) else {
      throw StoreError(.partTooSmall, "A part is smaller than the minimum allowed size.")
    }
    return files
  }

  private func checkUploadCount(in uploads: Descriptor) throws(StoreError) {
    do throws(SystemFailure) {
      guard try uploads.names(limit: limits.uploadsMax).count >= limits.uploadsMax else { return }
    } catch {
      throw StoreError(error)
    }
    throw StoreError(.uploadLimitReached, "The bucket has too many unfinished uploads.")
  }

  /// Takes the upload away at once; its files are removed after, or by the next start.
  private func removeUpload(_ upload: String, of bucket: Bucket) throws(StoreError) {
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
}
