// One open file or folder, and the only file system calls of this module. Every name is resolved
// below an open folder, one component at a time, and never through a symbolic link, so that nothing
// outside the root can be reached whatever lies in it.

import CSystem
import Glibc
package import HTTPMessage

/// An open file or folder, closed with the last reference.
package struct Descriptor: Sendable {
  /// The owner of the descriptor; an answer can send from it without a copy.
  package let owner: OpenFile

  /// Takes ownership of an open descriptor.
  init(owning number: Int32) {
    owner = OpenFile(owning: number)
  }

  /// The file descriptor; valid as long as this value or a copy lives.
  var number: Int32 { owner.descriptor }

  /// Opens a folder by its path, as the operator gave it; the path may hold symbolic links.
  static func root(_ path: String) throws(SystemFailure) -> Descriptor {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
    return Descriptor(owning: try retrying("open") { unsafe open(path, flags) })
  }

  /// Opens the folder `name` in this folder.
  func folder(_ name: String) throws(SystemFailure) -> Descriptor {
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    return Descriptor(owning: try retrying("openat") { unsafe openat(number, name, flags) })
  }

  /// Opens the folder `name` in this folder and makes it first if it is absent.
  func folderMade(_ name: String) throws(SystemFailure) -> Descriptor {
    do {
      return try folder(name)
    } catch {
      guard error.number == ENOENT else { throw error }
    }
    do {
      try makeFolder(name)
    } catch {
      guard error.number == EEXIST else { throw error }
    }
    try synchronize()
    return try folder(name)
  }

  /// Opens the file `name` in this folder for reading; a named pipe does not block.
  func file(_ name: String) throws(SystemFailure) -> Descriptor {
    let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
    return Descriptor(owning: try retrying("openat") { unsafe openat(number, name, flags) })
  }

  /// Creates the file `name` in this folder; fails if anything has that name.
  func fileCreated(_ name: String) throws(SystemFailure) -> Descriptor {
    let flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    return Descriptor(
      owning: try retrying("openat") { unsafe openat(number, name, flags, 0o600) })
  }

  /// Makes the folder `name` in this folder, readable by its owner only.
  func makeFolder(_ name: String) throws(SystemFailure) {
    try retrying("mkdirat") { unsafe mkdirat(number, name, 0o700) }
  }

  /// Renames `name` in this folder to `newName` in `destination`, replacing a file there at once.
  func rename(_ name: String, to newName: String, in destination: Descriptor)
    throws(SystemFailure)
  {
    try retrying("renameat") { unsafe renameat(number, name, destination.number, newName) }
  }

  /// Removes the file `name` from this folder.
  func remove(_ name: String) throws(SystemFailure) {
    try retrying("unlinkat") { unsafe unlinkat(number, name, 0) }
  }

  /// Removes the empty folder `name` from this folder.
  func removeFolder(_ name: String) throws(SystemFailure) {
    try retrying("unlinkat") { unsafe unlinkat(number, name, AT_REMOVEDIR) }
  }

  /// Waits until content and size are on the disk; for a folder, its names.
  func synchronize() throws(SystemFailure) {
    try retrying("fsync") { fsync(number) }
  }

  /// Takes the lock of the file for the life of this value; fails at once if another process has
  /// it.
  func lockExclusively() throws(SystemFailure) {
    try retrying("flock") { flock(number, LOCK_EX | LOCK_NB) }
  }

  /// Gives the lock of the file back.
  func unlock() throws(SystemFailure) {
    try retrying("flock") { flock(number, LOCK_UN) }
  }
}

/// Repeats a call that a signal interrupted, and throws what else made it fail.
@discardableResult
func retrying<Number: SignedInteger>(_ call: String, _ body: () -> Number)
  throws(SystemFailure) -> Number
{
  while true {
    let result = body()
    if result >= 0 { return result }
    let number = errno
    guard number == EINTR else { throw SystemFailure(call: call, number: number) }
  }
}
