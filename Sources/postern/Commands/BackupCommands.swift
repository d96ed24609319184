// `postern backup` and `postern restore`: files only, no request to a server; one may be running.

import Base
import Gateway
import JSONText

extension Command {
  static let backup = Command(
    "backup", "copy a data folder while its server runs",
    discussion: """
      Copies the database as one moment has it, the signed logs, the settings, and the objects of
      the embedded store, with the SHA-256 of each file in SHA256SUMS. Keys stay out unless --keys
      is given: a backup with keys can do all that the gateway can.
      """,
    arguments: [ArgumentSpec("folder", "the folder to make", isFile: true)],
    options: [
      .value("data", "DIR", "the data folder"), .flag("keys", "also copy the keys"),
      .flag("without-objects", "leave the objects out"),
    ],
    examples: ["postern backup /backup/2026-11-21", "postern backup /media/safe/keys --keys"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    guard folder.hasDatabase else {
      throw CommandError(
        .failed, "there is no database in \(Plain.text(folder.path))",
        hint: "--data names the data folder", code: "data-folder-missing")
    }
    var parts = Backup.Parts()
    parts.keys = invocation.hasFlag("keys")
    parts.objects = !invocation.hasFlag("without-objects")
    let target = invocation.arguments[0]
    let manifest: BackupManifest
    do throws(BackupError) {
      manifest = try Backup(of: folder, to: target, parts).make()
    } catch {
      throw CommandError(error)
    }
    invocation.console.show(manifest, "backup", target, isJSON: invocation.isJSON)
    if !manifest.hasKeys, !invocation.isJSON {
      invocation.console.note("the keys are not in it: keep a copy of keys/ elsewhere")
    }
  }

  static let restore = Command(
    "restore", "make a data folder from a backup",
    discussion: """
      Checks every file against SHA256SUMS and the database against itself before the folder gets
      its name; a damaged backup is refused and leaves nothing. With --verify nothing is written.
      """,
    arguments: [ArgumentSpec("backup", "the folder that postern backup made", isFile: true)],
    options: [
      .value("data", "DIR", "the data folder to make"),
      .flag("verify", "only check the backup"),
    ],
    examples: ["postern restore /backup/2026-11-21 --data /var/lib/postern"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let source = invocation.arguments[0]
    let restore = Restore(from: source, to: folder)
    let isCheck = invocation.hasFlag("verify")
    let manifest: BackupManifest
    do throws(BackupError) {
      manifest = isCheck ? try restore.verify() : try restore.make()
    } catch {
      throw CommandError(error)
    }
    invocation.console.show(
      manifest, isCheck ? "verified" : "data", isCheck ? source : folder.path,
      isJSON: invocation.isJSON)
    if !isCheck, !manifest.hasKeys, !invocation.isJSON {
      invocation.console.note("no keys in it: put yours into \(Plain.text(folder.path))/keys")
    }
  }
}

extension Console {
  fileprivate func show(
    _ manifest: BackupManifest, _ word: String, _ path: String, isJSON: Bool
  ) {
    guard isJSON else {
      return printRaw(
        Table.facts(
          [
            (word, path), ("made at", manifest.madeAt.description),
            ("files", String(manifest.files)), ("bytes", String(manifest.bytes)),
            ("keys", manifest.hasKeys ? "yes" : "no"),
            ("objects", manifest.hasObjects ? "yes" : "no"),
          ], style: style))
    }
    print(
      JSONWriter.object { writer in
        writer.member(word, path)
        writer.member("made_at", manifest.madeAt.description)
        writer.member("files", manifest.files)
        writer.member("bytes", manifest.bytes)
        writer.member("keys", manifest.hasKeys)
        writer.member("objects", manifest.hasObjects)
      })
  }
}

extension CommandError {
  /// A failure of backup or restore.
  fileprivate init(_ error: BackupError) {
    let exit: ExitCode =
      switch error.code {
      case .backupDamaged, .backupIncomplete: .verificationFailed
      case .folderNotEmpty: .refused
      case .backupUnknown, .databaseUnusable, .logBusy, .fileUnusable: .failed
      }
    self.init(exit, Plain.text(error.detail), code: error.code.rawValue)
  }
}
