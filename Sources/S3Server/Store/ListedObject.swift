// What a listing tells of an object, small enough to be kept in memory for each key of a bucket:
// a page is then written without opening a file.

package import Base

/// An object as listings tell it.
package struct ListedObject: Sendable, Hashable {
  /// The key, any bytes.
  package let key: [UInt8]
  /// Bytes of the object.
  package let size: Int64
  /// When the object was published.
  package let modified: Timestamp
  // The 16 bytes of the MD5 and the number of parts, or 0: the text would take five times that.
  private let tagHigh: UInt64
  private let tagLow: UInt64
  private let partCount: UInt32

  /// Takes what a listing needs from a record.
  init(_ record: ObjectRecord) {
    // A copy without the room that reading left behind it.
    key = record.key.map { $0 }
    size = record.size
    modified = record.modified
    let digest = Hex.decode(record.etag.prefix(32)) ?? []
    tagHigh = digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    tagLow = digest.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    partCount = UInt32(record.etag.dropFirst(33)) ?? 0
  }

  /// The entity tag without quotes.
  package var etag: String {
    var digest = [UInt8]()
    for word in [tagHigh, tagLow] {
      for shift in stride(from: 56, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
      }
    }
    let text = Hex.encode(digest)
    return partCount == 0 ? text : "\(text)-\(partCount)"
  }
}
