// Multipart uploads: parts are objects of their own in the folder of the upload until they are put
// together under the key. Everything about an upload lies in its folder: a restart loses nothing.

import Base
import Cryptography
import Glibc
import HTTPMessage

/// A part as the client names it to put an upload together.
package struct PartReference: Sendable, Equatable {
  /// The number, from 1.
  package let number: Int
  /// The ETag without quotes.
  package let etag: String
  /// A checksum that the part must have.
  package let checksum: Checksum?

  /// Creates a reference.
  package init(number: Int, etag: String, checksum: Checksum? = nil) {
    self.number = number
    self.etag = etag
    self.checksum = checksum
  }
}

/// What a client says to put an upload together.
package struct Completion: Sendable {
  /// The parts in their order.
  package var parts: [PartReference]
  /// What must hold of the key.
  package var condition = WriteCondition.always
  /// The checksum that the whole must have.
  package var checksum: Checksum?
  /// The size that the whole must have.
  package var size: Int64?

  /// A completion with these parts.
  package init(parts: [PartReference]) { self.parts = parts }
}

extension ObjectStore {
  /// Starts a multipart upload and returns its identifier; `fields` will be the object's.
  ///
  /// `algorithm` is computed for each part, and for the whole or over the parts as `isWhole` says.
  package func beginUpload(
    _ key: [UInt8], in bucketName: String, fields: [ObjectField],
    algorithm: ChecksumAlgorithm? = nil, isWhole: Bool = false
  ) async throws(StoreError) -> String {
    let bucket = try bucket(bucketName)
    try check(key)
    let words = random()
    let id = RequestID(high: words.0, low: words.1).description
    var fields = fields
    if let algorithm {
      let type = isWhole ? ChecksumField.fullObject : ChecksumField.composite
      fields.append(ObjectField(name: ChecksumField.algorithm, value: Array(algorithm.name.utf8)))
      fields.append(ObjectField(name: ChecksumField.type, value: type))
    }
    let record = ObjectRecord(
      key: key, size: 0, etag: "", sha256: nil, modified: clock.now(), fields: fields)
    // All begins on one lane: two at once must not both see room for one more.
    return try await adminLane.run { () throws(StoreError) in
      try bucket.change { () throws(StoreError) in
        let uploads = try Bucket.folderMade(Bucket.uploadsName, in: bucket.folder)
        try self.checkUploadCount(in: uploads)
        _ = try self.makeFolder(
          named: id, in: uploads, holding: Bucket.uploadRecordName, record: record)
        return id
      }
    }
  }

  /// Starts the upload of a part; throws `upload-absent`, `part-number-invalid`, `disk-full`.
  package func partWriter(
    _ number: Int, upload: String, _ key: [UInt8], in bucketName: String, size: Int64?,
    promised: PromisedDigests
  ) throws(StoreError) -> ObjectWriter {
    guard (1...limits.partsMax).contains(number) else {
      throw StoreError(
        .partNumberInvalid, "Part number must be an integer between 1 and \(limits.partsMax).")
    }
    let bucket = try bucket(bucketName)
    let record = try bucket.uploadFolder(upload, key: key, limits: limits).record
    var promised = promised
    if let wanted = record.uploadAlgorithm {
      let given = promised.checksum?.algorithm ?? promised.algorithm
      guard given == nil || given == wanted else {
        throw StoreError(.checksumKindMismatch, "The upload was begun with another checksum.")
      }
      promised.algorithm = wanted
    }
    return try writer(
      key, in: bucket, .part(upload: upload, number: number), size: size, promised: promised)
  }

  /// What an upload was begun with; throws `upload-absent`.
  package func uploadRecord(_ upload: String, _ key: [UInt8], in bucketName: String)
    throws(StoreError) -> ObjectRecord
  {
    try bucket(bucketName).uploadFolder(upload, key: key, limits: limits).record
  }

