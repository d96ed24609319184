// Object stores that are away, slow, broken or full, and wrong credentials: uploads end with one
// stable code, nothing half-published can be linked, and readiness says so.

import Base
import Cryptography
import Delivery
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import S3
import SigV4
import TestSupport
import Testing

@Suite struct StoreFaultTests {
  /// What the store does with each request.
  enum Fault: String, CaseIterable, Sendable {
    case closes, silent, failing, refusing, garbage, html, cutOff
  }

  private static func server(_ fault: Fault) throws -> ScriptedServer {
    try ScriptedServer { connection in
      while let head = connection.readHead() {
        if head.contains("100-continue") { connection.send("HTTP/1.1 100 Continue\r\n\r\n") }
        let length = head.lowercased().split(separator: "\r\n").first {
          $0.hasPrefix("content-length:")
        }
        let digits = length?.split(separator: ":").last?.trimmingPrefix { $0 == " " } ?? "0"
        connection.read(Int(digits) ?? 0)
        switch fault {
        case .closes: return
        case .silent:
          connection.waitForClose()
          return
        case .failing: connection.answer("500 Internal Server Error", "<oops/>")
        case .refusing:
          connection.answer(
            "403 Forbidden", "<Error><Code>InvalidAccessKeyId</Code></Error>",
            fields: "Content-Type: application/xml\r\n")
        case .garbage:
          connection.send("\u{0}\u{1}\u{2} this is no HTTP\r\n\r\n")
          return
        case .html: connection.answer("404 Not Found", "<html>nginx</html>")
        case .cutOff:
          connection.send("HTTP/1.1 500 Error\r\nContent-Length: 100\r\n\r\n<Err")
          return
        }
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func `an upload to a store that fails ends as unavailable`(fault: Fault) async throws {
    let store = try Self.server(fault)
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(store.port)", quietSeconds: 1)
    try await expectUnavailable(setup)
    #expect(!store.heads.isEmpty)
  }

  @Test func `an upload to a store that is away ends as unavailable`() async throws {
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(setup.ports[2])")
    try await expectUnavailable(setup)
  }

  private func expectUnavailable(_ setup: GatewaySetup) async throws {
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let answer = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
      #expect(answer.status == 503 && answer.string("code") == "object-store-unavailable")
      #expect(answer.fields[.contentType] == "application/problem+json")
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      #expect((400..<500).contains(link.status), "\(link.text)")
      let versions = try await gateway.call(
        .get, "/v1/documents/\(document)/versions", token)
      #expect(versions.json["items"]?.arrayValue?.isEmpty == true, "\(versions.text)")
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      let code = ready.json["reasons"]?.arrayValue?.first?["code"]?.stringValue
      #expect(ready.status == 503, "\(ready.text)")
      #expect(code == "object-store-unavailable" || code == "bucket-missing")
      #expect(try await gateway.send(.get, gateway.ops + "/healthz").status == 200)
      #expect(!gateway.lines.text.contains("planted-store-secret"))
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics").text
      #expect(metrics.contains("\npostern_uploads 0\n"))
    }
  }

  @Test func `the operations listener answers three paths to GET and HEAD`() async throws {
    let setup = try GatewaySetup()
    try await setup.run { gateway in
      let cases: [(HTTPMethod, String, Int)] = [
        (.get, "/readyz", 200), (.head, "/readyz", 200), (.get, "/healthz", 200),
        (.get, "/metrics", 200), (.post, "/readyz", 405), (.delete, "/metrics", 405),
        (.get, "/", 404), (.get, "/v1/documents", 404), (.get, "/readyz/", 404),
      ]
      for (method, path, status) in cases {
        let answer = try await gateway.send(method, gateway.ops + path)
        #expect(answer.status == status, "\(method.rawValue) \(path)")
      }
    }
  }

  @Test func `a bucket that is not there is named by readiness`() async throws {
    let inner = try GatewaySetup()
    try await inner.run { store in
      let parts = try EmbeddedStore.credentials(store.folder)
      var setup = try GatewaySetup([("object-store-bucket", "absent")])
      setup.use(store: "http://127.0.0.1:\(store.storePort)")
      setup.environment = [
        "AWS_ACCESS_KEY_ID": parts.accessKeyID,
        "AWS_SECRET_ACCESS_KEY": try Self.secret(of: store.folder),
      ]
      try await setup.run { gateway in
        let answer = try await gateway.send(.get, gateway.ops + "/readyz")
        #expect(answer.status == 503 && answer.text.contains(#""code":"bucket-missing""#))
      }
    }
  }

  static func secret(of folder: DataFolder) throws -> String {
    let text = String(decoding: try content(folder.file(of: .objectStore)), as: UTF8.self)
    return text.split(separator: ":").last?.trimmingSuffix { $0 == "\n" } ?? ""
  }
}

extension StringProtocol {
  func trimmingPrefix(_ isTrimmed: (Character) -> Bool) -> String {
    String(drop(while: isTrimmed))
  }

  func trimmingSuffix(_ isTrimmed: (Character) -> Bool) -> String {
    String(reversed().drop(while: isTrimmed).reversed())
  }
}
