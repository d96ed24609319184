// Where the bytes of an upload wait for the scrubber: a file that never has a name (O_TMPFILE), so
// that a crash leaves nothing behind and no other process can open it. Hashed while it is written.

import Base
import CSystem
import Cryptography
package import Delivery
import Glibc

/// One upload's bytes on disk.
///
/// Writing may block on the disk, hence the own queue.
package actor Spool {
  private let executor: QueueExecutor
  private let file: FileDescriptor
  private var hasher = SHA256()
  private var size: Int64 = 0

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  /// Opens a nameless file in the folder.
  package init(folder: String) throws(FileError) {
    executor = QueueExecutor(label: "spool")
    // O_EXCL: the file cannot be given a name later either (open(2)).
    file = try FileDescriptor.open(
      folder, postern_O_TMPFILE | O_EXCL | O_RDWR, purpose: "create a spool file")
  }

  /// Appends bytes.
  package func append(_ bytes: [UInt8]) throws(FileError) {
    try file.write(bytes, purpose: "write a spool file")
    hasher.update(bytes)
    size += Int64(bytes.count)
  }

  /// Ends writing; the file lives as long as the answer does.
  package func finish() -> SpooledFile {
    SpooledFile(
      descriptor: file.number, size: size, sha256: hasher.finalize(), owner: file)
  }
}
