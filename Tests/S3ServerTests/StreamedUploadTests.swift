// Uploads in aws-chunked coding and uploads from a browser's form, through the endpoint.

import Base
import Cryptography
import Foundation
import HTTPMessage
import SigV4
import Testing

@testable import S3Server

@Suite struct StreamedUploadTests {
  @Test func `an unsigned body with a trailer is checked and stored without its coding`()
    async throws
  {
    let fixture = try await EndpointFixture()
    func put(
      _ trailer: String, length: Int = 3, _ more: [(name: String, value: String)] = []
    ) async throws -> HTTPResponse {
      try await fixture.signed(
        .put, key: "k",
        headers: [
          ("content-encoding", "aws-chunked,gzip"), ("x-amz-trailer", "x-amz-checksum-crc32"),
          ("x-amz-decoded-content-length", "\(length)"),
        ] + more, body: "3\r\nabc\r\n0\r\n\(trailer)\r\n\r\n",
        payload: .unsignedChunksWithTrailer)
    }
    let cases = [
      ("x-amz-checksum-crc32:AAAAAA==", "BadDigest"), ("x-amz-checksum-crc32:A", "InvalidRequest"),
      ("x-amz-checksum-sha1:AAAAAA==", "MalformedTrailerError"), ("x", "InvalidRequest"),
    ]
    for (trailer, code) in cases { #expect(try await put(trailer).errorCode == code) }
    let good = "x-amz-checksum-crc32:NSRBwg=="
    #expect(try await put(good, length: 4).errorCode == "IncompleteBody")
    #expect(try await put(good, length: 2).errorCode == "IncompleteBody")
    let both = [(name: "x-amz-checksum-crc32", value: "NSRBwg==")]
    #expect(try await put(good, both).errorCode == "InvalidRequest")
    #expect(try await fixture.presigned(.get, "k").errorCode == "NoSuchKey")
    let stored = try await put(good)
    #expect(stored.fields["x-amz-checksum-crc32"] == "NSRBwg==")
    let read = try await fixture.presigned(.get, "k")
    #expect(read.text == "abc" && read.fields[.contentEncoding] == "gzip")
  }

  @Test func `signed chunks continue the signature of the head`() async throws {
    let fixture = try await EndpointFixture()
    for isForged in [false, true] {
      let request = try fixture.signer.sign(
        "PUT", bucket: "box", key: Array("k".utf8),
        headers: [("x-amz-decoded-content-length", "3")],
        payload: .signedChunks(hasTrailer: false), at: fixture.now)
      let headers = Dictionary(
        uniqueKeysWithValues: request.headers.map { ($0.name.lowercased(), $0.value) })
      let authorization = try #require(headers["authorization"])
      var previous = try #require(authorization.components(separatedBy: "Signature=").last)
      let date = try #require(headers["x-amz-date"])
      let scope = "\(date.prefix(8))/us-east-1/s3/aws4_request"
      var key = Array("AWS4\(EndpointFixture.secret)".utf8)
      for part in [String(date.prefix(8)), "us-east-1", "s3", "aws4_request"] {
        key = HMACSHA256(key: key).authenticate(Array(part.utf8)).bytes
      }
      var body = ""
      for data in ["abc", ""] {
        let text = [
          "AWS4-HMAC-SHA256-PAYLOAD", date, scope, previous, SHA256.hash([UInt8]()).hex,
          SHA256.hash(Array(data.utf8)).hex,
        ].joined(separator: "\n")
        previous = HMACSHA256(key: key).authenticate(Array(text.utf8)).hex
        body += "\(data.utf8.count);chunk-signature=\(previous)\r\n\(data)\r\n"
      }
      if isForged { body = body.replacing("abc", with: "abd") }
      let response = await fixture.send(.put, "/box/k", headers: request.headers, body: body)
      #expect(response.errorCode == (isForged ? "SignatureDoesNotMatch" : nil))
      #expect(try await fixture.presigned(.get, "k").text == "abc")
    }
  }

  /// Sends a form; each argument replaces one part of a form that is accepted.
  static func post(
    _ fixture: EndpointFixture, fields: [(String, String)] = [("key", "p/${filename}")],
    conditions: String = "[\"starts-with\",\"$key\",\"p/\"]", expiration: Int64 = 60,
    secret: String = EndpointFixture.secret, file: String = "file data",
    change: (String) -> String = { $0 }
  ) async throws -> HTTPResponse {
    let date = Timestamp(seconds: fixture.now).basicFormat
    let own = [
      ("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-date", date),
      ("x-amz-credential", "AKTEST/\(date.prefix(8))/us-east-1/s3/aws4_request"),
    ]
    let covered = own.map { "{\"\($0.0)\":\"\($0.1)\"}" }.joined(separator: ",")
    let policy =
      "{\"expiration\":\"\(Timestamp(seconds: fixture.now + expiration))\",\"conditions\":["
      + "{\"bucket\":\"box\"},\(conditions),\(covered)]}"
    let text = Base64.encode(Array(policy.utf8), .standard)
    var key = Array("AWS4\(secret)".utf8)
    for part in [String(date.prefix(8)), "us-east-1", "s3", "aws4_request"] {
      key = HMACSHA256(key: key).authenticate(Array(part.utf8)).bytes
    }
    let signature = HMACSHA256(key: key).authenticate(Array(text.utf8)).hex
    let all = fields + own + [("policy", text), ("x-amz-signature", signature)]
    let body =
      all.map {
        "--B\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n"
      }.joined()
      + "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\x\\up load.txt\"\r\n"
      + "Content-Type: text/plain\r\n\r\n\(file)\r\n--B--\r\n"
    return await fixture.send(
      .post, "/box", headers: [("content-type", "multipart/form-data; boundary=\"B\"")],
      body: change(body))
  }

  @Test func `a form is stored under the name of the file with the status it asks for`()
    async throws
  {
    let fixture = try await EndpointFixture()
    #expect(try await Self.post(fixture).status == .noContent)
    let read = try await fixture.presigned(.get, "p/up load.txt")
    #expect(read.text == "file data" && read.fields[.contentType] == "text/plain")
    let tail = "a\r\n--\r\n--C\r\n-"
    let created = try await Self.post(
      fixture, fields: [("key", "k"), ("Success_Action_Status", "201"), ("x-ignore-a", "b")],
      conditions: "{\"key\":\"k\"},[\"eq\",\"$success_action_status\",\"201\"]", file: tail)
    #expect(created.status == .created && created.element("Key") == "k")
    #expect(try await fixture.presigned(.get, "k").text == tail)
    let outside = await fixture.send(
      .post, "/box", headers: [("content-type", "multipart/form-data; boundary=B")],
      peer: EndpointFixture.remote)
    #expect(outside.errorCode == "AccessDenied")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let code: String
    var fields = [("key", "p/1")]
    var conditions = "[\"starts-with\",\"$key\",\"p/\"]"
    var expiration: Int64 = 60
    var secret = EndpointFixture.secret
    var change: @Sendable (String) -> String = { $0 }
  }

  static let refusals: [Refusal] = [
    Refusal(testDescription: "expired", code: "AccessDenied", expiration: 0),
    Refusal(testDescription: "other secret", code: "SignatureDoesNotMatch", secret: "x"),
    Refusal(testDescription: "other key", code: "AccessDenied", fields: [("key", "q/1")]),
    Refusal(
      testDescription: "extra field", code: "AccessDenied",
      fields: [("key", "p/1"), ("x-amz-meta-a", "1")]),
    Refusal(testDescription: "no key", code: "AccessDenied", fields: []),
    Refusal(
      testDescription: "a name of our own", code: "MalformedPOSTRequest",
      fields: [("key", "p/1"), ("x-ignore-\0type", "text/html")]),
    Refusal(
      testDescription: "two keys", code: "MalformedPOSTRequest",
      fields: [("key", "p/1"), ("KEY", "p/2")]),
    Refusal(
      testDescription: "too large", code: "EntityTooLarge",
      conditions: "[\"starts-with\",\"$key\",\"\"],[\"content-length-range\",1,8]"),
    Refusal(
      testDescription: "too small", code: "EntityTooSmall",
      conditions: "[\"starts-with\",\"$key\",\"\"],[\"content-length-range\",10,20]"),
    Refusal(
      testDescription: "unknown condition", code: "InvalidPolicyDocument",
      conditions: "[\"ends-with\",\"$key\",\"1\"]"),
    Refusal(
      testDescription: "redirect", code: "NotImplemented",
      fields: [("key", "p/1"), ("success_action_redirect", "http://a/")],
      conditions:
        "[\"starts-with\",\"$key\",\"\"],[\"starts-with\",\"$success_action_redirect\",\"\"]"),
    Refusal(
      testDescription: "cut", code: "MalformedPOSTRequest",
      change: { String($0.dropLast(8)) }),
    Refusal(
      testDescription: "no boundary", code: "MalformedPOSTRequest",
      change: { $0.replacing("--B", with: "--C") }),
    Refusal(
      testDescription: "fields too long", code: "MalformedPOSTRequest",
      fields: [("key", String(repeating: "k", count: FormDecoder.fieldsBytesMax))]),
  ]

  @Test(arguments: refusals) func `a form that the policy does not allow stores nothing`(
    _ refusal: Refusal
  ) async throws {
    let fixture = try await EndpointFixture()
    let response = try await Self.post(
      fixture, fields: refusal.fields, conditions: refusal.conditions,
      expiration: refusal.expiration, secret: refusal.secret, change: refusal.change)
    #expect(response.errorCode == refusal.code)
    #expect(try await fixture.signed(.get, query: [("list-type", "2")]).element("KeyCount") == "0")
  }

  @Test func `a form is read the same however it is cut`() throws {
    let body =
      "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n"
      + "content-disposition: form-data; name=\"file\"; filename=\"x;y\"\r\n\r\n\r\n--\r\n--B--"
    var found = [[FormDecoder.Step]]()
    for step in [1, 2, 3, 7, 1000] {
      var decoder = try #require(
        FormDecoder(contentType: "Multipart/Form-Data; charset=utf-8; boundary=B"))
      var (steps, data, start) = ([FormDecoder.Step](), [UInt8](), 0)
      let bytes = Array(body.utf8)
      pieces: while start < bytes.count {
        decoder.append(Array(bytes[start..<min(start + step, bytes.count)]))
        start += step
        while true {
          let next = decoder.next()
          if case .data(let more) = next {
            data += more
          } else if next == .needsMore {
            continue pieces
          } else {
            steps.append(next)
          }
          if next == .end || next == .refused { break pieces }
        }
      }
      found.append(steps + [.data(data)])
    }
    let expected: [FormDecoder.Step] = [
      .field(name: "a", value: [0x31]), .file(name: "x;y", type: nil), .end,
      .data(Array("\r\n--".utf8)),
    ]
    for steps in found { #expect(steps == expected) }
    for type in [
      "multipart/form-data", "text/plain; boundary=B", "multipart/form-data; boundary=",
      "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
      "multipart/form-data; boundary=a; boundary=b", "multipart/form-data; boundary=\"a",
    ] {
      #expect(FormDecoder(contentType: type) == nil)
    }
  }
}
