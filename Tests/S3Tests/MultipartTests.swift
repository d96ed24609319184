// Uploads in parts: what goes up, in which order, and what is left behind when something fails.

import Base
import Cryptography
import Foundation
import HTTPClient
import S3
import TestSupport
import Testing

private let mebibyte = 1 << 20

private func bytes(_ count: Int) -> [UInt8] {
  var pattern = [UInt8](repeating: 0, count: count)
  for index in stride(from: 0, to: count, by: 4099) { pattern[index] = UInt8(index % 251) }
  return pattern
}

func makePartsStore(
  _ server: ScriptedServer, _ profile: StoreProfile = .generic, attemptsMax: Int = 3,
  change: (inout S3Configuration) -> Void = { _ in }
) throws -> S3Client {
  try makeStore(server, attemptsMax: attemptsMax) {
    $0.profile = profile
    $0.multipart.thresholdBytes = Int64(6 * mebibyte)
    $0.multipart.partBytes = Int64(5 * mebibyte)
    change(&$0)
  }
}

/// A nameless file with these bytes; closed when the descriptor's owner goes.
private final class Spooled {
  let handle: FileHandle

  init(_ bytes: [UInt8]) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: url)
    handle = try FileHandle(forReadingFrom: url)
    try FileManager.default.removeItem(at: url)
  }

  var descriptor: Int32 { handle.fileDescriptor }
}

