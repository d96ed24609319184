// Stops asking a server that has failed several times in a row, so that callers fail at once instead
// of waiting for it, and the server can recover. What counts as a failure is the caller's choice.

package import Base

/// When a circuit opens, and for how long.
package struct CircuitSettings: Sendable, Hashable {
  /// Failures in a row that open the circuit.
  package var failuresMax = 5

  /// The rest after the first opening; doubles with each probe that fails.
  package var restMin = Duration.seconds(1)

  /// The longest rest.
  package var restMax = Duration.seconds(30)

  /// Creates the default settings.
  package init() {}
}

/// Lets requests to one server through, or not; use one from any number of tasks.
package final class CircuitBreaker: Sendable {
  /// Whether requests go through.
  package enum State: String, Sendable, Hashable {
    /// All requests go through.
    case closed
    /// No request goes through until the rest is over.
    case open
    /// One request tries whether the server is back; the others are refused. One that takes longer
    /// than the longest rest, as a large upload may, is joined by another.
    case probing
  }

  /// What a request came to.
  package enum Outcome: Sendable, Hashable {
    /// The server answered, whatever it said.
    case answered
    /// The server was not there, too slow, or failed.
    case failed
    /// Nothing can be said about the server: cancelled, or failed on our side.
    case unknown
  }

  /// The right to send one request; give it back with `note`.
  package struct Ticket: Sendable {
    fileprivate let generation: Int
  }

  /// The state at one moment, for readiness and metrics.
  package struct Snapshot: Sendable, Hashable {
    /// Whether requests go through.
    package let state: State
    /// Failures in a row, up to now.
    package let failures: Int
    /// How often the circuit has opened since the start, failed probes included.
    package let openings: Int
    /// Requests that were refused since the start.
    package let refusals: Int
  }

  private struct Circuit: Sendable {
    var state = State.closed
    var failures = 0
    var openings = 0
    var refusals = 0
    var rest: UInt64 = 0
    var restEndsAt: UInt64 = 0
    /// When another probe may go though the last one has not come to anything.
    var probeEndsAt: UInt64 = 0
    // Outcomes of requests from before the last change of state say nothing about the new one.
    var generation = 0
  }

  private let settings: CircuitSettings
  private let clock: Clock
  private let circuit = Lock(Circuit())

  /// Creates a closed circuit.
  package init(_ settings: CircuitSettings = CircuitSettings(), clock: Clock) {
    self.settings = settings
    self.clock = clock
  }

  /// Asks to send a request; nothing means that the server rests and must not be asked.
  package func admit() -> Ticket? {
    let tick = clock.monotonicNanoseconds()
    return circuit.withLock { circuit in
      switch circuit.state {
      case .closed: return Ticket(generation: circuit.generation)
      case .open where tick >= circuit.restEndsAt:
        circuit.state = .probing
        circuit.generation += 1
        return probe(&circuit, tick)
      case .probing where tick >= circuit.probeEndsAt:
        // The slow one is still a probe: whichever comes to something first decides.
        return probe(&circuit, tick)
      case .open, .probing:
        circuit.refusals += 1
        return nil
      }
    }
  }

  /// Says what the request of a ticket came to; every ticket needs it, a probe above all.
  package func note(_ outcome: Outcome, _ ticket: Ticket) {
    let tick = clock.monotonicNanoseconds()
    circuit.withLock { circuit in
      guard ticket.generation == circuit.generation else { return }
      switch (circuit.state, outcome) {
      case (.closed, .answered): circuit.failures = 0
      case (.closed, .failed):
        circuit.failures += 1
        if circuit.failures >= settings.failuresMax { open(&circuit, tick) }
      case (.probing, .answered):
        circuit.state = .closed
        circuit.failures = 0
        circuit.rest = 0
        circuit.generation += 1
      case (.probing, .failed):
        circuit.failures += 1
        open(&circuit, tick)
      case (.probing, .unknown):
        // The next request probes again at once.
        circuit.state = .open
        circuit.restEndsAt = tick
        circuit.generation += 1
      case (.closed, .unknown), (.open, _): break
      }
    }
  }

  /// The state now.
  package var snapshot: Snapshot {
    circuit.withLock {
      Snapshot(
        state: $0.state, failures: $0.failures, openings: $0.openings, refusals: $0.refusals)
    }
  }

  private func probe(_ circuit: inout Circuit, _ tick: UInt64) -> Ticket {
    circuit.probeEndsAt = tick &+ settings.restMax.nanoseconds
    return Ticket(generation: circuit.generation)
  }

  private func open(_ circuit: inout Circuit, _ tick: UInt64) {
    let doubled = circuit.rest &* 2
    circuit.rest = min(
      max(doubled, settings.restMin.nanoseconds), settings.restMax.nanoseconds)
    circuit.restEndsAt = tick &+ circuit.rest
    circuit.state = .open
    circuit.openings += 1
    circuit.generation += 1
  }
}

extension Duration {
  /// Whole nanoseconds; 0 for a negative duration, a bound of about 36 years for a huge one.
  package var nanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    return UInt64(min(seconds, 1 << 30)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
  }
}
