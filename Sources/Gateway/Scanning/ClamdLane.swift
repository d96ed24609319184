// Talks to clamd about one file at a time, on a thread of its own because its calls block.

import Base
import Delivery

/// One line of files to clamd.
actor ClamdLane {
  /// How long clamd may take to say that it is there, and how long its word holds, in nanoseconds.
  private static let probeNanoseconds: UInt64 = 2_000_000_000

  private let executor = QueueExecutor(label: "clamd")
  private let settings: ClamdSettings
  private let clock: Clock
  private var probed: (at: UInt64, isReachable: Bool)?

  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe executor.asUnownedSerialExecutor()
  }

  init(_ settings: ClamdSettings, _ clock: Clock) {
    self.settings = settings
    self.clock = clock
  }

  /// What clamd says about a file; the result carries the error because tasks erase its type.
  func scan(_ file: SpooledFile) -> Result<ScanRecord, ScannerError> {
    let deadline = clock.monotonicNanoseconds() + UInt64(settings.seconds) * 1_000_000_000
    return Result { () throws(ScannerError) in
      let version = try Self.version(settings.address, before: deadline, clock)
      let connection = try ClamdConnection(to: settings.address, before: deadline, clock)
      switch try connection.scan(file) {
      case .clean: return version.record(.clean)
      case .found(let name): return version.record(.found(name))
      case .tooLarge:
        throw ScannerError(.tooLarge, "The file is longer than clamd's StreamMaxLength.")
      case .failed(let text): throw ScannerError(.failed, text)
      }
    }
  }

  /// Whether clamd answers.
  func isReachable() -> Bool {
    let now = clock.monotonicNanoseconds()
    if let probed, now < probed.at + Self.probeNanoseconds { return probed.isReachable }
    let isReachable =
      switch Result(catching: { () throws(ScannerError) in
        try Self.version(settings.address, before: now + Self.probeNanoseconds, clock)
      }) {
      case .success: true
      case .failure: false
      }
    probed = (clock.monotonicNanoseconds(), isReachable)
    return isReachable
  }

  /// Which clamd it is. One that does not even say that is away, whatever else it does.
  /// - Throws: `unreachable`.
  static func version(
    _ address: AddressSetting, before deadline: UInt64, _ clock: Clock
  ) throws(ScannerError) -> ClamdVersion {
    let answer: String
    do throws(ScannerError) {
      answer = try ClamdConnection(to: address, before: deadline, clock).ask("VERSION")
    } catch {
      throw ScannerError(.unreachable, error.detail)
    }
    guard let version = ClamdVersion(answer) else {
      throw ScannerError(.unreachable, "\(address) is no clamd.")
    }
    return version
  }
}

extension ClamdVersion {
  fileprivate func record(_ verdict: ScanRecord.Verdict) -> ScanRecord {
    ScanRecord(verdict, scanner: scanner, database: database)
  }
}
