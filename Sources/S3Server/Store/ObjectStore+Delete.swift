// Deletion: one key, or many with one wait for the disk per folder instead of one per key.

import Base
import Glibc

/// One key of a deletion of many.
package struct Deletion: Sendable {
  /// The key.
  package let key: [UInt8]
  /// What must hold of it.
  package let condition: WriteCondition

  /// Creates a wish to delete.
  package init(_ key: [UInt8], condition: WriteCondition = .always) {
    self.key = key
    self.condition = condition
  }
}

extension ObjectStore {
  /// Deletes an object if the condition holds; returns whether there was one.
  ///
  /// Throws `bucket-absent`, `key-...`, `condition-failed`, `object-absent` (for a condition).
  package func delete(
    _ key: [UInt8], in bucketName: String, condition: WriteCondition = .always
  ) async throws(StoreError) -> Bool {
    let bucket = try bucket(bucketName)
    try check(key)
    return try await lane(of: key).run { () throws(StoreError) in
      try bucket.change { () throws(StoreError) in
        guard let folder = try self.remove(Deletion(key, condition: condition), from: bucket) else {
          return false
        }
        try ObjectStore.synchronize(folder)
        return true
      }
    }
  }

  /// Deletes up to `deletedKeysMax` objects; gives for each, in order, why it could not be deleted.
  ///
  /// A key that has no object counts as deleted. Throws `bucket-absent` only.
  package func delete(_ deletions: [Deletion], in bucketName: String) async throws(StoreError)
    -> [StoreError?]
  {
    precondition(deletions.count <= limits.deletedKeysMax, "too many keys at once")
    let bucket = try bucket(bucketName)
    var lanes = [ObjectIdentifier: (lane: StoreLane, positions: [Int])]()
    for (position, deletion) in deletions.enumerated() {
      let lane = lane(of: deletion.key)
      lanes[ObjectIdentifier(lane), default: (lane, [])].positions.append(position)
    }
    var failures = [StoreError?](repeating: nil, count: deletions.count)
    await withTaskGroup(of: [(Int, StoreError)].self) { group in
      for (lane, positions) in lanes.values {
        group.addTask {
          do throws(StoreError) {
            return try await lane.run { () throws(StoreError) in
              try bucket.change { () throws(StoreError) in
                self.removeAll(deletions, at: positions, from: bucket)
              }
            }
          } catch {
            return positions.map { ($0, error) }
          }
        }
      }
      for await failed in group {
        for (position, error) in failed { failures[position] = error }
      }
    }
    return failures
  }

  private func removeAll(_ deletions: [Deletion], at positions: [Int], from bucket: Bucket)
    -> [(Int, StoreError)]
  {
    var failed = [(Int, StoreError)]()
    var folders = [String: (folder: Descriptor, positions: [Int])]()
    for position in positions {
      let key = deletions[position].key
      do throws(StoreError) {
        try check(key)
        guard let folder = try remove(deletions[position], from: bucket) else { continue }
        folders[Bucket.place(of: key).folder, default: (folder, [])].positions.append(position)
      } catch {
        failed.append((position, error))
      }
    }
    for (folder, positions) in folders.values {
      do {
        try ObjectStore.synchronize(folder)
      } catch {
        failed += positions.map { ($0, error) }
      }
    }
    return failed
  }

  /// Removes an object if the condition holds; the folder, still to be made durable, if there was
  /// one.
  private func remove(_ deletion: Deletion, from bucket: Bucket) throws(StoreError) -> Descriptor? {
    try openObjects.changing(OpenObjects.Name(deletion.key, in: bucket)) {
      () throws(StoreError) in try removeFile(deletion, from: bucket)
    }
  }

  private func removeFile(
    _ deletion: Deletion, from bucket: Bucket
  ) throws(StoreError) -> Descriptor? {
    let place = Bucket.place(of: deletion.key)
    guard let folder = try Bucket.folder(place.folder, in: bucket.folder),
      let current = try ObjectFile.open(place.file, in: folder, limits: limits)
    else {
      try deletion.condition.holds(for: nil)
      return nil
    }
    try deletion.condition.holds(for: current.record)
    do throws(SystemFailure) {
      try folder.remove(place.file)
    } catch {
      throw StoreError(error)
    }
    bucket.note(deletion.key, nil)
    return folder
  }

  private static func synchronize(_ folder: Descriptor) throws(StoreError) {
    do {
      try folder.synchronize()
    } catch {
      throw StoreError(error)
    }
  }
}
