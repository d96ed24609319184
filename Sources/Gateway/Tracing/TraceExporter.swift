// Sends spans to an OpenTelemetry collector over HTTP. A collector that is away costs spans, which are
// counted, and nothing else.

import Base
package import HTTPClient
import HTTPMessage

/// Exports traces.
package final class TraceExporter: Sendable {
  /// The most spans of one request.
  package static let batchMax = 512

  /// The time between two looks at the queue, in milliseconds.
  private static let pauseMilliseconds = 500

  /// How long the collector may take for one request.
  private static let timeout = Duration.seconds(5)

  /// Spans that wait.
  package let queue = SpanQueue()
  private let url: String
  private let http: HTTPClient
  private let instance: String
  private let log: Log
  private let exported = Counter()
  private let failed = Counter()
  private let isFailing = Lock(false)

  /// Names the collector.
  /// - Parameters:
  ///   - endpoint: Its origin; `/v1/traces` is added.
  ///   - instance: What this process is called in the traces.
  package init(endpoint: Origin, instance: String, http: HTTPClient, log: Log) {
    url = endpoint.description + "/v1/traces"
    self.instance = instance
    self.http = http
    self.log = log
  }

  /// Exports what waits until cancelled.
  package func run() async {
    while !Task.isCancelled {
      await exportAll()
      do { try await Task.sleep(for: .milliseconds(Self.pauseMilliseconds)) } catch { return }
    }
  }

  /// Exports what waits now; stops at the first request that fails.
  package func exportAll() async {
    while true {
      let spans = queue.take(Self.batchMax)
      guard !spans.isEmpty else { return }
      // A task of its own: who stops the gateway is cancelled already, and the last spans count too.
      let isExported = await Task { await export(spans) }.value
      guard isExported else { return }
    }
  }

  /// The families.
  package var families: [MetricFamily] {
    [
      MetricFamily("trace_spans_total", .counter, "Spans by what became of them.") {
        [
          MetricSample([("outcome", "exported")], value: Double(self.exported.count)),
          MetricSample([("outcome", "failed")], value: Double(self.failed.count)),
          MetricSample([("outcome", "dropped")], value: Double(self.queue.droppedCount)),
        ]
      },
      .gauge("trace_queue", "Spans that wait for the collector.") { Double(self.queue.count) },
    ]
  }

  private func export(_ spans: [Span]) async -> Bool {
    let request = ClientRequest(
      .post, url, fields: HTTPFields([(.contentType, "application/json")]),
      body: .bytes(OTLPBody.bytes(of: spans, instance: instance)), totalTimeout: Self.timeout)
    var reason: String?
    do throws(HTTPClientError) {
      let answer = try await http.fetch(request, bytesMax: 65_536, attemptsMax: 1)
      if answer.status.code / 100 != 2 { reason = "status-\(answer.status.code)" }
    } catch {
      reason = error.code.rawValue
    }
    if reason == nil { exported.add(spans.count) } else { failed.add(spans.count) }
    note(reason)
    return reason == nil
  }

  /// One line when the collector goes away, not one for each request.
  private func note(_ reason: String?) {
    let isNew = isFailing.withLock { isFailing in
      defer { isFailing = reason != nil }
      return reason != nil && !isFailing
    }
    if isNew, let reason { log.event(.warning, "traces-not-exported", [("code", .text(reason))]) }
  }
}
