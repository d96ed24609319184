// The PROXY header: its grammar, and what becomes of connections on a listener that wants it.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import TestSupport
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
private let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]

@Suite(.timeLimit(.minutes(1))) struct ProxyHeaderTests {
  @Test(arguments: [
    ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", "192.0.2.1 56324"),
    ("PROXY TCP4 255.255.255.255 0.0.0.0 65535 0\r\n", "255.255.255.255 65535"),
    ("PROXY TCP6 2001:db8::1 ::1 1 65535\r\n", "2001:db8::1 1"),
    ("PROXY UNKNOWN\r\n", "none"),
    ("PROXY UNKNOWN ffff:f...f:ffff whatever\r\n", "none"),
    ("PROXY UNKNOWN " + String(repeating: "x", count: 91) + "\r\n", "none"),
    ("PROXY UNKNOWN " + String(repeating: "x", count: 92) + "\r\n", nil),
    ("PROXY UNKNOWNX\r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\n", nil),
    ("PROXY  TCP4 192.0.2.1 198.51.100.1 56324 443\r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 56324 443 \r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 056324 443\r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 -1 443\r\n", nil),
    ("PROXY TCP4 192.0.2.01 198.51.100.1 1 443\r\n", nil),
    ("PROXY TCP4 2001:db8::1 198.51.100.1 1 443\r\n", nil),
    ("PROXY TCP6 192.0.2.1 ::1 1 443\r\n", nil),
    ("PROXY TCP5 192.0.2.1 198.51.100.1 1 443\r\n", nil),
    ("PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n", nil),
    ("proxy TCP4 192.0.2.1 198.51.100.1 1 443\r\n", nil),
    ("GET / HTTP/1.1\r\n", nil),
    ("\u{16}\u{3}\u{1}", nil),
  ])
  func `a line names a client or is refused`(line: String, expected: String?) {
    check(Array(line.utf8), expected)
  }

  /// A version 2 header: command, family, addresses and extensions.
  private static func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
    signature + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
  }

  private static let v4: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 1, 187]
  private static let v6: [UInt8] =
    [0x20, 1, 0xd, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]
    + [UInt8](repeating: 0, count: 16) + [0, 80, 1, 187]

  /// A header with a checksum that is right, or off by one.
  private static func summed(_ error: UInt32) -> [UInt8] {
    let blank = binary(0x21, 0x11, v4 + [4, 0, 1, 9] + [3, 0, 4, 0, 0, 0, 0])
    let sum = CRC32.checksum(blank.span, .castagnoli) &+ error
    return Array(blank.dropLast(4))
      + (0..<4).map { UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * $0)) }
  }

  @Test(arguments: [
    (binary(0x21, 0x11, v4), "192.0.2.1 56324"),
    (binary(0x21, 0x21, v6), "2001:db8::1 80"),
    (binary(0x21, 0x11, v4 + [4, 0, 2, 1, 2]), "192.0.2.1 56324"),
    (binary(0x20, 0x00, []), "none"), (binary(0x20, 0x11, [1, 2, 3]), "none"),
    (binary(0x21, 0x00, [1, 2, 3]), "none"),
    (summed(0), "192.0.2.1 56324"), (summed(1), nil),
    (binary(0x21, 0x11, v4 + [UInt8](repeating: 4, count: 2)), nil),
    (binary(0x21, 0x11, v4 + [4, 0, 3, 1, 2]), nil),
    (binary(0x21, 0x11, Array(v4.dropLast())), nil),
    (binary(0x21, 0x21, v4), nil), (binary(0x21, 0x12, v4), nil),
    (binary(0x21, 0x31, [UInt8](repeating: 1, count: 216)), nil),
    (binary(0x11, 0x11, v4), nil), (binary(0x22, 0x11, v4), nil),
    (binary(0x21, 0x11, v4 + [4, 2, 1] + [UInt8](repeating: 0, count: 505)), nil),
    (binary(0x20, 0x00, [UInt8](repeating: 0, count: 520)), "none"),
    (binary(0x20, 0x00, [UInt8](repeating: 0, count: 521)), nil),
  ])
  func `a binary header names a client or is refused`(header: [UInt8], expected: String?) {
    check(header, expected)
  }

  // `none`: the proxy's own connection. Nothing: refused, at the latest with the last byte.
  private func check(_ header: [UInt8], _ expected: String?) {
    let following = Array("GET".utf8)
    guard let expected else {
      #expect(ProxyHeader.parse(header + following) == .refused)
      return
    }
    guard case .complete(let byteCount, let source) = ProxyHeader.parse(header + following) else {
      Issue.record("not complete")
      return
    }
    #expect(byteCount == header.count)
    #expect(source.map { "\($0.address) \($0.port)" } ?? "none" == expected)
    let isPatient = (0..<header.count).allSatisfy {
      ProxyHeader.parse(Array(header[..<$0])) == .incomplete
    }
    #expect(isPatient)
  }

  private func proxied(_ trusted: String, time: TestClock? = nil) throws -> Settings {
    let block = try #require(AddressBlock(trusted))
    return Settings({
      $0.proxyListeners = $0.listeners
      $0.listeners = []
      $0.proxies = [block]
      $0.limits.connectionsPerAddressMax = 2
      $0.limits.addressLimitExempt = [block]
      if let time { $0.clock = time.clock }
    })
  }

  private var echoesPeer: ClosureHandler {
    var handler = ClosureHandler()
    handler.now = { request, _, _ in
      guard case .tcp(let address, let port) = request.peer else { return HTTPResponse(.notFound) }
      return HTTPResponse(
        .ok, type: "text/plain", text: "\(request.scheme.rawValue) \(address) \(port)")
    }
    return handler
  }

  @Test(arguments: [Wire.clear, .tls])
  func `the client is the one that a trusted proxy names`(wire: Wire) async throws {
    let scheme = wire == .tls ? "https" : "http"
    try await withServer(echoesPeer, wires: [wire], settings: try proxied("127.0.0.0/8")) {
      server in
      let line = "PROXY TCP4 203.0.113.5 127.0.0.1 4711 443\r\n"
      let clients = try (0..<2).map { _ in try TestClient(server, before: line) }
      for client in clients {
        #expect(try client.ask(get).text == "\(scheme) 203.0.113.5 4711")
        #expect(try client.ask(get).text == "\(scheme) 203.0.113.5 4711")
      }
      // The limit for each address is that of the client, not of the proxy.
      #expect(throws: ClientError.self) {
        let third = try TestClient(server, before: line)
        _ = try third.ask(get)
      }
      let other = try TestClient(server, before: "PROXY TCP6 2001:db8::7 ::1 4711 443\r\n")
      #expect(try other.ask(get).text == "\(scheme) 2001:db8::7 4711")
      let own = try TestClient(server, before: "PROXY UNKNOWN\r\n")
      #expect(try own.ask(get).text.hasPrefix("\(scheme) 127.0.0.1 "))
    }
  }

  @Test func `a header may come in pieces and leaves nothing behind`() async throws {
    try await withServer(echoesPeer, wires: [.clear], settings: try proxied("127.0.0.1")) {
      server in
      let header = Self.binary(0x21, 0x11, Self.v4 + [4, 0, 2, 1, 2])
      let client = try TestClient(server)
      for (index, byte) in header.enumerated() {
        try client.send([byte])
        if index % 8 == 0 { await Task.yield() }
      }
      #expect(try client.ask(get).text == "http 192.0.2.1 56324")
      let whole = try TestClient(server)
      try whole.send(header + Array(get.utf8))
      #expect(try whole.answer().text == "http 192.0.2.1 56324")
    }
  }

  @Test func `without a header, or from elsewhere, there is no answer`() async throws {
    try await withServer(echoesPeer, wires: [.clear], settings: try proxied("127.0.0.0/8")) {
      server in
      let client = try TestClient(server)
      try client.send(get)
      #expect(try client.readToEnd() == "")
      #expect(server.metrics.failedOpenings == 1 && server.metrics.requests == 0)
    }
    try await withServer(echoesPeer, wires: [.clear], settings: try proxied("10.0.0.0/8")) {
      server in
      let client = try TestClient(server)
      // The other end may have closed already.
      _ = client.sendSome(Array("PROXY TCP4 1.2.3.4 1.2.3.4 1 1\r\n".utf8))
      #expect(try client.readToEnd() == "")
      #expect(server.metrics.turnedAway == 1)
    }
  }

  @Test func `a proxy has one second for its header`() async throws {
    let time = TestClock()
    try await withServer(
      echoesPeer, loops: 1, wires: [.clear], settings: try proxied("127.0.0.1", time: time)
    ) { server in
      let silent = try TestClient(server, before: "PROXY TC")
      let line = "PROXY UNKNOWN\r\n"
      try expectReached(TestClient(server, before: line))
      time.advance(seconds: 0.9)
      try expectReached(TestClient(server, before: line))
      #expect(server.metrics.openingTimeouts == 0)
      time.advance(seconds: 0.2)
      #expect(try silent.readToEnd() == "")
      #expect(server.metrics.openingTimeouts == 1)
    }
  }
}
