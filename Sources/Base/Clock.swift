// The only place that asks the system for the time. Everything else is given a `Clock`.

import Glibc

/// Two readings of time: the calendar, which may jump, and a monotonic one for waits.
package struct Clock: Sendable {
  /// The current calendar time.
  package let now: @Sendable () -> Timestamp

  /// Nanoseconds since an arbitrary start; never goes back.
  package let monotonicNanoseconds: @Sendable () -> UInt64

  /// Creates a clock from two closures; tests use `ManualClock`.
  package init(
    now: @escaping @Sendable () -> Timestamp,
    monotonicNanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.now = now
    self.monotonicNanoseconds = monotonicNanoseconds
  }

  /// The clock of the machine.
  package static let system = Clock(
    now: {
      let time = read(CLOCK_REALTIME)
      return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    },
    monotonicNanoseconds: {
      let time = read(CLOCK_MONOTONIC)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    })

  private static func read(_ clock: clockid_t) -> timespec {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return time
  }
}
