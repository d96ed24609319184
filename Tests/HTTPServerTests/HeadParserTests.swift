// The head parser alone: what it takes, what it refuses and with which code.

import HTTPMessage
import HTTPServer
import Testing

@Suite struct HeadParserTests {
  private static func parse(
    _ text: String, _ limits: HTTPServerLimits = HTTPServerLimits()
  ) -> (HeadParser.Outcome, HeadParser) {
    var parser = HeadParser(limits: limits)
    let outcome = parser.parse(Array(text.utf8).span)
    return (outcome, parser)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nX: a\r\n\r\n", RefusalCode.malformedRequest),  // no Host
    ("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\nHost: a\n\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7f}b\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\nHost\r\n\r\n", .malformedRequest),
    ("GET / HTTP/1.1\r\n: a\r\n\r\n", .malformedRequest),
    ("GET  / HTTP/1.1\r\n\r\n", .malformedRequest), (" GET / HTTP/1.1\r\n\r\n", .malformedRequest),
    ("GET /\tHTTP/1.1\r\n\r\n", .malformedRequest), ("GET / HTTP/1.1 \r\n\r\n", .malformedRequest),
    ("GET /ä HTTP/1.1\r\n\r\n", .malformedRequest), ("GET /#a HTTP/1.1\r\n\r\n", .malformedRequest),
    ("GET a HTTP/1.1\r\n\r\n", .malformedRequest), ("GET * HTTP/1.1\r\n\r\n", .malformedRequest),
    ("GET / http/1.1\r\n\r\n", .malformedRequest), ("GET / HTTP/1.1\r\r\n\n", .malformedRequest),
    ("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequest),
    ("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequest),
    ("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequest),
    ("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .malformedRequest),
    ("GET / HTTP/2.0\r\n\r\n", .versionUnknown), ("GET / HTTP/1.2\r\n\r\n", .versionUnknown),
    ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
    ("get / HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
    ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", .methodUnknown),
    ("GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n", .expectationFailed),
    (
      "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: a\r\n\r\n", .malformedRequest
    ),
  ])
  func `a head against the grammar is refused`(text: String, code: RefusalCode) {
    #expect(Self.parse(text).0 == .refused(code))
  }

  @Test(arguments: [
    ("Content-Length: 3\r\nContent-Length: 3", RefusalCode.malformedFraming),
    ("Content-Length: 3\r\nContent-Length: 4", .malformedFraming),
    ("Content-Length: 3, 3", .malformedFraming), ("Content-Length: +3", .malformedFraming),
    ("Content-Length: -3", .malformedFraming), ("Content-Length: 0x3", .malformedFraming),
    ("Content-Length:", .malformedFraming), ("Content-Length: 3\t", .malformedFraming),
    ("Content-Length:\t3", .malformedFraming), ("Content-Length: 3 3", .malformedFraming),
    ("Content-Length: 9999999999999999999", .bodyTooLarge),
    ("Content-Length: 3\r\nTransfer-Encoding: chunked", .malformedFraming),
    ("Transfer-Encoding: chunked\r\nContent-Length: 0", .malformedFraming),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .malformedFraming),
    ("Transfer-Encoding: gzip, chunked", .transferCodingUnknown),
    ("Transfer-Encoding: chunked, identity", .transferCodingUnknown),
    ("Transfer-Encoding: identity", .transferCodingUnknown),
    ("Transfer-Encoding: xchunked", .transferCodingUnknown),
    ("Transfer-Encoding: chunked\t", .malformedFraming),
    ("Transfer-Encoding:", .transferCodingUnknown),
  ])
  func `framing that could be read in two ways is refused`(fields: String, code: RefusalCode) {
    let text = "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
    #expect(Self.parse(text).0 == .refused(code))
  }

  @Test func `transfer coding on HTTP/1.0 is refused`() {
    let text = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"
    #expect(Self.parse(text).0 == .refused(.malformedFraming))
  }

  @Test(arguments: [
    ("", BodyFraming.none), ("Content-Length: 0", .none), ("Content-Length: 007", .length(7)),
    ("Content-Length: 999999999999999999", .length(999_999_999_999_999_999)),
    ("content-length:3 ", .length(3)), ("Transfer-Encoding: Chunked", .chunked),
  ])
  func `well-formed framing is understood`(fields: String, framing: BodyFraming) {
    let lines = fields.isEmpty ? "" : fields + "\r\n"
    let (outcome, parser) = Self.parse("POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n")
    #expect(outcome == .complete && parser.head.framing == framing)
  }

  @Test(arguments: [
    ("1.1", "", true), ("1.1", "Connection: close", false),
    ("1.1", "Connection: a, Close ,b", false),
    ("1.1", "Connection: keep-alive, close", false), ("1.0", "", false),
    ("1.0", "Connection: Keep-Alive", true), ("1.0", "Connection: close, keep-alive", false),
    ("1.1", "Connection: closed", true),
  ])
  func `the connection field is a list of tokens`(version: String, field: String, keeps: Bool) {
    let lines = field.isEmpty ? "" : field + "\r\n"
    let (outcome, parser) = Self.parse("GET / HTTP/\(version)\r\nHost: a\r\n\(lines)\r\n")
    #expect(outcome == .complete && parser.head.keepsAlive == keeps)
  }

  @Test(arguments: [
    ("GET", "/a?b=c?d", "/a", "b=c?d"), ("GET", "http://A:80/x?y", "/x", "y"),
    ("GET", "https://a:80?y", "/", "y"), ("GET", "HTTP://a:80", "/", nil),
    ("OPTIONS", "*", "*", nil), ("GET", "//a//", "//a//", nil), ("DELETE", "/?", "/", ""),
  ])
  func `a target in each allowed form gives path and query`(
    method: String, target: String, path: String, query: String?
  ) {
    let text = "\(method) \(target) HTTP/1.1\r\nHost: a:80\r\n\r\n"
    let bytes = Array(text.utf8)
    let (outcome, parser) = Self.parse(text)
    #expect(outcome == .complete)
    let read = { (range: Range<Int>) in String(decoding: bytes[range], as: UTF8.self) }
    #expect(read(parser.head.path) == path && parser.head.query.map(read) == query)
    #expect(parser.head.byteCount == bytes.count)
  }

  @Test func `each prefix of a good head is incomplete`() {
    let text =
      "\r\nPOST /a?b HTTP/1.1\r\nHost: a\r\nX-Long: abcdefghijklmnopqrst  \r\nEmpty:\r\n"
      + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    let bytes = Array(text.utf8)
    var parser = HeadParser(limits: HTTPServerLimits())
    for count in 0..<bytes.count where parser.parse(Array(bytes[..<count]).span) != .incomplete {
      Issue.record("prefix of \(count)")
    }
    #expect(parser.parse((bytes + [1, 2, 3]).span) == .complete)
    #expect(parser.head.byteCount == bytes.count && parser.head.expectsContinue)
    let fields = HTTPFields(head: bytes, entries: parser.entries)
    #expect(fields["x-long"] == "abcdefghijklmnopqrst" && fields["empty"] == "")
  }

  @Test func `the limits of head, target and fields hold on both sides`() {
    var limits = HTTPServerLimits()
    limits.headBytesMax = 1024
    limits.targetBytesMax = 100
    limits.fieldCountMax = 10
    let head = { (target: Int, fields: Int, total: Int) in
      var text = "GET /" + String(repeating: "a", count: target - 1) + " HTTP/1.1\r\nHost: a\r\n"
      for _ in 0..<(fields - 2) { text += "X: a\r\n" }
      let rest = max(0, total - text.utf8.count - 7)
      return text + "Y: " + String(repeating: "b", count: rest) + "\r\n\r\n"
    }
    #expect(Self.parse(head(100, 10, 1024), limits).0 == .complete)
    #expect(Self.parse(head(101, 10, 1024), limits).0 == .refused(.targetTooLong))
    #expect(Self.parse(head(100, 11, 1024), limits).0 == .refused(.headTooLarge))
    #expect(Self.parse(head(100, 10, 1025), limits).0 == .refused(.headTooLarge))
    let endless = "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 2000)
    #expect(Self.parse(endless, limits).0 == .refused(.headTooLarge))
  }
}
