// What a part of the gateway tells about itself: a named family of samples, read when asked for.

package import Base

/// A family of samples under one name.
package struct MetricFamily: Sendable {
  /// What the numbers are.
  package enum Kind: String, Sendable {
    /// Only grows; the name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
    /// Observations by size.
    case histogram
  }

  /// The name after `postern_`, in lower-case words joined by `_`, with its unit at the end.
  package let name: String
  /// What the numbers are.
  package let kind: Kind
  /// One sentence for people.
  package let help: String
  /// Reads the present samples; called at each scrape, on the thread of the operations listener: it
  /// must neither block for long nor throw away errors that matter.
  package let samples: @Sendable () -> [MetricSample]

  /// Describes a family.
  package init(
    _ name: String, _ kind: Kind, _ help: String,
    _ samples: @escaping @Sendable () -> [MetricSample]
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }

  /// A family of one counter without labels.
  package static func counter(
    _ name: String, _ help: String, _ read: @escaping @Sendable () -> Int
  ) -> MetricFamily {
    MetricFamily(name, .counter, help) { [MetricSample(value: Double(read()))] }
  }

  /// A family of one gauge without labels; nothing while there is no reading.
  package static func gauge(
    _ name: String, _ help: String, _ read: @escaping @Sendable () -> Double?
  ) -> MetricFamily {
    MetricFamily(name, .gauge, help) { read().map { [MetricSample(value: $0)] } ?? [] }
  }

  /// A family of one histogram without labels.
  /// - Parameter unit: What one of the histogram's units is in the family's, such as 1e-9 for
  ///   nanoseconds shown as seconds.
  package static func histogram(
    _ name: String, _ help: String, unit: Double, _ histogram: Histogram
  ) -> MetricFamily {
    MetricFamily(name, .histogram, help) {
      [MetricSample(histogram: histogram.snapshot, unit: unit)]
    }
  }
}

/// One sample of a family.
package struct MetricSample: Sendable {
  enum Value: Sendable {
    case number(Double)
    case histogram(HistogramSnapshot, unit: Double)
  }

  let labels: [(name: String, value: String)]
  let value: Value

  /// A number; label values come from closed sets, never from requests.
  package init(_ labels: [(name: String, value: String)] = [], value: Double) {
    self.labels = labels
    self.value = .number(value)
  }

  /// A histogram; see `MetricFamily.histogram` for `unit`.
  package init(
    _ labels: [(name: String, value: String)] = [], histogram: HistogramSnapshot, unit: Double
  ) {
    self.labels = labels
    value = .histogram(histogram, unit: unit)
  }
}
