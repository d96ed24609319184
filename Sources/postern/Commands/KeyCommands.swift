// `postern keys`: the keys of a data folder. Files are changed here, on the machine of the gateway; the
// change is recorded first, by the running gateway or in its absence, and the gateway then reads
// them anew. The sealer notices by itself.

import Base
import Delivery
import Gateway
import HTTPMessage
import JSONText
import Wire

extension Command {
  static let keysList = Command(
    "keys list", "list the keys of a data folder",
    discussion: """
      Shows ids and times, never a secret. A former key counts until its end, so that what it made
      keeps working; `keys retire` removes it.
      """,
    options: [.value("data", "DIR", "the data folder")], examples: ["postern keys list"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let files = try KeyWork.files(folder)
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        String(decoding: PageBody(items: files.map(\.body)).json(), as: UTF8.self))
      return
    }
    let now = Clock.system.now()
    let rows = files.map { file in
      [
        file.key.rawValue, file.id ?? "unreadable",
        file.until == nil ? "present" : file.hasEnded(at: now) ? "ended" : "former",
        file.since.description, file.until?.description ?? "-",
      ]
    }
    console.printRaw(
      Table.text(["KEY", "ID", "STATE", "SINCE", "COUNTS UNTIL"], rows, style: console.style))
  }

  static let keysRotate = Command(
    "keys rotate", "put a new key in the place of one",
    discussion: """
      The former key counts until the overlap ends: links and presigned URLs that are out, tokens
      that were issued and verifiers of the audit log keep working. The gateway may run; it takes
      the new key at once, the sealer within a second.
      """,
    arguments: [ArgumentSpec("key", KeyWork.names)],
    options: [
      .value("overlap", "SPAN", "how long the former key counts, such as 8d; see below"),
      .value("data", "DIR", "the data folder"),
    ],
    examples: ["postern keys rotate pepper", "postern keys rotate local-issuer --overlap 2d"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let key = try KeyWork.key(invocation.arguments[0])
    let overlap = try invocation.seconds("overlap") ?? KeyRotation.standardSeconds(key)
    guard overlap <= KeyRotation.overlapSecondsMax else {
      throw .usage("--overlap is at most \(KeyRotation.overlapSecondsMax / 86_400)d")
    }
    let rotation: KeyRotation
    do throws(ConfigurationError) {
      rotation = try KeyRotation(
        key, folder, overlapSeconds: overlap, at: Clock.system.now())
    } catch {
      throw CommandError(.failed, Plain.text(error.detail), code: error.code.rawValue)
    }
    do throws(CommandError) {
      try await KeyWork.record(
        .rotate, key, rotation.id, formerID: rotation.formerID, until: rotation.until, invocation)
      try KeyWork.file { () throws(FileError) in try rotation.commit() }
    } catch {
      rotation.abandon()
      throw error
    }
    let isServed = try await KeyWork.reload(invocation)
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.member("key", key.rawValue)
          writer.member("id", rotation.id)
          writer.member("former_id", rotation.formerID)
          writer.member("until", rotation.until.description)
        })
      return
    }
    console.print(
      "\(key.rawValue) is \(rotation.id) now; \(rotation.formerID) counts until \(rotation.until)")
    if !isServed { console.note("no gateway is running: it takes the key when it starts") }
  }

  static let keysRetire = Command(
    "keys retire", "remove a former key",
    discussion: """
      Refused before the key's end: what hangs on it would stop. --now does it all the same, as
      after a theft. An audit key stays in any case until the sealer has signed each log with the
      present one. Keep the backup of its verification line: checkpoints of its time need it.
      """,
    arguments: [
      ArgumentSpec("key", KeyWork.names), ArgumentSpec("id", "the id that `keys list` shows"),
    ],
    options: [
      .flag("now", "also before its end"), .value("data", "DIR", "the data folder"),
    ],
    examples: ["postern keys retire pepper 3f2a9c01"]
  ) { invocation throws(CommandError) in
    let folder = ServerLocation.folder(invocation)
    let key = try KeyWork.key(invocation.arguments[0])
    let id = invocation.arguments[1]
    let former = try KeyWork.files(folder).filter { $0.key == key && $0.until != nil }
    guard let file = former.first(where: { $0.id == id }) else {
      throw CommandError(
        .notFound, "there is no former key \(Plain.text(id)) of \(key.rawValue)",
        hint: "postern keys list", code: "key-not-found")
    }
    if !invocation.hasFlag("now"), !file.hasEnded(at: Clock.system.now()), let until = file.until {
      throw CommandError(
        .refused, "\(id) counts until \(until)", hint: "--now removes it all the same",
        code: "key-in-use")
    }
    if key == .audit { try KeyWork.checkLogs(folder) }
    try await KeyWork.record(.retire, key, id, formerID: nil, until: nil, invocation)
    try KeyWork.file { () throws(FileError) in try KeyRotation.retire(file, folder) }
    _ = try await KeyWork.reload(invocation)
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { $0.member("retired", id) } : "retired \(key.rawValue) \(id)")
  }
}

