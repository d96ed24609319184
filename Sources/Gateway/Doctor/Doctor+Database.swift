// What the doctor asks of the database: whether this release can work with it, whether the clock has
// gone back since its last event, and, where time does not matter, whether every byte is right.

import Base
import Glibc
import SQLiteStore

extension Doctor {
  /// How far the clock may lie behind the last event, in milliseconds; NTP steps are smaller.
  private static let behindMilliseconds: Int64 = 30_000

  func database(isDeep: Bool) -> [DoctorFinding] {
    // A folder that was never served has none yet.
    guard unsafe access(folder.database, F_OK) == 0 else { return [] }
    do {
      switch try StoreInspection.schema(folder: folder.path) {
      case .present: break
      case .newer:
        return [
          DoctorFinding(
            .fault, .schemaNewer, "the database needs a newer release of postern",
            advice: "install the release that wrote it, or restore a backup")
        ]
      case .older:
        return [
          DoctorFinding(
            .warning, .schemaOlder, "the database is of an older release",
            advice: "postern backup first: the next start brings it up to date")
        ]
      }
      return try recordedTime() + (isDeep ? integrity() : [])
    } catch {
      return [
        DoctorFinding(
          .fault, .databaseUnreadable, "\(folder.database): \(error)",
          advice: "check the owner and the disk; postern restore brings a backup back")
      ]
    }
  }

  /// Events never go back in time: behind the last one, all that is recorded bears its time.
  private func recordedTime() throws -> [DoctorFinding] {
    guard let last = try StoreInspection.lastEvent(folder: folder.path) else { return [] }
    let behind = last.milliseconds - clock.now().milliseconds
    guard behind > Self.behindMilliseconds else { return [] }
    return [
      DoctorFinding(
        .fault, .clockBehind, "the clock is \(behind / 1000) s behind the last event",
        advice: "let it follow NTP: tokens, links and signatures end by it")
    ]
  }

  private func integrity() throws -> [DoctorFinding] {
    try StoreInspection.inspect(folder: folder.path).faults.map { fault in
      DoctorFinding(
        .fault, .databaseDamaged, fault,
        advice: "keep the folder as it is and bring a backup back with postern restore")
    }
  }
}
