// A client against a scripted store: fixed clock, fixed credentials, no real sleeping.

import Base
import HTTPClient
import HTTPMessage
import S3
import SigV4
import TestSupport

/// 2026-11-21T09:57:00Z.
let testNow = Timestamp(seconds: 1_795_255_020)

let testCredentials = Credentials(
  accessKeyID: "AKTEST", secretAccessKey: "verysecretvalue", sessionToken: "sessiontokenvalue")

func testClock(_ now: Lock<Timestamp> = Lock(testNow)) -> Clock {
  Clock(now: { now.withLock { $0 } }, monotonicNanoseconds: { 0 })
}

func makeStore(
  _ server: ScriptedServer, attemptsMax: Int = 3, lowSpeedSeconds: Int = 20,
  credentials: CredentialsProvider = .fixed(testCredentials), clock: Clock = testClock(),
  change: (inout S3Configuration) -> Void = { _ in }
) throws -> S3Client {
  var http = HTTPClientConfiguration()
  http.retry.attemptsMax = attemptsMax
  http.retry.sleep = { _ in }
  http.lowSpeedSeconds = lowSpeedSeconds
  // libcurl looks at the mean of the last seconds; every rate is too low, so no test waits for it.
  if lowSpeedSeconds == 1 { http.lowSpeedBytesPerSecond = 1 << 40 }
  var configuration = S3Configuration(
    endpoint: try Endpoint("http://127.0.0.1:\(server.port)"),
    publicEndpoint: try Endpoint("https://files.example.com"), region: "eu-central-1")
  change(&configuration)
  return S3Client(
    configuration, credentials: credentials, http: try HTTPClient(http), clock: clock)
}

let testObject = ObjectLocation(bucket: "letters", key: "v1/a b/\u{e4}+.pdf")

/// The code of the failure, or `ok`.
func outcome(_ body: () async throws(S3Error) -> Void) async -> String {
  do throws(S3Error) {
    try await body()
    return "ok"
  } catch {
    return error.code.rawValue
  }
}

/// Gives one answer after the other, the last one for ever; reads the body of each request.
func store(answering answers: [String]) throws -> ScriptedServer {
  let left = Lock(answers)
  return try ScriptedServer { connection in
    while let head = connection.readHead() {
      let length = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
      connection.read(length.flatMap { Int($0.dropFirst(16)) } ?? 0)
      let answer = left.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
      connection.send(answer)
      if answer.isEmpty || answer.contains("Connection: close") { return }
    }
  }
}

/// An answer with its length.
func answer(_ status: String, _ body: String = "", fields: String = "") -> String {
  "HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

/// An error document of the store.
func problem(_ status: String, _ code: String) -> String {
  answer(
    status,
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <Error><Code>\(code)</Code><Message>secret key v1/a</Message><Resource>/letters/x</Resource>\
    <RequestId>REQ1</RequestId></Error>
    """)
}

/// A request as a scripted store sees it.
struct StoreRequest: Sendable {
  let head: String
  let body: [UInt8]

  var method: String { String(head.prefix { $0 != " " }) }

  /// Path and query.
  var target: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

  /// The value of a query parameter as it was sent.
  func parameter(_ name: String) -> String? {
    let query = target.split(separator: "?").dropFirst().first ?? ""
    let pair = query.split(separator: "&").first { $0.prefix { $0 != "=" } == name }
    return pair.map { String($0.dropFirst(name.count + 1)) }
  }

  /// The value of a field.
  func field(_ name: String) -> String? {
    let start = name.lowercased() + ": "
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(start) }
    return line.map { String($0.dropFirst(start.count)) }
  }
}

/// Answers each request with what `respond` says; an empty answer closes the connection.
func store(
  responding respond: @escaping @Sendable (StoreRequest) -> String
) throws -> ScriptedServer {
  try ScriptedServer { connection in
    while let head = connection.readHead() {
      let request = StoreRequest(head: head, body: [])
      if request.field("Expect") != nil { connection.send("HTTP/1.1 100 Continue\r\n\r\n") }
      let body = connection.read(request.field("Content-Length").flatMap { Int($0) } ?? 0)
      let answer = respond(StoreRequest(head: head, body: body))
      guard !answer.isEmpty, connection.send(answer) else { return }
    }
  }
}
