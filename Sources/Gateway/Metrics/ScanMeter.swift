// Files by what the malware scanner said, and how long it took.

import Base
import Delivery

/// Counts scanned files.
final class ScanMeter: Sendable {
  /// What may come of a file, as the `outcome` label has it.
  private static let outcomes = ["clean", "found", "unreachable", "failed", "too-large"]

  private let seconds = ScanMeter.outcomes.map { _ in Histogram(bounds: Histogram.durations) }

  /// Counts a file.
  func observe(_ result: Result<ScanRecord, ScannerError>, nanoseconds: UInt64) {
    let outcome =
      switch result {
      case .success(let record): record.verdict.word
      case .failure(let error): error.code.rawValue
      }
    guard let index = ScanMeter.outcomes.firstIndex(of: outcome) else {
      preconditionFailure("a scanner does not skip")
    }
    seconds[index].observe(Int(clamping: nanoseconds))
  }

  /// The family; outcomes that did not occur are left out.
  var family: MetricFamily {
    MetricFamily(
      "malware_scan_seconds", .histogram, "Time of a file at the malware scanner, by its word."
    ) {
      zip(ScanMeter.outcomes, self.seconds).compactMap { outcome, histogram in
        let snapshot = histogram.snapshot
        guard snapshot.count > 0 else { return nil }
        return MetricSample([("outcome", outcome)], histogram: snapshot, unit: 1e-9)
      }
    }
  }
}
