// What is repeated, how often, and what never is; reuse of connections.

import Base
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

/// Answers the first request of each kind of trouble, and 200 from then on.
private func faltering(_ failures: Int, _ trouble: String) throws -> ScriptedServer {
  let left = Lock(failures)
  return try ScriptedServer { connection in
    while let head = connection.readHead() {
      if head.contains("Content-Length: 3") { connection.read(3) }
      let fails = left.withLock { left in
        left -= 1
        return left >= 0
      }
      guard fails else {
        connection.answer("200 OK")
        continue
      }
      connection.send(trouble)
      if !trouble.hasSuffix("\r\n\r\n") { return }
    }
  }
}

/// A body that can be sent once.
private func threeBytes() -> ClientBody {
  let left = Lock([[UInt8]]([[1, 2, 3]]))
  return .stream(count: 3) { () throws(HTTPClientError) in left.withLock { $0.popLast() } }
}

private let busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

@Suite struct RetryTests {
  struct Case: Sendable {
    let method: HTTPMethod
    let body: ClientBody
    let trouble: String
    let failures: Int
    let expected: String
    let requests: Int
  }

  static let cases: [Case] = [
    Case(method: .get, body: .none, trouble: busy, failures: 2, expected: "200", requests: 3),
    Case(method: .get, body: .none, trouble: busy, failures: 3, expected: "503", requests: 3),
    Case(method: .get, body: .none, trouble: "", failures: 2, expected: "200", requests: 3),
    Case(
      method: .get, body: .none, trouble: "HTTP", failures: 3, expected: "connection-lost",
      requests: 3),
    Case(
      method: .put, body: .bytes([1, 2, 3]), trouble: "", failures: 1, expected: "200", requests: 2),
    Case(
      method: .put, body: .bytes([1, 2, 3]), trouble: busy, failures: 1, expected: "200",
      requests: 2),
    Case(method: .delete, body: .none, trouble: "", failures: 1, expected: "200", requests: 2),
    Case(
      method: .post, body: .bytes([1, 2, 3]), trouble: "", failures: 1, expected: "connection-lost",
      requests: 1),
    Case(
      method: .post, body: .bytes([1, 2, 3]), trouble: busy, failures: 1, expected: "503",
      requests: 1),
    Case(
      method: .put, body: threeBytes(),
      trouble: busy, failures: 1, expected: "503", requests: 1),
    Case(
      method: .get, body: .none,
      trouble: "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", failures: 1, expected: "500",
      requests: 1),
    Case(
      method: .get, body: .none,
      trouble: "HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n\r\n", failures: 1,
      expected: "200", requests: 2),
    Case(
      method: .get, body: .none,
      trouble: "HTTP/1.1 503 Busy\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n", failures: 1,
      expected: "503", requests: 1),
  ]

  @Test(arguments: cases.indices)
  func `only what is safe to repeat is repeated`(index: Int) async throws {
    let item = RetryTests.cases[index]
    let server = try faltering(item.failures, item.trouble)
    let client = try makeClient { $0.retry.attemptsMax = 3 }
    let request = ClientRequest(item.method, server.url(), body: item.body)
    #expect(await verdict(client, request) == item.expected)
    #expect(server.heads.count == item.requests)
  }

  @Test func `a POST that found no connection is repeated`() async throws {
    let waits = Lock<[Duration]>([])
    let client = try makeClient {
      $0.retry.attemptsMax = 4
      $0.retry.random = { .max }
      $0.retry.sleep = { wait in waits.withLock { $0.append(wait) } }
    }
    let request = ClientRequest(.post, "http://127.0.0.1:1/", body: .bytes([1]))
    #expect(await verdict(client, request) == "connect-failed")
    #expect(waits.withLock { $0.count } == 3)
  }

  @Test func `waits double up to their bound, with full jitter`() {
    var policy = RetryPolicy()
    policy.baseDelay = .milliseconds(100)
    policy.delayMax = .seconds(1)
    let ceilings = [100, 200, 400, 800, 1000, 1000]
    for (index, ceiling) in ceilings.enumerated() {
      policy.random = { UInt64(ceiling) }
      #expect(policy.delay(before: index + 2) == .milliseconds(ceiling))
      policy.random = { UInt64(ceiling) + 1 }
      #expect(policy.delay(before: index + 2) == .zero)
    }
    #expect(policy.delay(before: .max) <= policy.delayMax)
  }

  @Test func `the budget bounds retries and successes earn them back`() async throws {
    var policy = RetryPolicy()
    policy.budgetRetriesMax = 2
    policy.successesPerRetry = 3
    let budget = RetryBudget(policy)
    #expect([budget.takeRetry(), budget.takeRetry(), budget.takeRetry()] == [true, true, false])
    for _ in 0..<2 { budget.noteSuccess() }
    #expect(!budget.takeRetry())
    budget.noteSuccess()
    #expect(budget.takeRetry())
    #expect(!budget.takeRetry())
    for _ in 0..<100 { budget.noteSuccess() }
    #expect([budget.takeRetry(), budget.takeRetry(), budget.takeRetry()] == [true, true, false])
  }

  @Test func `a connection is used again, and a dead one is replaced`() async throws {
    let server = try ScriptedServer { connection in
      for _ in 0..<(connection.number == 0 ? 5 : 1) {
        guard connection.readHead() != nil else { return }
        connection.answer("200 OK")
      }
    }
    let client = try makeClient()
    for _ in 0..<5 {
      #expect(await verdict(client, ClientRequest(.get, server.url())) == "200")
    }
    #expect(server.connectionCount == 1)
    for method in [HTTPMethod.get, .post, .get, .put] {
      #expect(await verdict(client, ClientRequest(method, server.url())) == "200")
    }
    #expect(server.heads.count == 9)
  }

  @Test func `many requests at once share the allowed connections`() async throws {
    let server = try ScriptedServer { connection in
      while connection.readHead() != nil { connection.answer("200 OK", "x") }
    }
    let client = try makeClient { $0.connectionsPerHostMax = 4 }
    let verdicts = await withTaskGroup(of: String.self) { group in
      for _ in 0..<200 {
        group.addTask { await verdict(client, ClientRequest(.get, server.url())) }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(verdicts == ["200"])
    #expect(server.heads.count == 200)
    #expect(server.connectionCount <= 4)
  }
}
