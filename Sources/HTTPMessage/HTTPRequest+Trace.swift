// The trace of a request: its caller's, or one of its own named after the request.

package import Base

extension HTTPRequest {
  /// The caller's span, if one well-formed `traceparent` was sent; more than one counts as none.
  package var callerTrace: TraceContext? {
    guard let bytes = fields.bytes(of: .traceparent) else { return nil }
    guard fields.all(.traceparent).count == 1 else { return nil }
    return TraceContext(traceparent: bytes)
  }

  /// The span of this request: in the caller's trace, or in a trace with the request's own id.
  ///
  /// The ids follow from the request's, so that whoever asks later gets the same ones.
  /// - Parameter samples: Whether a trace that begins here is recorded.
  package func trace(samples: (RequestID) -> Bool) -> TraceContext? {
    if let caller = callerTrace { return caller.child(id.low) }
    return TraceContext(
      traceHigh: id.high, traceLow: id.low, span: id.low == 0 ? 1 : id.low,
      isSampled: samples(id))
  }
}
