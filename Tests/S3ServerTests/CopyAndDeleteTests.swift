// Copies, deletions of many keys, tags, attributes and hosts that name a bucket.

import Base
import HTTPMessage
import SigV4
import Testing

@testable import S3Server

@Suite struct CopyAndDeleteTests {
  static let source = "x-amz-copy-source"

  @Test func `a copy takes over or replaces metadata, and keeps bytes and tag`() async throws {
    let fixture = try await EndpointFixture()
    let fields = [
      (name: "x-amz-meta-a", value: "1"), (name: "x-amz-tagging", value: "t=1"),
      (name: "content-type", value: "text/x"),
    ]
    let stored = try await fixture.presigned(.put, "a b/ä", signed: fields, body: "hello")
    let from = (name: Self.source, value: "/box/a%20b/%C3%A4")
    let copy = try await fixture.signed(.put, key: "c", headers: [from])
    #expect(copy.element("ETag")?.contains("5d41402abc4b2a76b9719d911017c592") == true)
    let plain = try await fixture.presigned(.get, "c")
    #expect(plain.text == "hello" && plain.fields[.etag] == stored.fields[.etag])
    #expect(plain.fields["x-amz-meta-a"] == "1" && plain.fields["x-amz-tagging-count"] == "1")
    let replacing = [
      from, ("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2"),
      ("x-amz-tagging-directive", "REPLACE"), ("x-amz-checksum-algorithm", "SHA1"),
    ]
    _ = try await fixture.signed(.put, key: "c", headers: replacing)
    let replaced = try await fixture.presigned(
      .get, "c", signed: [("x-amz-checksum-mode", "ENABLED")])
    #expect(replaced.fields["x-amz-meta-a"] == nil && replaced.fields["x-amz-meta-b"] == "2")
    #expect(replaced.fields["x-amz-tagging-count"] == nil)
    #expect(replaced.fields["x-amz-checksum-sha1"] == "qvTGHdzF6KLavt4PO0gs2a6pQ00=")
    #expect(replaced.fields[.contentType] == "binary/octet-stream")
  }

  static let refusals: [([(name: String, value: String)], String)] = [
    ([(source, "box/none")], "NoSuchKey"), ([(source, "none/k")], "NoSuchBucket"),
    ([(source, "box/k?versionId=1")], "NotImplemented"), ([(source, "box")], "InvalidArgument"),
    ([(source, "../x/k")], "InvalidArgument"), ([(source, "%zz")], "InvalidArgument"),
    ([(source, "box/l")], "InvalidRequest"),
    ([(source, "box/k"), ("x-amz-metadata-directive", "MERGE")], "InvalidArgument"),
    ([(source, "box/k"), ("x-amz-copy-source-if-match", "\"0\"")], "PreconditionFailed"),
    (
      [(source, "box/k"), ("x-amz-copy-source-if-none-match", EndpointTests.etag)],
      "PreconditionFailed"
    ),
    ([(source, "box/k"), ("if-none-match", "*")], "PreconditionFailed"),
    ([(source, "box/k"), ("x-amz-grant-read", "id=1")], "NotImplemented"),
  ]

