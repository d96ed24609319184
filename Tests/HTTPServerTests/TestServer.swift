// A server in this process with a handler made of closures, a clock that tests move, and a client
// that speaks raw bytes.

import Base
import Glibc
import HTTPMessage
import HTTPServer
import Synchronization
import TestSupport
import Testing

/// A handler whose three steps are closures.
struct ClosureHandler: HTTPHandler {
  var mode: @Sendable (HTTPRequest) -> BodyMode = { _ in .buffered(limit: 100_000) }
  var now: @Sendable (HTTPRequest, HTTPRequestBody, LoopContext) -> HTTPResponse? = { _, _, _ in
    nil
  }
  var respond: @Sendable (HTTPRequest, HTTPRequestBody) async -> HTTPResponse = { request, body in
    let line = "\(request.method.rawValue) \(String(decoding: request.rawTarget, as: UTF8.self))"
    return HTTPResponse(.ok, type: "text/plain", text: "\(line) \(body.bytes.count)")
  }

  func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode {
    mode(request)
  }

  func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse? {
    now(request, body, context)
  }

  func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse {
    await respond(request, body)
  }
}

/// A clock that stands until it is moved.
final class TestClock: Sendable {
  private let nanoseconds = Atomic<UInt64>(1_000_000_000_000)

  var clock: Clock {
    Clock(
      now: { [self] in
        Timestamp(
          milliseconds: 1_790_000_000_000
            + Int64(nanoseconds.load(ordering: .relaxed) / 1_000_000))
      },
      monotonicNanoseconds: { [self] in nanoseconds.load(ordering: .relaxed) })
  }

  func advance(seconds: Double) {
    nanoseconds.add(UInt64(seconds * 1e9), ordering: .relaxed)
  }
}

/// What a test changes in the settings of its server.
struct Settings {
  let change: (inout HTTPServerConfiguration) -> Void

  init(_ change: @escaping (inout HTTPServerConfiguration) -> Void) {
    self.change = change
  }
}

/// What lies between a test's client and its server.
enum Wire {
  case clear, tls

  /// Whether `TestClient` does a handshake unless it is told.
  @TaskLocal static var current = Wire.clear
  static let authority = Result { try TestAuthority() }
  private static let identity = Result { try authority.get().issue() }

  /// The credentials for a server on this wire.
  func credentials() throws -> TLSCredentials? {
    self == .clear ? nil : TLSCredentials(try TLSContext(Wire.identity.get()))
  }
}

/// Runs a server for the time of `body` and shuts it down; once for each wire, so that what holds
/// in clear is shown to hold over TLS.
func withServer(
  _ handler: ClosureHandler = ClosureHandler(), loops: Int = 2, wires: [Wire] = [.clear, .tls],
  settings: Settings = Settings({ _ in }),
  _ body: (HTTPServer) async throws -> Void
) async throws {
  for wire in wires {
    try await Wire.$current.withValue(wire) {
      try await withOneServer(handler, loops: loops, settings: settings, body)
    }
  }
}

private func withOneServer(
  _ handler: ClosureHandler, loops: Int, settings: Settings,
  _ body: (HTTPServer) async throws -> Void
) async throws {
  var configuration = HTTPServerConfiguration(
    listeners: [.tcp(IPAddress(v4: 0x7f00_0001), port: 0)])
  configuration.loopCount = loops
  configuration.drainSeconds = 0
  configuration.tls = try Wire.current.credentials()
  settings.change(&configuration)
  let server = try HTTPServer(configuration, handler: handler)
  do {
    try await body(server)
  } catch {
    await server.shutdown()
    throw error
  }
  await server.shutdown()
}

/// An answer as it came over the wire.
struct Answer {
  var status = 0
  var head = ""
  var body: [UInt8] = []

  var text: String { String(decoding: body, as: UTF8.self) }

  func field(_ name: String) -> String? {
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name + ":") {
      return String(line.dropFirst(name.utf8.count + 1).drop { $0 == " " })
    }
    return nil
  }
}

enum ClientError: Error {
  case noConnection, noAnswer
  case broken(String)
}

/// A blocking client; each call gives up after ten seconds.
final class TestClient {
  let descriptor: Int32
  private(set) var tls: ClientTLS?
  private var buffer: [UInt8] = []

