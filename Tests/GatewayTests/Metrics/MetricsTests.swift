// The registry and its text: the format holds whatever the values are, and nothing is unbounded.

import Base
import Gateway
import Testing

@Suite struct MetricsTests {
  @Test func `every kind of family follows the format`() {
    let registry = MetricsRegistry()
    let histogram = Histogram(bounds: [1000, 250_000])
    for value in [0, 1000, 1001, 250_000, 250_001] { histogram.observe(value) }
    registry.register(
      .counter("things_total", "Things with a \\ and\na line.") { 7 },
      .gauge("depth", "How deep.") { -0.5 }, .gauge("absent", "Nothing yet.") { nil },
      .histogram("wait_seconds", "Waits.", unit: 1e-9, histogram),
      MetricFamily("by_name", .gauge, "Labels.") {
        [MetricSample([("name", "a\"b\\c\nd"), ("kind", "x")], value: 1e12)]
      })
    let text = String(decoding: registry.text(), as: UTF8.self)
    let document = MetricsDocument(text)
    #expect(document.faults == [], "\(text)")
    #expect(
      text == #"""
        # HELP postern_things_total Things with a \\ and\na line.
        # TYPE postern_things_total counter
        postern_things_total 7
        # HELP postern_depth How deep.
        # TYPE postern_depth gauge
        postern_depth -0.5
        # HELP postern_wait_seconds Waits.
        # TYPE postern_wait_seconds histogram
        postern_wait_seconds_bucket{le="1e-06"} 2
        postern_wait_seconds_bucket{le="0.00025"} 4
        postern_wait_seconds_bucket{le="+Inf"} 5
        postern_wait_seconds_sum 0.000502002
        postern_wait_seconds_count 5
        # HELP postern_by_name Labels.
        # TYPE postern_by_name gauge
        postern_by_name{name="a\"b\\c\nd",kind="x"} 1000000000000

        """#)
  }

  @Test(arguments: [
    "# TYPE a_total counter\na_total 1",
    "# TYPE a counter\na 1\n", "# HELP a x\n# TYPE a gauge\na 1\n",
    "# TYPE a gauge\na 1\na 2\n", "# TYPE a gauge\nb 1\n", "# TYPE a gauge\na{x=\"1\"y=\"2\"} 1\n",
    "# TYPE a gauge\n# TYPE b gauge\nb 1\na 1\n", "# TYPE a gauge\na{x=\"\\t\"} 1\n",
    "# TYPE a gauge\na one\n", "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    "# TYPE a_total counter\na_total -1\n",
  ])
  func `the reader of these tests sees a broken scrape`(text: String) {
    #expect(!MetricsDocument(text).faults.isEmpty)
  }

  @Test(arguments: [(1999, 1999), (2000, 2000), (2001, 2000)])
  func `a family shows a bounded number of samples`(count: Int, shown: Int) {
    let registry = MetricsRegistry()
    registry.register(
      MetricFamily("many", .gauge, "Too many.") {
        (0..<count).map { MetricSample([("n", String($0))], value: 1) }
      })
    let document = MetricsDocument(String(decoding: registry.text(), as: UTF8.self))
    #expect(document.values.count == shown && document.faults.isEmpty)
  }

  @Test func `histograms of loops add up`() {
    let (first, second) = (Histogram(bounds: [10]), Histogram(bounds: [10]))
    first.observe(10)
    second.observe(11)
    var snapshot = HistogramSnapshot(bounds: [10])
    for one in [first, second] { snapshot.add(one.snapshot) }
    #expect(snapshot.counts == [1, 1] && snapshot.sum == 21 && snapshot.count == 2)
  }

  @Test func `counters lose nothing under many threads`() async {
    let histogram = Histogram(bounds: Array(1...Histogram.boundsMax))
    await withTaskGroup(of: Void.self) { group in
      for worker in 0..<8 {
        group.addTask { for step in 0..<1000 { histogram.observe((worker + step) % 30) } }
      }
    }
    #expect(histogram.snapshot.count == 8000)
  }
}