/// What the three commands share.
private enum KeyWork {
  static let names = DataFolder.Key.allCases.map(\.rawValue).joined(separator: ", ")

  static func key(_ name: String) throws(CommandError) -> DataFolder.Key {
    guard let key = DataFolder.Key(rawValue: name) else {
      throw .usage("there is no key \"\(Plain.text(name))\"", hint: "one of \(names)")
    }
    return key
  }

  static func files(_ folder: DataFolder) throws(CommandError) -> [KeyFile] {
    do throws(ConfigurationError) {
      return try KeyFiles.list(folder)
    } catch {
      throw CommandError(
        .failed, Plain.text(error.detail), hint: "--data names the data folder",
        code: error.code.rawValue)
    }
  }

  /// Refuses while a log could not be taken up again without a former audit key.
  static func checkLogs(_ folder: DataFolder) throws(CommandError) {
    let unsigned: [String]
    do throws(ConfigurationError) {
      unsigned = try AuditKeyCheck.unsigned(folder)
    } catch {
      throw CommandError(.failed, Plain.text(error.detail), code: error.code.rawValue)
    }
    guard let first = unsigned.first else { return }
    throw CommandError(
      .refused,
      "the present audit key has not signed \(unsigned.count) logs yet, such as \(first)",
      hint: "let postern seal run: without a key that signed it, a log cannot be sealed again",
      code: "log-not-signed")
  }

  static func file(_ body: () throws(FileError) -> Void) throws(CommandError) {
    do throws(FileError) { try body() } catch {
      throw CommandError(.failed, Plain.text(error.description), code: "file-unusable")
    }
  }

  /// Records a change by the running gateway, or without one by ourselves.
  static func record(
    _ action: KeyChange.Action, _ key: DataFolder.Key, _ id: String, formerID: String?,
    until: Timestamp?, _ invocation: Invocation
  ) async throws(CommandError) {
    let body = KeyChangeBody(
      key: key.rawValue, action: action.rawValue, id: id, formerID: formerID,
      until: until?.description)
    if try await ask("/v1/system/keys/changes", body.json(), invocation) { return }
    guard
      let change = KeyChange(
        action, key: key.rawValue, id: id, formerID: formerID, until: until)
    else { throw CommandError(.failed, "the key's id is not usable", code: "secret-unusable") }
    do throws(StartError) {
      try await OfflineRecord.record(change, in: ServerLocation.folder(invocation))
    } catch {
      throw CommandError(.failed, Plain.text(error.detail), code: error.code.rawValue)
    }
  }

  /// Lets the running gateway read its keys anew; false without one.
  static func reload(_ invocation: Invocation) async throws(CommandError) -> Bool {
    try await ask("/v1/system/keys/reload", nil, invocation)
  }

  /// Calls the gateway of the folder; false if none runs.
  private static func ask(
    _ path: String, _ body: [UInt8]?, _ invocation: Invocation
  ) async throws(CommandError) -> Bool {
    let folder = ServerLocation.folder(invocation)
    guard LocalFile.exists(folder.adminSocket) else { return false }
    do throws(CommandError) {
      let client = try ServerClient(.adminSocket(folder: folder.path))
      _ = try await client.call(.post, path, body: body)
      return true
    } catch  where error.code == "connect-failed" {
      // The socket of a gateway that was killed.
      return false
    }
  }
}
