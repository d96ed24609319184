// A flood of refusals must not become a flood of durable writes. The first ten of a kind within ten
// seconds are recorded one by one; the rest become one event with a count.

package import Base

/// What makes two refusals alike.
package struct DenialKey: Sendable, Hashable {
  /// The log that they go to.
  package let log: LogID
  /// The code of the refusal.
  package let why: String
  /// What stands for the caller, such as the prefix of an address; up to 64 bytes.
  package let source: String

  /// Names a kind of refusal.
  package init(log: LogID, why: String, source: String) {
    self.log = log
    self.why = why
    self.source = Names.cut(source, bytesMax: 64)
  }
}

/// Counts refusals in windows of ten seconds. Pure: the caller brings the time and keeps the lock.
package struct DenialAggregate: Sendable {
  /// How many of a kind are recorded one by one in a window.
  package static let individualMax = 10
  /// The length of a window in seconds.
  package static let windowSeconds: Int64 = 10
  /// How many kinds are told apart; more share one count per log and code.
  package static let kindsMax = 10_000

  /// What to do with one refusal.
  package enum Advice: Sendable, Hashable {
    /// Record it.
    case record
    /// Do not record it; it is in a count that `closedWindows` will give.
    case counted
  }

  private struct Window {
    var start: Timestamp
    var seen: Int64
  }

  private var windows: [DenialKey: Window] = [:]
  private var closed: [DenialKey: Int64] = [:]

  /// Nothing seen.
  package init() {}

  /// Takes note of one refusal.
  package mutating func note(_ key: DenialKey, at moment: Timestamp) -> Advice {
    var key = key
    if windows[key] == nil, windows.count >= DenialAggregate.kindsMax {
      key = DenialKey(log: key.log, why: key.why, source: "")
    }
    var window = windows[key] ?? Window(start: moment, seen: 0)
    if isOver(window, at: moment) {
      close(key, window)
      window = Window(start: moment, seen: 0)
    }
    window.seen += 1
    windows[key] = window
    return window.seen <= Int64(DenialAggregate.individualMax) ? .record : .counted
  }

  /// Takes out the counts of windows that are over at `moment`; call it every few seconds.
  package mutating func closedWindows(at moment: Timestamp) -> [(key: DenialKey, count: Int64)] {
    for (key, window) in windows where isOver(window, at: moment) {
      close(key, window)
      windows[key] = nil
    }
    defer { closed.removeAll() }
    return closed.map { (key: $0.key, count: $0.value) }
  }

  private func isOver(_ window: Window, at moment: Timestamp) -> Bool {
    // A clock that went back must not keep a window open for ever.
    moment < window.start || moment >= window.start.adding(seconds: DenialAggregate.windowSeconds)
  }

  private mutating func close(_ key: DenialKey, _ window: Window) {
    let surplus = window.seen - Int64(DenialAggregate.individualMax)
    if surplus > 0 { closed[key, default: 0] += surplus }
  }
}