  /// Connects, sends what comes before the handshake, and does the handshake if there is to be one.
  init(_ server: HTTPServer, before: String = "", tls hello: ClientHello? = nil) throws {
    guard let address = server.addresses.first else { throw ClientError.noConnection }
    switch address {
    case .tcp(let ip, let port):
      if let v4 = ip.v4 {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = v4.bigEndian
        descriptor = try TestClient.open(AF_INET, &name)
      } else {
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = port.bigEndian
        name.sin6_addr = in6addr_loopback
        descriptor = try TestClient.open(AF_INET6, &name)
      }
    case .unix(let path, _):
      var name = sockaddr_un()
      name.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
      descriptor = try TestClient.open(AF_UNIX, &name)
    }
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    if !before.isEmpty { try send(before) }
    var hello = hello
    if hello == nil, Wire.current == .tls, case .tcp = address {
      hello = ClientHello(authority: try Wire.authority.get())
    }
    tls = try hello.map { try ClientTLS(descriptor, $0) }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        tls?.send($0) ?? Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000)
      }
      guard count > 0 else { throw ClientError.broken("send \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// Sends what the server takes without waiting; returns how much that was.
  func sendSome(_ bytes: [UInt8]) -> Int {
    if let tls {
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      return bytes.withUnsafeBytes { tls.send($0) }
    }
    return bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4040) }
  }

  func endOutput() {
    tls?.endOutput()
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// Waits for bytes; nothing at the end of the connection.
  func receive() throws -> [UInt8]? {
    if let tls { return try tls.receive() }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    if count < 0, errno == ECONNRESET { return nil }
    guard count >= 0 else { throw ClientError.noAnswer }
    return count == 0 ? nil : Array(bytes[..<count])
  }

  /// Everything until the end of the connection.
  func readToEnd() throws -> String {
    while let bytes = try receive() { buffer += bytes }
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  /// Everything until the connection is cut; over TLS that must not look like a proper end.
  func readToCut() throws -> String {
    guard tls != nil else { return try readToEnd() }
    let problem = #expect(throws: ClientError.self) {
      while let bytes = try receive() { buffer += bytes }
    }
    if case .noAnswer? = problem { throw ClientError.noAnswer }
    defer { buffer = [] }
    return String(decoding: buffer, as: UTF8.self)
  }

  /// One answer; `hasBody` is false for answers to HEAD.
  func answer(hasBody: Bool = true) throws -> Answer {
    var answer = Answer()
    let end = try wait { TestClient.find("\r\n\r\n", in: $0) }
    answer.head = String(decoding: buffer[..<(end + 2)], as: UTF8.self)
    buffer.removeFirst(end + 4)
    answer.status = Int(answer.head.dropFirst(9).prefix(3)) ?? 0
    guard hasBody, answer.status >= 200, answer.status != 204, answer.status != 304 else {
      return answer
    }
    if let text = answer.field("content-length"), let length = Int(text) {
      answer.body = try take(length)
    } else if answer.field("transfer-encoding") == "chunked" {
      while true {
        let line = try wait { TestClient.find("\r\n", in: $0) }
        let text = String(decoding: buffer[..<line], as: UTF8.self)
        guard let size = Int(text, radix: 16) else { throw ClientError.broken("chunk \(text)") }
        buffer.removeFirst(line + 2)
        answer.body += try take(size)
        _ = try take(2)
        if size == 0 { break }
      }
    } else {
      answer.body = Array(try readToEnd().utf8)
    }
    return answer
  }

  func ask(_ text: String) throws -> Answer {
    try send(text)
    return try answer(hasBody: !text.hasPrefix("HEAD"))
  }

  private func take(_ count: Int) throws -> [UInt8] {
    _ = try wait { $0.count >= count ? count : nil }
    defer { buffer.removeFirst(count) }
    return Array(buffer[..<count])
  }

  private func wait(_ find: ([UInt8]) -> Int?) throws -> Int {
    while true {
      if let found = find(buffer) { return found }
      guard let bytes = try receive() else {
        throw ClientError.broken("ended after \(buffer.count) bytes")
      }
      buffer += bytes
    }
  }

  private static func find(_ text: String, in bytes: [UInt8]) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (0...(bytes.count - wanted.count)).first { start in
      bytes[start..<(start + wanted.count)].elementsEqual(wanted)
    }
  }

  private static func open<Name>(_ family: Int32, _ name: inout Name) throws -> Int32 {
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    let code = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<Name>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      throw ClientError.noConnection
    }
    return descriptor
  }
}

/// A request is answered with success.
func expectReached(_ client: TestClient) throws {
  let answer = try client.ask("GET /a HTTP/1.1\r\nHost: a\r\n\r\n")
  #expect(answer.status == 200)
}

/// Lets a test wait for what happens on a loop.
final class Gate: Sendable {
  private let state = Lock<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
}
