// `postern init`: makes the data folder with its keys. Nothing that exists is touched: a key that is
// replaced by accident makes every link and every signature before it worthless.

import Base
import Cryptography
import Glibc

extension DataFolder {
  /// What the configuration file says at first.
  private static let firstConfiguration = """
    // The settings of this gateway. `postern serve --print-config` shows all of them with their
    // defaults; a POSTERN_* variable goes before this file, a flag before both.
    {
    }

    """

  /// Makes the folder, its sub-folders, its keys and an empty configuration.
  /// - Returns: The paths that were made; those that existed stay as they were.
  /// - Throws: A `FileError`.
  package func create() throws(FileError) -> [String] {
    var made = [String]()
    for folder in [path, keys, objects, audit] where try makeFolder(folder) { made.append(folder) }
    for key in Key.allCases {
      let path = file(of: key)
      if unsafe access(path, F_OK) == 0 { continue }
      try SecretFile.create(path, Array((Self.newKey(key) + "\n").utf8))
      made.append(path)
    }
    if unsafe access(configuration, F_OK) != 0 {
      try SecretFile.create(configuration, Array(Self.firstConfiguration.utf8))
      made.append(configuration)
    }
    try Self.synchronizeFolder(keys)
    try Self.synchronizeFolder(path)
    return made
  }

  /// Whether the folder has been made.
  package var exists: Bool { unsafe access(file(of: .pepper), F_OK) == 0 }

  /// Whether a server has run here.
  package var hasDatabase: Bool { unsafe access(database, F_OK) == 0 }

  /// A new secret in the text form of its file.
  static func newKey(_ key: Key) -> String {
    switch key {
    case .pepper, .localIssuer, .audit: Hex.encode(Random.bytes(32))
    case .objectStore:
      // The shape of an S3 access key: 20 upper-case characters and a secret without `/` or `+`.
      "PSTN" + Hex.encode(Random.bytes(8)).uppercased() + ":"
        + Base64.encode(Random.bytes(30), .url)
    }
  }

  private func makeFolder(_ path: String) throws(FileError) -> Bool {
    if unsafe mkdir(path, 0o700) == 0 { return true }
    guard errno == EEXIST else { throw FileError("make the folder \(path)") }
    return false
  }

  /// Makes the names in a folder durable.
  static func synchronizeFolder(_ path: String) throws(FileError) {
    let folder = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY, purpose: "open \(path)")
    try folder.synchronize(purpose: "keep \(path)")
  }
}
