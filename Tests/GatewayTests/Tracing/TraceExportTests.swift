// Traces on their way to a collector: what is recorded, what is in it, and what a collector that is
// away costs.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct TraceExportTests {
  private static func span(_ number: UInt64, parent: UInt64? = nil) throws -> Span {
    let context = try #require(
      TraceContext(traceHigh: 1, traceLow: 2, span: number, isSampled: true))
    return Span(
      context, parent: parent, name: "GET /d/{token}", kind: .server,
      startNanoseconds: 1_700_000_000_000_000_000, durationNanoseconds: 1500,
      attributes: [("http.route", "/d/{token}"), ("status", 303), ("ok", .truth(true))],
      isError: parent != nil)
  }

  @Test func `a span has the form of OTLP in JSON`() throws {
    let body = OTLPBody.bytes(of: [try Self.span(3, parent: 4)], instance: "node")
    #expect(
      String(decoding: body, as: UTF8.self)
        == #"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":"#
        + #"{"stringValue":"postern"}},{"key":"service.version","value":{"stringValue":""#
        + Release.number + #""}},{"key":"service.instance.id","value":{"stringValue":"node"}}]},"#
        + #""scopeSpans":[{"scope":{"name":"postern"},"spans":[{"#
        + #""traceId":"00000000000000010000000000000002","spanId":"0000000000000003","#
        + #""parentSpanId":"0000000000000004","name":"GET /d/{token}","kind":2,"#
        + #""startTimeUnixNano":"1700000000000000000","endTimeUnixNano":"1700000000000001500","#
        + #""attributes":[{"key":"http.route","value":{"stringValue":"/d/{token}"}},"#
        + #"{"key":"status","value":{"intValue":"303"}},{"key":"ok","value":{"boolValue":true}}],"#
        + #""status":{"code":2}}]}]}]}"#)
  }

  @Test(arguments: [(4096, 0), (4097, 1)])
  func `the queue is bounded and counts what it drops`(count: Int, dropped: Int) throws {
    let queue = SpanQueue()
    for number in 0..<count { queue.add(try Self.span(UInt64(number) + 1)) }
    #expect(queue.count == 4096 && queue.droppedCount == dropped)
    #expect(queue.take(1).first.map { _ in queue.count } == 4095)
  }

  @Test func `an upload's spans hang together from caller to store`() async throws {
    let collector = try Collector()
    let setup = try GatewaySetup([
      ("traces-endpoint", collector.endpoint), ("traces-percent", "100"),
    ])
    let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      for flags in ["01", "00"] {
        let answer = try await gateway.send(
          .post, gateway.origin + "/v1/documents/\(document)/versions", token: token,
          body: .bytes(DemoPictures.jpeg()),
          fields: [
            (.contentType, "image/jpeg"),
            (.contentDisposition, "attachment; filename=\"a.jpg\""),
            (.traceparent, "00-\(traceID)-00f067aa0ba902b7-\(flags)"),
          ])
        #expect(answer.status == 201, "\(answer.text)")
      }
      let isExported = await eventually {
        let spans = (try? collector.spans()) ?? []
        return spans.count { $0.text("traceId") == traceID } >= 2
      }
      #expect(isExported)
      let metrics = MetricsDocument(
        try await gateway.send(.get, gateway.ops + "/metrics").text)
      #expect(metrics.faults == [])
      #expect(metrics["trace_spans_total", ["outcome": "exported"]] ?? 0 >= 2)
      #expect(metrics["trace_spans_total", ["outcome": "failed"]] == 0)
    }
    let spans = try collector.spans()
    // The second caller did not record its trace.
    let ours = spans.filter { $0.text("traceId") == traceID }
    let upload = try #require(ours.first { $0.text("parentSpanId") == "00f067aa0ba902b7" })
    #expect(ours.count { $0.text("parentSpanId") == "00f067aa0ba902b7" } == 1)
    #expect(upload.text("name") == "POST /v1/documents/{document}/versions")
    let put = try #require(ours.first { $0.text("name") == "object store PUT" })
    #expect(put.text("parentSpanId") == upload.text("spanId") && put["kind"]?.integerValue == 3)
    // Requests without a caller's trace begin one that is named after them.
    #expect(spans.contains { $0.text("traceId").hasSuffix($0.text("spanId")) })
    #expect(collector.heads.allSatisfy { $0.hasPrefix("POST /v1/traces HTTP/1.1\r\n") })
  }

  @Test(arguments: ["away", "failing"])
  func `a collector that does not take them costs spans and one line`(kind: String) async throws {
    let collector = try Collector(status: "503 Service Unavailable")
    let closed = try freePorts(1)[0]
    let setup = try GatewaySetup([
      ("traces-endpoint", kind == "away" ? "http://127.0.0.1:\(closed)" : collector.endpoint),
      ("traces-percent", "100"),
    ])
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let isCounted = await eventually {
        _ = try? await gateway.makeDocument(token)
        let text = try? await gateway.send(.get, gateway.ops + "/metrics").text
        let failed = MetricsDocument(text ?? "")["trace_spans_total", ["outcome": "failed"]] ?? 0
        return failed > 5
      }
      #expect(isCounted)
      #expect(try gateway.lines.count("traces-not-exported") == 1)
      #expect(try await gateway.send(.get, gateway.ops + "/readyz").status == 200)
    }
  }

  @Test(arguments: [0, 100])
  func `the share of recorded traces is as configured`(percent: Int) async throws {
    let collector = try Collector()
    let setup = try GatewaySetup([
      ("traces-endpoint", collector.endpoint), ("traces-percent", String(percent)),
    ])
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      _ = try await gateway.makeDocument(token)
      // A line is written at the end of a loop's turn, after its answer may have arrived.
      let isLogged = try await eventually { try gateway.lines.count("request") == 4 }
      #expect(isLogged, "\(gateway.lines.text)")
      // Every line of the log has its trace, recorded or not.
      #expect(gateway.lines.text.ranges(of: #""trace_id":"#).count == 4)
    }
    #expect(try collector.spans().isEmpty == (percent == 0))
  }
}
