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
