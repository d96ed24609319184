// Large objects that were read lately, kept open. Whoever seeks in a film, resumes a download or reads
// in parts asks for one object many times; opening it and reading its record again would cost more than
// sending its bytes.
//
// A store is served by one process, so every change of a key passes by here. An object that was opened
// before a change is not kept after it: the count of changes tells.

import Base

/// A bounded set of open objects; thread-safe.
final class OpenObjects: Sendable {
  /// When more are kept, all are dropped: a few opens refill it with those that are asked for.
  static let countMax = 64

  /// A key of a bucket.
  struct Name: Hashable {
    let bucket: ObjectIdentifier
    let key: [UInt8]

    init(_ key: [UInt8], in bucket: Bucket) {
      self.bucket = ObjectIdentifier(bucket)
      self.key = key
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(bucket)
      unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
  }

  private struct State {
    var objects: [Name: ObjectFile] = [:]
    var changes: UInt64 = 0
  }

  private let state = Lock(State())

  /// The object if it is kept, and how many changes there were so far.
  func find(_ name: Name) -> (object: ObjectFile?, changes: UInt64) {
    state.withLock { ($0.objects[name], $0.changes) }
  }

  /// Keeps an object that was opened after `find` had told `changes`, unless something has changed.
  ///
  /// A small one, whose bytes were read with its record, is not kept.
  func keep(_ object: ObjectFile, as name: Name, after changes: UInt64) {
    guard object.smallBody == nil else { return }
    // What is dropped leaves the lock before it closes its file.
    _ = state.withLock { state -> [Name: ObjectFile] in
      guard state.changes == changes else { return [:] }
      var dropped = [Name: ObjectFile]()
      if state.objects.count >= OpenObjects.countMax { swap(&dropped, &state.objects) }
      state.objects[name] = object
      return dropped
    }
  }

  /// Drops what is kept under a name, because its file has changed or may have.
  func forget(_ name: Name) {
    _ = state.withLock { state -> ObjectFile? in
      state.changes += 1
      return state.objects.removeValue(forKey: name)
    }
  }
}
