// `postern audit verify`: checks published logs and receipts offline, without trusting the gateway.

import AuditLog
import Base
import Gateway
import JSONText

extension Command {
  static let auditVerify = Command(
    "audit verify", "verify the audit logs, offline",
    discussion: """
      Reads the published files of a data folder, or of a copy, and checks each signature, every
      entry, every tile and the root; no server is asked. A stranger who controls the folder can
      swap the key in it too: keep the .vkey file and old checkpoints elsewhere, and give them with
      --key and --checkpoint.
      """,
    options: [
      .value("data", "DIR", "the data folder; each of its logs is verified"),
      .value("log", "NAME", "only this log: a tenant, or _system", repeatable: true),
      .value("directory", "DIR", "one log's folder somewhere else; needs --key"),
      .value(
        "key", "FILE", "the file with the log's verification keys (vkey), the present one first"),
      .value("checkpoint", "FILE", "a checkpoint that was kept from before", repeatable: true),
      .value("receipt", "FILE", "verify this receipt instead of a log; needs --key or --log"),
    ],
    examples: [
      "postern audit verify", "postern audit verify --log acme --checkpoint acme-may.txt",
      "postern audit verify --receipt evt.tlog-proof --key acme.vkey",
    ]
  ) { invocation throws(CommandError) in
    if let receipt = invocation.value("receipt") {
      try LogCheck.receipt(receipt, invocation)
      return
    }
    let logs = try LogCheck.logs(invocation)
    var results = [LogCheck.Result]()
    for log in logs { results.append(try log.verify()) }
    LogCheck.show(results, invocation)
    let failed = results.filter { $0.failure != nil }
    guard failed.isEmpty else {
      if invocation.isJSON { throw .shown(.verificationFailed) }
      let names = failed.map { Plain.text($0.name) }.joined(separator: ", ")
      throw CommandError(
        .verificationFailed,
        "not verified: \(names): \(failed[0].failure?.description ?? "")",
        hint: "keep the folder as it is; it is evidence", code: "verification-failed")
    }
  }
}

/// One log that is to be verified, or was.
struct LogCheck {
  /// The outcome for one log.
  struct Result {
    let name: String
    let report: LogVerifier.Report?
    let failure: AuditLogError?
  }

  /// How often a log is read that changes meanwhile.
  private static let attemptsMax = 5

  let name: String
  let directory: String
  let keyFile: String
  /// Whether the person named the file with the keys; otherwise it lies beside the log.
  let isKeyNamed: Bool
  let older: [[UInt8]]

  /// The logs that the options name.
  static func logs(_ invocation: Invocation) throws(CommandError) -> [LogCheck] {
    var older = [[UInt8]]()
    for path in invocation.allValues("checkpoint") {
      older.append(try LocalFile.read(path, bytesMax: SignedNote.bytesMax))
    }
    if let directory = invocation.value("directory") {
      let key = try invocation.required("key")
      guard LocalFile.exists(directory) else {
        throw CommandError(
          .notFound, "there is no folder \(directory)",
          hint: "--directory is the folder of one log",
          code: "file-not-found")
      }
      return [
        LogCheck(
          name: directory, directory: directory, keyFile: key, isKeyNamed: true, older: older)
      ]
    }
    let folder = ServerLocation.folder(invocation)
    var names = invocation.allValues("log")
    if names.isEmpty { names = try published(in: folder) }
    guard older.isEmpty && invocation.value("key") == nil || names.count == 1 else {
      throw .usage("--checkpoint and --key belong to one log", hint: "name it with --log")
    }
    var logs = [LogCheck]()
    for name in names {
      guard !name.contains("/"), !name.hasPrefix(".") else {
        throw .usage("\"\(Plain.text(name))\" is no log's name")
      }
      let directory = folder.audit + "/" + name
      logs.append(
        LogCheck(
          name: name, directory: directory,
          keyFile: invocation.value("key") ?? directory + ".vkey",
          isKeyNamed: invocation.value("key") != nil, older: older))
    }
    return logs
  }

  /// The names of the logs that have a folder or a key: one without the other is a finding.
  private static func published(in folder: DataFolder) throws(CommandError) -> [String] {
    guard let entries = FolderNames.read(folder.audit) else {
      throw CommandError(
        .failed, "there is no audit log in \(Plain.text(folder.path))",
        hint: "--data names the data folder, --directory the folder of one log",
        code: "data-folder-missing")
    }
    // A name with a dot in front is the sealer's own.
    let logs = entries.filter { !$0.hasPrefix(".") }
    let names = Set(logs.map { $0.hasSuffix(".vkey") ? String($0.dropLast(5)) : $0 })
    guard !names.isEmpty else {
      throw CommandError(
        .failed, "no log was published yet", hint: "the first checkpoint follows the first event",
        code: "log-not-published")
    }
    return names.sorted()
  }

