// Where the parts of the gateway register their metrics, and the text that a scrape gets. To add
// one: `parts.metrics.register(.gauge("tls_certificate_days", "...") { ... })`.

import Base

/// The metrics of one gateway in the text format of Prometheus 0.0.4.
package final class MetricsRegistry: Sendable {
  /// The most samples of one family that are shown; a histogram counts as one. Labels are closed
  /// sets, so that more than this is a mistake, which must not fill the memory of the scraper.
  package static let samplesMax = 2000

  private let families = Lock<[MetricFamily]>([])

  /// Creates an empty registry.
  package init() {}

  /// Adds families; a name may be registered once.
  package func register(_ added: MetricFamily...) { register(added) }

  /// Adds families; a name may be registered once.
  package func register(_ added: [MetricFamily]) {
    families.withLock { families in
      for family in added {
        precondition(
          MetricText.isName(family.name), "the name of a metric is lower-case words and digits")
        precondition(
          !families.contains { $0.name == family.name }, "a metric is registered once")
        precondition(
          (family.kind == .counter) == family.name.hasSuffix("_total"), "counters are totals")
        families.append(family)
      }
    }
  }

  /// All metrics; families without a sample are left out.
  package func text() -> [UInt8] {
    var text = MetricText()
    for family in families.withLock({ $0 }) {
      text.append(family, family.samples().prefix(MetricsRegistry.samplesMax))
    }
    return text.bytes
  }
}
