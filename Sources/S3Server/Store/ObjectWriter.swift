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
  enum Destination: Sendable {
    case object
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
    hasher = BodyHasher(promised: promised)
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Adds bytes to the body; throws `object-too-large`, `disk-full` or `system-failed`.
  package func append(_ bytes: [UInt8]) throws(StoreError) {
    guard hasher.size + Int64(bytes.count) <= store.limits.objectBytesMax else {
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

  /// Adds the body of a part; for putting a multipart upload together.
  func append(bodyOf part: ObjectFile, from offset: Int64, count: Int) throws(StoreError) {
    let bytes: [UInt8]
    do throws(SystemFailure) {
      bytes = try part.descriptor.read(count, at: offset)
      guard bytes.count == count else { throw SystemFailure(call: "pread", number: EBADMSG) }
    } catch {
      throw StoreError(error)
    }
    try append(bytes)
  }

  /// Checks promises and condition, and makes the object visible; it is durable on return.
  ///
  /// `etag` replaces the MD5 for a multipart upload. Throws a mismatch code, `condition-failed`,
  /// `object-absent` (for an ETag condition), `bucket-absent`, `upload-absent`, `disk-full`.
  package func publish(
    fields: [ObjectField], condition: WriteCondition = .always, etag: String? = nil
  ) throws(StoreError) -> ObjectRecord {
    let digests = try hasher.finalize()
    let temporary = try opened()
    self.temporary = nil
    let record = ObjectRecord(
      key: key, size: hasher.size, etag: etag ?? Hex.encode(digests.md5), sha256: digests.sha256,
      modified: store.clock.now(), fields: fields)
    let footer = try record.encoded(limit: store.limits.recordBytesMax)
    let (bucket, key, limits) = (bucket, key, store.limits)
    try bucket.change { () throws(StoreError) in
      do throws(SystemFailure) {
        try temporary.file.write(footer)
      } catch {
        throw StoreError(error)
      }
      switch destination {
      case .object:
        let place = Bucket.place(of: key)
        let folder = try Bucket.folderMade(place.folder, in: bucket.folder)
        let current = try ObjectFile.open(place.file, in: folder, limits: limits)
        try condition.holds(for: current?.record)
        try ObjectWriter.publish(temporary, as: place.file, in: folder)
        bucket.note(key, isPresent: true)
      case .part(let upload, let number):
        let folder = try bucket.uploadFolder(upload, key: key, limits: limits).folder
        try ObjectWriter.publish(temporary, as: Bucket.partName(number), in: folder)
      }
    }
    return record
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
