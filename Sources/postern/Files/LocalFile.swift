// Files of the person at the terminal: read whole, made without overwriting, listed. Errors name the
// path and the system's reason, never the content.

import Base
import Glibc

enum LocalFile {
  /// Reads a small file whole.
  static func read(_ path: String, bytesMax: Int) throws(CommandError) -> [UInt8] {
    let file = try OpenedFile(path)
    guard file.size <= Int64(bytesMax) else {
      throw CommandError(.failed, "\(path) has more than \(bytesMax) bytes")
    }
    // One byte more than allowed: the size is only what it was when the file was opened.
    let bytes = try file.read(at: 0, count: bytesMax + 1)
    guard bytes.count <= bytesMax else {
      throw CommandError(.failed, "\(path) has more than \(bytesMax) bytes")
    }
    return bytes
  }

  /// Reads standard input to its end.
  static func readStandardInput(bytesMax: Int) throws(CommandError) -> [UInt8] {
    var result = [UInt8]()
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      // The kernel writes at most the size of the array.
      let count = unsafe Glibc.read(0, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure("read", "standard input") }
      if count == 0 { return result }
      result += chunk[..<count]
      guard result.count <= bytesMax else {
        throw CommandError(.failed, "standard input has more than \(bytesMax) bytes")
      }
    }
  }

  /// Makes a file that only its owner can read; an existing one is an error.
  static func create(_ path: String, _ bytes: [UInt8]) throws(CommandError) {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw failure("create", path) }
    defer { close(number) }
    try write(bytes, to: number, path: path)
    guard fsync(number) == 0 else { throw failure("write", path) }
  }

  /// Writes all bytes to an open descriptor.
  static func write(_ bytes: [UInt8], to number: Int32, path: String) throws(CommandError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(number, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw failure("write", path) }
      rest = rest.dropFirst(written)
    }
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The failure of the call that has just set `errno`.
  static func failure(_ verb: String, _ path: String) -> CommandError {
    let number = errno
    let reason = unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
    return CommandError(
      number == ENOENT ? .notFound : .failed, "cannot \(verb) \(Plain.text(path)): \(reason)",
      code: number == ENOENT ? "file-not-found" : "file-unusable")
  }
}
