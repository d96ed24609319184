// Content of files and folders: reading and writing at an offset, copying, size, names, free room.

import CSystem
import Glibc

/// What the store needs to know about an open file.
struct FileStatus {
  /// Bytes.
  let size: Int64
  /// Neither folder, device, pipe nor socket.
  let isRegular: Bool
}

extension Descriptor {
  /// Size and kind of the open file.
  func status() throws(SystemFailure) -> FileStatus {
    var status = stat()
    try retrying("fstat") { unsafe fstat(number, &status) }
    return FileStatus(
      size: Int64(status.st_size), isRegular: status.st_mode & S_IFMT == S_IFREG)
  }

  /// Reads `count` bytes at `offset`; fewer only at the end of the file.
  func read(_ count: Int, at offset: Int64) throws(SystemFailure) -> [UInt8] {
    var failure: SystemFailure?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(SystemFailure) {
        while filled < count {
          let (start, position) = (filled, Int(offset) + filled)
          let got = try retrying("pread") {
            // The buffer has `count` bytes, of which the first `start` are filled.
            unsafe pread(
              number, buffer.baseAddress.map { unsafe $0 + start }, count - start, position)
          }
          guard got > 0 else { return }
          filled += got
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all bytes at the end of what this descriptor wrote before.
  func write(_ bytes: [UInt8]) throws(SystemFailure) {
    var start = 0
    while start < bytes.count {
      let from = start
      start += try retrying("write") {
        // The array keeps the buffer alive for the call; `from` is below its count.
        unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.write(
            number, buffer.baseAddress.map { unsafe $0 + from }, buffer.count - from)
        }
      }
    }
  }

  /// Names in this folder without `.` and `..`, in no order; at most `limit`.
  func names(limit: Int = .max) throws(SystemFailure) -> [String] {
    // A stream of its own, because reading moves the position of the open folder.
    let copy = try retrying("openat") {
      unsafe openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = unsafe fdopendir(copy) else {
      let failure = SystemFailure(call: "fdopendir", number: errno)
      close(copy)
      throw failure
    }
    defer { unsafe closedir(stream) }
    var names = [String]()
    while names.count < limit {
      errno = 0
      guard let entry = unsafe readdir(stream) else {
        if errno != 0 { throw SystemFailure(call: "readdir", number: errno) }
        break
      }
      // The name is a C string inside the entry, valid until the next `readdir`.
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { field in
        unsafe String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Bytes that an unprivileged process may still write to the disk of this folder.
  func freeBytes() throws(SystemFailure) -> Int64 {
    var status = statvfs()
    try retrying("fstatvfs") { unsafe fstatvfs(number, &status) }
    let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(
      by: UInt64(status.f_frsize))
    return overflow ? .max : Int64(clamping: bytes)
  }

  /// Removes everything below `name`, and `name`; folders at most `depth` deep, links not followed.
  func removeTree(_ name: String, depth: Int) throws(SystemFailure) {
    do {
      try remove(name)
      return
    } catch {
      guard error.number == EISDIR, depth > 0 else { throw error }
    }
    let inside = try folder(name)
    for entry in try inside.names() { try inside.removeTree(entry, depth: depth - 1) }
    try removeFolder(name)
  }
}
