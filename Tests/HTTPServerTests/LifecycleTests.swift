// Deadlines, limits, kinds of sockets, the access log and the end.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
private let post = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc"

@Suite(.timeLimit(.minutes(1))) struct LifecycleTests {
  /// What a client sends before it falls silent, and what it gets when the time has passed.
  struct Silence: Sendable, CustomTestStringConvertible {
    let name: String
    let sent: String
    let seconds: Double
    let status: String?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Silence(name: "nothing at all", sent: "", seconds: 10, status: nil),
    Silence(name: "half a head", sent: "GET / HTTP/1.1\r\nHo", seconds: 10, status: "408"),
    Silence(name: "half a body", sent: post, seconds: 30, status: "408"),
    Silence(name: "a whole request", sent: get, seconds: 60, status: nil),
  ])
  func `a silent client is cut off at its deadline and not before`(silence: Silence) async throws {
    let time = TestClock()
    try await withServer(loops: 1, settings: Settings({ $0.clock = time.clock })) { server in
      let client = try TestClient(server)
      // A second connection proves that the loop has looked at the clock.
      let witness = try TestClient(server)
      try client.send(silence.sent)
      if silence.sent == get { _ = try client.answer() }
      while server.metrics.receivedBytes < silence.sent.utf8.count { await Task.yield() }
      _ = try witness.ask(get)
      time.advance(seconds: silence.seconds - 0.5)
      let reached = try TestClient(server).ask(get)
      #expect(reached.status == 200)
      let before = server.metrics
      #expect(before.headTimeouts + before.bodyTimeouts + before.idleTimeouts == 0)
      time.advance(seconds: 1)
      let text = try client.readToEnd()
      #expect(
        silence.status == nil ? text.isEmpty : text.hasPrefix("HTTP/1.1 \(silence.status ?? "-")"))
    }
  }

  @Test func `a dripping body does not move its window, a fast enough one does`() async throws {
    let time = TestClock()
    try await withServer(
      loops: 1,
      settings: Settings({
        $0.clock = time.clock
        $0.timeouts.bytesPerSecondMin = 100
        $0.timeouts.bodySeconds = 10
      })
    ) { server in
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
      let (fast, slow) = (try TestClient(server), try TestClient(server))
      try fast.send(head)
      try slow.send(head)
      while server.metrics.receivedBytes < 2 * head.utf8.count { await Task.yield() }
      var expected = server.metrics.receivedBytes
      for _ in 0..<3 {
        try fast.send([UInt8](repeating: 1, count: 1100))
        expected += 1100
        // The slow one is cut off after the first window.
        if server.metrics.bodyTimeouts == 0 {
          try slow.send([1])
          expected += 1
        }
        while server.metrics.receivedBytes < expected { await Task.yield() }
        time.advance(seconds: 10.1)
        while server.metrics.bodyTimeouts == 0 { await Task.yield() }
        // Let the loop renew the window of the fast one before the next piece.
        let reached = try TestClient(server).ask(get)
        #expect(reached.status == 200)
      }
      #expect(server.metrics.bodyTimeouts == 1)
      #expect(try slow.readToEnd().hasPrefix("HTTP/1.1 408"))
      try fast.send([UInt8](repeating: 1, count: 100_000 - 3300))
      #expect(try fast.answer().status == 200)
    }
  }

  @Test func `a client that does not read its answer is cut off`() async throws {
    let time = TestClock()
    var handler = ClosureHandler()
    handler.now = { _, _, _ in
      HTTPResponse(.ok, body: .bytes([UInt8](repeating: 1, count: 64 << 20)))
    }
    try await withServer(handler, loops: 1, settings: Settings({ $0.clock = time.clock })) {
      server in
      let client = try TestClient(server)
      try client.send(get)
      while server.metrics.sentBytes == 0 { await Task.yield() }
      while server.metrics.writeTimeouts == 0 {
        time.advance(seconds: 31)
        await Task.yield()
      }
      #expect(try client.readToCut().utf8.count < 64 << 20)
    }
  }

  @Test func `connections are limited in all and for each address`() async throws {
    try await withServer(
      wires: [.clear], settings: Settings({ $0.limits.connectionsPerAddressMax = 2 })
    ) { server in
      let clients = try (0..<2).map { _ in try TestClient(server) }
      for client in clients { #expect(try client.ask(get).status == 200) }
      #expect(try TestClient(server).readToEnd() == "")
      #expect(server.metrics.turnedAway == 1)
    }
    let exempt = try #require(AddressBlock("127.0.0.0/8"))
    try await withServer(
      wires: [.clear],
      settings: Settings({
        $0.limits.connectionsPerAddressMax = 1
        $0.limits.addressLimitExempt = [exempt]
        $0.limits.connectionsMax = 3
      })
    ) { server in
      var clients = try (0..<3).map { _ in try TestClient(server) }
      for client in clients { #expect(try client.ask(get).status == 200) }
      #expect(try TestClient(server).readToEnd() == "")
      // A place that is given back can be taken again.
      clients.removeLast()
      while server.metrics.active == 3 { await Task.yield() }
      let reached = try TestClient(server).ask(get)
      #expect(reached.status == 200)
    }
  }

  @Test func `a Unix socket has its mode and tells who connected`() async throws {
    var template = Array("/tmp/http-server-tests-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(folder) }
    let path = folder + "/socket"
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      guard case .unix(let peer) = request.peer else { return HTTPResponse(.badRequest) }
      let isMe = peer.process == getpid() && peer.user == geteuid() && peer.group == getegid()
      return HTTPResponse(isMe ? .ok : .forbidden)
    }
    for _ in 0..<2 {
      try await withServer(
        handler, settings: Settings({ $0.listeners = [.unix(path: path, mode: 0o600)] })
      ) {
        server in
        let reached = try TestClient(server).ask(get)
        #expect(reached.status == 200)
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)
        // A living socket is not taken over.
        let second = HTTPServerConfiguration(listeners: [.unix(path: path, mode: 0o600)])
        #expect(throws: HTTPServerError.self) { () throws -> Void in
          _ = try HTTPServer(second, handler: handler)
        }
      }
      #expect(access(path, F_OK) != 0)
      // A dead one, left by a process that was killed, is.
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
      let dead = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      let code = withUnsafePointer(to: &name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(dead, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      #expect(code == 0)
      close(dead)
    }
    unlink(path)
  }

  @Test func `an IPv6 listener serves and reports IPv6 peers`() async throws {
    let loopback = try #require(IPAddress("::1"))
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      HTTPResponse(request.peer.address == loopback ? .ok : .forbidden)
    }
    try await withServer(handler, settings: Settings({ $0.listeners = [.tcp(loopback, port: 0)] }))
    { server in
      let reached = try TestClient(server).ask(get)
      #expect(reached.status == 200)
    }
  }

  @Test func `wrong settings and a taken port are refused with their code`() async throws {
    try await withServer { server in
      for (change, code): ((inout HTTPServerConfiguration) -> Void, HTTPServerError.Code) in [
        ({ $0.listeners = server.addresses }, .listenFailed),
        ({ $0.listeners = [] }, .settingInvalid), ({ $0.loopCount = 0 }, .settingInvalid),
        ({ $0.loopCount = 65 }, .settingInvalid),
        ({ $0.limits.headBytesMax = 1023 }, .settingInvalid),
        ({ $0.timeouts.headSeconds = 0 }, .settingInvalid),
        (
          { $0.listeners = [.unix(path: String(repeating: "a", count: 108), mode: 0)] },
          .settingInvalid
        ),
      ] {
        var settings = HTTPServerConfiguration(
          listeners: [.tcp(IPAddress(v4: 0x7f00_0001), port: 0)])
        change(&settings)
        let error = #expect(throws: HTTPServerError.self) {
          try HTTPServer(settings, handler: ClosureHandler())
        }
        #expect(error?.code == code)
      }
    }
  }

  @Test(arguments: [Wire.clear, .tls])
  func `shutdown closes idle connections, lets answers end and then refuses`(wire: Wire)
    async throws
  {
    let (started, gate) = (Gate(), Gate())
    var handler = ClosureHandler()
    handler.respond = { request, _ in
      if request.pathEquals("/slow") {
        started.open()
        await gate.wait()
      }
      return HTTPResponse(.ok, type: "text/plain", text: "done")
    }
    try await withServer(
      handler, loops: 1, wires: [wire], settings: Settings({ $0.drainSeconds = 30 })
    ) { server in
      let (idle, busy) = (try TestClient(server), try TestClient(server))
      _ = try idle.ask(get)
      try busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
      await started.wait()
      let end = Task { await server.shutdown() }
      #expect(try idle.readToEnd() == "")
      #expect(throws: ClientError.self) {
        // The listener goes before idle connections do.
        try TestClient(server)
      }
      gate.open()
      let answer = try busy.answer()
      #expect(answer.text == "done" && answer.field("connection") == "close")
      await end.value
      #expect(server.metrics.active == 0)
    }
  }

  @Test func `shutdown does not wait longer than its limit`() async throws {
    let (started, gate) = (Gate(), Gate())
    var handler = ClosureHandler()
    handler.respond = { _, _ in
      started.open()
      await gate.wait()
      return HTTPResponse(.ok)
    }
    try await withServer(handler, wires: [.clear]) { server in
      let client = try TestClient(server)
      try client.send(get)
      await started.wait()
      await server.shutdown()
      #expect(try client.readToEnd() == "")
      // The task may end after its loop has.
      gate.open()
    }
  }

  @Test func `each request leaves one record`() async throws {
    let records = Lock<[AccessRecord]>([])
    let told = Lock(0)
    let settings = Settings { configuration in
      configuration.accessLog = { record in records.withLock { $0.append(record) } }
      configuration.turnEnded = { _ in
        let count = records.withLock { $0.count }
        told.withLock { $0 = count }
      }
    }
    try await withServer(wires: [.clear], settings: settings) { server in
      let client = try TestClient(server)
      _ = try client.ask(get)
      _ = try client.ask("POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
      _ = try client.ask("NONSENSE\r\n\r\n")
      #expect(try client.readToEnd() == "")
    }
    let lines = records.withLock { $0 }.map { record in
      "\(record.request?.method.rawValue ?? "-") \(record.status.code) \(record.receivedBodyBytes) "
        + "\(record.sentBodyBytes) \(record.refusal?.rawValue ?? "-") \(record.isComplete)"
    }
    #expect(told.withLock { $0 } == lines.count, "no record is left behind by the last turn")
    #expect(
      lines == ["GET 200 0 8 - true", "POST 200 3 9 - true", "- 400 0 18 malformed-request true"])
  }
}
