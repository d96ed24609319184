// What the sealer tells about itself, in a small file beside the logs: it may be a unit of its own,
// and the server must see that it lives. The file is no record: it is neither synced nor signed.

import Base
import Glibc
import JSONText

/// The sealer's last round.
struct SealStatus: Sendable, Hashable {
  /// The name below the audit folder; a dot keeps it apart from names of logs.
  private static let name = "/.sealer.json"
  private static let bytesMax = 1024

  /// When the round ended.
  let at: Timestamp
  /// Events in signed checkpoints, of all logs.
  let events: Int64
  /// Logs, and those that could not be sealed.
  let logs: Int
  let failing: Int

  init(at: Timestamp, events: Int64, logs: Int, failing: Int) {
    self.at = at
    self.events = events
    self.logs = logs
    self.failing = failing
  }

  /// Replaces the file in one step.
  func write(_ folder: DataFolder) throws(FileError) {
    var writer = JSONWriter(capacity: 128)
    writer.beginObject()
    writer.member("at", at.milliseconds)
    writer.member("events", events)
    writer.member("logs", logs)
    writer.member("failing", failing)
    writer.endObject()
    let path = folder.audit + SealStatus.name
    let purpose = "write the sealer's status"
    let file = try FileDescriptor.open(
      path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o644, purpose: purpose)
    try file.write(writer.bytes, purpose: purpose)
    guard unsafe rename(path + ".new", path) == 0 else { throw FileError(purpose) }
  }

  /// The status of a folder; nothing if no sealer has ever told, or the file cannot be read.
  init?(_ folder: DataFolder) {
    let bytes: [UInt8]?
    do throws(FileError) {
      bytes = try FileDescriptor.open(
        folder.audit + SealStatus.name, O_RDONLY | O_NOFOLLOW, purpose: "read the sealer's status"
      ).readAll(bytesMax: SealStatus.bytesMax, purpose: "read the sealer's status")
    } catch {
      // Not there yet: the same as a sealer that never ran.
      return nil
    }
    guard let bytes,
      case .success(let json) = Result(catching: { () throws(JSONError) in
        try JSONValue(parsing: bytes, limits: .request)
      }), let at = json["at"]?.integerValue, let events = json["events"]?.integerValue,
      let logs = json["logs"]?.integerValue, let failing = json["failing"]?.integerValue
    else { return nil }
    self.init(
      at: Timestamp(milliseconds: at), events: events, logs: Int(clamping: logs),
      failing: Int(clamping: failing))
  }
}
