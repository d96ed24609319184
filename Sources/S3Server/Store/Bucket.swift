// One bucket: its folder, its life and its index of keys.
//
// Layout of the folder: `bucket` (an empty object with the creation time), `uploads/` (unfinished
// multipart uploads) and 256 folders `00`...`ff` made when needed. An object lies in the folder of
// the first two digits of its key's SHA-256, under the other 62: no key is ever used as a path.

import Base
import Glibc

/// An open bucket.
final class Bucket: Sendable {
  let name: String
  let folder: Descriptor
  let created: Timestamp
  private let state = Lock(State())

  private struct State {
    var publishing = 0
    var isDeleted = false
    var index = Index.absent
  }

  /// The index is built by the first listing; changes that happen meanwhile are applied to it
  /// after.
  private enum Index {
    case absent
    case building(changes: [(key: [UInt8], object: ListedObject?)])
    case ready(KeyIndex)
  }

  init(name: String, folder: Descriptor, created: Timestamp) {
    self.name = name
    self.folder = folder
    self.created = created
  }

  /// Runs a change to the content of the bucket, unless the bucket is being deleted.
  func change<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    let isOpen = state.withLock { state in
      guard !state.isDeleted else { return false }
      state.publishing += 1
      return true
    }
    guard isOpen else { throw StoreError(.bucketAbsent, "The bucket does not exist.") }
    defer { state.withLock { $0.publishing -= 1 } }
    return try body()
  }

  /// Closes the bucket to changes; false if one is going on or another deletion has closed it.
  func close() -> Bool {
    state.withLock { state in
      guard state.publishing == 0, !state.isDeleted else { return false }
      state.isDeleted = true
      return true
    }
  }

  /// Opens the bucket to changes again, after a deletion that was refused.
  func reopen() {
    state.withLock { $0.isDeleted = false }
  }

  /// Notes what a key holds from now on, if anything; called after the file system has changed.
  func note(_ key: [UInt8], _ object: ListedObject?) {
    state.withLock { state in
      switch state.index {
      case .absent: break
      case .building(var changes):
        state.index = .absent
        changes.append((key, object))
        state.index = .building(changes: changes)
      case .ready(var index):
        state.index = .absent
        if let object { index.insert(object) } else { index.remove(key) }
        state.index = .ready(index)
      }
    }
  }

  /// A snapshot of the index, built from the files if this is the first call.
  ///
  /// Only the listing lane calls it, so that no two builds run at once.
  func index(limits: StoreLimits) throws(StoreError) -> KeyIndex {
    let known = state.withLock { state -> KeyIndex? in
      if case .ready(let index) = state.index { return index }
      state.index = .building(changes: [])
      return nil
    }
    if let known {
      try Bucket.check(known, limits)
      return known
    }
    do throws(StoreError) {
      let objects = try scan(limits: limits)
      let index = state.withLock { state -> KeyIndex in
        var index = KeyIndex(objects)
        if case .building(let changes) = state.index {
          for change in changes {
            if let object = change.object { index.insert(object) } else { index.remove(change.key) }
          }
        }
        state.index = .ready(index)
        return index
      }
      try Bucket.check(index, limits)
      return index
    } catch {
      state.withLock { $0.index = .absent }
      throw error
    }
  }

  /// True if no object and no unfinished upload is in the bucket.
  func isEmpty() throws(SystemFailure) -> Bool {
    for name in try folder.names() where name != Bucket.recordName {
      if try !folder.folder(name).names(limit: 1).isEmpty { return false }
    }
    return true
  }

  private static func check(_ index: KeyIndex, _ limits: StoreLimits) throws(StoreError) {
    guard index.count <= limits.indexedKeysMax else {
      throw StoreError(.listingTooLarge, "The bucket has too many keys to be listed.")
    }
  }

  private func scan(limits: StoreLimits) throws(StoreError) -> [ListedObject] {
    var objects = [ListedObject]()
    do throws(SystemFailure) {
      for place in try folder.names() where place.utf8.count == 2 {
        let inside = try folder.folder(place)
        for file in try inside.names() {
          // A file that cannot be read as an object has no key to list; reading it by key tells.
          guard let object = Bucket.readable(file, in: inside, limits) else { continue }
          guard objects.count <= limits.indexedKeysMax else { return objects }
          objects.append(ListedObject(object.record))
        }
      }
    } catch {
      throw StoreError(error)
    }
    return objects
  }

  private static func readable(_ file: String, in folder: Descriptor, _ limits: StoreLimits)
    -> ObjectFile?
  {
    do throws(StoreError) {
      return try ObjectFile.open(file, in: folder, limits: limits)
    } catch {
      return nil
    }
  }
}
