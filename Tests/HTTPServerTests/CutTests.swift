// What the writer of a streamed body learns and may do: how much is sent, and to cut what is not.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct CutTests {
  /// What happened to the writer.
  private struct Report: Sendable {
    var writer: BodyWriter?
    var written: Int64 = 0
    var sent: Int64 = -1
    var code: HTTPMessageError.Code?
  }

  /// Ends the circle of the writer, its connection, the handler, and the report that keeps the writer.
  private static func release(_ report: Lock<Report>) {
    report.withLock { $0.writer = nil }
  }

  private static func handler(
    length: Int64, _ report: Lock<Report>, started: Gate, ended: Gate
  ) -> ClosureHandler {
    var handler = ClosureHandler()
    handler.now = { _, _, _ in
      HTTPResponse(
        .ok,
        body: .stream(
          StreamedBody(length: length) { writer in
            defer {
              report.withLock { $0.sent = writer.sentBytes }
              ended.open()
            }
            let piece = [UInt8](repeating: 7, count: 100_000)
            do {
              while report.withLock({ $0.written }) < length {
                try await writer.write(piece)
                report.withLock { report in
                  report.written += 100_000
                  report.writer = writer
                }
                started.open()
              }
              try await writer.drain()
            } catch let error as HTTPMessageError {
              report.withLock { $0.code = error.code }
              throw error
            }
          }))
    }
    return handler
  }

  @Test(arguments: [Wire.clear, .tls])
  func `a drained body is sent to its last byte`(wire: Wire) async throws {
    let (report, started, ended) = (Lock(Report()), Gate(), Gate())
    defer { Self.release(report) }
    let handler = Self.handler(length: 3_000_000, report, started: started, ended: ended)
    try await withServer(handler, wires: [wire]) { server in
      let client = try TestClient(server)
      let answer = try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      await ended.wait()
      #expect(answer.body.count == 3_000_000)
      #expect(report.withLock { $0.sent } == 3_000_000)
    }
  }

  @Test(arguments: [Wire.clear, .tls])
  func `a cut ends the connection and tells the writer what was sent`(wire: Wire) async throws {
    let (report, started, ended) = (Lock(Report()), Gate(), Gate())
    defer { Self.release(report) }
    let records = Lock<[AccessRecord]>([])
    let handler = Self.handler(
      length: 1_000_000_000, report, started: started, ended: ended)
    let settings = Settings { configuration in
      configuration.accessLog = { record in records.withLock { $0.append(record) } }
    }
    try await withServer(handler, wires: [wire], settings: settings) { server in
      let client = try TestClient(server)
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      await started.wait()
      // Nobody reads: the kernel takes some megabytes and the rest waits here.
      report.withLock { $0.writer }?.cut()
      await ended.wait()
      let seen = report.withLock { $0 }
      #expect(seen.code == .peerGone && seen.sent < 1_000_000_000)
      // What was accepted and not sent is at most one piece and the backlog.
      #expect(seen.sent > seen.written - 200_000 && seen.sent <= seen.written + 100_000)
      #expect(try client.readToCut().utf8.count <= seen.sent + 1000)
      seen.writer?.cut()
      #expect(records.withLock { $0.map(\.isComplete) } == [false])
      #expect(records.withLock { $0.first?.sentBodyBytes } == seen.sent)
    }
  }
}
