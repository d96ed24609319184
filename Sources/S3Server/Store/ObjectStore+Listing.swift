// Listing: keys in the order of their bytes, rolled up at a delimiter, page by page. A page
// is made from the index in memory; no file is opened for it.

/// Where a listing goes on.
package enum ListPosition: Sendable, Hashable {
  /// Behind this key.
  case afterKey([UInt8])
  /// Behind all keys that start with this.
  case afterPrefix([UInt8])
  /// Behind this text of the client: a key, or a common prefix that was listed.
  case marker([UInt8])
}

/// What to list.
package struct ListQuery: Sendable, Hashable {
  /// Only keys that start with this.
  package var prefix: [UInt8] = []
  /// Keys are rolled up to the first occurrence of this behind the prefix; empty for no roll-up.
  package var delimiter: [UInt8] = []
  /// Where to start; nothing for the start.
  package var position: ListPosition?
  /// Entries in a page, at most `pageMax`.
  package var max = pageMax

  /// The most entries of a page.
  package static let pageMax = 1000

  /// Lists everything.
  package init() {}

  /// The key up to the first `delimiter` behind `prefix`; nothing if there is none.
  static func commonPrefix(of key: [UInt8], _ prefix: [UInt8], _ delimiter: [UInt8]) -> [UInt8]? {
    guard let first = delimiter.first else { return nil }
    var start = prefix.count
    while start + delimiter.count <= key.count {
      if key[start] == first, key[start..<(start + delimiter.count)].elementsEqual(delimiter) {
        return Array(key[..<(start + delimiter.count)])
      }
      start += 1
    }
    return nil
  }
}

/// One line of a listing.
package enum ListEntry: Sendable, Hashable {
  /// An object.
  case object(ListedObject)
  /// A common prefix.
  case prefix([UInt8])
}

/// A page of a listing.
package struct ListPage: Sendable, Hashable {
  /// Objects and common prefixes in one order.
  package var entries: [ListEntry] = []
  /// Where the next page starts; nothing if this is the last.
  package var next: ListPosition?
}

extension ObjectStore {
  /// A page of the keys of a bucket; throws `bucket-absent` or `listing-too-large`.
  ///
  /// The first listing of a bucket after start reads the record of each object in it.
  package func list(_ query: ListQuery, in bucketName: String) async throws(StoreError) -> ListPage
  {
    let bucket = try bucket(bucketName)
    let limits = limits
    return try await listingLane.run { () throws(StoreError) in
      ObjectStore.page(query, try bucket.index(limits: limits))
    }
  }

  private static func page(
    _ query: ListQuery, _ index: KeyIndex
  ) -> ListPage {
    var page = ListPage()
    let max = min(query.max, ListQuery.pageMax)
    guard max > 0, var bound = start(of: query) else { return page }
    var last: ListPosition?
    while let object = index.first(notBefore: bound), object.key.starts(with: query.prefix) {
      let key = object.key
      let common = ListQuery.commonPrefix(of: key, query.prefix, query.delimiter)
      if let common, query.position == .marker(common) {
        guard let next = successor(of: common) else { break }
        bound = next
        continue
      }
      if page.entries.count == max {
        page.next = last
        break
      }
      if let common {
        page.entries.append(.prefix(common))
        last = .afterPrefix(common)
        guard let next = successor(of: common) else { break }
        bound = next
      } else {
        page.entries.append(.object(object))
        last = .afterKey(key)
        bound = key + [0]
      }
    }
    return page
  }

  private static func start(of query: ListQuery) -> [UInt8]? {
    let bound: [UInt8]?
    switch query.position {
    case nil: bound = []
    case .afterKey(let key), .marker(let key): bound = key + [0]
    case .afterPrefix(let prefix): bound = successor(of: prefix)
    }
    guard let bound else { return nil }
    return bound.lexicographicallyPrecedes(query.prefix) ? query.prefix : bound
  }

  /// The first byte string behind all that start with `prefix`; nothing if there is none.
  private static func successor(of prefix: [UInt8]) -> [UInt8]? {
    var result = prefix
    while let last = result.popLast() {
      if last < 0xff { return result + [last + 1] }
    }
    return nil
  }
}
