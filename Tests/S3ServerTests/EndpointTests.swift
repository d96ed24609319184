// What the endpoint answers to those whom it lets in: objects, conditions, ranges, overrides, lists.

import Base
import HTTPMessage
import HTTPServer
import SigV4
import Testing

@testable import S3Server

@Suite struct EndpointTests {
  static let etag = "\"781e5e245d69b566979b86e28d23f2c7\""  // MD5 of 0123456789

  struct Read: Sendable, CustomTestStringConvertible {
    let headers: [(name: String, value: String)]
    let status: Int
    let body: String
    let range: String?
    init(_ headers: [(String, String)], _ status: Int, _ body: String, _ range: String? = nil) {
      self.headers = headers.map { (name: $0.0, value: $0.1) }
      (self.status, self.body, self.range) = (status, body, range)
    }
    var testDescription: String {
      headers.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
    }
  }

  static let before = "Mon, 01 Jan 2001 00:00:00 GMT"
  static let same = "Tue, 14 Nov 2023 22:13:20 GMT"
  static let reads: [Read] = [
    Read([], 200, "0123456789"),
    Read([("range", "bytes=0-3")], 206, "0123", "bytes 0-3/10"),
    Read([("range", "bytes=-3")], 206, "789", "bytes 7-9/10"),
    Read([("range", "bytes=8-")], 206, "89", "bytes 8-9/10"),
    Read([("range", "bytes=5-99")], 206, "56789", "bytes 5-9/10"),
    Read([("range", "bytes=10-")], 416, "InvalidRange", "bytes */10"),
    Read([("range", "bytes=0-1,3-4")], 200, "0123456789"),
    Read([("range", "bytes=0-1"), ("if-range", etag)], 206, "01", "bytes 0-1/10"),
    Read([("range", "bytes=0-1"), ("if-range", "\"0\"")], 200, "0123456789"),
    Read([("if-none-match", etag)], 304, ""),
    Read([("if-none-match", "*")], 304, ""),
    Read([("if-none-match", "\"0\"")], 200, "0123456789"),
    Read([("if-match", etag)], 200, "0123456789"),
    Read([("if-match", "\"0\"")], 412, "PreconditionFailed"),
    Read([("if-modified-since", same)], 304, ""),
    Read([("if-modified-since", before)], 200, "0123456789"),
    Read([("if-unmodified-since", before)], 412, "PreconditionFailed"),
    Read([("if-unmodified-since", same)], 200, "0123456789"),
  ]

