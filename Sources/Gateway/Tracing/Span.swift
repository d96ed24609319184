// One piece of work in a trace, as OpenTelemetry has it. Attributes come from closed sets or are ids;
// paths, queries, titles and URLs have no way in.

package import Base
import HTTPMessage
import S3

/// A finished span.
package struct Span: Sendable {
  /// Who made the request of the span.
  package enum Kind: Int, Sendable {
    /// A client of ours.
    case server = 2
    /// We.
    case client = 3
  }

  let context: TraceContext
  let parent: UInt64?
  let name: String
  let kind: Kind
  /// Since 1970.
  let startNanoseconds: Int64
  let durationNanoseconds: Int64
  let attributes: [(name: String, value: LogValue)]
  let isError: Bool

  /// Takes the values as they are.
  package init(
    _ context: TraceContext, parent: UInt64?, name: String, kind: Kind, startNanoseconds: Int64,
    durationNanoseconds: Int64, attributes: [(name: String, value: LogValue)], isError: Bool
  ) {
    self.context = context
    self.parent = parent
    self.name = name
    self.kind = kind
    self.startNanoseconds = startNanoseconds
    self.durationNanoseconds = durationNanoseconds
    self.attributes = attributes
    self.isError = isError
  }

  /// A call of the object store; nothing outside of a recorded trace.
  init?(_ call: S3Call) {
    guard let trace = call.trace, trace.isSampled else { return nil }
    var attributes: [(name: String, value: LogValue)] = [
      ("http.request.method", .text(call.method.rawValue)),
      ("postern.attempts", .number(Int64(call.attempts))),
    ]
    if let failure = call.failure { attributes.append(("error.type", .text(failure.rawValue))) }
    self.init(
      trace, parent: call.parent?.span, name: "object store \(call.method.rawValue)",
      kind: .client, startNanoseconds: call.startedAt.milliseconds * 1_000_000,
      durationNanoseconds: Int64(clamping: call.durationNanoseconds), attributes: attributes,
      isError: call.failure != nil && call.failure != .noSuchKey)
  }
}
