// Counters and histograms for metrics: one relaxed atomic addition an observation, no lock. What is
// counted often is kept once a loop, so that no two threads share a line of memory.

import Synchronization

/// A count that any thread may change and read.
package struct Counter: ~Copyable, Sendable {
  private let value = Atomic<Int>(0)

  /// Creates a counter at zero.
  package init() {}

  /// Adds to the count; it may be negative where something is counted that goes away again.
  package func add(_ count: Int) { value.add(count, ordering: .relaxed) }

  /// The count.
  package var count: Int { value.load(ordering: .relaxed) }
}

/// How often a quantity lay below each of a few bounds.
package final class Histogram: Sendable {
  /// The most bounds of a histogram.
  package static let boundsMax = 24

  /// Bounds in nanoseconds from 50 µs to 10 s, for answers and for calls of other servers.
  package static let durations = [
    50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000,
    50_000_000, 100_000_000, 250_000_000, 500_000_000, 1_000_000_000, 2_500_000_000,
    10_000_000_000,
  ]

  /// The upper bounds, ascending, each belonging to its own bucket.
  package let bounds: [Int]

  private let buckets = InlineArray<25, Atomic<Int>> { _ in Atomic(0) }
  private let total = Atomic<Int>(0)

  /// Creates an empty histogram of 1 to `boundsMax` ascending bounds.
  package init(bounds: [Int]) {
    precondition((1...Histogram.boundsMax).contains(bounds.count), "1 to 24 bounds")
    precondition(zip(bounds, bounds.dropFirst()).allSatisfy(<), "bounds ascend")
    self.bounds = bounds
  }

  /// Counts one quantity.
  package func observe(_ value: Int) {
    var index = 0
    while index < bounds.count, value > bounds[index] { index += 1 }
    buckets[index].add(1, ordering: .relaxed)
    total.add(value, ordering: .relaxed)
  }

  /// What was counted so far. An observation under way may be in the count and not yet in the sum.
  package var snapshot: HistogramSnapshot {
    HistogramSnapshot(
      bounds: bounds,
      counts: (0...bounds.count).map { buckets[$0].load(ordering: .relaxed) },
      sum: total.load(ordering: .relaxed))
  }
}

/// The state of one histogram, or of several with equal bounds.
package struct HistogramSnapshot: Sendable, Hashable {
  /// The upper bounds.
  package let bounds: [Int]
  /// How many observations fell into each bucket; the last one is beyond all bounds.
  package private(set) var counts: [Int]
  /// All observations together.
  package private(set) var sum: Int

  /// The state of a histogram that has seen nothing.
  package init(bounds: [Int]) {
    self.init(bounds: bounds, counts: Array(repeating: 0, count: bounds.count + 1), sum: 0)
  }

  init(bounds: [Int], counts: [Int], sum: Int) {
    self.bounds = bounds
    self.counts = counts
    self.sum = sum
  }

  /// The number of observations.
  package var count: Int { counts.reduce(0, +) }

  /// Adds what another histogram of the same bounds saw.
  package mutating func add(_ other: HistogramSnapshot) {
    precondition(other.bounds == bounds, "histograms of the same bounds are added")
    for index in counts.indices { counts[index] += other.counts[index] }
    sum += other.sum
  }
}
