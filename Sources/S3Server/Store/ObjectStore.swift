// Objects in a folder: the storage below the S3 endpoint. Knows buckets, keys and bytes; knows
// nothing of HTTP, signatures or XML.
//
// Layout of the root: `lock` (held by the process that serves it), `tmp/` (unfinished work, emptied
// at start) and `buckets/NAME/` (see `Bucket`).

package import Base
import Glibc
import Synchronization

/// An S3-like store of objects in a folder of the local file system.
///
/// Reads run where they are called and take a few system calls; everything that waits for the disk
/// runs on the store's own threads. One process at a time serves a folder.
package final class ObjectStore: Sendable {
  /// The bounds of the store.
  package let limits: StoreLimits
  let clock: Clock
  let random: @Sendable () -> (UInt64, UInt64)
  let bucketsFolder: Descriptor
  let temporaryFolder: Descriptor
  let buckets = Lock([String: Bucket]())
  let openObjects = OpenObjects()
  let adminLane = StoreLane(label: "store-admin")
  let listingLane = StoreLane(label: "store-listing")
  private let keyLanes: [StoreLane]
  private let temporaryNumber = Atomic<UInt64>(0)
  private let lockFile: Descriptor

  private static let keyLaneCount = 8

  /// Opens the store in the folder `path`, which exists, and sweeps what a crash left.
  ///
  /// Throws `folder-in-use` if another process serves it, `system-failed` if the folder is
  /// unusable. `random` gives the identifiers of multipart uploads.
  package init(
    path: String, limits: StoreLimits = StoreLimits(), clock: Clock,
    random: @escaping @Sendable () -> (UInt64, UInt64)
  ) throws(StoreError) {
    self.limits = limits
    self.clock = clock
    self.random = random
    keyLanes = (0..<ObjectStore.keyLaneCount).map { StoreLane(label: "store-\($0)") }
    do throws(SystemFailure) {
      let root = try Descriptor.root(path)
      lockFile = try ObjectStore.lock(in: root)
      temporaryFolder = try root.folderMade("tmp")
      bucketsFolder = try root.folderMade("buckets")
    } catch {
      guard error.number == EWOULDBLOCK else { throw StoreError(error) }
      throw StoreError(
        .folderInUse, "Another process serves the folder of the store.", cause: error)
    }
    try sweep()
    try openBuckets()
  }

  /// Gives the folder up, so that another store may serve it, whoever still refers to this one.
  ///
  /// To be called when no request is served any more. Throws `system-failed`.
  package func close() throws(StoreError) {
    do { try lockFile.unlock() } catch { throw StoreError(error) }
  }

  /// Opens an object; throws `bucket-absent`, `object-absent`, `object-damaged`, `key-...`.
  package func object(_ key: [UInt8], in bucketName: String) throws(StoreError) -> ObjectFile {
    let bucket = try bucket(bucketName)
    try check(key)
    let name = OpenObjects.Name(key, in: bucket)
    let (kept, changes) = openObjects.find(name)
    if let kept { return kept }
    let place = Bucket.place(of: key)
    guard let folder = try Bucket.folder(place.folder, in: bucket.folder),
      let object = try ObjectFile.open(place.file, in: folder, limits: limits)
    else {
      throw StoreError(.objectAbsent, "The specified key does not exist.")
    }
    guard object.record.key == key else {
      throw StoreError(.objectDamaged, "The stored object is damaged.")
    }
    openObjects.keep(object, as: name, after: changes)
    return object
  }

  /// Starts an upload of `size` bytes, if known; throws `bucket-absent`, `key-...`, `disk-full`.
  package func writer(
    _ key: [UInt8], in bucketName: String, size: Int64?, promised: PromisedDigests
  ) throws(StoreError) -> ObjectWriter {
    try writer(key, in: try bucket(bucketName), .object, size: size, promised: promised)
  }

  func writer(
    _ key: [UInt8], in bucket: Bucket, _ destination: ObjectWriter.Destination, size: Int64?,
    promised: PromisedDigests
  ) throws(StoreError) -> ObjectWriter {
    try check(key)
    guard size ?? 0 <= limits.bytesMax(destination) else {
      throw StoreError(.objectTooLarge, "The object is larger than the store allows.")
    }
    try checkRoom(for: size ?? 0)
    return ObjectWriter(
      store: self, bucket: bucket, key: key, destination: destination, promised: promised,
      executor: lane(of: key).executor)
  }

  func bucket(_ name: String) throws(StoreError) -> Bucket {
    guard let bucket = buckets.withLock({ $0[name] }) else {
      throw StoreError(.bucketAbsent, "The specified bucket does not exist.")
    }
    return bucket
  }

  func check(_ key: [UInt8]) throws(StoreError) {
    guard !key.isEmpty else { throw StoreError(.keyInvalid, "The key is empty.") }
    guard key.count <= limits.keyBytesMax else {
      throw StoreError(.keyTooLong, "Your key is too long.")
    }
  }

  func temporaryFile() throws(StoreError) -> TemporaryFile {
    do {
      return try TemporaryFile(temporaryName(), in: temporaryFolder)
    } catch {
      throw StoreError(error)
    }
  }

  /// A name that is free in the folder for unfinished work, which was empty at start.
  func temporaryName() -> String {
    String(temporaryNumber.wrappingAdd(1, ordering: .relaxed).newValue)
  }

  func lane(of key: [UInt8]) -> StoreLane {
    // Any spread will do; the same key must always have the same lane.
    let sum = key.reduce(UInt32(17)) { $0 &* 31 &+ UInt32($1) }
    return keyLanes[Int(sum) % keyLanes.count]
  }

  private func checkRoom(for size: Int64) throws(StoreError) {
    do throws(SystemFailure) {
      let free = try temporaryFolder.freeBytes()
      let (needed, overflow) = size.addingReportingOverflow(limits.freeBytesMin)
      guard !overflow, free >= needed else {
        throw SystemFailure(call: "fstatvfs", number: ENOSPC)
      }
    } catch {
      throw StoreError(error)
    }
  }

  private static func lock(in root: Descriptor) throws(SystemFailure) -> Descriptor {
    let file: Descriptor
    do {
      file = try root.file("lock")
    } catch {
      guard error.number == ENOENT else { throw error }
      file = try root.fileCreated("lock")
    }
    try file.lockExclusively()
    return file
  }
}