  @Test(arguments: refusals) func `a copy that cannot be made changes nothing`(
    _ headers: [(name: String, value: String)], _ code: String
  ) async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "0123456789")
    _ = try await fixture.presigned(.put, "l", body: "old")
    let response = try await fixture.signed(.put, key: "l", headers: headers)
    #expect(response.errorCode == code)
    #expect(try await fixture.presigned(.get, "l").text == "old")
  }

  @Test func `ranges are copied as parts, and only whole ranges are taken`() async throws {
    let fixture = try await MultipartEndpointTests.small()
    _ = try await fixture.presigned(.put, "s", body: "0123456789")
    let id = try await MultipartEndpointTests.begin(fixture)
    var parts = [(Int, String)]()
    for (number, range) in [(1, "bytes=2-5"), (2, "bytes=9-9"), (3, nil)] {
      let response = try await fixture.signed(
        .put, key: "k", query: [("partNumber", "\(number)"), ("uploadId", id)],
        headers: [(Self.source, "box/s")]
          + (range.map { [(name: "x-amz-copy-source-range", value: $0)] } ?? []))
      let etag = try #require(response.element("ETag"))
      parts.append((number, etag.replacing("&quot;", with: "")))
    }
    for (range, code) in [
      ("bytes=5-10", "InvalidRange"), ("bytes=5-", "InvalidArgument"), ("5-6", "InvalidArgument"),
      ("bytes=-5", "InvalidArgument"), ("bytes=6-5", "InvalidArgument"),
    ] {
      let response = try await fixture.signed(
        .put, key: "k", query: [("partNumber", "4"), ("uploadId", id)],
        headers: [(Self.source, "box/s"), ("x-amz-copy-source-range", range)])
      try #require(response.errorCode == code, "\(range)")
    }
    let body = MultipartEndpointTests.document([parts[0], parts[2]])
    #expect(try await MultipartEndpointTests.complete(fixture, id, body).status == .ok)
    #expect(try await fixture.presigned(.get, "k").text == "23450123456789")
  }

  @Test func `damage is not copied`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: String(repeating: "x", count: 50_000))
    let path = fixture.files.file(of: "k", in: "box")
    try StoreFixture.flip(path, at: 40_000)
    let response = try await fixture.signed(.put, key: "l", headers: [(Self.source, "box/k")])
    #expect(response.errorCode == "InternalError")
    #expect(try await fixture.presigned(.get, "l").errorCode == "NoSuchKey")
  }

  @Test func `many keys are deleted, each with its outcome`() async throws {
    let fixture = try await EndpointFixture()
    for key in ["a", "b", "c d&"] { _ = try await fixture.presigned(.put, key, body: key) }
    func delete(_ body: String, _ headers: [(name: String, value: String)] = []) async throws
      -> HTTPResponse
    {
      try await fixture.signed(.post, query: [("delete", "")], headers: headers, body: body)
    }
    let object = { (inner: String) in "<Object>\(inner)</Object>" }
    let long = String(repeating: "x", count: 1025)
    let response = try await delete(
      "<Delete>" + object("<Key>a</Key>") + object("<Key>none</Key>")
        + object("<Key>c d&amp;</Key>") + object("<Key>b</Key><ETag>\"0\"</ETag>")
        + object("<Key>b</Key><VersionId>7</VersionId>") + object("<Key>\(long)</Key>")
        + "</Delete>")
    for key in ["a", "none", "c d&amp;"] {
      #expect(response.text.contains("<Deleted><Key>\(key)</Key></Deleted>"))
    }
    for code in ["PreconditionFailed", "NoSuchVersion", "KeyTooLongError"] {
      #expect(response.text.contains("<Code>\(code)</Code>"))
    }
    #expect(try await fixture.presigned(.get, "b").text == "b")
    #expect(try await fixture.presigned(.get, "a").errorCode == "NoSuchKey")
    let quiet = try await delete(
      "<Delete><Quiet>true</Quiet>" + object("<Key>b</Key><VersionId>null</VersionId>")
        + "</Delete>")
    #expect(!quiet.text.contains("<Key>"))
    #expect(try await fixture.presigned(.get, "b").errorCode == "NoSuchKey")
    let many = (0..<1000).map { object("<Key>\($0)</Key>") }.joined()
    #expect(try await delete("<Delete>\(many)</Delete>").status == .ok)
    for body in [
      "<Delete>\(many)\(object("<Key>x</Key>"))</Delete>", "<Delete><Object/></Delete>", "", "<a/>",
      "<!DOCTYPE a [<!ENTITY b \"c\">]><Delete/>",
    ] {
      #expect(try await delete(body).errorCode == "MalformedXML")
    }
    let digest = [(name: "x-amz-checksum-crc32", value: "AAAAAA==")]
    #expect(try await delete("<Delete/>", digest).errorCode == "BadDigest")
  }

  @Test func `tags are set, replaced and taken away without touching the object`() async throws {
    let fixture = try await EndpointFixture()
    let stored = try await fixture.presigned(
      .put, "k", signed: [("x-amz-tagging", "a=1&b=x%20y")], body: "abc")
    let tagging = [(name: "tagging", value: "")]
    let first = try await fixture.signed(.get, key: "k", query: tagging)
    #expect(first.text.contains("<Tag><Key>b</Key><Value>x y</Value></Tag>"))
    let tag = { (key: String) in "<Tag><Key>\(key)</Key><Value>v</Value></Tag>" }
    for (count, code) in [(10, nil), (11, "InvalidTag")] as [(Int, String?)] {
      let set = (0..<count).map { tag("k\($0)") }.joined()
      let response = try await fixture.signed(
        .put, key: "k", query: tagging, body: "<Tagging><TagSet>\(set)</TagSet></Tagging>")
      #expect(response.errorCode == code)
    }
    let head = try await fixture.presigned(.head, "k")
    #expect(head.fields["x-amz-tagging-count"] == "10")
    #expect(head.fields[.etag] == stored.fields[.etag])
    #expect(
      try await fixture.signed(.delete, key: "k", query: tagging).status == .noContent)
    #expect(try await fixture.presigned(.get, "k").fields["x-amz-tagging-count"] == nil)
    #expect(try await fixture.presigned(.get, "k").text == "abc")
    for bad in ["a=1&a=2", "=1", String(repeating: "k", count: 129) + "=1", "%EF%BF%BF=1"] {
      let response = try await fixture.presigned(
        .put, "l", signed: [("x-amz-tagging", bad)], body: "")
      #expect(response.errorCode == "InvalidTag")
    }
  }

  @Test func `attributes tell what was asked for`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(
      .put, "k", signed: [("x-amz-checksum-crc32", "NSRBwg==")], body: "abc")
    let all = try await fixture.signed(
      .get, key: "k", query: [("attributes", "")],
      headers: [("x-amz-object-attributes", "ETag,Checksum,ObjectSize, StorageClass,ObjectParts")])
    #expect(all.element("ETag") == "900150983cd24fb0d6963f7d28e17f72")
    #expect(all.element("ChecksumCRC32") == "NSRBwg==" && all.element("ObjectSize") == "3")
    let bad = try await fixture.signed(
      .get, key: "k", query: [("attributes", "")], headers: [("x-amz-object-attributes", "All")])
    #expect(bad.errorCode == "InvalidArgument")
  }

  @Test func `a host in front of the domain names the bucket`() async throws {
    let fixture = try await EndpointFixture(domain: "s3.localhost")
    _ = try await fixture.presigned(.put, "a/b", body: "hello")
    let signer = try Signer(
      credentials: Credentials(accessKeyID: "AKTEST", secretAccessKey: EndpointFixture.secret),
      region: "us-east-1", endpoint: Endpoint("http://s3.localhost:9000", style: .virtualHost))
    let url = try signer.presign(
      .get, bucket: "box", key: Array("a/b".utf8), lifetimeSeconds: 60, at: fixture.now
    ).reveal().dropFirst("http://box.s3.localhost:9000".count)
    let host = "box.s3.localhost:9000"
    #expect(await fixture.send(.get, String(url), host: host).text == "hello")
    #expect(
      await fixture.send(.get, String(url), host: "other.s3.localhost:9000").errorCode
        == "SignatureDoesNotMatch")
    #expect(await fixture.send(.get, "/box" + url, host: host).errorCode == "SignatureDoesNotMatch")
  }
}
