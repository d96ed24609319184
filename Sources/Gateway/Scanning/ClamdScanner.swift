// The gate's scanner: clamd over its socket, a few files at a time, and an account of what it said.
// What was found is told to the log here and to the audit log by the use case, never to the client.

package import Base
import Cryptography
package import Delivery

/// Where clamd is and what it takes.
package struct ClamdSettings: Sendable {
  package let address: AddressSetting
  /// How long one file may take.
  package let seconds: Int
  /// The size of a file that clamd takes; larger ones are not sent.
  package let bytesMax: Int64

  /// Takes the values as they are.
  package init(address: AddressSetting, seconds: Int, bytesMax: Int64) {
    self.address = address
    self.seconds = seconds
    self.bytesMax = bytesMax
  }
}

/// Scans files with clamd. Each file has a connection of its own.
package final class ClamdScanner: Sendable {
  /// Files that are scanned at the same time; clamd has ten threads unless told otherwise.
  static let lanesCount = 4

  /// Files that may wait for a lane.
  static let waitingMax = 64

  /// What came of the files.
  let meter = OutcomeMeter.ofScans()
  private let settings: ClamdSettings
  private let clock: Clock
  private let log: Log
  private let probe: ClamdLane
  private let queue: LaneQueue<ClamdLane>

  /// Names the scanner; nothing is sent yet.
  package init(_ settings: ClamdSettings, clock: Clock, log: Log) {
    self.settings = settings
    self.clock = clock
    self.log = log
    probe = ClamdLane(settings, clock)
    queue = LaneQueue(
      (0..<Self.lanesCount).map { _ in ClamdLane(settings, clock) }, waitingMax: Self.waitingMax)
  }

  /// The scanner as the domain takes it.
  package func gate(whenUnreachable fallback: MalwareGate.Fallback) -> MalwareGate {
    MalwareGate(whenUnreachable: fallback) { file async throws(ScannerError) in
      try await self.scan(file)
    }
  }

  /// Whether clamd answers; asked anew every few seconds at most.
  func isReachable() async -> Bool { await probe.isReachable() }

  /// Files that wait for a lane.
  var waiting: Int { queue.load.waiting }

  /// What clamd says about a file.
  /// - Throws: `unreachable`, `failed`, `too-large`.
  package func scan(_ file: SpooledFile) async throws(ScannerError) -> ScanRecord {
    let start = clock.monotonicNanoseconds()
    let result = await outcome(of: file)
    meter.observe(result.word, nanoseconds: clock.monotonicNanoseconds() - start)
    report(result, file)
    return try result.get()
  }

  private func outcome(of file: SpooledFile) async -> Result<ScanRecord, ScannerError> {
    guard file.size <= settings.bytesMax else {
      return .failure(ScannerError(.tooLarge, "The file has \(file.size) bytes."))
    }
    return await queue.use { lane in await lane.scan(file) }
      ?? .failure(ScannerError(.failed, "Too many files wait for the scanner."))
  }

  private func report(_ result: Result<ScanRecord, ScannerError>, _ file: SpooledFile) {
    switch result {
    case .failure(let error):
      log.event(
        .warning, "scan-failed",
        [("code", .text(error.code.rawValue)), ("reason", .text(error.detail))])
    case .success(let record):
      guard case .found(let name) = record.verdict else { return }
      log.event(
        .warning, "malware-found",
        [("signature", .text(name)), ("sha256", .text(file.sha256.hex))])
    }
  }
}