@Suite struct MultipartTests {
  @Test func `a large body arrives whole from bytes, a file range and a stream`() async throws {
    let content = bytes(12 * mebibyte + 77)
    let file = try Spooled([1, 2, 3] + content)
    let pieces = Lock(
      stride(from: 0, to: content.count, by: 700_001).map {
        Array(content[$0..<min($0 + 700_001, content.count)])
      })
    let bodies: [ClientBody] = [
      .bytes(content), .file(descriptor: file.descriptor, offset: 3, count: Int64(content.count)),
      .stream(count: Int64(content.count)) { () throws(HTTPClientError) in
        pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
      },
    ]
    for (number, body) in bodies.enumerated() {
      let fake = FakeMultipart()
      let client = try makePartsStore(try fake.server(), .aws) {
        $0.serverSideEncryption = .keyService(keyID: "key-1")
        $0.multipart.partsInParallel = number + 1
      }
      var options = PutOptions()
      options.contentType = "application/pdf"
      options.isNewOnly = true
      let stored = try await client.put(testObject, body, options: options)
      #expect(stored.size == Int64(content.count))
      let state = fake.state.withLock { $0 }
      let isWhole = state.object == content
      #expect(isWhole && state.steps.count { $0 == "part" } == 3 && state.steps.last == "head")
      let start = state.startHead.lowercased()
      for field in [
        "content-type: application/pdf", "x-amz-checksum-algorithm: sha256",
        "x-amz-server-side-encryption: aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id: key-1",
      ] { #expect(start.contains(field), "\(field)") }
      for head in state.partHeads {
        #expect(head.contains("x-amz-checksum-sha256: ") && head.contains("uploadId=u%2B1%2F%3D"))
        #expect(!head.contains("server-side") && !head.contains("UNSIGNED-PAYLOAD"))
      }
      #expect(state.completion.firstRange(of: "<PartNumber>1<") != nil)
      #expect(state.completion.contains("<ChecksumSHA256>"))
    }
  }

  @Test func `a body of the threshold goes up at once, one byte more in parts`() async throws {
    for (more, expected) in [(0, ["put"]), (1, ["start", "part", "part", "complete", "head"])] {
      let fake = FakeMultipart()
      let client = try makePartsStore(try fake.server())
      try await client.put(testObject, .bytes(bytes(6 * mebibyte + more)))
      #expect(fake.state.withLock { $0.steps } == expected)
    }
    let fake = FakeMultipart()
    let embedded = try makePartsStore(try fake.server(), .embedded)
    try await embedded.put(testObject, .bytes(bytes(6 * mebibyte + 1)))
    #expect(fake.state.withLock { $0.steps } == ["put"])
  }

  @Test func `parts are whole mebibytes, at most ten thousand, and none is too small`() {
    let tebibyte: Int64 = 1 << 40
    let cases: [(Int64, Int64, Int64?, Int)] = [
      (1, 16 << 20, 16 << 20, 1), (16 << 20, 16 << 20, 16 << 20, 1),
      (16 << 20 + 1, 1, 5 << 20, 4), (160_000 << 20, 16 << 20, 16 << 20, 10_000),
      (160_000 << 20 + 1, 16 << 20, 17 << 20, 9412), (5 * tebibyte, 1, 525 << 20, 9987),
      (5 * tebibyte + 1, 1, nil, 0), (0, 1, nil, 0),
    ]
    for (size, wished, expected, count) in cases {
      let plan = MultipartPlan(size: size, wishedPartBytes: wished)
      #expect(plan?.partBytes == expected && plan?.count ?? 0 == count, "\(size)")
      guard let plan else { continue }
      #expect(plan.range(of: 1).lowerBound == 0 && plan.range(of: plan.count).upperBound == size)
    }
  }

  /// The step that fails, its answers, the code, and whether anything is completed.
  static let failures: [(String, [String], String)] = [
    ("start", [problem("403 Forbidden", "AccessDenied")], "access-denied"),
    ("start", [answer("200 OK", "<html/>")], "garbage-answer"),
    ("part", [problem("400 Bad Request", "BadDigest")], "digest-mismatch"),
    ("part", [answer("200 OK")], "garbage-answer"),
    ("part", ["", "", "", "", "", "", ""], "connection-lost"),
    (
      "part", [answer("200 OK", fields: "ETag: \"p\"\r\nx-amz-checksum-sha256: AAAA\r\n")],
      "digest-mismatch"
    ),
    ("complete", [problem("400 Bad Request", "InvalidPart")], "invalid-part"),
    ("complete", [problem("412 Precondition Failed", "PreconditionFailed")], "precondition-failed"),
    (
      "complete",
      [
        answer(
          "200 OK",
          "<CompleteMultipartUploadResult><ChecksumSHA256>AAAA-2</ChecksumSHA256>"
            + "</CompleteMultipartUploadResult>")
      ], "digest-mismatch"
    ),
    ("complete", [answer("200 OK", "<html/>")], "garbage-answer"),
    ("complete", [problem("200 OK", "AccessDenied")], "access-denied"),
  ]

  @Test(arguments: failures.indices)
  func `an upload that fails is aborted and its error is told`(index: Int) async throws {
    let (step, answers, code) = MultipartTests.failures[index]
    let fake = FakeMultipart()
    fake.answer(step, answers)
    let client = try makePartsStore(try fake.server(), .aws)
    var options = PutOptions()
    options.isNewOnly = true
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes(bytes(7 * mebibyte)), options: options)
    }
    #expect(result == code)
    let steps = fake.state.withLock { $0.steps }
    // A part that was cut off on its way may be noticed by the store behind the abort.
    let expected = step == "start" ? 0 : 1
    #expect(steps.count { $0 == "abort" } == expected && steps[0] == "start", "\(steps)")
  }

  @Test func `a size that the store does not confirm is a mismatch`() async throws {
    let fake = FakeMultipart()
    fake.state.withLock { $0.toldSize = 7 * mebibyte - 1 }
    let client = try makePartsStore(try fake.server())
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes(bytes(7 * mebibyte)))
    }
    #expect(result == "digest-mismatch" && fake.state.withLock { $0.steps.last } == "abort")
  }

  @Test func `a completion that fails late is repeated, one whose answer is lost is looked up`()
    async throws
  {
    let cases: [[String]] = [
      [problem("200 OK", "InternalError"), problem("200 OK", "SlowDown")],
      // Done, but the answer is lost; the second attempt finds no upload any more.
      ["", problem("404 Not Found", "NoSuchUpload")],
    ]
    for answers in cases {
      let fake = FakeMultipart()
      fake.answer("complete", answers)
      let client = try makePartsStore(try fake.server())
      try await client.put(testObject, .bytes(bytes(7 * mebibyte)))
      let steps = fake.state.withLock { $0.steps }
      #expect(steps.last == "head" && !steps.contains("abort"), "\(steps)")
    }
  }

  @Test func `an old object of the same size does not pass for the new one`() async throws {
    let fake = FakeMultipart()
    fake.answer("complete", [problem("404 Not Found", "NoSuchUpload")])
    fake.state.withLock {
      $0.object = bytes(7 * mebibyte)
      $0.mark = "older"
      $0.isForeign = true
    }
    let client = try makePartsStore(try fake.server())
    var options = PutOptions()
    options.fields = [("X-Amz-Meta-Write", "older")]
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes(bytes(7 * mebibyte)), options: options)
    }
    #expect(result == "no-such-upload")
    #expect(!fake.state.withLock { $0.startHead.contains("older") })
  }

  @Test func `a stream that ends early and a file that is too short abort the upload`()
    async throws
  {
    let file = try Spooled(bytes(6 * mebibyte))
    let count = Int64(7 * mebibyte)
    let pieces = Lock([bytes(6 * mebibyte)])
    let bodies: [ClientBody] = [
      .file(descriptor: file.descriptor, offset: 0, count: count),
      .stream(count: count) { () throws(HTTPClientError) in pieces.withLock { $0.popLast() } },
    ]
    for body in bodies {
      let fake = FakeMultipart()
      let client = try makePartsStore(try fake.server())
      let result = await outcome { () async throws(S3Error) in
        try await client.put(testObject, body)
      }
      #expect(result == "request-body-failed")
      // A part that was cut off may be noted behind it.
      #expect(fake.state.withLock { $0.steps.contains("abort") })
    }
  }

  @Test func `a cancelled upload is aborted`() async throws {
    let fake = FakeMultipart()
    let (stream, signal) = AsyncStream.makeStream(of: Void.self)
    let (silence, unbroken) = AsyncStream.makeStream(of: Void.self)
    let client = try makePartsStore(try fake.server())
    let upload = Task {
      await outcome { () async throws(S3Error) in
        try await client.put(
          testObject,
          .stream(count: Int64(11 * mebibyte)) { () async throws(HTTPClientError) in
            signal.finish()
            // Ends only when the task is cancelled.
            for await _ in silence {}
            throw HTTPClientError(.cancelled, "cancelled")
          })
      }
    }
    for await _ in stream {}
    upload.cancel()
    #expect(await upload.value == "cancelled")
    unbroken.finish()
    #expect(fake.state.withLock { $0.steps } == ["start", "abort"])
  }

  @Test func `an abort that fails is counted for the sweep`() async throws {
    let fake = FakeMultipart()
    fake.answer("part", [problem("403 Forbidden", "AccessDenied")])
    fake.answer("abort", [problem("403 Forbidden", "AccessDenied")])
    let client = try makePartsStore(try fake.server())
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes(bytes(7 * mebibyte)))
    }
    #expect(result == "access-denied" && client.abandonedUploads == 1)
  }
}