  /// The parts behind `marker` that were uploaded so far, by number, at most `max`; one more
  /// element than `max` says that there are more.
  package func parts(
    of upload: String, _ key: [UInt8], in bucketName: String, after marker: Int = 0,
    max: Int = 10_000
  ) throws(StoreError) -> [(number: Int, record: ObjectRecord)] {
    let folder = try bucket(bucketName).uploadFolder(upload, key: key, limits: limits).folder
    let names: [String]
    do {
      names = try folder.names(limit: limits.partsMax + 1)
    } catch {
      throw StoreError(error)
    }
    let numbers = names.filter { $0.hasPrefix("part-") }.compactMap { Int($0.dropFirst(5)) }
    var parts = [(number: Int, record: ObjectRecord)]()
    for number in numbers.filter({ $0 > marker }).sorted().prefix(max + 1) {
      let name = Bucket.partName(number)
      guard let part = try ObjectFile.open(name, in: folder, limits: limits) else { continue }
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
  /// `checksum-mismatch`, `body-incomplete`, `condition-failed`, `disk-full`. The cost is one copy
  /// of all bytes.
  package func completeUpload(
    _ upload: String, _ key: [UInt8], in bucketName: String, _ completion: Completion
  ) async throws(StoreError) -> ObjectRecord {
    let bucket = try bucket(bucketName)
    let (folder, record) = try bucket.uploadFolder(upload, key: key, limits: limits)
    let parts = try checked(completion.parts, in: folder)
    let size = parts.reduce(Int64(0)) { $0 + $1.size }
    guard completion.size == nil || completion.size == size else {
      throw StoreError(.bodyIncomplete, "The parts are not as long as x-amz-mp-object-size says.")
    }
    try await checkAtOnce(completion.condition, key, in: bucket)
    let assembly = try assembly(of: parts, record, promised: completion.checksum)
    var promised = PromisedDigests()
    if assembly.composite == nil {
      promised.checksum = completion.checksum
      promised.algorithm = record.uploadAlgorithm
    }
    let writer = try writer(key, in: bucket, .assembly, size: size, promised: promised)
    for (reference, part) in zip(completion.parts, parts) {
      // Opened again one at a time: 10,000 open files are too many. The client may have replaced
      // the part meanwhile.
      guard let file = try openPart(reference.number, in: folder), file.record == part else {
        throw ObjectStore.invalidPart
      }
      try await append(file, 0..<part.size, to: writer)
    }
    var publication = Publication(
      fields: record.fields.filter { !$0.name.hasPrefix(ChecksumAlgorithm.prefix) },
      condition: completion.condition)
    publication.assembly = assembly
    let published = try await writer.publish(publication)
    do throws(StoreError) {
      try await lane(of: key).run { () throws(StoreError) in
        try bucket.change { () throws(StoreError) in try self.removeUpload(upload, of: bucket) }
      }
    } catch {
      // The object is durable, and an error would say that it is not. The client may abort what is
      // left of the upload, and the sweep of a start removes it.
      return published
    }
    return published
  }

  /// Refuses before the bytes are copied what publication would refuse after.
  private func checkAtOnce(_ condition: WriteCondition, _ key: [UInt8], in bucket: Bucket)
    async throws(StoreError)
  {
    guard condition != .always else { return }
    let (place, limits) = (Bucket.place(of: key), limits)
    try await lane(of: key).run { () throws(StoreError) in
      let current = try Bucket.folder(place.folder, in: bucket.folder)
        .flatMap { folder throws(StoreError) in
          try ObjectFile.open(place.file, in: folder, limits: limits)
        }
      try condition.holds(for: current?.record)
    }
  }

  private func assembly(
    of parts: [ObjectRecord], _ upload: ObjectRecord, promised: Checksum?
  ) throws(StoreError) -> Assembly {
    let tags = parts.flatMap { Hex.decode($0.etag) ?? [] }
    var composite: ObjectField?
    if let algorithm = upload.uploadAlgorithm, !upload.isWholeChecksum {
      let values = parts.flatMap { $0.checksum(algorithm)?.bytes ?? [] }
      let whole = ChecksumHasher.checksum(values, algorithm)
      guard promised == nil || promised == whole else {
        throw StoreError(.checksumMismatch, "The parts do not match the checksum header.")
      }
      composite = ObjectField(
        name: algorithm.header, value: Array("\(whole.text)-\(parts.count)".utf8))
    }
    return Assembly(
      etag: Hex.encode(MD5.hash(tags.span)) + "-\(parts.count)",
      parts: PartSizes(parts.lazy.map(\.size)), composite: composite)
  }

  private func checked(_ parts: [PartReference], in folder: Descriptor) throws(StoreError)
    -> [ObjectRecord]
  {
    guard !parts.isEmpty, parts.count <= limits.partsMax else { throw ObjectStore.invalidPart }
    var records = [ObjectRecord]()
    var before = 0
    for part in parts {
      guard part.number > before else {
        throw StoreError(.partOrderInvalid, "The list of parts was not in ascending order.")
      }
      before = part.number
      guard let record = try openPart(part.number, in: folder)?.record,
        record.etag == part.etag,
        part.checksum.map({ $0 == record.checksum($0.algorithm) }) ?? true
      else { throw ObjectStore.invalidPart }
      records.append(record)
    }
    guard records.dropLast().allSatisfy({ $0.size >= limits.partBytesMin }) else {
      throw StoreError(.partTooSmall, "A part is smaller than the minimum allowed size.")
    }
    return records
  }

  private func openPart(_ number: Int, in folder: Descriptor) throws(StoreError) -> ObjectFile? {
    try ObjectFile.open(Bucket.partName(number), in: folder, limits: limits)
  }

  private static let invalidPart = StoreError(
    .partInvalid, "One or more of the specified parts could not be found.")
}
