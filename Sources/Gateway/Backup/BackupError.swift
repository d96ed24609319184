// Why a backup was not made or not restored.

/// A failure of `postern backup` or `postern restore`.
package struct BackupError: Error, Sendable, CustomStringConvertible {
  /// What went wrong; raw texts never change.
  package enum Code: String, Sendable, CaseIterable {
    /// The folder to write into exists and is not empty.
    case folderNotEmpty = "folder-not-empty"
    /// There is no finished backup in the folder.
    case backupIncomplete = "backup-incomplete"
    /// A file of the backup is missing, has other bytes than were written, or a name of its own.
    case backupDamaged = "backup-damaged"
    /// The backup was made by a later release.
    case backupUnknown = "backup-unknown"
    /// The database cannot be read or copied.
    case databaseUnusable = "database-unusable"
    /// A log changed faster than it could be copied.
    case logBusy = "log-busy"
    /// A file cannot be read or written.
    case fileUnusable = "file-unusable"
  }

  /// What went wrong.
  package let code: Code

  /// A sentence part for the operator, without secrets.
  package let detail: String

  /// Creates an error.
  package init(_ code: Code, _ detail: String) {
    self.code = code
    self.detail = detail
  }

  init(_ error: FileError) { self.init(.fileUnusable, error.description) }

  package var description: String { "\(code.rawValue): \(detail)" }
}
