import API
import Base
import Testing

@Suite struct RateLimiterTests {
  /// A clock that only the test moves.
  final class Hands: Sendable {
    let nanoseconds = Lock(UInt64(1_000_000_000_000))
    var clock: Clock {
      Clock(
        now: { Timestamp(seconds: 0) },
        monotonicNanoseconds: { self.nanoseconds.withLock { $0 } })
    }
    func advance(milliseconds: UInt64) {
      nanoseconds.withLock { $0 += milliseconds * 1_000_000 }
    }
  }

  @Test func `a burst passes, the next request waits, and a key does not spend another's`() {
    let hands = Hands()
    let limiter = RateLimiter(
      limit: RateLimit(requestsPerMinute: 60, burst: 3), keysMax: 1024, clock: hands.clock)
    for _ in 0..<3 { #expect(limiter.admit("acme") == .allowed) }
    #expect(limiter.admit("acme") == .refused(retryAfterSeconds: 1))
    #expect(limiter.admit("globex") == .allowed)
    hands.advance(milliseconds: 999)
    #expect(limiter.admit("acme") == .refused(retryAfterSeconds: 1))
    hands.advance(milliseconds: 1)
    #expect(limiter.admit("acme") == .allowed)
    #expect(limiter.admit("acme") == .refused(retryAfterSeconds: 1))
  }

  @Test func `a costly request is paid for by those after it`() {
    let hands = Hands()
    let limiter = RateLimiter(
      limit: RateLimit(requestsPerMinute: 60, burst: 1), keysMax: 1024, clock: hands.clock)
    #expect(limiter.admit(1, cost: 10) == .allowed)
    #expect(limiter.admit(1) == .refused(retryAfterSeconds: 10))
  }

  @Test func `a flood of keys does not lift the limit of a busy key`() {
    let hands = Hands()
    let limiter = RateLimiter(
      limit: RateLimit(requestsPerMinute: 1, burst: 2), keysMax: 1024, clock: hands.clock)
    #expect(limiter.admit("busy", cost: 100) == .allowed)
    for key in 0..<20_000 { _ = limiter.admit(key) }
    #expect(limiter.admit("busy") != .allowed)
  }
}
