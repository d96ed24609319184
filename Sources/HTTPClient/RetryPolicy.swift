// When a failed exchange is repeated: exponential waits with full jitter, and a budget, so that a
// store that is down gets a little more load from retries, not a multiple.

import Base

/// How often and how patiently an exchange is repeated.
package struct RetryPolicy: Sendable {
  /// Attempts in total, the first included; 1 means no retry.
  package var attemptsMax = 3

  /// The longest wait before the second attempt; doubles with each further one.
  package var baseDelay = Duration.milliseconds(50)

  /// No wait is longer than this; a longer `Retry-After` ends the attempts.
  package var delayMax = Duration.seconds(5)

  /// Retries that the budget holds when full.
  package var budgetRetriesMax = 20

  /// Successful exchanges that earn back one retry.
  package var successesPerRetry = 10

  /// Random bits for the jitter.
  package var random: @Sendable () -> UInt64 = { UInt64.random(in: .min ... .max) }

  /// Waits; returns early, without an error, when the task is cancelled.
  package var sleep: @Sendable (Duration) async -> Void = { duration in
    do {
      try await Task.sleep(for: duration)
    } catch {
      // Cancelled; the next step of the exchange notices and says so.
      return
    }
  }

  /// Creates the default policy.
  package init() {}

  /// The wait before attempt `attempt` (2 is the first retry): between zero and the doubled base.
  package func delay(before attempt: Int) -> Duration {
    let doublings = min(max(attempt - 2, 0), 16)
    let ceiling = min(baseDelay.milliseconds << doublings, delayMax.milliseconds)
    return .milliseconds(Int(random() % UInt64(ceiling + 1)))
  }
}

/// Counts retries against successes; shared by all exchanges with one server.
package final class RetryBudget: Sendable {
  private let policy: RetryPolicy
  private let credit: Lock<Int>

  /// Creates a full budget.
  package init(_ policy: RetryPolicy) {
    self.policy = policy
    credit = Lock(policy.budgetRetriesMax * max(1, policy.successesPerRetry))
  }

  /// Takes one retry; false when the budget is used up.
  package func takeRetry() -> Bool {
    let price = max(1, policy.successesPerRetry)
    return credit.withLock { credit in
      guard credit >= price else { return false }
      credit -= price
      return true
    }
  }

  /// Notes a success.
  package func noteSuccess() {
    let full = policy.budgetRetriesMax * max(1, policy.successesPerRetry)
    credit.withLock { credit in credit = min(full, credit + 1) }
  }

  /// Whether attempt number `attempt` + 1 may be made; waits before it if so.
  ///
  /// `after` is the server's `Retry-After`, honoured if it is not longer than `delayMax`.
  package func waitForRetry(after attempt: Int, retryAfter: Duration? = nil) async -> Bool {
    guard attempt < policy.attemptsMax, !Task.isCancelled else { return false }
    if let retryAfter, retryAfter > policy.delayMax { return false }
    guard takeRetry() else { return false }
    let jitter = policy.delay(before: attempt + 1)
    await policy.sleep(max(jitter, retryAfter ?? .zero))
    return !Task.isCancelled
  }
}
