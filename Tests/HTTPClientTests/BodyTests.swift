// Request bodies and streamed answers: sources, lengths, back-pressure, early refusals.

import Base
import Glibc
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

private func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
}

/// Reads a head and its body, then answers with the body's length and a simple sum.
private let echo: @Sendable (ScriptedServer.Connection) -> Void = { connection in
  while let head = connection.readHead() {
    let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
    let count = length.flatMap { Int($0.dropFirst(16)) } ?? 0
    if head.contains("Expect: 100-continue") { connection.send("HTTP/1.1 100 Continue\r\n\r\n") }
    let body = connection.read(count)
    connection.answer("200 OK", summary(body))
  }
}

private func summary(_ body: [UInt8]) -> String {
  "\(body.count) \(body.reduce(UInt64(7)) { ($0 &* 31) &+ UInt64($1) })"
}

@Suite struct BodyTests {
  @Test(arguments: [0, 1, 65_536, 1_200_000])
  func `a body arrives whole from bytes, a file range and a stream`(count: Int) async throws {
    let server = try ScriptedServer(echo)
    let client = try makeClient()
    let bytes = pattern(count)
    let file = TemporaryFile([9, 9, 9] + bytes + [9])
    let pieces = Lock(
      stride(from: 0, to: count, by: 100_000).map { bytes[$0..<min($0 + 100_000, count)] })
    let bodies: [ClientBody] = [
      .bytes(bytes), .file(descriptor: file.descriptor, offset: 3, count: Int64(count)),
      .stream(count: Int64(count)) { () throws(HTTPClientError) in
        pieces.withLock { $0.isEmpty ? nil : Array($0.removeFirst()) }
      },
    ]
    for body in bodies {
      let answer = try await client.fetch(ClientRequest(.put, server.url(), body: body))
      #expect(String(decoding: answer.body, as: UTF8.self) == summary(bytes))
    }
    let expected = count >= 1 << 20
    #expect(server.heads.allSatisfy { $0.contains("Expect: 100-continue") == expected })
    #expect(server.heads.allSatisfy { $0.contains("Content-Length: \(count)\r\n") })
  }

  static let wrongBodies: [(String, ClientBody)] = [
    ("body-mismatch", .stream(count: 10) { () throws(HTTPClientError) in nil }),
    (
      "body-mismatch",
      .stream(count: 10) { () throws(HTTPClientError) in [UInt8](repeating: 1, count: 11) }
    ),
    (
      "request-body-failed",
      .stream(count: 10) { () throws(HTTPClientError) in
        throw HTTPClientError(.requestBodyFailed, "the disk is on fire")
      }
    ),
    ("request-body-failed", .file(descriptor: -1, offset: 0, count: 10)),
  ]

  @Test(arguments: wrongBodies.indices)
  func `a body that does not deliver ends the exchange`(index: Int) async throws {
    let server = try ScriptedServer(echo)
    let (expected, body) = BodyTests.wrongBodies[index]
    let request = ClientRequest(.put, server.url(), body: body)
    #expect(await verdict(try makeClient(), request) == expected)
  }

  @Test func `a file shorter than declared ends the exchange`() async throws {
    let server = try ScriptedServer(echo)
    let file = TemporaryFile(pattern(1000))
    let body = ClientBody.file(descriptor: file.descriptor, offset: 0, count: 1001)
    let request = ClientRequest(.put, server.url(), body: body)
    #expect(await verdict(try makeClient(), request) == "request-body-failed")
  }

