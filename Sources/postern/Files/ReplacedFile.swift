// Writes a whole file or none: into a temporary file of the same folder, made durable, then put in
// its place. Without leave, a file that is there stays, and a file is replaced by what was made of it
// only if it is still the one that was read.

import Base
import Cryptography
import Delivery
import Gateway
import Glibc

enum ReplacedFile {
  /// Copies the content of a nameless file to a path.
  static func write(
    _ content: SpooledFile, to path: String, mode: UInt32, isReplacing: Bool
  ) throws(CommandError) {
    if !isReplacing, LocalFile.exists(path) { throw exists(path) }
    try write(content, beside: path, mode: mode) { (temporary, _) throws(CommandError) in
      if isReplacing {
        guard unsafe rename(temporary, path) == 0 else { throw LocalFile.failure("write", path) }
      } else {
        try give(temporary, path)
      }
    }
  }

  /// Puts the content in the place of an open file, with its mode and owner; a symbolic link to it
  /// stays one.
  /// - Throws: `file-changed` if the file is not the one any more that was opened.
  static func write(_ content: SpooledFile, inPlaceOf file: OpenedFile) throws(CommandError) {
    guard let resolved = unsafe realpath(file.path, nil) else {
      throw LocalFile.failure("find", file.path)
    }
    // realpath has allocated a C string.
    let path = unsafe String(cString: resolved)
    unsafe free(resolved)
    var read = stat()
    guard unsafe fstat(file.descriptor.number, &read) == 0 else {
      throw LocalFile.failure("examine", path)
    }
    try write(content, beside: path, mode: file.mode) { (temporary, number) throws(CommandError) in
      if geteuid() == 0, fchown(number, read.st_uid, read.st_gid) != 0 {
        throw LocalFile.failure("give an owner to", temporary)
      }
      guard fchmod(number, file.mode) == 0 else { throw LocalFile.failure("write", temporary) }
      var present = stat()
      guard unsafe lstat(path, &present) == 0 else { throw LocalFile.failure("examine", path) }
      guard isSame(read, present), file.size == Int64(present.st_size) else {
        throw CommandError(
          .failed, "\(Plain.text(path)) was changed meanwhile", hint: "try again",
          code: "file-changed")
      }
      guard unsafe rename(temporary, path) == 0 else { throw LocalFile.failure("write", path) }
    }
  }

  private static func isSame(_ left: stat, _ right: stat) -> Bool {
    left.st_dev == right.st_dev && left.st_ino == right.st_ino && left.st_size == right.st_size
      && left.st_mtim.tv_sec == right.st_mtim.tv_sec
      && left.st_mtim.tv_nsec == right.st_mtim.tv_nsec
  }

  /// Writes a temporary file beside the path, durably, and lets `place` give it its name.
  private static func write(
    _ content: SpooledFile, beside path: String, mode: UInt32,
    place: (String, Int32) throws(CommandError) -> Void
  ) throws(CommandError) {
    let temporary = path + ".postern-" + Hex.encode(Random.bytes(6))
    let number = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard number >= 0 else { throw LocalFile.failure("create", temporary) }
    defer { close(number) }
    do throws(CommandError) {
      try copy(content, to: number, path: path)
      guard fsync(number) == 0 else { throw LocalFile.failure("write", path) }
      try place(temporary, number)
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  /// Gives the file a name that must be free.
  private static func give(_ temporary: String, _ path: String) throws(CommandError) {
    // A hard link fails where the name is taken, which `rename` would not.
    if unsafe Glibc.link(temporary, path) == 0 {
      unsafe unlink(temporary)
      return
    }
    switch errno {
    case EEXIST: throw exists(path)
    case EPERM, ENOSYS, ENOTSUP: try takeName(temporary, path)
    default: throw LocalFile.failure("create", path)
    }
  }

  /// The same on file systems without hard links, such as FAT: an empty file takes the name first.
  static func takeName(_ temporary: String, _ path: String) throws(CommandError) {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number >= 0 else {
      throw errno == EEXIST ? exists(path) : LocalFile.failure("create", path)
    }
    close(number)
    guard unsafe rename(temporary, path) == 0 else {
      let error = LocalFile.failure("create", path)
      unsafe unlink(path)
      throw error
    }
  }

  private static func exists(_ path: String) -> CommandError {
    CommandError(
      .failed, "\(Plain.text(path)) exists", hint: "--force replaces it", code: "file-exists")
  }

  /// Copies the content of a nameless file to an open descriptor.
  static func copy(
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
