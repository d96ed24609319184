// What the server's log says of requests. A path below `/d/` holds a secret and is never written; a
// query may hold anything and is never written either.

import API
import Base
import HTTPMessage
import HTTPServer
import Wire

enum RequestLog {
  /// One line for a finished request.
  static func record(_ record: AccessRecord, _ log: Log, _ traces: TraceSampling) {
    var fields: [(String, LogValue)] = [
      ("request_id", .text(record.id.description)),
      ("status", .number(Int64(record.status.code))),
      ("sent", .number(record.sentBodyBytes)), ("received", .number(record.receivedBodyBytes)),
      ("microseconds", .number(Int64(record.durationNanoseconds / 1000))),
    ]
    if let request = record.request {
      fields.append(("method", .text(request.method.rawValue)))
      fields.append(("path", .text(path(of: request))))
      if let trace = traces.trace(of: request) {
        fields.append(("trace_id", .text(trace.traceID)))
      }
    }
    if let address = record.peer.address { fields.append(("peer", .text(address.description))) }
    if let refusal = record.refusal { fields.append(("refusal", .text(refusal.rawValue))) }
    if !record.isComplete { fields.append(("complete", .truth(false))) }
    log.event(.info, "request", fields)
  }

  /// One line for a request that failed for a reason of which the client is told less than we know.
  static func report(_ problem: Problem, _ request: HTTPRequest, _ log: Log) {
    guard problem.code.status >= 500 || problem.code.status == 401 else { return }
    var fields: [(String, LogValue)] = [
      ("request_id", .text(request.id.description)), ("code", .text(problem.code.rawValue)),
    ]
    // Causes are our own errors, whose descriptions carry codes and no values (STYLE rule 23).
    if let cause = problem.cause { fields.append(("cause", .text("\(cause)"))) }
    log.event(problem.code.status >= 500 ? .error : .warning, "problem", fields)
  }

  private static func path(of request: HTTPRequest) -> String {
    let path = request.rawPath
    if path.starts(with: "/d/".utf8) { return "/d/..." }
    // No path of ours holds a `%` or a token elsewhere; a mistyped link may, and is still a secret.
    let marker = Array("pst_".utf8)
    let holdsToken = path.indices.contains { path[$0...].starts(with: marker) }
    if holdsToken || path.contains(UInt8(ascii: "%")) { return "..." }
    return String(decoding: path.prefix(256), as: UTF8.self)
  }
}
