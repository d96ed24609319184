// Whether scrub workers start: known from the last attempt, for readiness and metrics.

import Base
import Synchronization

/// What the lanes of a pool found when they started workers.
final class ScrubHealth: Sendable {
  /// Starts that failed.
  let failures = Counter()
  private let failing = Atomic<Bool>(false)

  /// Whether the last start failed.
  var isFailing: Bool { failing.load(ordering: .relaxed) }

  /// Notes what came of a start.
  func note(hasStarted: Bool) {
    if !hasStarted { failures.add(1) }
    failing.store(!hasStarted, ordering: .relaxed)
  }
}
