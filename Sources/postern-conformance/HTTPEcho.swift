// `http-echo`: the server with the smallest handler, for probes of its protocol and for benchmarks.
// GET /healthz answers at once; POST /echo reads a body and sends it back; POST /sink streams one
// away and says how long it was; GET /hop answers from a task; GET /stream sends a chunked body.

import Base
import Glibc
import HTTPMessage
import HTTPServer

enum HTTPEcho {
  static func run(_ arguments: [String]) async -> Int32 {
    var configuration = HTTPServerConfiguration(listeners: [])
    configuration.limits.connectionsPerAddressMax = 10_000
    var port: UInt16 = 0
    var position = 0
    while position + 1 < arguments.count {
      let (name, text) = (arguments[position], arguments[position + 1])
      position += 2
      if name == "--identity" {
        guard let credentials = credentials(text) else { return 1 }
        configuration.tls = credentials
        continue
      }
      guard let number = Double(text), number >= 0, number <= 65_535 else { return usage() }
      switch name {
      case "--port": port = UInt16(number)
      case "--loops": configuration.loopCount = Int(number)
      case "--head-timeout": configuration.timeouts.headSeconds = number
      case "--body-timeout": configuration.timeouts.bodySeconds = number
      case "--idle-timeout": configuration.timeouts.idleSeconds = number
      case "--handshake-timeout": configuration.timeouts.handshakeSeconds = number
      default: return usage()
      }
    }
    guard position == arguments.count else { return usage() }
    configuration.listeners = [.tcp(IPAddress(v4: 0x7f00_0001), port: port)]
    do throws(HTTPServerError) {
      let server = try HTTPServer(configuration, handler: EchoHandler())
      print("listening on 127.0.0.1 port \(server.port ?? 0)")
      fflush(nil)
    } catch {
      Main.complain("error: \(error)")
      return 1
    }
    // The loops have their own threads; this one has nothing left to do.
    while true { pause() }
  }

  /// A PEM file with the certificate chain and the key.
  private static func credentials(_ path: String) -> TLSCredentials? {
    guard let file = unsafe fopen(path, "r") else {
      Main.complain("error: \(path) cannot be read")
      return nil
    }
    var pem = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe fread(&pem, 1, pem.count, file)
    _ = unsafe fclose(file)
    pem.removeSubrange(count...)
    do throws(HTTPServerError) {
      return TLSCredentials(
        try TLSContext(chain: pem, key: Secret(pem), now: Clock.system.now()))
    } catch {
      Main.complain("error: \(error)")
      return nil
    }
  }

  private static func usage() -> Int32 {
    Main.complain(
      """
      usage: http-echo --port N [--loops N] [--head-timeout s] [--body-timeout s]
        [--idle-timeout s] [--identity FILE [--handshake-timeout s]]
      """)
    return 2
  }
}

private struct EchoHandler: HTTPHandler {
  private let health = HTTPResponse(.ok, type: "application/json", text: "{\"status\":\"ok\"}\n")

  func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode {
    if request.pathEquals("/echo") { return .buffered(limit: 1 << 20) }
    if request.pathEquals("/sink") { return .stream(limit: 1 << 40) }
    return .none
  }

  func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse? {
    if request.method == .get || request.method == .head {
      if request.pathEquals("/healthz") { return health }
      if request.pathEquals("/hop") { return nil }
      if request.pathEquals("/stream") {
        return HTTPResponse(.ok, body: .stream(Self.hundredPieces))
      }
    }
    if request.method == .post {
      if request.pathEquals("/echo") {
        let fields = HTTPFields([(.contentType, "application/octet-stream")])
        return HTTPResponse(.ok, fields: fields, body: .bytes(body.bytes))
      }
      if request.pathEquals("/sink") { return nil }
    }
    return HTTPResponse(.notFound, type: "text/plain", text: "not found\n")
  }

  func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    guard case .stream(let reader) = body else { return health }
    var count = 0
    do throws(HTTPMessageError) {
      while let piece = try await reader.next() { count += piece.count }
    } catch {
      return HTTPResponse(.badRequest, type: "text/plain", text: "\(error.code.rawValue)\n")
    }
    return HTTPResponse(.ok, type: "text/plain", text: "\(count)\n")
  }

  private static let hundredPieces = StreamedBody(length: nil) { writer in
    for _ in 0..<100 { try await writer.write([UInt8](repeating: 0x61, count: 10_000)) }
  }
}
