// What a listing holds.

package import Base

/// One object in a listing.
package struct ListedObject: Sendable, Hashable {
  /// The key.
  package let key: [UInt8]

  /// The size in bytes.
  package let size: Int64

  /// The entity tag with its quotes.
  package let entityTag: String

  /// When it was stored; nothing if the store's text is no RFC 3339.
  package let lastModified: Timestamp?

  /// Creates an entry.
  package init(key: [UInt8], size: Int64, entityTag: String, lastModified: Timestamp?) {
    self.key = key
    self.size = size
    self.entityTag = entityTag
    self.lastModified = lastModified
  }
}

/// One page of a listing.
package struct ListedPage: Sendable, Hashable {
  /// The objects, in the order of the store: by the bytes of their keys.
  package internal(set) var objects: [ListedObject] = []

  /// What keys have in common up to the delimiter.
  package internal(set) var prefixes: [[UInt8]] = []

  /// Where the next page goes on; nothing on the last one.
  package internal(set) var continuation: String?
}
