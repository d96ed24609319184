// Requests and answers over real sockets.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite(.timeLimit(.minutes(1))) struct ExchangeTests {
  @Test(arguments: [true, false])
  func `a request is answered on the loop or by a task`(isImmediate: Bool) async throws {
    var handler = ClosureHandler()
    if isImmediate {
      handler.now = { _, _, _ in HTTPResponse(.created, type: "text/plain", text: "now") }
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      for _ in 0..<3 {
        let answer = try client.ask(get)
        #expect(answer.status == (isImmediate ? 201 : 200))
        #expect(answer.text == (isImmediate ? "now" : "GET /a 0"))
        #expect(answer.field("x-request-id")?.utf8.count == 32)
        #expect(answer.field("date").flatMap(HTTPDate.parse) != nil)
      }
      #expect(server.metrics.requests == 3 && server.metrics.accepted == 1)
    }
  }

  @Test func `pipelined requests are answered in order, bodies and tasks between them`()
    async throws
  {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      request.pathEquals("/now") ? HTTPResponse(.ok, type: "text/plain", text: "now") : nil
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      let post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
      let chunked = "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      let now = "GET /now HTTP/1.1\r\nHost: a\r\n\r\n"
      let all = now + get + post + now + chunked + "2\r\nab\r\n0\r\n\r\n" + now
      let expected = ["now", "GET /a 0", "POST /p 3", "now", "POST /c 2", "now"]
      // In one piece, and in pieces of each small size.
      for size in [all.utf8.count, 1, 2, 3, 7, 50] {
        var rest = Array(all.utf8)[...]
        while !rest.isEmpty {
          try client.send(Array(rest.prefix(size)))
          rest = rest.dropFirst(size)
        }
        for text in expected { #expect(try client.answer().text == text) }
      }
    }
  }

  @Test func `HEAD has the head of GET and no body`() async throws {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      request.pathEquals("/omitted")
        ? HTTPResponse(.ok, body: .omitted(length: 12_345))
        : HTTPResponse(.ok, type: "text/plain", text: "12345")
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      let head = "HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n"
      #expect(try client.ask(head).field("content-length") == "5")
      let omitted = "HEAD /omitted HTTP/1.1\r\nHost: a\r\n\r\n"
      #expect(try client.ask(omitted).field("content-length") == "12345")
      #expect(try client.ask(get).text == "12345")
      // A length without a body can only be said to HEAD.
      #expect(try client.ask("GET /omitted HTTP/1.1\r\nHost: a\r\n\r\n").status == 500)
    }
  }

  @Test func `statuses without body have no length, and the handler cannot set framing`()
    async throws
  {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      let status: HTTPStatus = request.pathEquals("/304") ? .notModified : .noContent
      let fields = HTTPFields([
        (.contentLength, "9"), (.transferEncoding, "chunked"), (.connection, "close"),
        (.xRequestID, "mine"), (.etag, "\"a\""),
      ])
      return HTTPResponse(status, fields: fields, body: .bytes([1, 2, 3]))
    }
    try await withServer(handler) { server in
      let client = try TestClient(server)
      for path in ["/204", "/304"] {
        let answer = try client.ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.status == Int(path.dropFirst()))
        #expect(answer.field("content-length") == nil && answer.field("connection") == nil)
        #expect(answer.field("transfer-encoding") == nil && answer.field("etag") == "\"a\"")
        #expect(answer.field("x-request-id") != "mine")
      }
    }
  }

  @Test func `100 Continue is sent when the body is wanted, not before an early answer`()
    async throws
  {
    var handler = ClosureHandler()
    handler.mode = { request in
      request.pathEquals("/early") ? .answer(HTTPResponse(.unauthorized)) : .buffered(limit: 10)
    }
    try await withServer(handler) { server in
      let head = { (path: String, length: Int) in
        "POST \(path) HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: \(length)\r\n\r\n"
      }
      let client = try TestClient(server)
      #expect(try client.ask(head("/a", 3)).status == 100)
      #expect(try client.ask("abc").text == "POST /a 3")
      // A body that came along needs no invitation.
      #expect(try client.ask(head("/a", 3) + "abc").text == "POST /a 3")
      let early = try client.ask(head("/early", 3))
      #expect(early.status == 401 && early.field("connection") == "close")
      #expect(try client.readToEnd() == "")
      let large = try TestClient(server)
      #expect(try large.ask(head("/a", 11)).status == 413)
    }
  }

  @Test func `HTTP/1.0 closes unless asked to stay, and gets no chunks`() async throws {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      guard request.pathEquals("/stream") else { return nil }
      return HTTPResponse(
        .ok, body: .stream(StreamedBody(length: nil) { try await $0.write(Array("abc".utf8)) }))
    }
    try await withServer(handler) { server in
      let plain = try TestClient(server)
      try plain.send("GET /a HTTP/1.0\r\n\r\n")
      #expect(try plain.readToEnd().hasSuffix("GET /a 0"))
      let kept = try TestClient(server)
      for _ in 0..<2 {
        let answer = try kept.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(answer.field("connection") == "keep-alive")
      }
      let stream = try kept.ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      #expect(stream.field("transfer-encoding") == nil && stream.text == "abc")
    }
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n\r\n", 400, "malformed-request"),
    ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "method-unknown"),
    ("GET / HTTP/3.0\r\n\r\n", 505, "version-unknown"),
    ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100001\r\n\r\n", 413, "body-too-large"),
    (
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x\r\n", 400,
      "malformed-body"
    ),
  ])
  func `a refused request is answered by the settings and ends the connection`(
    request: String, status: Int, code: String
  ) async throws {
    try await withServer(
      settings: Settings({
        $0.refusalResponse = { status, code, id in
          HTTPResponse(status, type: "application/problem+json", text: "\(code.rawValue) \(id)")
        }
      })
    ) { server in
      let client = try TestClient(server)
      try client.send(request + get)
      let answer = try client.answer()
      #expect(answer.status == status)
      #expect(answer.text == "\(code) \(answer.field("x-request-id") ?? "")")
      #expect(answer.field("connection") == "close")
      #expect(try client.readToEnd() == "")
      #expect(server.metrics.refused == 1)
    }
  }

  @Test func `a body that nobody wants is skipped if small and ends the connection if not`()
    async throws
  {
    var handler = ClosureHandler()
    handler.mode = { _ in .none }
    handler.now = { _, _, _ in HTTPResponse(.notFound) }
    try await withServer(handler) { server in
      let head = { (length: Int) in
        "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n"
      }
      let small = try TestClient(server)
      #expect(try small.ask(head(3) + "abc").status == 404)
      try small.send(head(65_536))
      try small.send([UInt8](repeating: 1, count: 65_536))
      #expect(try small.answer().status == 404)
      #expect(try small.ask(get).status == 404)
      let large = try TestClient(server)
      let answer = try large.ask(head(65_537))
      #expect(answer.status == 404 && answer.field("connection") == "close")
      #expect(try large.readToEnd() == "")
    }
  }

  @Test func `a connection carries only so many requests`() async throws {
    try await withServer(settings: Settings({ $0.limits.requestsPerConnectionMax = 2 })) { server in
      let client = try TestClient(server)
      #expect(try client.ask(get).field("connection") == nil)
      #expect(try client.ask(get).field("connection") == "close")
      #expect(try client.readToEnd() == "")
    }
  }

  @Test func `each loop keeps its own state and request ids differ`() async throws {
    final class Count {
      var value = 0
    }
    var handler = ClosureHandler()
    handler.now = { _, _, context in
      let count = context.state(Count.self) { Count() }
      count.value += 1
      return HTTPResponse(.ok, type: "text/plain", text: "\(context.index) \(count.value)")
    }
    try await withServer(handler) { server in
      // New connections go to the loop with the fewest.
      let clients = try (0..<4).map { _ in try TestClient(server) }
      let answers = try clients.map { try $0.ask(get) }
      #expect(Set(answers.map(\.text)) == ["0 1", "0 2", "1 1", "1 2"])
      #expect(Set(answers.compactMap { $0.field("x-request-id") }).count == 4)
    }
  }
}
