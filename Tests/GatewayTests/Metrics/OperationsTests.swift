// What operators read: every problem is counted by its code, every file by what came of it, and every
// metric and reason is in the manual.

import Base
import Foundation
import Gateway
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct OperationsTests {
  private static func manual() throws -> String {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let page = folder.appendingPathComponent("Sources/Gateway/Gateway.docc/Operations.md")
    return try String(contentsOf: page, encoding: .utf8)
  }

  @Test func `problems and files are counted, and the manual has every metric`() async throws {
    let issuers =
      #"{"issuers": [{"issuer": "idp", "audience": "postern", "tenants": ["acme"], "#
      + #""algorithms": ["EdDSA"], "jwks_file": "/absent"}]}"#
    let collector = try Collector()
    var setup = try GatewaySetup([
      ("traces-endpoint", collector.endpoint), ("traces-percent", "100"),
    ])
    setup.file = issuers
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let picture = DemoPictures.jpeg()
      #expect(try await gateway.upload(document, token, .bytes(picture)).status == 201)
      let cut = try await gateway.upload(document, token, .bytes(Array(picture.prefix(500))))
      let text = try await gateway.upload(document, token, .bytes(Array("Dear Sir".utf8)))
      #expect(cut.status >= 400 && text.status >= 400, "\(cut.text) \(text.text)")
      let long = "/" + String(repeating: "x", count: 8192)
      let requests: [(HTTPMethod, String, String?, String)] = [
        (.get, "/nothing", nil, "route-not-found"),
        (.delete, "/v1/documents", token, "method-not-allowed"),
        (.delete, "/problems", nil, "method-not-allowed"),
        (.get, "/v1/documents", nil, "token-missing"),
        (.get, "/v1/documents", "x.y.z", "token-refused"),
        (.get, "/v1/documents?x=1", token, "parameter-unknown"),
        (.get, "/d/pst_x", nil, "link-not-found"),
        (.get, long, nil, "target-too-long"),
      ]
      var wanted = [String: Double]()
      for (method, path, bearer, code) in requests {
        let answer = try await gateway.send(method, gateway.origin + path, token: bearer)
        #expect(answer.status >= 400, "\(code)")
        wanted[code, default: 0] += 1
      }
      for code in [cut.string("code"), text.string("code")] { wanted[code, default: 0] += 1 }
      let metrics = MetricsDocument(try await gateway.send(.get, gateway.ops + "/metrics").text)
      #expect(metrics.faults == [])
      for (code, count) in wanted {
        #expect(metrics["problems_total", ["code": code]] == count, "\(code)")
      }
      for outcome in ["clean", "refused", "type-refused"] {
        #expect(metrics["scrub_seconds_count", ["outcome": outcome]] == 1, "\(outcome)")
      }
      #expect(metrics["issuers_without_keys"] == 1)
      #expect(metrics["key_set_reads_total", ["outcome": "failed"]] ?? 0 >= 1)
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      #expect(ready.status == 200 && ready.text.contains(#""code":"issuer-keys-missing""#))
      let manual = try Self.manual()
      for name in metrics.types.keys {
        #expect(manual.contains("`\(name.dropFirst("postern_".count))`"), "\(name)")
      }
    }
  }

  @Test func `the manual has every reason, and what blocks`() throws {
    let lines = try Self.manual().split(separator: "\n")
    for code in ReadinessCode.allCases {
      let line = try #require(lines.first { $0.hasPrefix("| `\(code.rawValue)` |") }, "\(code)")
      #expect(line.contains("| 503 |") == code.isBlocking, "\(code)")
    }
  }
}
