// One call of the store as an observer sees it: for metrics and traces. Never bucket, key or URL.

package import Base
package import HTTPMessage

/// A finished operation, with all its attempts.
package struct S3Call: Sendable {
  /// The method.
  package let method: HTTPMethod
  /// When it began.
  package let startedAt: Timestamp
  /// From its beginning to the head of the last answer, or to the end of a short one.
  package let durationNanoseconds: UInt64
  /// How often the request was sent.
  package let attempts: Int
  /// Why it failed; nothing for a success.
  package let failure: S3Error.Code?
  /// The span of the call, which was sent as `traceparent`; nothing outside of a trace.
  package let trace: TraceContext?
  /// The span of the work that made the call.
  package let parent: TraceContext?
}
