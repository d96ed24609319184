// Whether the machine's calendar clock was set while we ran. Links, tokens and presigned URLs live by
// the calendar: a jump of an hour ends them all at once, or lets them live an hour longer, and the
// one who looks for the reason should find it here.

package import Base

/// Compares the calendar with the monotonic clock.
package final class ClockWatch: Sendable {
  /// The least step of the calendar against the monotonic clock that is a jump, in milliseconds. What
  /// a time service corrects little by little stays far below.
  package static let jumpMillisecondsMin: Int64 = 10_000

  /// How long readiness tells of a jump, in seconds.
  package static let toldSeconds: UInt64 = 900

  /// What was seen.
  package struct Status: Sendable, Hashable {
    /// Jumps into the future, as when the machine slept.
    package var forward = 0
    /// Jumps into the past.
    package var back = 0
    /// The last one, in milliseconds.
    package var lastMilliseconds: Int64?
    /// Whether the last one was a short while ago.
    package var isRecent = false
  }

  private struct State {
    var status = Status()
    var offset: Int64
    var lastAt: UInt64 = 0
  }

  private let clock: Clock
  private let log: Log
  private let state: Lock<State>

  /// Begins to watch.
  package init(clock: Clock, log: Log) {
    self.clock = clock
    self.log = log
    state = Lock(State(offset: ClockWatch.offset(clock)))
  }

  /// Looks at the clocks, and notes and logs a jump since the last look.
  @discardableResult package func look() -> Status {
    let (offset, tick) = (ClockWatch.offset(clock), clock.monotonicNanoseconds())
    let (jump, status) = state.withLock { state in
      let step = offset - state.offset
      state.offset = offset
      let isJump = step.magnitude >= ClockWatch.jumpMillisecondsMin.magnitude
      if isJump {
        if step > 0 { state.status.forward += 1 } else { state.status.back += 1 }
        state.status.lastMilliseconds = step
        state.lastAt = tick
      }
      let age = tick - min(state.lastAt, tick)
      state.status.isRecent =
        state.status.lastMilliseconds != nil && age < ClockWatch.toldSeconds * 1_000_000_000
      return (isJump ? step : nil, state.status)
    }
    if let jump { log.event(.error, "clock-jumped", [("milliseconds", .number(jump))]) }
    return status
  }

  /// The families.
  package var families: [MetricFamily] {
    [
      MetricFamily("clock_jumps_total", .counter, "Jumps of the machine's calendar clock.") {
        let status = self.look()
        return [
          MetricSample([("direction", "forward")], value: Double(status.forward)),
          MetricSample([("direction", "back")], value: Double(status.back)),
        ]
      },
      .gauge("clock_last_jump_milliseconds", "How far the last one went.") {
        self.look().lastMilliseconds.map(Double.init)
      },
    ]
  }

  private static func offset(_ clock: Clock) -> Int64 {
    clock.now().milliseconds - Int64(clock.monotonicNanoseconds() / 1_000_000)
  }
}
