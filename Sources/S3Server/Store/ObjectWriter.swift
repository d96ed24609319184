// The upload of one object or part: bytes go to a temporary file as they come, and publication
// checks the promises and the condition, then makes everything visible at once.

import Base
import Cryptography
import Glibc

/// Writes one object; runs on the lane of its key.
///
/// A writer that is let go without `publish` leaves nothing behind.
package actor ObjectWriter {
  /// Where the bytes will be found.
  enum Destination: Sendable, Equatable {
    case object
    /// An object that is put together from parts: larger than one upload, and with an ETag of its
    /// own.
    case assembly
    case part(upload: String, number: Int)
  }

  private let store: ObjectStore
  private let bucket: Bucket
  private let key: [UInt8]
  private let destination: Destination
  private nonisolated let executor: QueueExecutor
  private var hasher: BodyHasher
  private var temporary: TemporaryFile?

  init(
    store: ObjectStore, bucket: Bucket, key: [UInt8], destination: Destination,
    promised: PromisedDigests, executor: QueueExecutor
  ) {
    self.store = store
    self.bucket = bucket
    self.key = key
    self.destination = destination
    self.executor = executor
    hasher = BodyHasher(promised: promised, hasMD5: destination != .assembly)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Adds bytes to the body; throws `object-too-large`, `disk-full` or `system-failed`.
  package func append(_ bytes: [UInt8]) throws(StoreError) {
    guard hasher.size + Int64(bytes.count) <= store.limits.bytesMax(destination) else {
      throw StoreError(.objectTooLarge, "The object is larger than the store allows.")
    }
    let file = try opened()
    do {
      try file.file.write(bytes)
    } catch {
      throw StoreError(error)
    }
    hasher.update(bytes)
  }

  /// Adds up to `stepBytes` of the body of another object from `offset`; returns where it ends.
  ///
  /// One step a call, so that the lane serves other keys between the steps.
  func append(bodyOf source: ObjectFile, _ range: Range<Int64>) throws(StoreError) -> Int64 {
    let count = Int(min(Int64(range.count), ObjectWriter.stepBytes))
    let bytes: [UInt8]
    do throws(SystemFailure) {
      bytes = try source.descriptor.read(count, at: range.lowerBound)
      guard bytes.count == count else { throw SystemFailure(call: "pread", number: EBADMSG) }
    } catch {
      throw StoreError(error)
    }
    try append(bytes)
    return range.lowerBound + Int64(count)
  }

  private static let stepBytes: Int64 = 1 << 20

  /// Checks promises and condition, and makes the object visible; it is durable on return.
  ///
  /// Throws a mismatch code, `condition-failed`, `object-absent` (for an ETag condition),
  /// `bucket-absent`, `upload-absent`, `disk-full`.
  package func publish(_ publication: Publication) throws(StoreError) -> ObjectRecord {
    let digests = try hasher.finalize(trailing: publication.trailing)
    let temporary = try opened()
    self.temporary = nil
    let record = record(of: publication, digests)
    let condition = publication.condition
    let footer = try record.encoded(limit: store.limits.recordBytesMax)
    let (bucket, key, limits) = (bucket, key, store.limits)
    let openObjects = store.openObjects
    try bucket.change { () throws(StoreError) in
      do throws(SystemFailure) {
        try temporary.file.write(footer)
      } catch {
        throw StoreError(error)
      }
      switch destination {
      case .object, .assembly:
        let place = Bucket.place(of: key)
        let folder = try Bucket.folderMade(place.folder, in: bucket.folder)
        let current = try ObjectFile.open(place.file, in: folder, limits: limits)
        try condition.holds(for: current?.record)
        // Equal bytes have an equal ETag: only the record tells a newer upload of them.
        guard publication.successor == nil || publication.successor == current?.record else {
          throw StoreError(.conditionFailed, "The object was replaced meanwhile.")
        }
        try openObjects.changing(OpenObjects.Name(key, in: bucket)) { () throws(StoreError) in
          try ObjectWriter.publish(temporary, as: place.file, in: folder)
        }
        bucket.note(key, ListedObject(record))
      case .part(let upload, let number):
        let folder = try bucket.uploadFolder(upload, key: key, limits: limits).folder
        try ObjectWriter.publish(temporary, as: Bucket.partName(number), in: folder)
      }
    }
    return record
  }

  private func record(of publication: Publication, _ digests: BodyHasher.Digests) -> ObjectRecord {
    if let old = publication.successor {
      return ObjectRecord(
        key: key, size: old.size, etag: old.etag, sha256: old.sha256, modified: old.modified,
        fields: publication.fields, parts: old.parts)
    }
    var fields = publication.fields
    let assembly = publication.assembly
    if let composite = assembly?.composite {
      fields.append(composite)
      fields.append(ObjectField(name: ChecksumField.type, value: ChecksumField.composite))
    } else if let checksum = digests.checksum {
      fields.append(
        ObjectField(name: checksum.algorithm.header, value: Array(checksum.text.utf8)))
      fields.append(ObjectField(name: ChecksumField.type, value: ChecksumField.fullObject))
    }
    return ObjectRecord(
      key: key, size: hasher.size, etag: assembly?.etag ?? Hex.encode(digests.md5 ?? []),
      sha256: digests.sha256, modified: store.clock.now(), fields: fields, parts: assembly?.parts)
  }

  private static func publish(
    _ temporary: TemporaryFile, as name: String, in folder: Descriptor
  ) throws(StoreError) {
    do {
      try temporary.publish(as: name, in: folder)
    } catch {
      throw StoreError(error)
    }
  }

  private func opened() throws(StoreError) -> TemporaryFile {
    if let temporary { return temporary }
    let made = try store.temporaryFile()
    temporary = made
    return made
  }
}
