// Rate, errors and duration of requests by route. Each loop counts for itself, so that an observation
// is a few additions to memory that no other thread writes.

import API
import Base
import HTTPMessage
import HTTPServer

/// Counts finished requests.
final class RouteMeter: Sendable {
  /// How an answer ended, as the `status` label has it.
  static let endings = ["1xx", "2xx", "3xx", "4xx", "5xx", "incomplete"]

  /// The requests of one route on one loop.
  private final class Tally: Sendable {
    let seconds = Histogram(bounds: Histogram.durations)
    let endings = InlineArray<6, Counter> { _ in Counter() }
  }

  private let tallies: [[Tally]]

  /// Makes the counters of `loops` loops.
  init(loops: Int) {
    tallies = (0..<loops).map { _ in RouteTable.labels.map { _ in Tally() } }
  }

  /// Counts a request; one `loop` is counted by one thread.
  func observe(_ record: AccessRecord, loop: Int) {
    let tally = tallies[loop][APIHandler.label(of: record.request)]
    tally.seconds.observe(Int(truncatingIfNeeded: record.durationNanoseconds))
    let ending = record.isComplete ? Int(record.status.code) / 100 - 1 : 5
    if RouteMeter.endings.indices.contains(ending) { tally.endings[ending].add(1) }
  }

  /// The families; routes without a request are left out.
  var families: [MetricFamily] {
    [
      MetricFamily(
        "requests_total", .counter, "Requests by route and class of status.",
        { self.requests }),
      MetricFamily(
        "request_seconds", .histogram, "Time from the end of a request's head to its last byte.",
        { self.durations }),
    ]
  }

  private var requests: [MetricSample] {
    var samples = [MetricSample]()
    for (number, label) in RouteTable.labels.enumerated() {
      for (ending, name) in RouteMeter.endings.enumerated() {
        let count = tallies.reduce(0) { $0 + $1[number].endings[ending].count }
        guard count > 0 else { continue }
        samples.append(
          MetricSample(
            [("method", label.method), ("route", label.route), ("status", name)],
            value: Double(count)))
      }
    }
    return samples
  }

  private var durations: [MetricSample] {
    RouteTable.labels.indices.compactMap { number in
      var snapshot = HistogramSnapshot(bounds: Histogram.durations)
      for loop in tallies { snapshot.add(loop[number].seconds.snapshot) }
      guard snapshot.count > 0 else { return nil }
      let label = RouteTable.labels[number]
      return MetricSample(
        [("method", label.method), ("route", label.route)], histogram: snapshot, unit: 1e-9)
    }
  }
}
