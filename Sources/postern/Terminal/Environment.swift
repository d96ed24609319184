// The process environment, read once.

import Glibc

enum Environment {
  /// All variables of this process; a name without `=` is left out.
  static let current: [String: String] = {
    var found = [String: String]()
    var entry = unsafe environ
    while let variable = unsafe entry.pointee {
      let text = unsafe String(cString: variable)
      if let equals = text.firstIndex(of: "=") {
        found[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      unsafe entry += 1
    }
    return found
  }()
}
