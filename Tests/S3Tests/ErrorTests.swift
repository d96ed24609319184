// Error answers, troubled connections, and what is sent again.

import Base
import HTTPClient
import HTTPMessage
import S3
import SigV4
import TestSupport
import Testing

@Suite struct ErrorTests {
  /// Answers, the code for GET of an object, and how many requests are made with three attempts.
  static let table: [(String, String, Int)] = [
    (problem("403 Forbidden", "AccessDenied"), "access-denied", 1),
    (problem("403 Forbidden", "InvalidAccessKeyId"), "access-key-unknown", 1),
    (problem("403 Forbidden", "SignatureDoesNotMatch"), "signature-mismatch", 1),
    (problem("403 Forbidden", "RequestTimeTooSkewed"), "clock-skewed", 1),
    (problem("400 Bad Request", "ExpiredToken"), "credentials-expired", 1),
    (problem("301 Moved Permanently", "PermanentRedirect"), "wrong-region", 1),
    (problem("400 Bad Request", "AuthorizationHeaderMalformed"), "wrong-region", 1),
    (problem("404 Not Found", "NoSuchKey"), "no-such-key", 1),
    (problem("404 Not Found", "NoSuchBucket"), "no-such-bucket", 1),
    (problem("412 Precondition Failed", "PreconditionFailed"), "precondition-failed", 1),
    (problem("409 Conflict", "ConditionalRequestConflict"), "conflict", 1),
    (problem("400 Bad Request", "BadDigest"), "digest-mismatch", 1),
    (problem("400 Bad Request", "XAmzContentSHA256Mismatch"), "digest-mismatch", 1),
    (problem("400 Bad Request", "EntityTooLarge"), "entity-too-large", 1),
    (problem("501 Not Implemented", "NotImplemented"), "not-implemented", 1),
    (problem("400 Bad Request", "RequestTimeout"), "timeout", 3),
    (problem("503 Service Unavailable", "SlowDown"), "slow-down", 3),
    (problem("500 Internal Server Error", "InternalError"), "store-failed", 3),
    (problem("400 Bad Request", "SomethingNew"), "invalid-request", 1),
    (answer("404 Not Found", "<html><br></html>"), "no-such-key", 1),
    (answer("403 Forbidden", "<Error><Code>NoSuch"), "access-denied", 1),
    (
      answer("403 Forbidden", "<!DOCTYPE a><Error><Code>NoSuchKey</Code></Error>"), "access-denied",
      1
    ),
    (answer("304 Not Modified"), "not-modified", 1),
    (answer("418 Teapot"), "garbage-answer", 1),
    (answer("429 Too Many Requests"), "slow-down", 3),
    (answer("500 Internal Server Error"), "store-failed", 3),
    (answer("502 Bad Gateway", "<html>"), "store-failed", 3),
    (answer("503 Service Unavailable"), "slow-down", 3),
    (answer("504 Gateway Timeout"), "store-failed", 3),
    (answer("503 Service Unavailable", fields: "Retry-After: 900\r\n"), "slow-down", 1),
    ("", "connection-lost", 3),
    ("SSH-2.0-OpenSSH\r\n", "garbage-answer", 1),
    (
      "HTTP/1.1 403 Forbidden\r\nContent-Length: 900\r\nConnection: close\r\n\r\n<Error>",
      "connection-lost", 3
    ),
  ]

  @Test(arguments: table.indices)
  func `an answer gives its code and is repeated only if that may help`(index: Int) async throws {
    let (text, code, requests) = ErrorTests.table[index]
    let server = try store(answering: [text])
    let client = try makeStore(server)
    let result = await outcome { () async throws(S3Error) in
      _ = try await client.bytes(testObject, bytesMax: 100)
    }
    #expect(result == code)
    #expect(server.heads.count == requests)
  }

