// Where our own programs lie: beside the one that runs. Nothing is searched for in PATH, since what
// is found there may not be ours.

import Glibc

/// Paths of the project's programs.
package enum ProgramPath {
  /// The path of a program in the folder of the running one.
  package static func beside(_ name: String) -> String {
    let path = own.utf8
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return name }
    return String(decoding: path[...slash], as: UTF8.self) + name
  }

  /// The path of the running program.
  package static var own: String {
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    // The kernel writes at most the size of the buffer and no zero byte.
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe readlink(
        "/proc/self/exe", base.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
  }
}
