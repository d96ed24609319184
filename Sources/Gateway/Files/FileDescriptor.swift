// A descriptor with an owner, and the few calls that the gateway makes on one.

import Base
import CSystem
import Glibc

/// Closes a descriptor when the last reference goes away.
package final class FileDescriptor: Sendable {
  /// The number that the kernel knows it by.
  package let number: Int32

  /// Takes ownership of an open descriptor.
  package init(owning number: Int32) { self.number = number }

  deinit { close(number) }

  /// Opens a path; `O_CLOEXEC` is always added.
  static func open(
    _ path: String, _ flags: Int32, mode: mode_t = 0o600, purpose: String
  ) throws(FileError) -> FileDescriptor {
    let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw FileError(purpose) }
    return FileDescriptor(owning: number)
  }

  /// Creates a file with its content in one step, durable when it returns: after a crash the name is
  /// either absent or stands for all bytes. An existing name is an error and stays as it is.
  static func create(
    _ path: String, _ bytes: [UInt8], mode: mode_t, purpose: String
  ) throws(FileError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let file = try open(folder, postern_O_TMPFILE | O_WRONLY, mode: mode, purpose: purpose)
    try file.write(bytes, purpose: purpose)
    try file.synchronize(purpose: purpose)
    let source = "/proc/self/fd/\(file.number)"
    guard unsafe linkat(AT_FDCWD, source, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
      throw FileError(purpose)
    }
    try open(folder, O_RDONLY | O_DIRECTORY, purpose: purpose).synchronize(purpose: purpose)
  }

  /// Puts content in the place of a file, which has the old bytes or the new ones at any moment; the
  /// content waits under the name `fresh` in the same folder.
  static func replace(
    _ path: String, by fresh: String, _ bytes: [UInt8], mode: mode_t, purpose: String
  ) throws(FileError) {
    unsafe unlink(fresh)
    try create(fresh, bytes, mode: mode, purpose: purpose)
    guard unsafe rename(fresh, path) == 0 else { throw FileError("replace \(path)") }
  }

  /// Writes all bytes at the current position.
  func write(_ bytes: [UInt8], purpose: String) throws(FileError) {
    var offset = 0
    while offset < bytes.count {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(number, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw FileError(purpose) }
      offset += written
    }
  }

  /// Reads from the current position to the end, at most `bytesMax` bytes; nothing beyond that.
  func readAll(bytesMax: Int, purpose: String) throws(FileError) -> [UInt8]? {
    var result = [UInt8]()
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(number, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError(purpose) }
      if count == 0 { return result }
      guard result.count + count <= bytesMax else { return nil }
      result += chunk[..<count]
    }
  }

  /// Waits for events; returns those that are there, errors and the end of a connection among them.
  /// - Parameter deadline: In monotonic nanoseconds.
  /// - Throws: `ETIMEDOUT` at the deadline, and what poll fails with.
  func wait(
    for events: Int32, before deadline: UInt64, _ clock: Clock
  ) throws(FileError) -> Int32 {
    while true {
      let now = clock.monotonicNanoseconds()
      guard now < deadline else { throw FileError("wait any longer", number: ETIMEDOUT) }
      var entry = pollfd(fd: number, events: Int16(events), revents: 0)
      let milliseconds = Int32(clamping: (deadline - now) / 1_000_000 + 1)
      let count = unsafe poll(&entry, 1, milliseconds)
      if count > 0 { return Int32(entry.revents) }
      guard count == 0 || errno == EINTR else { throw FileError("wait") }
    }
  }

  /// Makes content and size durable.
  func synchronize(purpose: String) throws(FileError) {
    guard fsync(number) == 0 else { throw FileError(purpose) }
  }
}
