// `postern backup`: a copy of a data folder beside a running server. The order makes the parts fit:
// first the objects, so that few are left for later; then each log, which must not be ahead of the
// database; then the database as one moment has it, through a reading connection, because only one
// connection in the machine may write or checkpoint; last the objects that came meanwhile.

package import Base
import Cryptography
import Delivery
import Glibc
import SQLiteStore

/// Makes backups.
package struct Backup: Sendable {
  /// What is copied.
  package struct Parts: Sendable {
    /// The keys: with them the backup can do everything that the gateway can.
    package var keys = false
    /// The objects of the embedded store.
    package var objects = true

    /// The usual parts: no keys.
    package init() {}
  }

  /// How often a log that is sealed meanwhile is looked at again.
  private static let attemptsMax = 50

  private let folder: DataFolder
  private let target: String
  private let parts: Parts
  private let clock: Clock

  /// Names the folders.
  package init(of folder: DataFolder, to target: String, _ parts: Parts, clock: Clock = .system) {
    self.folder = folder
    self.target = target
    self.parts = parts
    self.clock = clock
  }

  /// Makes the backup; it is finished and durable when this returns. Blocks.
  /// - Throws: `folder-not-empty`, `database-unusable`, `log-busy`, `file-unusable`.
  package func make() throws(BackupError) -> BackupManifest {
    try makeTarget()
    var sums = try Sums(target)
    if parts.objects { try copyTree("objects", &sums) }
    for log in try FolderTree.names(folder.audit) { try copyLog(log, &sums) }
    try copyFile("postern.json", &sums)
    try copyFile("receipt-keys.json", &sums)
    if parts.keys { try copyTree("keys", &sums) }
    let madeAt = clock.now()
    try copyDatabase(&sums)
    if parts.objects { try copyTree("objects", &sums) }
    let manifest = BackupManifest(
      madeAt: madeAt, release: Release.number, hasKeys: parts.keys, hasObjects: parts.objects,
      files: sums.files, bytes: sums.bytes, sums: try sums.finish())
    do throws(FileError) {
      try FileDescriptor.create(
        target + "/" + BackupManifest.name, manifest.text, mode: 0o600,
        purpose: "finish the backup")
    } catch {
      throw BackupError(error)
    }
    return manifest
  }

  private func makeTarget() throws(BackupError) {
    if unsafe mkdir(target, 0o700) == 0 { return }
    guard errno == EEXIST else { throw BackupError(FileError("make \(target)")) }
    guard try FolderTree.names(target).isEmpty else {
      throw BackupError(.folderNotEmpty, "\(target) is not empty")
    }
  }

  private func copyDatabase(_ sums: inout Sums) throws(BackupError) {
    let path = target + "/postern.db"
    do throws(StoreError) {
      try DatabaseCopy.copy(from: folder.path, to: path)
    } catch {
      throw BackupError(.databaseUnusable, error.detail)
    }
    guard let copied = try FolderTree.digest(of: path) else {
      throw BackupError(.databaseUnusable, "the copy is gone")
    }
    try sums.add(copied, "postern.db")
  }

  private func copyFile(_ path: String, _ sums: inout Sums) throws(BackupError) {
    try FolderTree.makeFolders(above: path, in: target)
    guard
      let copied = try FolderTree.copy(folder.path + "/" + path, to: target + "/" + path)
    else { return }
    try sums.add(copied, path)
  }

  /// Copies what the target does not have yet; files of the object store never change.
  private func copyTree(_ name: String, _ sums: inout Sums) throws(BackupError) {
    try FolderTree.files(folder.path, below: name) { (path) throws(BackupError) in
      guard unsafe access(target + "/" + path, F_OK) != 0 else { return }
      try copyFile(path, &sums)
    }
  }

  /// Copies a log as its checkpoint has it. The sealer removes the partial tiles of an old checkpoint
  /// once there is a new one, so the copy of those two counts only if the checkpoint stayed the same
  /// meanwhile. Full tiles never change: they are copied once, and so each attempt is a short one,
  /// however large the log is.
  private func copyLog(_ log: String, _ sums: inout Sums) throws(BackupError) {
    guard !log.hasPrefix(".") else { return }
    guard !log.hasSuffix(".vkey") else { return try copyFile("audit/" + log, &sums) }
    let checkpoint = folder.audit + "/" + log + "/checkpoint"
    for _ in 0..<Self.attemptsMax {
      let before = try FolderTree.digest(of: checkpoint)?.sha256
      var copied = [(path: String, sum: (sha256: SHA256Digest, size: Int64))]()
      try FolderTree.files(folder.path, below: "audit/" + log) { (path) throws(BackupError) in
        guard Self.isReplaced(path) else {
          if unsafe access(target + "/" + path, F_OK) != 0 { try copyFile(path, &sums) }
          return
        }
        try FolderTree.makeFolders(above: path, in: target)
        let sum = try FolderTree.copy(folder.path + "/" + path, to: target + "/" + path)
        if let sum { copied.append((path, sum)) }
      }
      if before == (try FolderTree.digest(of: checkpoint)?.sha256) {
        for (path, sum) in copied { try sums.add(sum, path) }
        return
      }
      for (path, _) in copied { unsafe unlink(target + "/" + path) }
    }
    throw BackupError(.logBusy, "the log \(log) is sealed faster than it can be copied")
  }

  /// Whether the sealer replaces or removes the file of a log: the checkpoint, partial tiles, and
  /// what is being written.
  private static func isReplaced(_ path: String) -> Bool {
    path.hasSuffix("/checkpoint") || path.hasSuffix(".tmp") || path.contains(".p/")
  }
}

/// Writes `SHA256SUMS` while files are copied.
private struct Sums {
  private(set) var files: Int64 = 0
  private(set) var bytes: Int64 = 0
  private let file: FileDescriptor
  private var hasher = SHA256()
  private var waiting: [UInt8] = []
  private static let purpose = "write \(BackupManifest.sumsName)"

  init(_ target: String) throws(BackupError) {
    do throws(FileError) {
      file = try FileDescriptor.open(
        target + "/" + BackupManifest.sumsName, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
        purpose: Self.purpose)
    } catch {
      throw BackupError(error)
    }
  }

  mutating func add(
    _ copied: (sha256: SHA256Digest, size: Int64), _ path: String
  ) throws(BackupError) {
    files += 1
    bytes += copied.size
    waiting += BackupManifest.Line.text(copied.sha256, path)
    if waiting.count > 65_536 { try flush() }
  }

  mutating func finish() throws(BackupError) -> String {
    try flush()
    do throws(FileError) {
      try file.synchronize(purpose: Self.purpose)
    } catch {
      throw BackupError(error)
    }
    return hasher.finalize().hex
  }

  private mutating func flush() throws(BackupError) {
    do throws(FileError) {
      try file.write(waiting, purpose: Self.purpose)
    } catch {
      throw BackupError(error)
    }
    hasher.update(waiting)
    waiting = []
  }
}
