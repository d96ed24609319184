// The keys of a bucket in the order of their bytes, as listings need it. A value: a listing takes a
// snapshot and reads it without a lock while writers go on.

/// A sorted set of keys in chunks, so that an insertion moves about a thousand references.
struct KeyIndex: Sendable {
  private var chunks: [[[UInt8]]] = []
  private(set) var count = 0

  private static let chunkMax = 1024

  /// Creates an empty index.
  init() {}

  /// Creates an index of `keys`, in any order; a key may occur twice.
  init(_ keys: [[UInt8]]) {
    var sorted = [[UInt8]]()
    sorted.reserveCapacity(keys.count)
    for key in keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) where key != sorted.last {
      sorted.append(key)
    }
    count = sorted.count
    chunks = stride(from: 0, to: sorted.count, by: KeyIndex.chunkMax / 2).map {
      Array(sorted[$0..<min($0 + KeyIndex.chunkMax / 2, sorted.count)])
    }
  }

  /// Adds a key; nothing happens if it is there.
  mutating func insert(_ key: [UInt8]) {
    guard !chunks.isEmpty else {
      chunks = [[key]]
      count = 1
      return
    }
    let chunk = max(0, chunkIndex(firstKeyAfter: key) - 1)
    let position = KeyIndex.lowerBound(chunks[chunk]) { $0.lexicographicallyPrecedes(key) }
    if position < chunks[chunk].count, chunks[chunk][position] == key { return }
    chunks[chunk].insert(key, at: position)
    count += 1
    if chunks[chunk].count > KeyIndex.chunkMax {
      let tail = Array(chunks[chunk][(KeyIndex.chunkMax / 2)...])
      chunks[chunk].removeSubrange((KeyIndex.chunkMax / 2)...)
      chunks.insert(tail, at: chunk + 1)
    }
  }

  /// Removes a key; nothing happens if it is absent.
  mutating func remove(_ key: [UInt8]) {
    let chunk = chunkIndex(firstKeyAfter: key) - 1
    guard chunk >= 0 else { return }
    let position = KeyIndex.lowerBound(chunks[chunk]) { $0.lexicographicallyPrecedes(key) }
    guard position < chunks[chunk].count, chunks[chunk][position] == key else { return }
    chunks[chunk].remove(at: position)
    count -= 1
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }

  /// The first key that is not before `bound`.
  func first(notBefore bound: [UInt8]) -> [UInt8]? {
    var chunk = max(0, chunkIndex(firstKeyAfter: bound) - 1)
    while chunk < chunks.count {
      let position = KeyIndex.lowerBound(chunks[chunk]) { $0.lexicographicallyPrecedes(bound) }
      if position < chunks[chunk].count { return chunks[chunk][position] }
      chunk += 1
    }
    return nil
  }

  /// The first chunk whose first key comes after `key`.
  private func chunkIndex(firstKeyAfter key: [UInt8]) -> Int {
    KeyIndex.lowerBound(chunks) { !key.lexicographicallyPrecedes($0[0]) }
  }

  private static func lowerBound<Element>(
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
