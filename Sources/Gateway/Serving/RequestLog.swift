// What the server's log says of requests. A path below `/d/` holds a secret and is never written; a
// query may hold anything and is never written either.

import API
import Base
import HTTPMessage
import HTTPServer
import JSONText
import Wire

/// The log of finished requests, a batch of lines for each loop.
struct RequestLog: Sendable {
  private let log: Log
  private let batches: [LineBatch]

  init(_ log: Log, loops: Int) {
    self.log = log
    batches = (0..<loops).map { _ in LineBatch(log.write) }
  }

  /// Notes a finished request and its trace, on the thread of its loop.
  func record(_ record: AccessRecord, _ trace: TraceContext?) {
    let line = log.line(.info, "request") { writer in
      writer.member("request_id", record.id.description)
      writer.member("status", record.status.code)
      writer.member("sent", record.sentBodyBytes)
      writer.member("received", record.receivedBodyBytes)
      writer.member("microseconds", Int(record.durationNanoseconds / 1000))
      if let request = record.request {
        writer.member("method", request.method.rawValue)
        writer.member("path", RequestLog.path(of: request))
        writer.member("trace_id", trace?.traceID)
      }
      writer.member("peer", record.peer.address?.description)
      writer.member("refusal", record.refusal?.rawValue)
      if !record.isComplete { writer.member("complete", false) }
    }
    batches[record.loop].add(line)
  }

  /// Writes what was noted in a turn of a loop, on its thread.
  func turnEnded(loop: Int) { batches[loop].flush() }

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
    let holdsToken = path.indices.contains {
      path[$0] == UInt8(ascii: "p") && path[$0...].starts(with: "pst_".utf8)
    }
    if holdsToken || path.contains(UInt8(ascii: "%")) { return "..." }
    return String(decoding: path.prefix(256), as: UTF8.self)
  }
}
