// Handshakes: what is offered, what is refused, how long it may take, and how a certificate changes
// while requests run. That bodies and exchanges work over TLS is shown by the other suites.

import Base
import CTLS
import Glibc
import HTTPMessage
import HTTPServer
import TestSupport
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
private let last = "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"

@Suite(.timeLimit(.minutes(1))) struct TLSTests {
  @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func `both versions serve, say https and end properly`(version: Int32) async throws {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      HTTPResponse(.ok, type: "text/plain", text: request.scheme.rawValue)
    }
    try await withServer(handler, wires: [.tls]) { server in
      var hello = ClientHello(authority: try Wire.authority.get())
      hello.versions = version...version
      hello.protocols = ["h2", "http/1.1"]
      let client = try TestClient(server, tls: hello)
      #expect(try client.ask(get).text == "https")
      let tls = try #require(client.tls)
      #expect(tls.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
      #expect(tls.chosenProtocol == "http/1.1" && tls.serverName == "Throw-away server")
      try client.send(last)
      // An end without close_notify would throw here.
      #expect(try client.readToEnd().hasSuffix("https"))
      #expect(server.metrics.handshakes == 1 && server.metrics.failedOpenings == 0)
    }
  }

  /// A client that must not get in, and OpenSSL's words on its side.
  struct Unwelcome: Sendable, CustomTestStringConvertible {
    var versions: ClosedRange<Int32> = TLS1_2_VERSION...TLS1_2_VERSION
    var ciphers: String?
    var protocols: [String] = []
    let testDescription: String
  }

  @Test(arguments: [
    Unwelcome(versions: TLS1_VERSION...TLS1_VERSION, testDescription: "TLS 1.0"),
    Unwelcome(versions: TLS1_1_VERSION...TLS1_1_VERSION, testDescription: "TLS 1.1"),
    Unwelcome(ciphers: "ECDHE+AES:!AESGCM", testDescription: "CBC"),
    Unwelcome(ciphers: "kRSA", testDescription: "no forward secrecy"),
    Unwelcome(ciphers: "DHE+AESGCM", testDescription: "finite fields"),
    Unwelcome(ciphers: "aNULL", testDescription: "no server key"),
    Unwelcome(protocols: ["h2"], testDescription: "only HTTP/2"),
  ])
  func `what is weak or not ours is refused`(client: Unwelcome) async throws {
    let identity = try Wire.authority.get().issue(key: .rsa(bits: 2048))
    let credentials = TLSCredentials(try TLSContext(identity))
    try await withServer(wires: [.clear], settings: Settings({ $0.tls = credentials })) { server in
      let hello = ClientHello(
        versions: client.versions, ciphers: client.ciphers, protocols: client.protocols)
      #expect(throws: ClientError.self) { try TestClient(server, tls: hello) }
      while server.metrics.failedOpenings == 0 { await Task.yield() }
      let welcome = ClientHello(ciphers: "ECDHE+AESGCM", protocols: [])
      try expectReached(TestClient(server, tls: welcome))
    }
  }

  @Test func `HTTP in clear gets a sentence, noise gets nothing`() async throws {
    try await withServer(wires: [.tls]) { server in
      try Wire.$current.withValue(.clear) {
        let client = try TestClient(server)
        try client.send(get)
        let text = try client.readToEnd()
        #expect(text.hasPrefix("HTTP/1.1 400 ") && text.hasSuffix("tls-required\n"))
        let noise = try TestClient(server)
        try noise.send("NOISE " + String(repeating: "x", count: 100))
        #expect(try !noise.readToEnd().contains("HTTP"))
      }
      while server.metrics.active > 0 { await Task.yield() }
      #expect(server.metrics.failedOpenings == 2 && server.metrics.handshakes == 0)
    }
  }

  @Test(arguments: ["", "\u{16}\u{3}\u{1}"])
  func `a handshake that takes too long is cut off at its deadline`(sent: String) async throws {
    let time = TestClock()
    try await withServer(loops: 1, wires: [.tls], settings: Settings({ $0.clock = time.clock })) {
      server in
      let silent = try Wire.$current.withValue(.clear) { try TestClient(server) }
      try silent.send(sent)
      _ = try TestClient(server).ask(get)
      time.advance(seconds: 9.5)
      try expectReached(TestClient(server))
      #expect(server.metrics.openingTimeouts == 0)
      time.advance(seconds: 1)
      #expect(try silent.readToEnd() == "")
      #expect(server.metrics.openingTimeouts == 1 && server.metrics.headTimeouts == 0)
    }
  }

  @Test func `a client that has said all it will is still answered`() async throws {
    let gate = Gate()
    var handler = ClosureHandler()
    handler.respond = { _, _ in
      await gate.wait()
      return HTTPResponse(.ok, body: .bytes([UInt8](repeating: 7, count: 300_000)))
    }
    try await withServer(handler, wires: [.tls]) { server in
      let client = try TestClient(server)
      try client.send(get)
      client.endOutput()
      while server.metrics.requests == 0 { await Task.yield() }
      gate.open()
      #expect(try client.answer().body.count == 300_000)
    }
  }

  @Test func `many requests in one record are answered in order`() async throws {
    let body = [UInt8](repeating: 9, count: 20_000)
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      HTTPResponse(.ok, body: .bytes(Array(request.rawPath) + body))
    }
    try await withServer(handler, wires: [.tls]) { server in
      let client = try TestClient(server)
      try client.send((0..<300).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
      for number in 0..<300 {
        let answer = try client.answer()
        #expect(answer.body.count > 20_000 && answer.body.starts(with: "/\(number)".utf8))
      }
    }
  }

  @Test func `new keys in the middle are taken, a second handshake is not`() async throws {
    try await withServer(wires: [.tls]) { server in
      let client = try TestClient(server)
      let tls = try #require(client.tls)
      for _ in 0..<3 {
        #expect(SSL_key_update(tls.session, SSL_KEY_UPDATE_REQUESTED) == 1)
        #expect(try client.ask(get).status == 200)
      }
      let old = try TestClient(
        server, tls: ClientHello(versions: TLS1_2_VERSION...TLS1_2_VERSION))
      let session = try #require(old.tls).session
      SSL_renegotiate(session)
      #expect(SSL_do_handshake(session) != 1)
      #expect(ClientTLS.reason == "no renegotiation" && server.metrics.handshakes == 2)
    }
  }

  @Test func `a client may take new keys a hundred times, and not for ever`() async throws {
    try await withServer(loops: 1, wires: [.tls]) { server in
      let client = try TestClient(server)
      let session = try #require(client.tls).session
      func takeNewKeys(_ count: Int) {
        for _ in 0..<count {
          SSL_key_update(session, SSL_KEY_UPDATE_NOT_REQUESTED)
          SSL_do_handshake(session)
        }
      }
      takeNewKeys(100)
      #expect(try client.ask(get).status == 200)
      takeNewKeys(100)
      #expect(throws: ClientError.self) { try client.ask(get) }
      while server.metrics.active > 0 { await Task.yield() }
      try expectReached(TestClient(server))
    }
  }

  @Test func `a session is taken up again until the certificate changes`() async throws {
    let authority = try Wire.authority.get()
    let credentials = TLSCredentials(try TLSContext(authority.issue()))
    try await withServer(wires: [.clear], settings: Settings({ $0.tls = credentials })) { server in
      var hello = ClientHello(authority: authority)
      let first = try TestClient(server, tls: hello)
      // Tickets of TLS 1.3 come with the first answer.
      _ = try first.ask(get)
      hello.session = SSL_get1_session(try #require(first.tls).session)
      let second = try TestClient(server, tls: hello)
      #expect(try second.ask(get).status == 200)
      #expect(second.tls?.isResumed == true && server.metrics.resumptions == 1)
      credentials.replace(with: try TLSContext(authority.issue(subject: "Successor")))
      let third = try TestClient(server, tls: hello)
      #expect(try third.ask(get).status == 200)
      #expect(third.tls?.isResumed == false && third.tls?.serverName == "Successor")
      SSL_SESSION_free(hello.session)
    }
  }

  @Test func `no request fails while certificates change`() async throws {
    let authority = try Wire.authority.get()
    let contexts = try ["One", "Two"].map { try TLSContext(authority.issue(subject: $0)) }
    let credentials = TLSCredentials(contexts[0])
    try await withServer(wires: [.clear], settings: Settings({ $0.tls = credentials })) { server in
      let hello = ClientHello(authority: authority)
      let kept = try TestClient(server, tls: hello)
      var names = Set<String>()
      for round in 0..<60 {
        credentials.replace(with: contexts[round % 2])
        let client = try TestClient(server, tls: hello)
        names.insert(client.tls?.serverName ?? "")
        for each in [client, kept] { #expect(try each.ask(get).status == 200) }
      }
      #expect(names == ["One", "Two"] && kept.tls?.serverName == "One")
      #expect(server.metrics.failedOpenings == 0 && server.metrics.handshakes == 61)
    }
  }

  @Test func `TLS is for TCP only`() async throws {
    var template = Array("/tmp/http-server-tests-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { rmdir(folder) }
    try await withServer(
      wires: [.tls],
      settings: Settings({ $0.listeners = [.unix(path: folder + "/s", mode: 0o600)] })
    ) { server in
      try expectReached(TestClient(server))
    }
  }
}
