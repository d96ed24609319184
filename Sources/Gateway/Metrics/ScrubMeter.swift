// Files by what came of their scrub, and how long it took.

import Base
import Delivery

/// Counts scrubbed files.
final class ScrubMeter: Sendable {
  /// What may come of a file, as the `outcome` label has it.
  private static let outcomes = ["clean", "type-refused", "refused", "failed"]

  private let seconds = ScrubMeter.outcomes.map { _ in Histogram(bounds: Histogram.durations) }

  /// Counts a file.
  func observe(_ result: Result<ScrubOutcome, ScrubberError>, nanoseconds: UInt64) {
    let index =
      switch result {
      case .success(.clean): 0
      case .success(.mediaTypeRefused): 1
      case .success(.refused): 2
      case .failure: 3
      }
    seconds[index].observe(Int(clamping: nanoseconds))
  }

  /// The family; outcomes that did not occur are left out.
  var family: MetricFamily {
    MetricFamily(
      "scrub_seconds", .histogram, "Time of a file in the scrub workers, by what came of it."
    ) {
      zip(ScrubMeter.outcomes, self.seconds).compactMap { outcome, histogram in
        let snapshot = histogram.snapshot
        guard snapshot.count > 0 else { return nil }
        return MetricSample([("outcome", outcome)], histogram: snapshot, unit: 1e-9)
      }
    }
  }
}