  @Test(arguments: reads) func `ranges and conditions follow the RFC`(_ read: Read) async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "0123456789")
    let response = try await fixture.presigned(.get, "k", headers: read.headers)
    #expect(response.status.code == read.status)
    #expect((response.errorCode ?? response.text) == read.body)
    #expect(response.fields["content-range"] == read.range)
    if read.status < 400 { #expect(response.fields["etag"] == Self.etag) }
  }

  @Test func `a large object is sent from its file`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: String(repeating: "x", count: 100_000))
    let response = try await fixture.presigned(.get, "k", headers: [("range", "bytes=9-99")])
    guard case .file(_, let range) = response.body else {
      Issue.record("not a file")
      return
    }
    #expect(range == 9..<100)
    let head = try await fixture.presigned(.head, "k")
    guard case .omitted(let length) = head.body else {
      Issue.record("HEAD has a body")
      return
    }
    #expect(length == 100_000)
  }

  @Test func `metadata comes back, and signed overrides replace it`() async throws {
    let fixture = try await EndpointFixture()
    let stored = [
      (name: "content-type", value: "text/x"), (name: "cache-control", value: "max-age=5"),
      (name: "x-amz-meta-owner", value: "bob"),
    ]
    _ = try await fixture.presigned(.put, "k", signed: stored, body: "abc")
    let plain = try await fixture.presigned(.head, "k")
    for field in stored { #expect(plain.fields[field.name] == field.value) }
    let overrides = S3Endpoint.overrides.sorted().map { (name: $0, value: "v-" + $0) }
    let response = try await fixture.presigned(.get, "k", query: overrides)
    for field in overrides {
      #expect(response.fields.all(String(field.name.dropFirst(9))) == [field.value])
    }
    #expect(response.fields["x-amz-meta-owner"] == "bob")
  }

  @Test(
    arguments: [
      (stored: "image/svg+xml", asked: nil, rule: "; sandbox"),
      (stored: "text/html", asked: "Video/mp4", rule: "; sandbox allow-same-origin"),
      (stored: "video/mp4", asked: "text/html", rule: "; sandbox"),
    ] as [(stored: String, asked: String?, rule: String)])
  func `an object that a browser shows runs nothing, by the type that it is shown as`(
    stored: String, asked: String?, rule: String
  ) async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(
      .put, "k", signed: [(name: "content-type", value: stored)], body: "abc")
    let query = asked.map { [(name: "response-content-type", value: $0)] } ?? []
    for method in [HTTPMethod.get, .head] {
      let fields = try await fixture.presigned(method, "k", query: query).fields
      let policies = fields.all("Content-Security-Policy")
      #expect(policies.count == 1 && policies.first?.hasSuffix(rule) == true)
      #expect(policies.first?.hasPrefix("default-src 'none'; ") == true)
      #expect(fields["X-Content-Type-Options"] == "nosniff")
      #expect(fields["Referrer-Policy"] == "no-referrer")
    }
  }

  @Test func `an override with a control character is refused`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "abc")
    // Our own signer refuses such a value, so the target is put behind the signature.
    let target = S3Target(
      path: Array("/box/k".utf8),
      query: [(Array("response-content-type".utf8), Array("text/plain\r\nX-Evil: 1".utf8))])
    let exchange = S3Exchange(verified: nil, target: target, operation: .getObject)
    var request = HTTPRequest(.get, "/box/k")
    request.attachment = exchange
    #expect(fixture.endpoint.answerAtOnce(request)?.errorCode == "InvalidArgument")
  }

  @Test func `conditional uploads and digests are checked before anything is stored`()
    async throws
  {
    let fixture = try await EndpointFixture()
    let absent = [(name: "if-none-match", value: "*")]
    #expect(try await fixture.presigned(.put, "k", headers: absent, body: "1").status == .ok)
    let second = try await fixture.presigned(.put, "k", headers: absent, body: "2")
    #expect(second.errorCode == "PreconditionFailed")
    let bad: [(String, String, String)] = [
      ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest"),
      ("content-md5", "short", "InvalidDigest"),
      ("x-amz-checksum-crc32", "AAAAAA==", "BadDigest"),
      ("x-amz-checksum-crc32", "AA==", "InvalidRequest"),
      ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=", "BadDigest"),
      ("x-amz-checksum-md4", "AAAA", "NotImplemented"),
      ("x-amz-server-side-encryption", "AES256", "NotImplemented"),
      ("x-amz-meta-long", String(repeating: "m", count: 2045), "MetadataTooLarge"),
    ]
    for (name, value, code) in bad {
      let response = try await fixture.presigned(
        .put, "k", signed: [(name: name, value: value)], body: "3")
      try #require(response.errorCode == code, "\(name)")
    }
    let exact = [(name: "x-amz-meta-long", value: String(repeating: "m", count: 2044))]
    #expect(try await fixture.presigned(.put, "l", signed: exact, body: "3").status == .ok)
    let crc = [(name: "x-amz-checksum-crc32", value: "NSRBwg==")]
    let stored = try await fixture.presigned(.put, "c", signed: crc, body: "abc")
    #expect(stored.fields["x-amz-checksum-crc32"] == "NSRBwg==")
    #expect(try await fixture.presigned(.get, "k").text == "1")
  }

  @Test func `an upload without a length or cut short is not stored`() async throws {
    let fixture = try await EndpointFixture()
    let url = try fixture.signer.presign(
      .put, bucket: "box", key: Array("k".utf8), lifetimeSeconds: 60, at: fixture.now
    ).reveal().dropFirst("http://127.0.0.1:9000".count)
    var request = HTTPRequest(
      .put, String(url), fields: HTTPFields([(.host, "127.0.0.1:9000")]))
    let mode = fixture.endpoint.admit(&request)
    guard case .answer(let response) = mode else {
      Issue.record("an upload without a length was let in")
      return
    }
    #expect(response.errorCode == "MissingContentLength")
    let length = [(name: "content-length", value: "5")]
    let cut = try await fixture.presigned(.put, "k", headers: length, body: "abc")
    #expect(cut.errorCode == "IncompleteBody")
    #expect(try await fixture.presigned(.get, "k").errorCode == "NoSuchKey")
  }

  @Test func `lists carry any key when they are encoded, and say so when they cannot`()
    async throws
  {
    let fixture = try await EndpointFixture()
    for key in ["a b/1", "a b/2", "c\u{1}", "d&<"] {
      _ = try await fixture.presigned(.put, key, body: "")
    }
    let second = [(name: "list-type", value: "2")]
    let encoded = try await fixture.signed(.get, query: second + [("encoding-type", "url")])
    for key in ["a%20b/1", "c%01", "d%26%3C"] {
      #expect(encoded.text.contains("<Key>\(key)</Key>"))
    }
    #expect(try await fixture.signed(.get, query: second).errorCode == "InvalidArgument")
    let rolled = try await fixture.signed(
      .get, query: second + [("delimiter", "/"), ("max-keys", "1"), ("prefix", "a")])
    #expect(rolled.text.contains("<CommonPrefixes><Prefix>a b/</Prefix></CommonPrefixes>"))
    #expect(rolled.text.contains("<IsTruncated>false</IsTruncated>"))
    for (name, value) in [
      ("max-keys", "-1"), ("max-keys", "x"), ("continuation-token", "?"), ("encoding-type", "x"),
      ("list-type", "3"),
    ] {
      let query = [(name: name, value: value)] + (name == "list-type" ? [] : second)
      let response = try await fixture.signed(.get, query: query)
      try #require(response.errorCode == "InvalidArgument", "\(name)")
    }
  }

  @Test func `buckets are made, found, located and deleted`() async throws {
    let fixture = try await EndpointFixture()
    #expect(try await fixture.signed(.put, bucket: "new").status == .ok)
    #expect(try await fixture.signed(.put, bucket: "new").errorCode == "BucketAlreadyOwnedByYou")
    #expect(try await fixture.signed(.put, bucket: "New_").errorCode == "InvalidBucketName")
    #expect(try await fixture.signed(.head, bucket: "new").status == .ok)
    #expect(try await fixture.signed(.head, bucket: "none").status == .notFound)
    let location = try await fixture.signed(.get, bucket: "new", query: [("location", "")])
    #expect(location.text.contains("<LocationConstraint"))
    #expect(try await fixture.signed(.delete, bucket: "new").status == .noContent)
    #expect(try await fixture.signed(.delete, bucket: "new").errorCode == "NoSuchBucket")
    _ = try await fixture.presigned(.put, "k", body: "1")
    #expect(try await fixture.signed(.delete).errorCode == "BucketNotEmpty")
  }
}