  @Test func `a store that recovers is asked again, with a new signature`() async throws {
    let server = try store(answering: [
      problem("500 Internal Server Error", "InternalError"),
      problem("503 Service Unavailable", "SlowDown"), answer("200 OK"),
    ])
    let now = Lock(testNow)
    let clock = Clock(
      now: {
        now.withLock { now in
          now = now.adding(seconds: 1)
          return now
        }
      }, monotonicNanoseconds: { 0 })
    let client = try makeStore(server, clock: clock)
    try await client.put(testObject, .bytes([1, 2, 3]))
    let dates = server.heads.map { head in
      head.split(separator: "\r\n").first { $0.hasPrefix("x-amz-date") }
    }
    #expect(dates.count == 3 && Set(dates).count == 3)
  }

  @Test func `a streamed body is sent once`() async throws {
    let server = try store(answering: [problem("503 Service Unavailable", "SlowDown")])
    let client = try makeStore(server)
    let pieces = Lock([[UInt8(1), 2, 3]])
    let body = ClientBody.stream(count: 3) { () throws(HTTPClientError) in
      pieces.withLock { $0.popLast() }
    }
    let result = await outcome { () async throws(S3Error) in try await client.put(testObject, body)
    }
    #expect(result == "slow-down")
    #expect(server.heads.count == 1)
  }

  @Test func `an error tells attempts, status, request and store code, and no secret`() async throws
  {
    let server = try store(answering: [problem("503 Service Unavailable", "SlowDown")])
    let client = try makeStore(server)
    do throws(S3Error) {
      _ = try await client.head(testObject)
      Issue.record("the store answered")
    } catch {
      #expect(error.attempts == 3 && error.status == 503 && error.isRetriable)
    }
    do throws(S3Error) {
      _ = try await client.bytes(testObject, bytesMax: 10)
      Issue.record("the store answered")
    } catch {
      #expect(error.requestID == "REQ1" && error.storeCode == "SlowDown")
      let text = "\(error) \(String(reflecting: error))"
      for secret in ["verysecretvalue", "sessiontokenvalue", "v1/a", "letters", "127.0.0.1"] {
        #expect(!text.contains(secret), "\(secret)")
      }
    }
  }

  @Test func `a store that hangs is a timeout, one that is gone unreachable`() async throws {
    let server = try ScriptedServer { connection in
      connection.readHead()
      connection.waitForClose()
    }
    let client = try makeStore(server, attemptsMax: 1, lowSpeedSeconds: 1)
    let slow = await outcome { () async throws(S3Error) in _ = try await client.head(testObject) }
    #expect(slow == "timeout")
    let gone = try makeStore(server, attemptsMax: 1) { configuration in
      do { configuration.endpoint = try Endpoint("http://127.0.0.1:1") } catch {
        Issue.record(error)
      }
    }
    let none = await outcome { () async throws(S3Error) in _ = try await gone.head(testObject) }
    #expect(none == "unreachable")
    let task = Task {
      await outcome { () async throws(S3Error) in _ = try await client.head(testObject) }
    }
    task.cancel()
    #expect(await task.value == "cancelled")
  }

  @Test func `what cannot be signed is refused before anything is sent`() async throws {
    let server = try store(answering: [answer("200 OK")])
    let client = try makeStore(server)
    let locations: [(ObjectLocation, String)] = [
      (ObjectLocation(bucket: "a/b", key: "k"), "invalid-bucket-name"),
      (ObjectLocation(bucket: "", key: "k"), "invalid-bucket-name"),
      (ObjectLocation(bucket: "b", key: String(repeating: "k", count: 1025)), "key-too-long"),
      (ObjectLocation(bucket: "b", key: String(repeating: "k", count: 1024)), "ok"),
    ]
    for (location, expected) in locations {
      let result = await outcome { () async throws(S3Error) in _ = try await client.head(location) }
      #expect(result == expected)
    }
    var options = PutOptions()
    options.contentType = "text/plain\r\nX: y"
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .none, options: options)
    }
    #expect(result == "invalid-request")
    #expect(server.heads.count == 1)
  }
}
