// What happens when a request is done: it is counted, traced and logged, on its loop.

import API
import Base
import HTTPMessage
import HTTPServer

/// Observes the requests of one listener: the public one, or the admin socket.
struct RequestObserver: Sendable {
  /// Where what is observed goes.
  struct Sinks: Sendable {
    let meter: RouteMeter
    let sampling: TraceSampling
    /// Nothing where traces are not exported.
    let spans: SpanQueue?
    /// Nothing where requests are not logged.
    let log: Log?
    let problems: ProblemMeter
    let clock: Clock
  }

  private let sinks: Sinks
  private let firstLoop: Int
  private let lines: RequestLog?

  /// Observes the loops of one server; `loops` are their numbers among all.
  init(_ sinks: Sinks, loops: Range<Int>) {
    self.sinks = sinks
    firstLoop = loops.lowerBound
    lines = sinks.log.map { RequestLog($0, loops: loops.count) }
  }

  /// Has a server tell of its requests.
  func attach(to configuration: inout HTTPServerConfiguration) {
    configuration.accessLog = { self.observe($0) }
    configuration.refusalResponse = { [problems = sinks.problems] _, code, id in
      problems.add(Refusals.problem(code))
      return Refusals.answer(code, id)
    }
    if let lines { configuration.turnEnded = { lines.turnEnded(loop: $0) } }
  }

  /// Takes note of a request, on the thread of its loop.
  private func observe(_ record: AccessRecord) {
    sinks.meter.observe(record, loop: firstLoop + record.loop)
    guard lines != nil || sinks.spans != nil else { return }
    let trace = record.request.flatMap { sinks.sampling.trace(of: $0) }
    lines?.record(record, trace)
    if let spans = sinks.spans, let trace, trace.isSampled { spans.add(span(record, trace)) }
  }

  private func span(_ record: AccessRecord, _ trace: TraceContext) -> Span {
    let label = RouteTable.labels[APIHandler.label(of: record.request)]
    let method = record.request?.method.rawValue ?? label.method
    let duration = Int64(clamping: record.durationNanoseconds)
    return Span(
      trace, parent: record.request?.callerTrace?.span, name: "\(method) \(label.route)",
      kind: .server, startNanoseconds: sinks.clock.now().milliseconds * 1_000_000 - duration,
      durationNanoseconds: duration,
      attributes: [
        ("http.request.method", .text(method)), ("http.route", .text(label.route)),
        ("http.response.status_code", .number(Int64(record.status.code))),
        ("postern.request_id", .text(record.id.description)),
      ], isError: record.status.code >= 500 || !record.isComplete)
  }
}
