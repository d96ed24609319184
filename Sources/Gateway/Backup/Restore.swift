// `postern restore`: a data folder from a backup. Every byte is checked before anything is written,
// checked again while it is copied, and the new folder gets its name only when it is whole.

import Base
import Cryptography
import Delivery
import Glibc
import SQLiteStore

/// Restores backups.
package struct Restore: Sendable {
  /// The longest `SHA256SUMS` line, and how many bytes of it are read at once.
  private static let lineBytesMax = 512

  private let source: String
  private let target: DataFolder

  /// Names the folders.
  package init(from source: String, to target: DataFolder) {
    self.source = source
    self.target = target
  }

  /// Checks every file of the backup. Blocks.
  /// - Throws: `backup-incomplete`, `backup-damaged`, `backup-unknown`, `file-unusable`.
  package func verify() throws(BackupError) -> BackupManifest {
    let manifest = try BackupManifest(source)
    var files: Int64 = 0
    var bytes: Int64 = 0
    let sums = try lines { (line) throws(BackupError) in
      guard let found = try FolderTree.digest(of: source + "/" + line.path) else {
        throw BackupError(.backupDamaged, "\(line.path) is missing")
      }
      guard found.sha256.hex == line.sha256 else {
        throw BackupError(.backupDamaged, "\(line.path) has other bytes than were backed up")
      }
      files += 1
      bytes += found.size
    }
    guard sums == manifest.sums, files == manifest.files, bytes == manifest.bytes else {
      throw BackupError(.backupDamaged, "the list of files is not the one that was written")
    }
    return manifest
  }

  /// Checks the backup, copies it and looks through its database. Blocks.
  /// - Throws: `folder-not-empty` and what `verify` throws; then there is no new folder.
  package func make() throws(BackupError) -> BackupManifest {
    guard try FolderTree.names(target.path).isEmpty else {
      throw BackupError(.folderNotEmpty, "\(target.path) is not empty")
    }
    let manifest = try verify()
    let draft = target.path + ".restoring"
    guard unsafe mkdir(draft, 0o700) == 0 else { throw BackupError(FileError("make \(draft)")) }
    do throws(BackupError) {
      try fill(draft)
      // An empty folder of this name gives way.
      guard unsafe rename(draft, target.path) == 0 else {
        throw BackupError(FileError("give \(target.path) its name"))
      }
    } catch {
      try remove(draft)
      throw error
    }
    return manifest
  }

  private func fill(_ draft: String) throws(BackupError) {
    _ = try lines { (line) throws(BackupError) in
      try FolderTree.makeFolders(above: line.path, in: draft)
      let copied = try FolderTree.copy(source + "/" + line.path, to: draft + "/" + line.path)
      guard copied?.sha256.hex == line.sha256 else {
        throw BackupError(.backupDamaged, "\(line.path) changed while it was read")
      }
    }
    for folder in ["objects", "audit", "keys"] {
      guard unsafe mkdir(draft + "/" + folder, 0o700) == 0 || errno == EEXIST else {
        throw BackupError(FileError("make the folder \(folder)"))
      }
    }
    do throws(StoreError) {
      let findings = try StoreInspection.inspect(folder: draft)
      if let fault = findings.faults.first { throw StoreError(.corrupt, fault) }
    } catch {
      throw BackupError(.backupDamaged, "the database: \(error.detail)")
    }
  }

  /// Calls `body` with each line of `SHA256SUMS`; returns the digest of all of them.
  private func lines(
    _ body: (BackupManifest.Line) throws(BackupError) -> Void
  ) throws(BackupError) -> String {
    let reader = try LineReader(source + "/" + BackupManifest.sumsName, Self.lineBytesMax)
    while let text = try reader.next() {
      guard let line = BackupManifest.Line(text) else {
        throw BackupError(.backupDamaged, "\(BackupManifest.sumsName) has a line of another form")
      }
      try body(line)
    }
    return reader.digest
  }

  private func remove(_ draft: String) throws(BackupError) {
    try FolderTree.files(draft) { (path) throws(BackupError) in
      unsafe unlink(draft + "/" + path)
    }
    try removeFolders(draft, depth: 0)
  }

  private func removeFolders(_ folder: String, depth: Int) throws(BackupError) {
    guard depth <= FolderTree.depthMax else { return }
    for name in try FolderTree.names(folder) {
      try removeFolders(folder + "/" + name, depth: depth + 1)
    }
    _ = unsafe rmdir(folder)
  }
}

/// Reads a text file line by line, in pieces.
private final class LineReader {
  private let file: FileDescriptor
  private let lineBytesMax: Int
  private var hasher = SHA256()
  private var waiting: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  init(_ path: String, _ lineBytesMax: Int) throws(BackupError) {
    self.lineBytesMax = lineBytesMax
    do throws(FileError) {
      file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW, purpose: "open \(path)")
    } catch {
      if error.number == ENOENT {
        throw BackupError(.backupDamaged, "\(BackupManifest.sumsName) is missing")
      }
      throw BackupError(error)
    }
  }

  /// The digest of what was read.
  var digest: String { hasher.finalize().hex }

  /// The next line without its end; nothing at the end of the file.
  func next() throws(BackupError) -> String? {
    while true {
      if let end = waiting[start...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: waiting[start..<end], as: UTF8.self)
        start = end + 1
        return line
      }
      let rest = waiting.count - start
      guard !isAtEnd else {
        if rest == 0 { return nil }
        throw BackupError(.backupDamaged, "\(BackupManifest.sumsName) ends in the middle of a line")
      }
      guard rest <= lineBytesMax else {
        throw BackupError(.backupDamaged, "\(BackupManifest.sumsName) has a line that is too long")
      }
      try fill()
    }
  }

  private func fill() throws(BackupError) {
    waiting.removeFirst(start)
    start = 0
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe chunk.withUnsafeMutableBytes {
      unsafe read(file.number, $0.baseAddress, $0.count)
    }
    if count < 0, errno == EINTR { return }
    guard count >= 0 else { throw BackupError(FileError("read \(BackupManifest.sumsName)")) }
    isAtEnd = count == 0
    hasher.update(chunk.span.extracting(..<count))
    waiting += chunk[..<count]
  }
}
