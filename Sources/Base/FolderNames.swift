// What lies in a folder. One place for the C strings of `readdir`; who asks decides what a folder that
// cannot be read means.

import Glibc

/// Lists folders.
package enum FolderNames {
  /// The names in the folder at `path` in order, without `.` and `..`; nothing, with the reason in
  /// `errno`, if it cannot be read.
  package static func read(_ path: String) -> [String]? {
    guard let stream = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(stream) }
    var names = [String]()
    while let entry = unsafe readdir(stream) {
      // The name is a C string inside the entry, valid until the next readdir.
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
