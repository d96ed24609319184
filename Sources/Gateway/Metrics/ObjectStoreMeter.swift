// Calls of the object store: how many, how long, how they failed. Fed by the client's observer.

import Base
import HTTPMessage
import S3

/// Counts calls by method and outcome.
final class ObjectStoreMeter: Sendable {
  private static let methods: [HTTPMethod] = [.get, .head, .put, .post, .delete]

  private let seconds = ObjectStoreMeter.methods.map { _ in Histogram(bounds: Histogram.durations) }
  private let retries = Counter()
  /// Failures are rare, and their codes are a closed set.
  private let failures = Lock<[S3Error.Code: Int]>([:])

  /// Counts a call.
  func observe(_ call: S3Call) {
    if let index = ObjectStoreMeter.methods.firstIndex(of: call.method) {
      seconds[index].observe(Int(clamping: call.durationNanoseconds))
    }
    retries.add(max(0, call.attempts - 1))
    // That an object is absent is an answer.
    if let failure = call.failure, failure != .noSuchKey {
      failures.withLock { $0[failure, default: 0] += 1 }
    }
  }

  /// The families.
  var families: [MetricFamily] {
    [
      MetricFamily("object_store_seconds", .histogram, "Calls of the object store.") {
        zip(ObjectStoreMeter.methods, self.seconds).compactMap { method, histogram in
          let snapshot = histogram.snapshot
          guard snapshot.count > 0 else { return nil }
          return MetricSample([("method", method.rawValue)], histogram: snapshot, unit: 1e-9)
        }
      },
      .counter("object_store_retries_total", "Repeated attempts of such calls.") {
        self.retries.count
      },
      MetricFamily("object_store_failures_total", .counter, "Failed calls by code.") {
        self.failures.withLock { $0 }.sorted { $0.key.rawValue < $1.key.rawValue }.map {
          MetricSample([("code", $0.key.rawValue)], value: Double($0.value))
        }
      },
    ]
  }
}
