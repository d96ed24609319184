// The access log: AWS's fields in their order, one line whatever the request holds, no signature.

import Base
import HTTPMessage
import SigV4
import Testing

@testable import HTTPServer
@testable import S3Server

@Suite struct AccessLogTests {
  @Test func `the secret parts of a query are taken out, the rest stays`() {
    let cases = [
      ("X-Amz-Signature=abc", "X-Amz-Signature=redacted"),
      ("a=1&x-amz-signature=abc&b", "a=1&x-amz-signature=redacted&b"),
      (
        "X-Amz-Security-Token=t&x-pst-delivery=dlv_1",
        "X-Amz-Security-Token=redacted&x-pst-delivery=dlv_1"
      ),
      ("X-Amz-%53ignature=abc", "X-Amz-%53ignature=redacted"), ("", ""), ("&&", "&&"),
    ]
    for (query, expected) in cases {
      #expect(AccessLogLine.redacted(Array(query.utf8)[...]) == Array(expected.utf8))
    }
  }

  @Test func `a delivery is one line with all fields in place`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "a b", body: "0123456789")
    let url = try fixture.signer.presign(
      .get, bucket: "box", key: Array("a b".utf8), lifetimeSeconds: 60,
      query: [("x-pst-delivery", "dlv_7")], at: fixture.now
    ).reveal().dropFirst("http://127.0.0.1:9000".count)
    var fields = HTTPFields([(.host, "127.0.0.1:9000")])
    fields.append(.userAgent, "curl \"x\u{e9}")
    var request = HTTPRequest(
      .get, String(url), fields: fields, peer: EndpointFixture.remote,
      id: RequestID(high: 0, low: 0xab))
    _ = fixture.endpoint.admit(&request)
    _ = fixture.endpoint.answerAtOnce(request)
    let record = AccessRecord(
      request: request, peer: request.peer, loop: 0, id: request.id, status: .ok, refusal: nil,
      receivedBodyBytes: 0, sentBodyBytes: 10, durationNanoseconds: 3_900_000, isComplete: true)
    let line = String(
      decoding: AccessLogLine.bytes(of: record, at: Timestamp(seconds: fixture.now)), as: UTF8.self)
    let start =
      "postern box [14/Nov/2023:22:13:20 +0000] 192.0.2.1 AKTEST "
      + "000000000000000000000000000000ab REST.GET.OBJECT a%20b \"GET /box/a%20b?X-Amz-Algorithm="
    #expect(line.hasPrefix(start))
    let end =
      "X-Amz-Signature=redacted HTTP/1.1\" 200 - 10 10 3 3 - \"curl %22x%C3%A9\" - - SigV4 - "
      + "QueryString 127.0.0.1:9000 - - -\n"
    #expect(line.contains("x-pst-delivery=dlv_7"))
    #expect(line.hasSuffix(end))
  }

  @Test func `a refused request has its error code and stays one line`() async throws {
    let fixture = try await EndpointFixture()
    var request = HTTPRequest(
      .get, "/box/%0A?x=%0A\"", fields: HTTPFields([(.referer, "a\u{1b}[31m")]))
    _ = fixture.endpoint.admit(&request)
    let record = AccessRecord(
      request: request, peer: request.peer, loop: 0, id: request.id, status: .forbidden,
      refusal: nil,
      receivedBodyBytes: 0, sentBodyBytes: 0, durationNanoseconds: 0, isComplete: true)
    let line = AccessLogLine.bytes(of: record, at: Timestamp(seconds: 0))
    #expect(line.filter { $0 == 10 }.count == 1)
    #expect(line.allSatisfy { $0 == 10 || (0x20..<0x7f).contains($0) })
    #expect(String(decoding: line, as: UTF8.self).contains(" 403 AccessDenied - "))
    #expect(line.filter { $0 == UInt8(ascii: "\"") }.count == 4)
  }
}
