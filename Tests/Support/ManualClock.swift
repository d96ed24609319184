// A clock that stands still until a test moves it.

package import Base

/// Time in the hands of a test.
package final class ManualClock: Sendable {
  /// When tests begin: 2026-01-02T03:04:05.678Z.
  package static let start = Timestamp(milliseconds: 1_767_323_045_678)

  private let moment = Lock(ManualClock.start)

  /// Stands at `start`.
  package init() {}

  /// The moment now.
  package var now: Timestamp { moment.withLock { $0 } }

  /// Moves by seconds; negative ones go back.
  package func advance(seconds: Int64) {
    moment.withLock { $0 = $0.adding(seconds: seconds) }
  }

  /// Moves by milliseconds.
  package func advance(milliseconds: Int64) {
    moment.withLock { $0.milliseconds += milliseconds }
  }

  /// The clock to give to the code under test.
  package var clock: Clock {
    Clock(
      now: { self.now },
      monotonicNanoseconds: {
        UInt64(max(0, self.now.milliseconds - ManualClock.start.milliseconds)) * 1_000_000
      })
  }
}
