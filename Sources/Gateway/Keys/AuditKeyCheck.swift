// Whether the logs do without a former audit key: the sealer takes up a log only from a checkpoint that
// a key signed which it still has.

import AuditLog
import Base

/// Looks at the checkpoints of a data folder.
package enum AuditKeyCheck {
  /// The logs whose checkpoint the present audit key has not signed, in order.
  ///
  /// Blocks. A log without a checkpoint needs no key; one that cannot be read is counted.
  /// - Throws: `secret-unusable` if the present key cannot be read.
  package static func unsigned(_ folder: DataFolder) throws(ConfigurationError) -> [String] {
    let secret = try SecretFile.read(folder.file(of: .audit))
    guard let seed = KeyRing.seed(secret) else {
      throw ConfigurationError(.secretUnusable, "\(folder.file(of: .audit)) holds no key")
    }
    let bytes = seed.withBytes { span in (0..<span.count).map { span[$0] } }
    let names: [String]
    do throws(BackupError) {
      names = try FolderTree.names(folder.audit)
    } catch {
      throw ConfigurationError(.secretUnusable, error.detail)
    }
    return names.filter { name in
      !name.hasPrefix(".") && !name.hasSuffix(".vkey")
        && !isSigned(LogDirectory(folder.audit + "/" + name), bytes)
    }
  }

  private static func isSigned(_ log: LogDirectory, _ seed: [UInt8]) -> Bool {
    do throws(AuditLogError) {
      guard let note = try log.checkpoint() else { return true }
      let text = try SignedNote(parsing: note).text
      let origin = String(text.prefix { $0 != "\n" })
      let key = try NoteSigner(name: origin, seed: seed).verifier
      _ = try Checkpoint(verifying: note, trusting: [key])
      return true
    } catch {
      return false
    }
  }
}
