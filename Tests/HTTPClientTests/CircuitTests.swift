// The circuit breaker: when it opens, how long it rests, and who probes.

import Base
import HTTPClient
import TestSupport
import Testing

/// A breaker with a clock in hand.
private struct Bench {
  let tick = Lock<UInt64>(0)
  let breaker: CircuitBreaker

  init() {
    var settings = CircuitSettings()
    settings.failuresMax = 3
    settings.restMin = .seconds(1)
    settings.restMax = .seconds(4)
    let tick = tick
    let clock = Clock(
      now: { Timestamp(seconds: 0) }, monotonicNanoseconds: { tick.withLock { $0 } })
    breaker = CircuitBreaker(settings, clock: clock)
  }

  /// Sends one request that comes to `outcome`; returns whether it went through.
  @discardableResult
  func send(_ outcome: CircuitBreaker.Outcome) -> Bool {
    guard let ticket = breaker.admit() else { return false }
    breaker.note(outcome, ticket)
    return true
  }

  func wait(milliseconds: UInt64) { tick.withLock { $0 += milliseconds * 1_000_000 } }
}

@Suite struct CircuitTests {
  @Test func `failures in a row open the circuit, an answer between them does not count`() {
    let bench = Bench()
    for outcome in [CircuitBreaker.Outcome.failed, .failed, .answered, .failed, .unknown, .failed] {
      #expect(bench.send(outcome))
    }
    #expect(bench.breaker.snapshot.state == .closed)
    #expect(bench.send(.failed))
    #expect(bench.breaker.snapshot.state == .open && !bench.send(.answered))
    let snapshot = bench.breaker.snapshot
    #expect(snapshot.openings == 1 && snapshot.refusals == 1 && snapshot.failures == 3)
  }

  @Test func `after the rest one request probes, and its outcome decides`() {
    let bench = Bench()
    for _ in 0..<3 { bench.send(.failed) }
    // The rest doubles with each probe that fails, up to its bound.
    for rest in [1000, 2000, 4000, 4000] as [UInt64] {
      bench.wait(milliseconds: rest - 1)
      #expect(!bench.send(.answered))
      bench.wait(milliseconds: 1)
      let probe = bench.breaker.admit()
      #expect(probe != nil && bench.breaker.admit() == nil)
      #expect(bench.breaker.snapshot.state == .probing)
      if let probe { bench.breaker.note(.failed, probe) }
    }
    bench.wait(milliseconds: 4000)
    #expect(bench.send(.unknown) && bench.send(.answered))
    #expect(bench.breaker.snapshot.state == .closed && bench.breaker.snapshot.openings == 5)
    // A new opening begins with the short rest again.
    for _ in 0..<3 { bench.send(.failed) }
    bench.wait(milliseconds: 1000)
    #expect(bench.send(.answered))
  }

  @Test func `a probe that lasts keeps the others out for the longest rest only`() {
    for slow in [CircuitBreaker.Outcome.answered, .failed] {
      let bench = Bench()
      for _ in 0..<3 { bench.send(.failed) }
      bench.wait(milliseconds: 1000)
      let first = bench.breaker.admit()
      bench.wait(milliseconds: 3999)
      #expect(first != nil && bench.breaker.admit() == nil)
      bench.wait(milliseconds: 1)
      let second = bench.breaker.admit()
      #expect(second != nil && bench.breaker.admit() == nil)
      if let second { bench.breaker.note(.answered, second) }
      if let first { bench.breaker.note(slow, first) }
      #expect(bench.breaker.snapshot.state == .closed && bench.breaker.snapshot.failures == 0)
    }
  }

  @Test func `what was sent before the circuit opened does not decide about it`() {
    let bench = Bench()
    let early = (0..<5).compactMap { _ in bench.breaker.admit() }
    for ticket in early[..<3] { bench.breaker.note(.failed, ticket) }
    bench.breaker.note(.answered, early[3])
    #expect(bench.breaker.snapshot.state == .open)
    bench.wait(milliseconds: 1000)
    let probe = bench.breaker.admit()
    bench.breaker.note(.failed, early[4])
    #expect(bench.breaker.snapshot.state == .probing)
    if let probe { bench.breaker.note(.answered, probe) }
    #expect(bench.breaker.snapshot.state == .closed)
  }
}
