// The bytes of an entry bundle: up to 256 entries, each after its length in two bytes, most
// significant first (c2sp.org/tlog-tiles, "Log Entries").

/// Reading and writing of entry bundles.
public enum EntryBundle {
  /// Appends one entry; throws `limit-exceeded` above 65,535 bytes.
  public static func append(
    _ entry: some Collection<UInt8>, to bundle: inout [UInt8]
  ) throws(AuditLogError) {
    guard entry.count <= TileLayout.entryBytesMax else {
      throw AuditLogError(.limitExceeded, "an entry has more than 65535 bytes")
    }
    bundle.append(UInt8(entry.count >> 8))
    bundle.append(UInt8(entry.count & 255))
    bundle.append(contentsOf: entry)
  }

  /// The first `count` entries of a bundle, in order.
  ///
  /// Throws `truncated` if there are fewer, and `oversized` if bytes follow and `exact` is set.
  public static func entries(
    of bundle: [UInt8], count: Int, exact: Bool = true, path: String? = nil
  ) throws(AuditLogError) -> [ArraySlice<UInt8>] {
    var entries = [ArraySlice<UInt8>]()
    entries.reserveCapacity(count)
    var position = 0
    while entries.count < count {
      guard bundle.count - position >= 2 else {
        throw AuditLogError(
          .truncated, "the bundle holds \(entries.count) of \(count) entries", path: path)
      }
      let length = Int(bundle[position]) << 8 | Int(bundle[position + 1])
      position += 2
      guard bundle.count - position >= length else {
        throw AuditLogError(
          .truncated, "the last entry of the bundle is cut off", path: path)
      }
      entries.append(bundle[position..<(position + length)])
      position += length
    }
    if exact, position != bundle.count {
      throw AuditLogError(.oversized, "bytes follow the last entry of the bundle", path: path)
    }
    return entries
  }
}