  /// Verifies the log; a log that grows while it is read is read again.
  func verify() throws(CommandError) -> Result {
    guard LocalFile.exists(keyFile) else {
      // A name that was mistyped is no evidence; a log without its key is, and a log that is gone
      // although a checkpoint of it was kept.
      guard !isKeyNamed else {
        throw CommandError(
          .notFound, "there is no file \(keyFile)", hint: "--key names the log's .vkey file",
          code: "file-not-found")
      }
      guard LocalFile.exists(directory) || !older.isEmpty else {
        throw CommandError(
          .notFound, "there is no log \(name)",
          hint: "--log is a tenant or _system, --data the data folder", code: "log-not-found")
      }
      return Result(
        name: name, report: nil,
        failure: AuditLogError(.missing, "the log has no verification key", path: name + ".vkey"))
    }
    let keys = try Self.keys(keyFile)
    // The gateway may be running: tiles may be ahead of the checkpoint for a moment.
    let verifier = LogVerifier(
      keys: [keys[0]], formerKeys: Array(keys.dropFirst()), toleratesUnsignedTail: true)
    var attempt = 1
    while true {
      do throws(AuditLogError) {
        let before = try LogDirectory(directory).checkpoint()
        do throws(AuditLogError) {
          return Result(
            name: name, report: try verifier.verify(directory: directory, older: older),
            failure: nil)
        } catch {
          let after = try LogDirectory(directory).checkpoint()
          guard before != after, attempt < Self.attemptsMax else { throw error }
          attempt += 1
        }
      } catch {
        return Result(name: name, report: nil, failure: error)
      }
    }
  }

  /// Verifies a receipt with the entry that it holds.
  static func receipt(_ path: String, _ invocation: Invocation) throws(CommandError) {
    let bytes = try LocalFile.read(path, bytesMax: Receipt.bytesMax)
    let keyFile: String
    if let file = invocation.value("key") {
      keyFile = file
    } else {
      keyFile =
        ServerLocation.folder(invocation).audit + "/"
        + (try invocation.required("log")) + ".vkey"
    }
    let keys = try keys(keyFile)
    do throws(AuditLogError) {
      let receipt = try Receipt(parsing: bytes)
      let checkpoint = try receipt.verify(trusting: keys)
      let entry = String(decoding: receipt.extra ?? [], as: UTF8.self)
      if invocation.isJSON {
        invocation.console.print(
          JSONWriter.object { writer in
            writer.member("index", receipt.index)
            writer.member("log", checkpoint.origin)
            writer.member("size", checkpoint.size)
            writer.member("entry", entry)
          })
      } else {
        let style = invocation.console.style
        invocation.console.print(
          style.green("✓") + " entry \(receipt.index) is in \(checkpoint.origin), "
            + "signed with \(checkpoint.size) entries")
        invocation.console.print(Plain.text(entry))
      }
    } catch {
      throw CommandError(
        .verificationFailed, "the receipt does not hold: \(error)", code: error.code.rawValue)
    }
  }

  static func show(_ results: [Result], _ invocation: Invocation) {
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.objects("logs", results) { result, writer in
            writer.member("log", result.name)
            if let failure = result.failure {
              writer.member("code", failure.code.rawValue)
              writer.member("message", failure.description)
            }
            guard let report = result.report else { return }
            writer.member("origin", report.checkpoint.origin)
            writer.member("size", report.checkpoint.size)
            writer.member("root", Hex.encode(report.checkpoint.root.bytes))
            writer.member(
              "time",
              report.checkpoint.timeMilliseconds.map { Timestamp(milliseconds: $0).description })
            writer.member("files", report.fileCount)
            writer.member("older_checkpoints", report.olderCount)
          }
        })
      return
    }
    for result in results {
      let name = Plain.text(result.name)
      if let report = result.report {
        let time = report.checkpoint.timeMilliseconds.map {
          ", signed " + Timestamp(milliseconds: $0).description
        }
        console.print(
          console.style.green("✓") + " \(name): \(report.checkpoint.size) entries\(time ?? ""), "
            + "root \(Hex.encode(report.checkpoint.root.bytes.prefix(8)))")
      } else if let failure = result.failure {
        console.print(console.style.red("✗") + " \(name): \(failure)")
      }
    }
  }

  /// The present key, then those that were rotated.
  private static func keys(_ path: String) throws(CommandError) -> [NoteVerifier] {
    let bytes = try LocalFile.read(path, bytesMax: PublishedKeys.bytesMax)
    do throws(AuditLogError) {
      return try PublishedKeys.parse(bytes)
    } catch {
      throw CommandError(
        .verificationFailed, "\(Plain.text(path)): \(error.detail)", code: error.code.rawValue)
    }
  }
}
