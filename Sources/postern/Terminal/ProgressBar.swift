// One line on standard error that follows an upload; drawn on terminals only.

import Base

/// Draws at most ten times a second; `finish` clears the line.
final class ProgressBar: Sendable {
  private struct State {
    var done: Int64 = 0
    var drawnAt: UInt64 = 0
  }

  private static let intervalNanoseconds: UInt64 = 100_000_000
  private static let width = 28

  private let label: String
  private let total: Int64
  private let console: Console
  private let clock: Clock
  private let started: UInt64
  private let state = Lock(State())

  /// Starts a bar for `total` bytes.
  init(label: String, total: Int64, console: Console, clock: Clock) {
    self.label = label
    self.total = total
    self.console = console
    self.clock = clock
    started = clock.monotonicNanoseconds()
  }

  /// Counts bytes that were sent.
  func advance(by bytes: Int) {
    guard console.hasProgress else { return }
    let now = clock.monotonicNanoseconds()
    let done: Int64? = state.withLock { state in
      state.done += Int64(bytes)
      if state.done >= total { return state.done }
      guard now - state.drawnAt >= Self.intervalNanoseconds else { return nil }
      state.drawnAt = now
      return state.done
    }
    guard let done else { return }
    console.draw("\r\u{1b}[K" + (done < total ? line(done: done, now: now) : sentLine))
  }

  /// Removes the line, whatever came of the work.
  func finish() {
    if console.hasProgress { console.draw("\r\u{1b}[K") }
  }

  /// The text when all bytes are on their way and the server works on them.
  var sentLine: String { "\(label) \(Sizes.text(total)) sent; the server is scrubbing it " }

  /// The text of the bar.
  func line(done: Int64, now: UInt64) -> String {
    let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
    let filled = Int(share * Double(Self.width))
    let bar =
      String(repeating: "█", count: filled) + String(repeating: "░", count: Self.width - filled)
    let seconds = max(0.001, Double(now - started) / 1_000_000_000)
    let rate = Sizes.text(Int64(Double(done) / seconds))
    return "\(label) \(bar) \(Int(share * 100))% \(Sizes.text(done)) \(rate)/s "
  }
}

/// Byte counts for people.
enum Sizes {
  /// Such as `1.4 MB`; powers of 1000 as IEC 80000-13 defines the prefixes.
  static func text(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    if unit == 0 { return "\(bytes) B" }
    let tenths = Int((value * 10).rounded())
    return value < 99.95
      ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(tenths / 10) \(units[unit])"
  }
}
