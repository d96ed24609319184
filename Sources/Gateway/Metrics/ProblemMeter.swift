// Problems by code: the answer to "which error is it?" that a class of status does not give.

import Base
import Wire

/// Counts problems.
final class ProblemMeter: Sendable {
  /// The codes are a closed set.
  private let counts = Lock<[ProblemCode: Int]>([:])

  /// Counts a problem.
  func add(_ code: ProblemCode) { counts.withLock { $0[code, default: 0] += 1 } }

  /// The family; codes that did not occur are left out.
  var family: MetricFamily {
    MetricFamily("problems_total", .counter, "Requests that ended with a problem, by its code.") {
      self.counts.withLock { $0 }.sorted { $0.key.rawValue < $1.key.rawValue }.map {
        MetricSample([("code", $0.key.rawValue)], value: Double($0.value))
      }
    }
  }
}
