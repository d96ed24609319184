// A caller's trace goes into the log and on to the object store; a malformed one goes nowhere.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct TraceTests {
  private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

  /// A store that takes everything.
  private static func store() throws -> ScriptedServer {
    try ScriptedServer { connection in
      while let head = connection.readHead() {
        let length = head.lowercased().split(separator: "\r\n").first {
          $0.hasPrefix("content-length:")
        }
        let digits = length?.split(separator: ":").last?.trimmingPrefix { $0 == " " } ?? "0"
        if head.contains("100-continue") { connection.send("HTTP/1.1 100 Continue\r\n\r\n") }
        connection.read(Int(digits) ?? 0)
        connection.answer("200 OK", fields: "ETag: \"x\"\r\n")
      }
    }
  }

  @Test(arguments: [
    (["00-\(traceID)-00f067aa0ba902b7-01"], true), (["00-\(traceID)-00f067aa0ba902b7-00"], true),
    (["00-\(traceID)-00f067aa0ba902b7"], false), ([], false),
    (Array(repeating: "00-\(traceID)-00f067aa0ba902b7-01", count: 2), false),
  ])
  func `a caller's trace reaches log and store with spans of our own`(
    sent: [String], isCarried: Bool
  ) async throws {
    let store = try Self.store()
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(store.port)")
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let answer = try await gateway.send(
        .post, gateway.origin + "/v1/documents/\(document)/versions", token: token,
        body: .bytes(DemoPictures.jpeg()),
        fields: [
          (.contentType, "image/jpeg"),
          (.contentDisposition, "attachment; filename=\"a.jpg\""),
        ] + sent.map { (.traceparent, $0) })
      #expect(answer.status == 201, "\(answer.text)")
      let put = try #require(store.heads.first { $0.hasPrefix("PUT ") }).lowercased()
      let told = put.split(separator: "\r\n").first { $0.hasPrefix("traceparent:") }
      #expect((told != nil) == isCarried, "\(put.prefix(400))")
      if let told {
        #expect(told.contains("00-\(Self.traceID)-") && !told.contains("00f067aa0ba902b7"))
        #expect(told.hasSuffix(sent[0].suffix(3)))
      }
      // The line is written at the end of the loop's turn, perhaps after the answer is here.
      #expect(await eventually { gateway.lines.text.contains("/\(document)/versions") })
      let isLogged = gateway.lines.text.contains(#""trace_id":"\#(Self.traceID)""#)
      #expect(isLogged == isCarried)
      let metrics = MetricsDocument(
        try await gateway.send(.get, gateway.ops + "/metrics").text)
      #expect(metrics["object_store_seconds_count", ["method": "PUT"]] == 1)
      #expect(metrics.sum("token_cache_total") == 2)
      #expect(metrics["store_batch_changes_count"] ?? 0 > 0)
      #expect(metrics["process_resident_memory_bytes"] ?? 0 > 1e6)
    }
  }
}
