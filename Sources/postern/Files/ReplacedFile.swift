// Writes a whole file or none: into a temporary file of the same folder, made durable, then put in
// its place. Without leave, a file that is there stays.

import Base
import Cryptography
import Delivery
import Glibc

enum ReplacedFile {
  /// Copies the content of a nameless file to a path.
  static func write(
    _ content: SpooledFile, to path: String, mode: UInt32, isReplacing: Bool
  ) throws(CommandError) {
    if !isReplacing, LocalFile.exists(path) { throw exists(path) }
    let temporary = path + ".postern-" + Hex.encode(Random.bytes(6))
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard number >= 0 else { throw LocalFile.failure("create", temporary) }
    defer { close(number) }
    do throws(CommandError) {
      try copy(content, to: number, path: path)
      guard fsync(number) == 0 else { throw LocalFile.failure("write", path) }
      if isReplacing {
        guard unsafe rename(temporary, path) == 0 else { throw LocalFile.failure("write", path) }
        return
      }
      // A hard link fails where the name is taken, which `rename` would not.
      guard unsafe Glibc.link(temporary, path) == 0 else {
        throw errno == EEXIST ? exists(path) : LocalFile.failure("create", path)
      }
      unsafe unlink(temporary)
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  private static func exists(_ path: String) -> CommandError {
    CommandError(
      .failed, "\(Plain.text(path)) exists", hint: "--force replaces it", code: "file-exists")
  }

  private static func copy(
    _ content: SpooledFile, to number: Int32, path: String
  ) throws(CommandError) {
    var offset: Int64 = 0
    var piece = [UInt8](repeating: 0, count: OpenedFile.pieceBytes)
    while offset < content.size {
      // The kernel writes at most the size of the array.
      let count = unsafe pread(content.descriptor, &piece, piece.count, off_t(offset))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw LocalFile.failure("read", path) }
      try LocalFile.write(Array(piece[..<count]), to: number, path: path)
      offset += Int64(count)
    }
  }
}