  @Test func `a refusal before 100 Continue is the answer and no body is sent`() async throws {
    let received = Lock(-1)
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.answer("403 Forbidden", "no", fields: "Connection: close\r\n")
      let count = connection.drain()
      received.withLock { $0 = count }
    }
    let client = try makeClient { $0.expectContinueTimeout = .seconds(10) }
    let body = ClientBody.bytes([UInt8](repeating: 1, count: 4 << 20))
    let answer = try await client.fetch(ClientRequest(.put, server.url(), body: body))
    #expect(answer.status == .forbidden)
    #expect(received.withLock { $0 } <= 0)
  }

  @Test func `a server that never says 100 Continue gets the body anyway`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.answer("200 OK", String(connection.read(2 << 20).count))
    }
    let body = ClientBody.bytes([UInt8](repeating: 1, count: 2 << 20))
    let request = ClientRequest(.put, server.url(), body: body)
    let answer = try await makeClient().fetch(request)
    #expect(String(decoding: answer.body, as: UTF8.self) == "2097152")
  }

  @Test func `a refusal in the middle of the body is the answer`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.read(1000)
      connection.answer("413 Content Too Large", "big", fields: "Connection: close\r\n")
      _ = connection.drain()
    }
    let client = try makeClient { $0.expectContinueBytes = .max }
    let body = ClientBody.bytes([UInt8](repeating: 1, count: 32 << 20))
    let answer = try await client.fetch(ClientRequest(.put, server.url(), body: body))
    #expect(answer.status == .contentTooLarge)
    #expect(answer.body == Array("big".utf8))
  }

  @Test func `an answer is streamed in pieces and a slow reader stalls the server`() async throws {
    let stalled = Signal()
    let count = 48 << 20
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(count)\r\n\r\n")
      let block = [UInt8](repeating: 1, count: 1 << 20)
      var hasStalled = false
      for _ in 0..<(count / block.count) {
        var room = pollfd(fd: connection.descriptor, events: Int16(POLLOUT), revents: 0)
        if !hasStalled, poll(&room, 1, 300) == 0 {
          hasStalled = true
          stalled.raise()
        }
        guard connection.send(block) else { return }
      }
      if !hasStalled { stalled.raise() }
    }
    let client = try makeClient { $0.streamWindowBytes = 100_000 }
    let answer = try await client.stream(ClientRequest(.get, server.url()))
    await stalled.wait()
    var sizes = [Int]()
    for try await chunk in answer.body { sizes.append(chunk.count) }
    #expect(sizes.reduce(0, +) == count)
    #expect(sizes.allSatisfy { $0 > 0 && $0 <= 100_000 + (16 << 10) })
  }

  @Test func `a streamed answer that breaks off ends with an error`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
    }
    let client = try makeClient()
    let answer = try await client.stream(ClientRequest(.get, server.url()))
    let expected = HTTPClientError.Code.bodyMismatch
    let error = await #expect(throws: HTTPClientError.self) {
      try await answer.body.collect(bytesMax: 100)
    }
    #expect(error?.code == expected)
  }

  @Test func `an answer goes straight into a file, an error into memory`() async throws {
    let bytes = pattern(200_000)
    let server = try ScriptedServer { connection in
      while let head = connection.readHead() {
        if head.hasPrefix("GET /missing") {
          connection.answer("404 Not Found", "gone")
        } else {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(bytes.count)\r\n\r\n")
          connection.send(bytes)
        }
      }
    }
    let client = try makeClient()
    let file = TemporaryFile()
    let request = ClientRequest(.get, server.url())
    let answer = try await client.download(
      request, to: file.descriptor, offset: 5, bytesMax: Int64(bytes.count))
    #expect(answer.body.isEmpty)
    #expect(file.bytes(count: bytes.count + 10) == [0, 0, 0, 0, 0] + bytes)
    let missing = try await client.download(
      ClientRequest(.get, server.url("/missing")), to: file.descriptor, bytesMax: 10)
    #expect(missing.status == .notFound && missing.body == Array("gone".utf8))
    let small = await #expect(throws: HTTPClientError.self) {
      try await client.download(request, to: file.descriptor, bytesMax: Int64(bytes.count - 1))
    }
    #expect(small?.code == .responseTooLarge)
    let closed = await #expect(throws: HTTPClientError.self) {
      try await client.download(request, to: -1, bytesMax: Int64(bytes.count))
    }
    #expect(closed?.code == .responseFileFailed)
  }
}
