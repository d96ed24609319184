// Files by what came of one step of theirs, and how long it took.

import Base
import Delivery

/// Counts files by outcome.
final class OutcomeMeter: Sendable {
  private let name: String
  private let help: String
  private let outcomes: [String]
  private let seconds: [Histogram]

  /// - Parameter outcomes: What may come of a file, as the `outcome` label has it.
  init(_ name: String, _ help: String, outcomes: [String]) {
    self.name = name
    self.help = help
    self.outcomes = outcomes
    seconds = outcomes.map { _ in Histogram(bounds: Histogram.durations) }
  }

  /// Counts a file; the outcome is one of those that the meter has.
  func observe(_ outcome: String, nanoseconds: UInt64) {
    guard let index = outcomes.firstIndex(of: outcome) else {
      preconditionFailure("a meter has all outcomes")
    }
    seconds[index].observe(Int(clamping: nanoseconds))
  }

  /// The family; outcomes that did not occur are left out.
  var family: MetricFamily {
    MetricFamily(name, .histogram, help) {
      zip(self.outcomes, self.seconds).compactMap { outcome, histogram in
        let snapshot = histogram.snapshot
        guard snapshot.count > 0 else { return nil }
        return MetricSample([("outcome", outcome)], histogram: snapshot, unit: 1e-9)
      }
    }
  }
}

extension OutcomeMeter {
  /// Of the scrub workers.
  static func ofScrubs() -> OutcomeMeter {
    OutcomeMeter(
      "scrub_seconds", "Time of a file in the scrub workers, by what came of it.",
      outcomes: ["clean", "type-refused", "refused", "failed"])
  }

  /// Of the malware scanner.
  static func ofScans() -> OutcomeMeter {
    OutcomeMeter(
      "malware_scan_seconds", "Time of a file at the malware scanner, by its word.",
      outcomes: ["clean", "found", "unreachable", "failed", "too-large"])
  }
}

extension Result<ScrubOutcome, ScrubberError> {
  /// The outcome's label.
  var word: String {
    switch self {
    case .success(.clean): "clean"
    case .success(.mediaTypeRefused): "type-refused"
    case .success(.refused): "refused"
    case .failure: "failed"
    }
  }
}

extension Result<ScanRecord, ScannerError> {
  /// The outcome's label.
  var word: String {
    switch self {
    case .success(let record): record.verdict.word
    case .failure(let error): error.code.rawValue
    }
  }
}
