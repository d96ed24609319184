// Replaces a key on disk: the new one is written beside the present one, then takes its name in one
// step, and the former one stays until its end. Who does this records it first and tells the server
// afterwards; the steps are apart for that.

package import Base
import Glibc

/// A rotation that has been prepared.
package struct KeyRotation: Sendable {
  /// Which key.
  package let key: DataFolder.Key
  /// The id of the new key.
  package let id: String
  /// The id of the key that it replaces.
  package let formerID: String
  /// Until when the former key counts.
  package let until: Timestamp

  private let folder: DataFolder
  private let nextPath: String

  /// The longest overlap in seconds: ten years.
  package static let overlapSecondsMax: Int64 = 10 * 366 * 86_400

  /// How long a former key counts unless somebody says so: longer than anything that it made lives.
  /// Links and presigned URLs live 7 days at most, tokens a year; auditors get a year to fetch the
  /// new verification key.
  package static func standardSeconds(_ key: DataFolder.Key) -> Int64 {
    switch key {
    case .pepper, .objectStore: 8 * 86_400
    case .localIssuer, .audit: 366 * 86_400
    }
  }

  /// Writes a new key beside the present one; it counts for nothing yet.
  /// - Throws: `secret-unusable` if the present key cannot be read, too many former ones are kept,
  ///   or another rotation is under way.
  package init(
    _ key: DataFolder.Key, _ folder: DataFolder, overlapSeconds: Int64, at moment: Timestamp
  ) throws(ConfigurationError) {
    let files = try KeyFiles.list(folder, [key])
    guard let present = files.first(where: { $0.until == nil }), let formerID = present.id else {
      // Says what is wrong with the file.
      _ = try SecretFile.read(folder.file(of: key))
      throw ConfigurationError(.secretUnusable, "\(folder.file(of: key)) holds no key")
    }
    guard files.count <= KeyFiles.formerMax else {
      throw ConfigurationError(
        .secretUnusable,
        "\(KeyFiles.formerMax) former keys of \(key.rawValue) are kept: retire one first")
    }
    let text = DataFolder.newKey(key)
    guard let id = KeyFiles.id(key, Secret(Array(text.utf8))) else {
      throw ConfigurationError(.secretUnusable, "a new key could not be made")
    }
    self.key = key
    self.folder = folder
    self.id = id
    self.formerID = formerID
    until = Timestamp(seconds: moment.seconds + overlapSeconds)
    nextPath = folder.file(of: key) + ".next"
    do throws(FileError) {
      try SecretFile.create(nextPath, Array((text + "\n").utf8))
      try Self.takeOwner(of: present.path, nextPath)
    } catch {
      let hint =
        error.number == EEXIST
        ? "; a rotation is under way or broke off: remove that file if none runs" : ""
      throw ConfigurationError(.secretUnusable, error.description + hint)
    }
  }

  /// Puts the new key in the place of the present one. A crash in between leaves the present one in
  /// use.
  /// - Throws: A `FileError`.
  package func commit() throws(FileError) {
    let present = folder.file(of: key)
    let former = folder.keys + "/\(key.rawValue).\(formerID).\(until.seconds)"
    guard unsafe link(present, former) == 0 || errno == EEXIST else {
      throw FileError("keep \(present) as \(former)")
    }
    guard unsafe rename(nextPath, present) == 0 else { throw FileError("replace \(present)") }
    try DataFolder.synchronizeFolder(folder.keys)
  }

  /// Takes the new key away again.
  package func abandon() { unsafe unlink(nextPath) }

  /// Removes a former key.
  /// - Throws: A `FileError`.
  package static func retire(
    _ file: KeyFile, _ folder: DataFolder
  ) throws(FileError) {
    precondition(file.until != nil, "only former keys are retired")
    guard unsafe unlink(file.path) == 0 else { throw FileError("remove \(file.path)") }
    try DataFolder.synchronizeFolder(folder.keys)
  }

  /// Whoever rotates may be root: the file must stay readable for the server.
  private static func takeOwner(of path: String, _ newPath: String) throws(FileError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { throw FileError("look at \(path)") }
    guard geteuid() == 0 else { return }
    guard unsafe lchown(newPath, status.st_uid, status.st_gid) == 0 else {
      throw FileError("give \(newPath) its owner")
    }
  }
}
