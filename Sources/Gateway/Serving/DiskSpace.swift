// How much room the data folder's disk has.

import Glibc

/// The disk of a data folder.
struct DiskSpace: Sendable {
  let path: String
  /// Below this many free bytes the disk counts as full.
  let freeBytesMin: Int64

  /// Free and all bytes; nothing if the system does not tell.
  func read() -> (free: Int64, total: Int64)? {
    var status = statvfs()
    guard unsafe statvfs(path, &status) == 0 else { return nil }
    let (block, free, total) = (status.f_frsize, status.f_bavail, status.f_blocks)
    return (
      Int64(clamping: free.multipliedReportingOverflow(by: block).partialValue),
      Int64(clamping: total.multipliedReportingOverflow(by: block).partialValue)
    )
  }

  /// Whether there is too little room.
  var isLow: Bool { read().map { $0.free < freeBytesMin } ?? false }
}
