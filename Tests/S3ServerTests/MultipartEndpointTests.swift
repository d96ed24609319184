// Multipart uploads as a client sees them: composite and whole checksums, parts by number, lists,
// a restart in the middle, conditions and limits.

import Base
import Cryptography
import Foundation
import HTTPMessage
import SigV4
import Testing

@testable import S3Server

@Suite struct MultipartEndpointTests {
  static func document(_ parts: [(Int, String)], _ more: String = "") -> String {
    "<CompleteMultipartUpload>"
      + parts.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\"\($0.1)\"</ETag>\(more)</Part>" }
      .joined() + "</CompleteMultipartUpload>"
  }

  static func begin(
    _ fixture: EndpointFixture, _ key: String = "k",
    headers: [(name: String, value: String)] = []
  ) async throws -> String {
    let response = try await fixture.signed(
      .post, key: key, query: [("uploads", "")], headers: headers)
    return try #require(response.element("UploadId"))
  }

  static func part(
    _ fixture: EndpointFixture, _ id: String, _ number: Int, _ body: String, key: String = "k"
  ) async throws -> String {
    let response = try await fixture.signed(
      .put, key: key, query: [("partNumber", "\(number)"), ("uploadId", id)], body: body)
    return String(try #require(response.fields[.etag]).filter { $0 != "\"" })
  }

  static func complete(
    _ fixture: EndpointFixture, _ id: String, _ body: String,
    headers: [(name: String, value: String)] = []
  ) async throws -> HTTPResponse {
    try await fixture.signed(
      .post, key: "k", query: [("uploadId", id)], headers: headers, body: body)
  }

  static func small() async throws -> EndpointFixture {
    var limits = StoreLimits()
    limits.partBytesMin = 3
    limits.partsMax = 4
    limits.uploadsMax = 3
    return try await EndpointFixture(limits: limits)
  }

  @Test func `parts become one object with its tag, type and numbered parts`() async throws {
    let fixture = try await Self.small()
    let id = try await Self.begin(fixture, headers: [("content-type", "text/x")])
    var tags = [try await Self.part(fixture, id, 2, "abcd")]
    tags.append(try await Self.part(fixture, id, 4, "e"))
    let listed = try await fixture.signed(.get, key: "k", query: [("uploadId", id)])
    #expect(listed.text.contains("<PartNumber>2</PartNumber>"))
    let rest = try await fixture.signed(
      .get, key: "k", query: [("uploadId", id), ("max-parts", "1")])
    #expect(rest.element("IsTruncated") == "true" && rest.element("NextPartNumberMarker") == "2")
    let response = try await Self.complete(
      fixture, id, Self.document([(2, tags[0]), (4, tags[1])]))
    let digests = tags.flatMap { Hex.decode($0) ?? [] }
    let etag = "\"\(Hex.encode(MD5.hash(digests)))-2\""
    #expect(response.element("ETag")?.contains("-2") == true)
    let whole = try await fixture.presigned(.get, "k")
    #expect(whole.text == "abcde" && whole.fields[.etag] == etag)
    #expect(whole.fields[.contentType] == "text/x")
    let second = try await fixture.presigned(.get, "k", query: [("partNumber", "2")])
    #expect(second.text == "e" && second.status == .partialContent)
    #expect(second.fields["x-amz-mp-parts-count"] == "2")
    #expect(second.fields[.contentRange] == "bytes 4-4/5")
    let third = try await fixture.presigned(.get, "k", query: [("partNumber", "3")])
    #expect(third.errorCode == "InvalidPartNumber" && third.status == .rangeNotSatisfiable)
    let list = try await fixture.signed(.get, query: [("list-type", "2")])
    #expect(list.element("ETag")?.hasSuffix("-2&quot;") == true)
    #expect(
      try await Self.complete(fixture, id, Self.document([(2, tags[0])])).errorCode
        == "NoSuchUpload")
  }

  @Test func `checksums of parts give a composite, cyclic ones the whole if asked`() async throws {
    let fixture = try await Self.small()
    let cases: [(String, String?, String)] = [
      ("SHA256", nil, "COMPOSITE"), ("CRC32", nil, "COMPOSITE"), ("CRC64NVME", nil, "FULL_OBJECT"),
      ("CRC32C", "FULL_OBJECT", "FULL_OBJECT"),
    ]
    for (name, type, kind) in cases {
      let algorithm = try #require(ChecksumAlgorithm(name: name))
      let headers =
        [(name: "x-amz-checksum-algorithm", value: name)]
        + (type.map { [(name: "x-amz-checksum-type", value: $0)] } ?? [])
      let id = try await Self.begin(fixture, headers: headers)
      let bodies = ["abc", "d"]
      var parts = [(Int, String)]()
      for (index, body) in bodies.enumerated() {
        parts.append((index + 1, try await Self.part(fixture, id, index + 1, body)))
      }
      let values = bodies.map { ChecksumHasher.checksum(Array($0.utf8), algorithm) }
      let wanted =
        kind == "COMPOSITE"
        ? ChecksumHasher.checksum(values.flatMap(\.bytes), algorithm).text + "-2"
        : ChecksumHasher.checksum(Array("abcd".utf8), algorithm).text
      let wrong = try await Self.complete(
        fixture, id, Self.document(parts),
        headers: [(algorithm.header, Checksum(algorithm, values[0].bytes).text)])
      #expect(wrong.errorCode == "BadDigest")
      let foreign = "<\(algorithm.element)>\(values[1].text)</\(algorithm.element)>"
      #expect(
        try await Self.complete(fixture, id, Self.document(parts, foreign)).errorCode
          == "InvalidPart")
      let response = try await Self.complete(
        fixture, id, Self.document(parts), headers: [(algorithm.header, wanted)])
      #expect(response.element(algorithm.element) == wanted)
      #expect(response.element("ChecksumType") == kind)
      let head = try await fixture.presigned(
        .head, "k", signed: [("x-amz-checksum-mode", "ENABLED")])
      #expect(head.fields[algorithm.header] == wanted)
      #expect(head.fields["x-amz-checksum-type"] == kind)
    }
    let headers = [
      (name: "x-amz-checksum-algorithm", value: "SHA256"),
      (name: "x-amz-checksum-type", value: "FULL_OBJECT"),
    ]
    let refused = try await fixture.signed(
      .post, key: "k", query: [("uploads", "")], headers: headers)
    #expect(refused.errorCode == "InvalidRequest")
  }

  @Test func `what a completion demands is checked before the object changes`() async throws {
    let fixture = try await Self.small()
    _ = try await fixture.presigned(.put, "k", body: "old")
    let id = try await Self.begin(fixture)
    let first = try await Self.part(fixture, id, 1, "abc")
    let second = try await Self.part(fixture, id, 2, "de")
    _ = try await Self.part(fixture, id, 3, "f")
    let whole: [(Int, String)] = [(1, first), (2, second)]
    let all = Self.document(whole)
    let cases: [(String, [(name: String, value: String)], String)] = [
      (all, [("if-none-match", "*")], "PreconditionFailed"),
      (all, [("if-match", "\"0\"")], "PreconditionFailed"),
      (all, [("x-amz-mp-object-size", "4")], "IncompleteBody"),
      (Self.document([(2, second), (3, second)]), [], "InvalidPart"),
      (Self.document([(1, first), (4, second)]), [], "InvalidPart"),
      (Self.document([(2, second), (1, first)]), [], "InvalidPartOrder"),
      (Self.document([(1, first), (1, first)]), [], "InvalidPartOrder"),
      (Self.document([]), [], "MalformedXML"), ("<x/>", [], "MalformedXML"),
      (Self.document((1...5).map { ($0, first) }), [], "MalformedXML"),
      (Self.document([(1, first)]), [("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")], "BadDigest"),
    ]
    for (body, headers, code) in cases {
      let response = try await Self.complete(fixture, id, body, headers: headers)
      try #require(response.errorCode == code)
    }
    let last = try await Self.part(fixture, id, 3, "f")
    let tiny = Self.document([(2, second), (3, last)])
    #expect(try await Self.complete(fixture, id, tiny).errorCode == "EntityTooSmall")
    #expect(try await fixture.presigned(.get, "k").text == "old")
    let done = try await Self.complete(
      fixture, id, all, headers: [("x-amz-mp-object-size", "5")])
    #expect(done.status == .ok)
    #expect(try await fixture.presigned(.get, "k").text == "abcde")
  }

  @Test func `part numbers and uploads have limits on both sides`() async throws {
    let fixture = try await Self.small()
    let id = try await Self.begin(fixture)
    for (number, isAllowed) in [("0", false), ("1", true), ("4", true), ("5", false), ("x", false)]
    {
      let response = try await fixture.signed(
        .put, key: "k", query: [("partNumber", number), ("uploadId", id)], body: "a")
      try #require(response.errorCode == (isAllowed ? nil : "InvalidArgument"))
    }
    _ = try await Self.begin(fixture, "l/1")
    _ = try await Self.begin(fixture, "l/2")
    let fourth = try await fixture.signed(.post, key: "m", query: [("uploads", "")])
    #expect(fourth.errorCode == "ServiceUnavailable")
    let all = try await fixture.signed(.get, query: [("uploads", "")])
    for key in ["k", "l/1", "l/2"] { #expect(all.text.contains("<Key>\(key)</Key>")) }
    let rolled = try await fixture.signed(.get, query: [("uploads", ""), ("delimiter", "/")])
    #expect(rolled.text.contains("<CommonPrefixes><Prefix>l/</Prefix></CommonPrefixes>"))
    var found = [String]()
    var next: String? = ""
    while let marker = next, found.count < 9 {
      let ends = marker.split(separator: " ").map(String.init)
      let markers = zip(["key-marker", "upload-id-marker"], ends).map { (name: $0, value: $1) }
      let page = try await fixture.signed(
        .get, query: [("uploads", ""), ("max-uploads", "1")] + markers)
      found.append(page.element("Key") ?? "")
      next = page.element("NextKeyMarker").map {
        $0 + " " + (page.element("NextUploadIdMarker") ?? "")
      }
    }
    #expect(found == ["k", "l/1", "l/2"])
    #expect(
      try await fixture.signed(.delete, key: "k", query: [("uploadId", id)]).status == .noContent)
    let late = try await fixture.signed(
      .put, key: "k", query: [("partNumber", "1"), ("uploadId", id)], body: "a")
    #expect(late.errorCode == "NoSuchUpload")
  }

  @Test func `an upload goes on after a restart`() async throws {
    let files = try StoreFixture()
    var limits = StoreLimits()
    limits.partBytesMin = 1
    var id = ""
    var parts = [PartReference]()
    for number in 1...3 {
      let store = try files.open(limits)
      if number == 1 {
        try await store.createBucket("box")
        id = try await store.beginUpload([65], in: "box", fields: [], algorithm: .sha1)
      }
      let writer = try store.partWriter(
        number, upload: id, [65], in: "box", size: 1, promised: PromisedDigests())
      try await writer.append([UInt8(number)])
      let record = try await writer.publish(Publication(fields: []))
      parts.append(PartReference(number: number, etag: record.etag))
    }
    let store = try files.open(limits)
    #expect(try await store.uploads(in: "box").map(\.id) == [id])
    let record = try await store.completeUpload(id, [65], in: "box", Completion(parts: parts))
    #expect(record.parts?.count == 3 && record.checksumField?.value.hasSuffix("-3") == true)
    #expect(try store.body([65]) == "\u{1}\u{2}\u{3}")
    #expect(try await store.uploads(in: "box").isEmpty)
  }
}

extension HTTPResponse {
  /// The text of the first element of this name.
  func element(_ name: String) -> String? {
    let parts = text.components(separatedBy: "<\(name)>")
    return parts.count > 1 ? parts[1].components(separatedBy: "</").first : nil
  }
}
