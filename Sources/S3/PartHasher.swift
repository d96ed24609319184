// Hashes parts of files and of memory away from the tasks that serve requests: reading and hashing
// 16 MiB takes longer than an event loop may stand still.

import Base
import Cryptography
import Glibc

/// Hashes on a queue of its own.
actor PartHasher {
  private static let pieceBytes = 256 << 10

  private let queue = QueueExecutor(label: "postern.s3.hash")
  private var buffer: [UInt8] = []

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  /// The digest of bytes in memory.
  func digest(of bytes: [UInt8]) -> SHA256Digest { SHA256.hash(bytes) }

  /// The digest of a range of a file; throws `request-body-failed` if it cannot be read whole.
  func digest(of descriptor: Int32, _ range: Range<Int64>) throws(S3Error) -> SHA256Digest {
    if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: PartHasher.pieceBytes) }
    var hash = SHA256()
    var position = range.lowerBound
    while position < range.upperBound {
      let wanted = Int(min(Int64(buffer.count), range.upperBound - position))
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe pread(descriptor, bytes.baseAddress, wanted, off_t(position))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw S3Error(.requestBodyFailed) }
      hash.update(buffer.span.extracting(first: count))
      position += Int64(count)
    }
    return hash.finalize()
  }
}
