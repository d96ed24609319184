// Whether clamd is there, if the settings name one.

import Base
import Delivery

extension Doctor {
  /// How long clamd may take to say which one it is, in nanoseconds.
  private static let scannerNanoseconds: UInt64 = 5_000_000_000

  func scanner(_ configuration: Configuration) -> [DoctorFinding] {
    guard let settings = configuration.scanning.clamd else { return [] }
    do throws(ScannerError) {
      _ = try ClamdLane.version(
        settings.address, before: clock.monotonicNanoseconds() + Self.scannerNanoseconds, clock)
      return []
    } catch {
      let isRefused = configuration.scanning.fallback == .refuse
      return [
        DoctorFinding(
          isRefused ? .fault : .warning, .scannerUnreachable,
          "\(error.detail): uploads \(isRefused ? "are refused" : "pass unscanned")",
          advice: "start clamav-daemon, let this user reach its socket, or mend scan.address")
      ]
    }
  }
}
