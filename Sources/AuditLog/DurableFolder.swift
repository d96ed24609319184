// The writing half of a log's folder: holds the lock, replaces files so that a crash at any point
// leaves the old or the new one whole, and removes what was superseded.

import Base
import Glibc

/// A log's folder, locked for one writer until the last reference goes away.
final class DurableFolder {
  /// The suffix of files that are being written; left behind only by a crash.
  static let temporarySuffix = ".tmp"

  let directory: LogDirectory
  private let lock: CInt
  /// Folders whose own entry in their parent is known to be durable.
  private var durableFolders: Set<String> = []

  /// Creates the folder if needed and locks it; throws `busy` or `io`.
  init(_ path: String) throws(AuditLogError) {
    directory = LogDirectory(path)
    if unsafe mkdir(path, 0o755) == 0 { try DurableFolder.sync(DurableFolder.parent(of: path)) }
    // A lock on the folder itself needs no extra file and ends with the process.
    lock = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard lock >= 0 else {
      throw AuditLogError(.io, "the folder of the log cannot be opened", errno: errno)
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      let number = errno
      close(lock)
      if number == EWOULDBLOCK {
        throw AuditLogError(.busy, "another writer holds the folder of the log")
      }
      throw AuditLogError(.io, "the folder of the log cannot be locked", errno: number)
    }
  }

  deinit {
    close(lock)
  }

  /// Puts a file in place, durably; an existing one is replaced as a whole.
  func write(_ bytes: [UInt8], to name: String) throws(AuditLogError) {
    let folder = DurableFolder.parent(of: name)
    try makeFolder(folder)
    let temporary = directory.full(name + DurableFolder.temporarySuffix)
    let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw failure("created", name) }
    do {
      defer { close(file) }
      var offset = 0
      while offset < bytes.count {
        // The slice starts inside the array and ends at its end.
        let written = unsafe bytes.withUnsafeBytes { buffer in
          unsafe Glibc.write(file, buffer.baseAddress?.advanced(by: offset), bytes.count - offset)
        }
        if written < 0, errno == EINTR { continue }
        guard written >= 0 else { throw failure("written", name) }
        offset += written
      }
      guard fsync(file) == 0 else { throw failure("made durable", name) }
    }
    guard unsafe rename(temporary, directory.full(name)) == 0 else {
      throw failure("renamed", name)
    }
    try DurableFolder.sync(directory.full(folder))
  }

  /// Removes a file; one that is already gone is fine.
  func remove(_ name: String) throws(AuditLogError) {
    guard unsafe unlink(directory.full(name)) == 0 || errno == ENOENT else {
      throw failure("removed", name)
    }
  }

  /// Removes an empty folder; one that has entries again is left.
  func removeFolder(_ name: String) throws(AuditLogError) {
    durableFolders.remove(name)
    guard unsafe rmdir(directory.full(name)) == 0 || errno == ENOENT || errno == ENOTEMPTY else {
      throw failure("removed", name)
    }
  }

  private func makeFolder(_ name: String) throws(AuditLogError) {
    guard !name.isEmpty, !durableFolders.contains(name) else { return }
    let parent = DurableFolder.parent(of: name)
    try makeFolder(parent)
    guard unsafe mkdir(directory.full(name), 0o755) == 0 || errno == EEXIST else {
      throw failure("created", name)
    }
    // Also when it existed: a crash may have come between its creation and this line.
    try DurableFolder.sync(directory.full(parent))
    durableFolders.insert(name)
  }

  private func failure(_ verb: String, _ name: String) -> AuditLogError {
    AuditLogError(.io, "a file of the log cannot be \(verb)", path: name, errno: errno)
  }

  private static func parent(of name: String) -> String {
    guard let slash = name.lastIndex(of: "/") else { return name.hasPrefix("/") ? "/" : "" }
    return String(name[..<slash])
  }

  private static func sync(_ path: String) throws(AuditLogError) {
    let folder = unsafe open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else {
      throw AuditLogError(.io, "a folder of the log cannot be opened", errno: errno)
    }
    defer { close(folder) }
    guard fsync(folder) == 0 else {
      throw AuditLogError(.io, "a folder of the log cannot be made durable", errno: errno)
    }
  }
}
