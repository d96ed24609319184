// A regular file that is open for reading: hashed once, then sent, without holding it in memory.

import Cryptography
import Gateway
import Glibc

struct OpenedFile: Sendable {
  /// How much is read at once.
  static let pieceBytes = 262_144

  let path: String
  let size: Int64
  let mode: UInt32
  let descriptor: FileDescriptor

  /// Opens a regular file; folders, devices and pipes are refused.
  init(_ path: String) throws(CommandError) {
    // Non-blocking, so that a pipe is refused instead of waited for.
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard number >= 0 else { throw LocalFile.failure("open", path) }
    descriptor = FileDescriptor(owning: number)
    var status = stat()
    guard unsafe fstat(number, &status) == 0 else { throw LocalFile.failure("examine", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CommandError(.failed, "\(Plain.text(path)) is not a regular file")
    }
    self.path = path
    size = Int64(status.st_size)
    mode = status.st_mode & 0o777
  }

  /// The last component of the path.
  var name: String { path.unicodeScalars.split(separator: "/").last.map { String($0) } ?? "file" }

  /// Up to `count` bytes from an offset; fewer only at the end.
  func read(at offset: Int64, count: Int) throws(CommandError) -> [UInt8] {
    var result = [UInt8]()
    while result.count < count {
      let room = min(count - result.count, Self.pieceBytes)
      var status = 0
      let piece = unsafe [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        // The buffer has room for `room` bytes; pread returns no more.
        status = unsafe pread(
          descriptor.number, buffer.baseAddress, room, off_t(offset) + off_t(result.count))
        filled = max(0, status)
      }
      if status < 0, errno == EINTR { continue }
      guard status >= 0 else { throw LocalFile.failure("read", path) }
      if status == 0 { break }
      result += piece
    }
    return result
  }

  /// The SHA-256 of the whole file.
  func sha256() throws(CommandError) -> SHA256Digest {
    var hasher = SHA256()
    var offset: Int64 = 0
    while true {
      let piece = try read(at: offset, count: Self.pieceBytes)
      if piece.isEmpty { return hasher.finalize() }
      hasher.update(piece)
      offset += Int64(piece.count)
    }
  }
}
