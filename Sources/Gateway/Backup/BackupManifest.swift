// What a backup says about itself: `SHA256SUMS`, which `sha256sum -c` understands, one line a file;
// and `backup.json`, written last, so that a backup without it is not finished.

package import Base
import Cryptography
import Glibc
import JSONText

/// The head of a backup.
package struct BackupManifest: Sendable, Hashable {
  /// The form that this release writes and reads.
  static let format: Int64 = 1
  static let name = "backup.json"
  static let sumsName = "SHA256SUMS"
  private static let bytesMax = 65_536

  /// When the database was copied.
  package let madeAt: Timestamp
  /// The release that made it.
  package let release: String
  /// Whether the keys are in it.
  package let hasKeys: Bool
  /// Whether the objects are in it; otherwise they lie in a store of their own.
  package let hasObjects: Bool
  /// Files and their bytes.
  package let files: Int64
  package let bytes: Int64
  /// The digest of `SHA256SUMS`.
  let sums: String

  init(
    madeAt: Timestamp, release: String, hasKeys: Bool, hasObjects: Bool, files: Int64,
    bytes: Int64, sums: String
  ) {
    self.madeAt = madeAt
    self.release = release
    self.hasKeys = hasKeys
    self.hasObjects = hasObjects
    self.files = files
    self.bytes = bytes
    self.sums = sums
  }

  var text: [UInt8] {
    var writer = JSONWriter(capacity: 256)
    writer.beginObject()
    writer.member("format", Self.format)
    writer.member("made_at", madeAt.milliseconds)
    writer.member("release", release)
    writer.member("keys", hasKeys)
    writer.member("objects", hasObjects)
    writer.member("files", files)
    writer.member("bytes", bytes)
    writer.member("sha256sums", sums)
    writer.endObject()
    return writer.bytes + [UInt8(ascii: "\n")]
  }

  /// Reads the head of a backup.
  /// - Throws: `backup-incomplete`, `backup-damaged`, `backup-unknown`, `file-unusable`.
  init(_ folder: String) throws(BackupError) {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try FileDescriptor.open(
        folder + "/" + Self.name, O_RDONLY | O_NOFOLLOW, purpose: "open \(Self.name)"
      ).readAll(bytesMax: Self.bytesMax, purpose: "read \(Self.name)")
    } catch {
      guard error.number == ENOENT || error.number == ENOTDIR else { throw BackupError(error) }
      throw BackupError(.backupIncomplete, "there is no \(Self.name): no backup was finished here")
    }
    let parsed = Result { () throws(JSONError) in
      try JSONValue(parsing: bytes ?? [], limits: .request)
    }
    guard case .success(let json) = parsed, let format = json["format"]?.integerValue else {
      throw BackupError(.backupDamaged, "\(Self.name) cannot be read")
    }
    guard format == Self.format else {
      throw BackupError(.backupUnknown, "the backup has form \(format); this release knows 1")
    }
    guard let madeAt = json["made_at"]?.integerValue, let release = json["release"]?.stringValue,
      let hasKeys = json["keys"]?.boolValue, let hasObjects = json["objects"]?.boolValue,
      let files = json["files"]?.integerValue, let size = json["bytes"]?.integerValue,
      let sums = json["sha256sums"]?.stringValue
    else { throw BackupError(.backupDamaged, "\(Self.name) lacks a member") }
    self.init(
      madeAt: Timestamp(milliseconds: madeAt), release: release, hasKeys: hasKeys,
      hasObjects: hasObjects, files: files, bytes: size, sums: sums)
  }

  /// One line of `SHA256SUMS`.
  struct Line {
    let sha256: String
    let path: String

    static func text(_ sha256: SHA256Digest, _ path: String) -> [UInt8] {
      Array("\(sha256.hex)  \(path)\n".utf8)
    }

    /// Reads a line; nothing unless it names a place that a backup of ours can have.
    init?(_ line: some StringProtocol) {
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0].utf8.count == 64, parts[1].hasPrefix(" ") else { return nil }
      let path = String(parts[1].dropFirst())
      let steps = path.split(separator: "/", omittingEmptySubsequences: false)
      let isOurs =
        ["postern.db", "postern.json", "receipt-keys.json"].contains(path)
        || (steps.count > 1 && ["objects", "audit", "keys"].contains(String(steps[0])))
      guard isOurs, steps.count <= FolderTree.depthMax,
        steps.allSatisfy({ !$0.isEmpty && !$0.hasPrefix(".") })
      else { return nil }
      sha256 = String(parts[0])
      self.path = path
    }
  }
}
