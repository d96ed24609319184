// A walk over a folder, and copies of files that are hashed on their way.

import Base
import Cryptography
import Glibc

/// Regular files below a folder.
enum FolderTree {
  /// The deepest level that is looked at; ours are at most four.
  static let depthMax = 8

  /// Calls `body` with the path of each regular file relative to `root`, in order. Links and other
  /// things are left out, and so are names with a dot in front, which are works in progress.
  static func files(
    _ root: String, below prefix: String = "", depth: Int = 0,
    _ body: (String) throws(BackupError) -> Void
  ) throws(BackupError) {
    guard depth < depthMax else { throw BackupError(.fileUnusable, "\(prefix) is too deep") }
    for name in try names(prefix.isEmpty ? root : root + "/" + prefix) where !name.hasPrefix(".") {
      let path = prefix.isEmpty ? name : prefix + "/" + name
      var status = stat()
      // Gone since the listing: whoever removed it did not want it kept.
      guard unsafe lstat(root + "/" + path, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try files(root, below: path, depth: depth + 1, body)
      case S_IFREG: try body(path)
      default: continue
      }
    }
  }

  /// The names in a folder in order; none if there is no such folder.
  static func names(_ folder: String) throws(BackupError) -> [String] {
    guard let names = FolderNames.read(folder) else {
      if errno == ENOENT { return [] }
      throw BackupError(FileError("list \(folder)"))
    }
    return names
  }

  /// Makes the folders above a path; existing ones stay.
  static func makeFolders(above path: String, in root: String) throws(BackupError) {
    var folder = root
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else {
        throw BackupError(FileError("make the folder \(folder)"))
      }
    }
  }

  /// Copies one file into a new one and makes it durable; gives the digest and size of what was
  /// copied, or nothing if the source is gone.
  static func copy(
    _ source: String, to target: String
  ) throws(BackupError) -> (sha256: SHA256Digest, size: Int64)? {
    do throws(FileError) {
      guard let input = try open(source) else { return nil }
      let output = try FileDescriptor.open(
        target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600, purpose: "make \(target)")
      let copied = try read(input, source) { (bytes) throws(FileError) in
        try output.write(bytes, purpose: "write \(target)")
      }
      try output.synchronize(purpose: "keep \(target)")
      return copied
    } catch {
      throw BackupError(error)
    }
  }

  /// The digest and size of a file; nothing if there is none.
  static func digest(
    of path: String
  ) throws(BackupError) -> (sha256: SHA256Digest, size: Int64)? {
    do throws(FileError) {
      guard let input = try open(path) else { return nil }
      return try read(input, path) { (_) throws(FileError) in }
    } catch {
      throw BackupError(error)
    }
  }

  private static func open(_ path: String) throws(FileError) -> FileDescriptor? {
    do throws(FileError) {
      return try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW, purpose: "open \(path)")
    } catch {
      if error.number == ENOENT { return nil }
      throw error
    }
  }

  private static func read(
    _ input: FileDescriptor, _ path: String, _ take: ([UInt8]) throws(FileError) -> Void
  ) throws(FileError) -> (sha256: SHA256Digest, size: Int64) {
    var hasher = SHA256()
    var size: Int64 = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(input.number, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError("read \(path)") }
      if count == 0 { return (hasher.finalize(), size) }
      hasher.update(chunk.span.extracting(..<count))
      try take(count == chunk.count ? chunk : Array(chunk[..<count]))
      size += Int64(count)
    }
  }
}
