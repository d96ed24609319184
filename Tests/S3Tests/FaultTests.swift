// Stores that break off, lie or stand still: each has its code, and none is waited for without end.

import Base
import Cryptography
import HTTPClient
import S3
import SigV4
import TestSupport
import Testing

@Suite struct FaultTests {
  private static let count = 2 << 20

  /// What the store does with an upload that asks before it sends, and the code of each.
  static let uploads: [(String, String, Int, @Sendable (ScriptedServer.Connection) -> Void)] = [
    (
      "says 100 and dies", "connection-lost", 3,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
      }
    ),
    (
      "says 100, takes half and dies", "connection-lost", 3,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(count / 2)
      }
    ),
    (
      "says 100, takes all and never answers", "timeout", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(count)
        connection.waitForClose()
      }
    ),
    (
      "stops reading at 99 %", "timeout", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(count / 100 * 99)
        connection.waitForClose()
      }
    ),
    (
      "refuses before the body", "entity-too-large", 1,
      { connection in
        connection.readHead()
        connection.send(problem("400 Bad Request", "EntityTooLarge"))
        connection.waitForClose()
      }
    ),
    (
      "refuses in the middle of the body", "quota-exceeded", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(1000)
        connection.send(
          problem("507 Insufficient Storage", "XMinioStorageFull").replacing(
            "Content-L", with: "Connection: close\r\nContent-L"))
        _ = connection.drain()
      }
    ),
    (
      "announces more than it sends", "connection-lost", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(count)
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabc")
      }
    ),
    (
      "contradicts itself about the length", "garbage-answer", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n")
      }
    ),
    (
      "keeps other bytes", "digest-mismatch", 1,
      { connection in
        connection.readHead()
        connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        connection.read(count)
        let wrong = Base64.encode(SHA256.hash([1]).bytes, .standard)
        connection.answer("200 OK", fields: "x-amz-checksum-sha256: \(wrong)\r\n")
      }
    ),
  ]

  @Test(arguments: uploads.indices)
  func `an upload to a store that misbehaves has its code`(index: Int) async throws {
    let (name, code, attempts, script) = FaultTests.uploads[index]
    let server = try ScriptedServer(script)
    let client = try makeStore(server, attemptsMax: attempts, lowSpeedSeconds: 1) {
      $0.profile = .aws
    }
    let body = [UInt8](repeating: 7, count: FaultTests.count)
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes(body))
    }
    #expect(result == code, "\(name)")
    #expect(server.heads.count == attempts, "\(name)")
    #expect(server.heads.allSatisfy { $0.contains("Expect: 100-continue") })
  }

  @Test func `a store that stands still at 99 % of an object is not waited for`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
      connection.send([UInt8](repeating: 1, count: 99_000))
      connection.waitForClose()
    }
    let client = try makeStore(server, lowSpeedSeconds: 1)
    let result = await outcome { () async throws(S3Error) in
      _ = try await client.bytes(testObject, bytesMax: 100_000)
    }
    #expect(result == "timeout")
  }

  @Test func `a store that is away is left to rest, and asked again afterwards`() async throws {
    let answers = Lock(["", "", "", "", ""])
    let server = try store { _ in
      answers.withLock { $0.isEmpty ? answer("200 OK") : $0.removeFirst() }
    }
    let tick = Lock(UInt64(0))
    let clock = Clock(now: { testNow }, monotonicNanoseconds: { tick.withLock { $0 } })
    let client = try makeStore(server, attemptsMax: 2, clock: clock)
    func head() async -> String {
      await outcome { () async throws(S3Error) in _ = try await client.head(testObject) }
    }
    // Two attempts each; the fifth failure opens the circuit, so that the sixth is not made.
    var results = [await head(), await head(), await head(), await head()]
    #expect(
      results == ["connection-lost", "connection-lost", "connection-lost", "circuit-open"])
    #expect(server.heads.count == 5 && client.circuitState.state == .open)
    tick.withLock { $0 += 1_000_000_000 }
    results = [await head(), await head()]
    #expect(results == ["ok", "ok"] && client.circuitState.state == .closed)
    #expect(client.circuitState.openings == 1 && client.circuitState.refusals == 2)
  }

  @Test func `refusals are answers and never open the circuit`() async throws {
    for text in [
      problem("403 Forbidden", "AccessDenied"), problem("503 Service Unavailable", "SlowDown"),
      problem("404 Not Found", "NoSuchKey"),
    ] {
      let server = try store(answering: [text])
      let client = try makeStore(server, attemptsMax: 1)
      for _ in 0..<8 {
        _ = await outcome { () async throws(S3Error) in _ = try await client.get(testObject) }
      }
      #expect(client.circuitState.state == .closed && server.heads.count == 8)
    }
  }

  @Test func `buckets in the host name are reached and signed there`() async throws {
    let server = try store(answering: [answer("200 OK")])
    let client = try makeStore(server) {
      if let endpoint = try? Endpoint("http://s3.localhost:\(server.port)", style: .virtualHost) {
        $0.endpoint = endpoint
      }
    }
    try await client.put(testObject, .bytes([1]))
    let head = server.heads.first ?? ""
    #expect(head.hasPrefix("PUT /v1/a%20b/%C3%A4%2B.pdf HTTP/1.1\r\n"))
    #expect(head.contains("Host: letters.s3.localhost:\(server.port)\r\n"))
  }
}
