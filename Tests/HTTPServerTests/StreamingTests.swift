// Bodies that do not fit into one piece, in both directions.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct StreamingTests {
  private static func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  }

  private static func file(_ bytes: [UInt8]) throws -> OpenFile {
    var template = Array("/tmp/http-server-tests-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw ClientError.broken("mkstemp") }
    unlink(template)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw ClientError.broken("write")
    }
    return OpenFile(owning: descriptor)
  }

  @Test(arguments: [0, 1, 16_384, 16_385, 3_000_000])
  func `bytes, files and streams of any length arrive whole and keep the connection`(count: Int)
    async throws
  {
    let bytes = Self.pattern(count)
    let file = try Self.file(bytes)
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      let stream = { (length: Int64?) in
        HTTPResponseBody.stream(
          StreamedBody(length: length) { writer in
            for start in stride(from: 0, to: count, by: 50_000) {
              try await writer.write(Array(bytes[start..<min(start + 50_000, count)]))
            }
          })
      }
      if request.pathEquals("/bytes") { return HTTPResponse(.ok, body: .bytes(bytes)) }
      if request.pathEquals("/file") {
        return HTTPResponse(.ok, body: .file(file, 0..<Int64(count)))
      }
      return HTTPResponse(.ok, body: stream(request.pathEquals("/chunked") ? nil : Int64(count)))
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      let paths = ["/bytes", "/file", "/chunked", "/length"]
      // All at once: each answer must be out before the next one begins.
      try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for path in paths {
        let answer = try client.answer()
        #expect(answer.body == bytes, "\(path)")
        #expect(answer.field("transfer-encoding") == (path == "/chunked" ? "chunked" : nil))
      }
    }
  }

  @Test func `a part of a file is sent exactly`() async throws {
    let bytes = Self.pattern(100_000)
    let file = try Self.file(bytes)
    var handler = ClosureHandler()
    handler.now = { _, _, _ in HTTPResponse(.partialContent, body: .file(file, 99..<70_001)) }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      for _ in 0..<2 {
        let answer = try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.status == 206 && answer.body == Array(bytes[99..<70_001]))
      }
    }
  }

  @Test(arguments: [true, false])
  func `a streamed request body arrives whole, whatever its framing`(isChunked: Bool) async throws {
    let bytes = Self.pattern(2_000_000)
    var handler = ClosureHandler()
    handler.mode = { _ in .stream(limit: 2_000_000) }
    handler.respond = { _, body in
      guard case .stream(let reader) = body else { return HTTPResponse(.internalServerError) }
      var all = [UInt8]()
      do throws(HTTPMessageError) {
        while let piece = try await reader.next() { all += piece }
        // The end is told again to whoever asks again.
        all += try await reader.next() ?? []
      } catch {
        return HTTPResponse(.badRequest, type: "text/plain", text: error.code.rawValue)
      }
      return HTTPResponse(all == bytes ? .ok : .conflict)
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      for _ in 0..<2 {
        let framing = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(bytes.count)"
        try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
        for start in stride(from: 0, to: bytes.count, by: 40_000) {
          let piece = Array(bytes[start..<(start + 40_000)])
          if isChunked { try client.send(String(piece.count, radix: 16) + "\r\n") }
          try client.send(piece + (isChunked ? [13, 10] : []))
        }
        if isChunked { try client.send("0\r\n\r\n") }
        #expect(try client.answer().status == 200)
      }
    }
  }

  @Test(arguments: [Wire.clear, .tls])
  func `a slow handler holds the client back instead of filling memory`(wire: Wire) async throws {
    let (gate, isDone) = (Gate(), Gate())
    var handler = ClosureHandler()
    handler.mode = { _ in .stream(limit: 1 << 40) }
    handler.respond = { _, body in
      await gate.wait()
      isDone.open()
      return HTTPResponse(.ok)
    }
    try await withServer(handler, wires: [wire]) { server in
      let client = try TestClient(server)
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n")
      let piece = [UInt8](repeating: 1, count: 1 << 20)
      var sent = 0
      var refusals = 0
      // The kernel's buffers take a few megabytes; what is behind them must stay with the client.
      while refusals < 50, sent < 200 << 20 {
        let count = client.sendSome(piece)
        if count > 0 { sent += count } else { refusals += 1 }
        if count <= 0 { await Task.yield() }
      }
      #expect(sent < 200 << 20)
      #expect(server.metrics.receivedBytes < 1 << 20)
      gate.open()
      await isDone.wait()
    }
  }

  @Test(arguments: [
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n", "413", ""),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n", "400",
      "body-too-large"
    ),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", "400",
      "body-malformed"
    ),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc", "400", "body-cut-off"),
  ])
  func `a reader learns why its body ended early`(request: String, status: String, code: String)
    async throws
  {
    var handler = ClosureHandler()
    handler.mode = { _ in .stream(limit: 10) }
    handler.respond = { _, body in
      guard case .stream(let reader) = body else { return HTTPResponse(.internalServerError) }
      do throws(HTTPMessageError) {
        while try await reader.next() != nil {}
        return HTTPResponse(.ok)
      } catch {
        return HTTPResponse(.badRequest, type: "text/plain", text: error.code.rawValue)
      }
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      try client.send(request)
      if code == "body-too-large" { try client.send("0123456789a\r\n") }
      if code == "body-cut-off" { client.endOutput() }
      let text = try client.readToEnd()
      #expect(text.hasPrefix("HTTP/1.1 \(status)") && text.hasSuffix(code))
    }
  }

  @Test(arguments: ["throws", "short", "long"])
  func `a streamed answer that is not whole cuts the connection`(fault: String) async throws {
    struct Broken: Error {}
    var handler = ClosureHandler()
    handler.respond = { _, _ in
      HTTPResponse(
        .ok,
        body: .stream(
          StreamedBody(length: fault == "throws" ? nil : 10) { writer in
            try await writer.write(Array("abcde".utf8))
            if fault == "throws" { throw Broken() }
            if fault == "long" { try await writer.write(Array("abcdef".utf8)) }
          }))
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      let text = try client.readToCut()
      #expect(text.contains("abcde") && !text.hasSuffix("0\r\n\r\n") && !text.contains("abcdef"))
    }
  }

  @Test(arguments: [Wire.clear, .tls])
  func `a client that leaves cancels the handler and ends its writer`(wire: Wire) async throws {
    let (started, cancelled, ended) = (Gate(), Gate(), Gate())
    var handler = ClosureHandler()
    handler.respond = { request, _ in
      if request.pathEquals("/wait") {
        started.open()
        await withTaskCancellationHandler {
          await cancelled.wait()
        } onCancel: {
          cancelled.open()
        }
        return HTTPResponse(.ok)
      }
      return HTTPResponse(
        .ok,
        body: .stream(
          StreamedBody(length: nil) { writer in
            let piece = [UInt8](repeating: 1, count: 100_000)
            do {
              while true { try await writer.write(piece) }
            } catch let error as HTTPMessageError {
              if error.code == .peerGone { ended.open() }
              throw error
            }
          }))
    }
    try await withServer(handler, wires: [wire]) { server in
      do {
        let client = try TestClient(server)
        try client.send("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
        await started.wait()
      }
      await cancelled.wait()
      do {
        let client = try TestClient(server)
        try client.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        _ = try client.receive()
      }
      await ended.wait()
    }
  }

  @Test func `a body read from another actor's thread arrives too`() async throws {
    actor Elsewhere {
      private let queue = QueueExecutor(label: "elsewhere")
      nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }
      func count(_ reader: BodyReader) async throws -> Int {
        var count = 0
        while let piece = try await reader.next() { count += piece.count }
        return count
      }
    }
    let elsewhere = Elsewhere()
    var handler = ClosureHandler()
    handler.mode = { _ in .stream(limit: 1 << 20) }
    handler.respond = { _, body in
      guard case .stream(let reader) = body else { return HTTPResponse(.internalServerError) }
      do {
        let count = try await elsewhere.count(reader)
        return HTTPResponse(.ok, type: "text/plain", text: "\(count)")
      } catch {
        return HTTPResponse(.badRequest)
      }
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n")
      for _ in 0..<30 { try client.send([UInt8](repeating: 2, count: 10_000)) }
      #expect(try client.answer().text == "300000")
    }
  }
}
