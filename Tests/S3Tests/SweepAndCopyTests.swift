// The sweep of uploads that nobody will finish, COPY, and keys that must be new.

import Base
import HTTPClient
import S3
import TestSupport
import Testing

private func unfinished(_ key: String, _ id: String, _ start: String) -> String {
  "<Upload><Key>\(key)</Key><UploadId>\(id)</UploadId><Initiated>\(start)</Initiated>"
    + "<StorageClass>STANDARD</StorageClass></Upload>"
}

private func listing(_ inside: String) -> String {
  answer("200 OK", "<ListMultipartUploadsResult>\(inside)</ListMultipartUploadsResult>")
}

@Suite struct SweepAndCopyTests {
  @Test func `old uploads below the prefix are aborted, page by page, young ones stay`()
    async throws
  {
    let pages = Lock([
      listing(
        "<IsTruncated>true</IsTruncated><NextKeyMarker>v1/b</NextKeyMarker>"
          + "<NextUploadIdMarker>u2</NextUploadIdMarker>"
          + unfinished("v1/a", "u1", "2026-11-21T08:56:59.999Z")
          + unfinished("v1/b", "u2", "2026-11-21T08:57:00.000Z")),
      listing(
        "<IsTruncated>false</IsTruncated>" + unfinished("v1/c", "u3", "2026-11-20T08:00:00Z")
          + unfinished("v1/d", "u4", "2026-11-20T08:00:00Z")
          + unfinished("other/e", "u5", "2026-11-20T08:00:00Z")
          + unfinished("v1/f", "u6", "yesterday")),
    ])
    let aborted = Lock<[String]>([])
    let server = try store { request in
      guard request.method == "DELETE" else { return pages.withLock { $0.removeFirst() } }
      aborted.withLock { $0.append(request.target) }
      return request.target.contains("u3")
        ? problem("403 Forbidden", "AccessDenied") : problem("404 Not Found", "NoSuchUpload")
    }
    let client = try makeStore(server)
    let swept = try await client.sweepUploads(
      bucket: "letters", prefix: "v1/", startedBefore: testNow.adding(seconds: -3600))
    #expect(swept.aborted == 2 && swept.young == 2 && swept.failures == [.accessDenied: 1])
    #expect(
      aborted.withLock { $0 } == [
        "/letters/v1/a?uploadId=u1", "/letters/v1/c?uploadId=u3", "/letters/v1/d?uploadId=u4",
      ])
    #expect(server.heads[0].contains("max-uploads=1000&prefix=v1%2F&uploads= HTTP"))
    let second = server.heads.first { $0.contains("key-marker=v1%2Fb") }
    #expect(second?.contains("upload-id-marker=u2") == true)
  }

  @Test func `a listing of uploads that circles or makes no sense is refused`() async throws {
    let more = "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>"
    for text in [
      listing(more), listing("<IsTruncated>true</IsTruncated>"), listing("<Upload></Upload>"),
      answer("200 OK", "<html/>"),
      listing("<EncodingType>url</EncodingType>")
        .replacing("</ListM", with: unfinished("%z", "u", "x") + "</ListM")
        .replacing("Content-Length: ", with: "Connection: close\r\nX: "),
    ] {
      let server = try store(answering: [text])
      let client = try makeStore(server)
      let result = await outcome { () async throws(S3Error) in
        _ = try await client.sweepUploads(bucket: "b", prefix: "", startedBefore: testNow)
      }
      #expect(result == "garbage-answer", "\(text)")
    }
  }

  @Test func `a copy names its source and the content that it had`() async throws {
    let fake = FakeMultipart()
    fake.state.withLock { $0.toldSize = 100 }
    let server = try fake.server()
    let client = try makeStore(server) { $0.serverSideEncryption = .storeKeys }
    let source = ObjectLocation(bucket: "letters", key: "v1/a b%/\u{e4}+.pdf")
    try await client.copy(source, to: testObject)
    let head = server.heads.first { $0.hasPrefix("PUT ") } ?? ""
    #expect(head.contains("x-amz-copy-source: /letters/v1/a%20b%25/%C3%A4%2B.pdf\r\n"))
    #expect(head.contains("x-amz-copy-source-if-match: \"x-2\"\r\n"))
    #expect(head.contains("x-amz-server-side-encryption: AES256\r\n"))
    #expect(fake.state.withLock { $0.steps } == ["head", "copy", "head"])
  }

  static let failures: [(String, String)] = [
    (problem("200 OK", "AccessDenied"), "access-denied"),
    (problem("412 Precondition Failed", "PreconditionFailed"), "precondition-failed"),
    (answer("200 OK", "<html/>"), "garbage-answer"),
    (problem("404 Not Found", "NoSuchKey"), "no-such-key"),
  ]

  @Test func `a copy that fails late or at once is told`() async throws {
    for (text, code) in SweepAndCopyTests.failures {
      let fake = FakeMultipart()
      fake.state.withLock { $0.toldSize = 100 }
      fake.answer("copy", [text])
      let client = try makeStore(try fake.server())
      let result = await outcome { () async throws(S3Error) in
        try await client.copy(testObject, to: ObjectLocation(bucket: "letters", key: "b"))
      }
      #expect(result == code)
    }
  }

  @Test func `a source too large for one request is copied in parts, unless that breaks the store`()
    async throws
  {
    let percent = ObjectLocation(bucket: "letters", key: "a%b")
    let target = ObjectLocation(bucket: "letters", key: "b")
    for (profile, source, expected) in [
      (StoreProfile.aws, percent, "ok"), (.ceph, testObject, "ok"),
      (.ceph, percent, "not-implemented"), (.embedded, testObject, "not-implemented"),
    ] {
      let fake = FakeMultipart()
      fake.state.withLock { $0.toldSize = 11 << 20 }
      let server = try fake.server()
      let client = try makeStore(server) {
        $0.profile = profile
        $0.multipart.copyBytesMax = 11 << 20 - 1
        $0.multipart.copyPartBytes = 5 << 20
      }
      let result = await outcome { () async throws(S3Error) in
        try await client.copy(source, to: target)
      }
      #expect(result == expected)
      guard expected == "ok" else { continue }
      let ranges = server.heads.compactMap { head in
        head.split(separator: "\r\n").first { $0.hasPrefix("x-amz-copy-source-range") }
      }
      #expect(ranges.sorted().last == "x-amz-copy-source-range: bytes=5242880-10485759")
      let start = fake.state.withLock { $0.startHead }
      #expect(ranges.count == 3 && start.contains("x-amz-meta-version: ver_1"))
      #expect(start.contains("content-type: application/pdf"))
    }
  }

  @Test func `a key that must be new is asked for first where the store has no condition`()
    async throws
  {
    var options = PutOptions()
    options.isNewOnly = true
    for (profile, taken, expected, steps) in [
      (StoreProfile.generic, false, "ok", ["head", "put"]),
      (.generic, true, "precondition-failed", ["head"]), (.ceph, false, "ok", ["put"]),
    ] {
      let fake = FakeMultipart()
      fake.state.withLock { $0.toldSize = taken ? 5 : nil }
      let server = try fake.server()
      let client = try makeStore(server) { $0.profile = profile }
      let result = await outcome { () async throws(S3Error) in
        try await client.put(testObject, .bytes([1, 2, 3]), options: options)
      }
      #expect(result == expected && fake.state.withLock { $0.steps } == steps)
      let isConditional = server.heads.contains { $0.contains("if-none-match: *") }
      #expect(isConditional == (profile == .ceph))
    }
  }

  @Test func `our own earlier attempt is not taken for a stranger's`() async throws {
    let taken = problem("412 Precondition Failed", "PreconditionFailed")
    var options = PutOptions()
    options.isNewOnly = true
    for (size, isForeign, answers, expected) in [
      (3, false, ["", taken], "ok"), (4, false, ["", taken], "precondition-failed"),
      (3, true, ["", taken], "precondition-failed"), (3, true, [taken], "precondition-failed"),
    ] {
      let fake = FakeMultipart()
      fake.state.withLock {
        $0.toldSize = size
        $0.isForeign = isForeign
      }
      fake.answer("put", answers)
      let client = try makeStore(try fake.server()) { $0.profile = .aws }
      let result = await outcome { () async throws(S3Error) in
        try await client.put(testObject, .bytes([1, 2, 3]), options: options)
      }
      #expect(result == expected)
    }
  }
}
