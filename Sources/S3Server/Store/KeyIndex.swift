// The objects of a bucket in the order of their keys, as listings need it. A value: a listing takes a
// snapshot and reads it without a lock while writers go on.

/// Objects sorted by key in chunks, so that an insertion moves about a thousand entries.
struct KeyIndex: Sendable {
  private var chunks: [[ListedObject]] = []
  private(set) var count = 0

  private static let chunkMax = 1024

  /// Creates an empty index.
  init() {}

  /// Creates an index of objects in any order; of two with one key, either is kept.
  init(_ objects: [ListedObject]) {
    var sorted = [ListedObject]()
    sorted.reserveCapacity(objects.count)
    for object in objects.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) })
    where object.key != sorted.last?.key {
      sorted.append(object)
    }
    count = sorted.count
    chunks = stride(from: 0, to: sorted.count, by: KeyIndex.chunkMax / 2).map {
      Array(sorted[$0..<min($0 + KeyIndex.chunkMax / 2, sorted.count)])
    }
  }

  /// Adds an object in the place of the one with its key.
  mutating func insert(_ object: ListedObject) {
    guard !chunks.isEmpty else {
      chunks = [[object]]
      count = 1
      return
    }
    let chunk = max(0, chunkIndex(firstKeyAfter: object.key) - 1)
    let position = KeyIndex.lowerBound(chunks[chunk], object.key)
    if position < chunks[chunk].count, chunks[chunk][position].key == object.key {
      chunks[chunk][position] = object
      return
    }
    // Keys often come in their order, as ours do, whose identifiers begin with the time: then the
    // chunk stays full and the next one begins.
    if chunk == chunks.count - 1, position == chunks[chunk].count, position >= KeyIndex.chunkMax {
      chunks.append([object])
      count += 1
      return
    }
    chunks[chunk].insert(object, at: position)
    count += 1
    if chunks[chunk].count > KeyIndex.chunkMax {
      let tail = Array(chunks[chunk][(KeyIndex.chunkMax / 2)...])
      // A copy, since an array keeps the room of what is removed from it.
      chunks[chunk] = Array(chunks[chunk][..<(KeyIndex.chunkMax / 2)])
      chunks.insert(tail, at: chunk + 1)
    }
  }

  /// Removes a key; nothing happens if it is absent.
  mutating func remove(_ key: [UInt8]) {
    let chunk = chunkIndex(firstKeyAfter: key) - 1
    guard chunk >= 0 else { return }
    let position = KeyIndex.lowerBound(chunks[chunk], key)
    guard position < chunks[chunk].count, chunks[chunk][position].key == key else { return }
    chunks[chunk].remove(at: position)
    count -= 1
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }

  /// The first object whose key is not before `bound`.
  func first(notBefore bound: [UInt8]) -> ListedObject? {
    var chunk = max(0, chunkIndex(firstKeyAfter: bound) - 1)
    while chunk < chunks.count {
      let position = KeyIndex.lowerBound(chunks[chunk], bound)
      if position < chunks[chunk].count { return chunks[chunk][position] }
      chunk += 1
    }
    return nil
  }

  /// The first chunk whose first key comes after `key`.
  private func chunkIndex(firstKeyAfter key: [UInt8]) -> Int {
    KeyIndex.partition(chunks) { !key.lexicographicallyPrecedes($0[0].key) }
  }

  private static func lowerBound(_ chunk: [ListedObject], _ key: [UInt8]) -> Int {
    partition(chunk) { $0.key.lexicographicallyPrecedes(key) }
  }

  private static func partition<Element>(
    _ elements: [Element], isBefore: (Element) -> Bool
  ) -> Int {
    var (low, high) = (0, elements.count)
    while low < high {
      let middle = (low + high) / 2
      if isBefore(elements[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
