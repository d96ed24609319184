// Which requests carry a trace with them: those whose caller traces, and, where traces are exported,
// all of them.

package import Base
package import HTTPMessage

/// Decides about traces.
package struct TraceSampling: Sendable {
  /// Of 10,000 traces that begin here, how many are recorded; nothing where none is exported.
  private let share: UInt64?

  /// Only callers' traces are carried on; nothing is recorded here.
  package static let off = TraceSampling(share: nil)

  private init(share: UInt64?) { self.share = share }

  /// Traces are exported: `percent` (0...100) of those that begin here, and callers' as they wish.
  package init(percent: Int) {
    precondition((0...100).contains(percent), "a share is 0 to 100 percent")
    share = UInt64(percent) * 100
  }

  /// The trace of a request; nothing if nobody traces it.
  package func trace(of request: HTTPRequest) -> TraceContext? {
    guard share != nil || request.fields.contains(.traceparent) else { return nil }
    guard let share else {
      // Not ours to record, and a malformed field begins nothing.
      return request.callerTrace?.child(request.id.low)
    }
    // The lower half of the id is evenly spread.
    return request.trace { $0.low % 10_000 < share }
  }
}
