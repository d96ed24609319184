// Where spans wait to be exported. Bounded: tracing may lose spans, it may not cost the service
// memory or time.

import Base

/// Spans that wait for the exporter.
package final class SpanQueue: Sendable {
  /// The most spans that wait.
  package static let spansMax = 4096

  private let spans = Lock<[Span]>([])
  private let dropped = Counter()

  /// Creates an empty queue.
  package init() {}

  /// Adds a span, or drops it if too many wait.
  package func add(_ span: Span) {
    let isAdded = spans.withLock { spans in
      guard spans.count < SpanQueue.spansMax else { return false }
      spans.append(span)
      return true
    }
    if !isAdded { dropped.add(1) }
  }

  /// Takes up to `countMax` spans, oldest first.
  package func take(_ countMax: Int) -> [Span] {
    spans.withLock { spans in
      let taken = Array(spans.prefix(countMax))
      spans.removeFirst(taken.count)
      return taken
    }
  }

  /// Spans that wait.
  package var count: Int { spans.withLock { $0.count } }

  /// Spans that were dropped because too many waited.
  package var droppedCount: Int { dropped.count }
}
