// PUT, GET, HEAD, DELETE: what is sent, and what is made of the answers.

import Base
import Cryptography
import HTTPClient
import HTTPMessage
import S3
import SigV4
import TestSupport
import Testing

@Suite struct ObjectTests {
  @Test func `an upload is signed with its digest and its conditions`() async throws {
    let server = try store(answering: [
      answer("200 OK", fields: "ETag: \"abc\"\r\nx-amz-version-id: v7\r\n")
    ])
    let client = try makeStore(server) {
      $0.serverSideEncryption = .keyService(keyID: "key-1")
      $0.profile = .aws
    }
    var options = PutOptions()
    options.contentType = "application/pdf"
    options.isNewOnly = true
    options.fields = [("x-amz-meta-version", "ver_1")]
    let body = Array("hello".utf8)
    let stored = try await client.put(testObject, .bytes(body), options: options)
    #expect(stored.entityTag == "\"abc\"" && stored.versionID == "v7")
    let head = try #require(server.heads.first)
    let digest = SHA256.hash(body)
    let expected = [
      "PUT /letters/v1/a%20b/%C3%A4%2B.pdf HTTP/1.1", "content-type: application/pdf",
      "if-none-match: *", "x-amz-content-sha256: \(digest.hex)", "x-amz-date: 20261121T095700Z",
      "x-amz-security-token: sessiontokenvalue", "x-amz-meta-version: ver_1",
      "x-amz-server-side-encryption: aws:kms", "Content-Length: 5",
      "x-amz-server-side-encryption-aws-kms-key-id: key-1",
      "x-amz-checksum-sha256: \(Base64.encode(digest.bytes, .standard))",
      "Authorization: AWS4-HMAC-SHA256 Credential=AKTEST/20261121/eu-central-1/s3/aws4_request, "
        + "SignedHeaders=content-type;host;if-none-match;x-amz-checksum-sha256;",
    ]
    for line in expected { #expect(head.contains(line), "\(line)") }
  }

  @Test func `what the signature says about the body follows the settings`() async throws {
    let hello = SHA256.hash(Array("hello".utf8))
    var known = PutOptions()
    known.sha256 = hello
    let stream = ClientBody.stream(count: 0) { () throws(HTTPClientError) in nil }
    let cases: [(S3Configuration.PayloadSigning, ClientBody, PutOptions, String)] = [
      (.digest, .bytes(Array("hello".utf8)), PutOptions(), hello.hex),
      (.digest, stream, PutOptions(), SHA256.hash([]).hex),
      (
        .digest, .stream(count: 5) { () throws(HTTPClientError) in Array("hello".utf8) }, known,
        hello.hex
      ),
      (
        .digest, .stream(count: 5) { () throws(HTTPClientError) in Array("hello".utf8) },
        PutOptions(), "UNSIGNED-PAYLOAD"
      ),
      (.unsigned, .bytes(Array("hello".utf8)), known, "UNSIGNED-PAYLOAD"),
    ]
    for (signing, body, options, expected) in cases {
      let server = try store(answering: [answer("200 OK")])
      let client = try makeStore(server) { $0.payloadSigning = signing }
      // A producer that gives more than declared is not what is tested here.
      _ = await outcome { () async throws(S3Error) in
        try await client.put(testObject, body, options: options)
      }
      let head = server.heads.first ?? ""
      #expect(head.contains("x-amz-content-sha256: \(expected)\r\n") || head.isEmpty)
    }
  }

  @Test func `a store that kept other bytes is found out`() async throws {
    let server = try store(answering: [answer("200 OK", fields: "x-amz-checksum-sha256: AAAA\r\n")])
    let client = try makeStore(server)
    let result = await outcome { () async throws(S3Error) in
      try await client.put(testObject, .bytes([1]))
    }
    #expect(result == "digest-mismatch")
  }

  @Test func `an object is read whole, hashed on the way`() async throws {
    let server = try store(answering: [answer("200 OK", "hello", fields: "Content-Type: a/b\r\n")])
    let client = try makeStore(server)
    let right = SHA256.hash(Array("hello".utf8))
    let bytes = try await client.bytes(testObject, expected: right, bytesMax: 5)
    #expect(bytes == Array("hello".utf8))
    let (head, body) = try await client.get(testObject)
    #expect(head.size == 5 && head.contentType == "a/b")
    var count = 0
    for try await chunk in body { count += chunk.count }
    #expect(count == 5)
    let wrong = SHA256.hash(Array("other".utf8))
    let results = [
      await outcome { () async throws(S3Error) in
        _ = try await client.bytes(testObject, expected: wrong, bytesMax: 5)
      },
      await outcome { () async throws(S3Error) in
        _ = try await client.bytes(testObject, bytesMax: 4)
      },
    ]
    #expect(results == ["digest-mismatch", "response-too-large"])
  }

  @Test func `a range is asked for and an answer without it refused`() async throws {
    let part = answer("206 Partial Content", "ell", fields: "Content-Range: bytes 1-3/5\r\n")
    let server = try store(answering: [
      part, answer("200 OK", "hello"),
      answer("206 Partial Content", "hel", fields: "Content-Range: bytes 0-2/5\r\n"),
      problem("416 Range Not Satisfiable", "InvalidRange"),
    ])
    let client = try makeStore(server)
    #expect(try await client.bytes(testObject, range: 1..<4, bytesMax: 3) == Array("ell".utf8))
    var results = [String]()
    for range: Range<Int64> in [1..<4, 1..<4, 1..<4, 5..<5] {
      results.append(
        await outcome { () async throws(S3Error) in
          _ = try await client.bytes(testObject, range: range, bytesMax: 100)
        })
    }
    #expect(results == ["garbage-answer", "garbage-answer", "invalid-range", "invalid-range"])
    #expect(server.heads.first?.contains("range: bytes=1-3\r\n") == true)
    #expect(server.heads.count == 4)
  }

  @Test func `a body that breaks off is an error, not a short object`() async throws {
    let server = try store(answering: [
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhello"
    ])
    let client = try makeStore(server)
    let result = await outcome { () async throws(S3Error) in
      _ = try await client.bytes(testObject, bytesMax: 100)
    }
    #expect(result == "connection-lost")
  }

  @Test func `HEAD and DELETE of an absent object`() async throws {
    let server = try store(answering: [
      answer("404 Not Found"), answer("204 No Content"), problem("404 Not Found", "NoSuchKey"),
      problem("404 Not Found", "NoSuchBucket"),
    ])
    let client = try makeStore(server)
    var results = [
      await outcome { () async throws(S3Error) in _ = try await client.head(testObject) }
    ]
    for _ in 0..<3 {
      results.append(
        await outcome { () async throws(S3Error) in try await client.delete(testObject) })
    }
    #expect(results == ["no-such-key", "ok", "ok", "no-such-bucket"])
    #expect(server.heads[0].hasPrefix("HEAD ") && server.heads[1].hasPrefix("DELETE "))
  }

  @Test func `the skew is the store's clock against ours`() async throws {
    let server = try store(answering: [
      answer("200 OK"), answer("200 OK", fields: "Date: Sat, 21 Nov 2026 10:07:00 GMT\r\n"),
      problem("403 Forbidden", "AccessDenied").replacing(
        "Content-Length", with: "Date: Sat, 21 Nov 2026 09:56:00 GMT\r\nContent-Length"),
      answer("200 OK", fields: "Date: yesterday\r\n"),
    ])
    let client = try makeStore(server)
    var skews = [Int64?]()
    for _ in 0..<4 {
      _ = await outcome { () async throws(S3Error) in try await client.put(testObject, .none) }
      skews.append(client.lastSkewMilliseconds)
    }
    #expect(skews == [nil, 600_500, -59_500, -59_500])
  }
}
