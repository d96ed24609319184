// Where the third-party vectors and checkers lie. They are not part of the project; tests that need
// them are skipped visibly when `POSTERN_CHECKS` is not set.

import Glibc
package import Testing

/// The folder that `POSTERN_CHECKS` names.
package enum Checks {
  /// The path of the folder; nothing when the variable is not set.
  package static let folder: String? = {
    guard let value = getenv("POSTERN_CHECKS") else { return nil }
    let path = String(cString: value)
    return path.isEmpty ? nil : path
  }()

  /// Whether the folder is named.
  package static var isAvailable: Bool { folder != nil }

  /// The path of something below the folder, such as `corpus/sigv4`; throws when it is not named.
  package static func path(_ relative: String) throws -> String {
    guard let folder else { throw Missing.folder }
    return folder + "/" + relative
  }

  /// The bytes of a file below the folder.
  package static func bytes(_ relative: String) throws -> [UInt8] {
    let path = try path(relative)
    guard let file = fopen(path, "rb") else { throw Missing.file(path) }
    defer { fclose(file) }
    var bytes = [UInt8]()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 {
      bytes += chunk.prefix(count)
    }
    return bytes
  }

  /// The text of a file below the folder.
  package static func text(_ relative: String) throws -> String {
    String(decoding: try bytes(relative), as: UTF8.self)
  }

  /// What is not there.
  package enum Missing: Error {
    /// `POSTERN_CHECKS` is not set.
    case folder
    /// The file of this path cannot be read.
    case file(String)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test, visibly, when `POSTERN_CHECKS` is not set.
  package static var needsChecks: Self {
    .enabled(if: Checks.isAvailable, "POSTERN_CHECKS is not set")
  }
}
