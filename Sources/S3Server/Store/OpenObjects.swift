// Large objects that were read lately, kept open. Whoever seeks in a film, resumes a download or reads
// in parts asks for one object many times; opening it and reading its record again would cost more than
// sending its bytes.
//
// A store is served by one process, so every change of a key passes by here. While a key is being
// changed, readers may open the old file or the new one: nothing is kept then, and what was opened
// before the end of a change is not kept after it. The count of changes tells.

import Base

/// A bounded set of open objects; thread-safe.
final class OpenObjects: Sendable {
  /// When more are kept, all are dropped: a few opens refill it with those that are asked for.
  static let countMax = 64

  /// A key of a bucket.
  struct Name: Hashable {
    let bucket: Bucket
    let key: [UInt8]

    init(_ key: [UInt8], in bucket: Bucket) {
      self.bucket = bucket
      self.key = key
    }

    static func == (left: Name, right: Name) -> Bool {
      left.bucket === right.bucket && left.key == right.key
    }

    func hash(into hasher: inout Hasher) {
      hasher.combine(ObjectIdentifier(bucket))
      unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
  }

  private struct State {
    var objects: [Name: ObjectFile] = [:]
    var changing: Set<Name> = []
    var changes: UInt64 = 0
  }

  private let state = Lock(State())

  /// The object if it is kept, and how many changes there were so far.
  func find(_ name: Name) -> (object: ObjectFile?, changes: UInt64) {
    state.withLock { ($0.objects[name], $0.changes) }
  }

  /// Keeps an object that was opened after `find` had told `changes`, unless something has changed
  /// since, is changing, or another reader was faster.
  ///
  /// A small one, whose bytes were read with its record, is not kept.
  func keep(_ object: ObjectFile, as name: Name, after changes: UInt64) {
    guard object.smallBody == nil else { return }
    // What is dropped leaves the lock before it closes its file.
    _ = state.withLock { state -> [Name: ObjectFile] in
      guard state.changes == changes, state.objects[name] == nil, !state.changing.contains(name)
      else { return [:] }
      var dropped = [Name: ObjectFile]()
      if state.objects.count >= OpenObjects.countMax { swap(&dropped, &state.objects) }
      state.objects[name] = object
      return dropped
    }
  }

  /// Runs what changes the file of a key, or may; changes of one key come one at a time.
  func changing<Result>(
    _ name: Name, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    _ = state.withLock { state -> ObjectFile? in
      state.changing.insert(name)
      return state.objects.removeValue(forKey: name)
    }
    defer {
      state.withLock { state in
        state.changing.remove(name)
        state.changes += 1
      }
    }
    return try body()
  }
}
