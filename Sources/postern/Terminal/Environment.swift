// The process environment, read once.

import Glibc

enum Environment {
  /// All variables of this process; a name without `=` is left out.
  static let current: [String: String] = {
    var found = [String: String]()
    var entry = unsafe environ
    while let variable = unsafe entry.pointee {
      let text = unsafe String(cString: variable)
      let parts = text.unicodeScalars.split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
      unsafe entry += 1
    }
    return found
  }()
}
