// A folder that is thrown away with all that is in it.

import Base
import Glibc

enum TemporaryFolder {
  /// How deep the folders below may be; ours are not deeper than this.
  private static let depthMax = 32

  /// Makes a folder that only its owner can enter.
  static func create(in parent: String) throws(CommandError) -> String {
    let template = parent + "/postern-demo-XXXXXX"
    var bytes = Array(template.utf8CString)
    // mkdtemp replaces the last six characters before the final zero.
    guard unsafe mkdtemp(&bytes) != nil else { throw LocalFile.failure("create", template) }
    return String(decoding: bytes.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder and everything below; symbolic links are removed, not followed.
  static func remove(_ path: String, depth: Int = 0) throws(CommandError) {
    guard depth <= depthMax else {
      throw CommandError(.failed, "\(path) is nested too deeply to be removed")
    }
    for name in FolderNames.read(path) ?? [] {
      let child = path + "/" + name
      var status = stat()
      guard unsafe lstat(child, &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        try remove(child, depth: depth + 1)
      } else {
        guard unsafe unlink(child) == 0 || errno == ENOENT else {
          throw LocalFile.failure("remove", child)
        }
      }
    }
    guard unsafe rmdir(path) == 0 || errno == ENOENT else {
      throw LocalFile.failure("remove", path)
    }
  }
}
