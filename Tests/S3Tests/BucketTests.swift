// Buckets and listings.

import Base
import S3
import TestSupport
import Testing

private func listing(_ inside: String) -> String {
  answer("200 OK", "<ListBucketResult xmlns=\"http://s3\">\(inside)</ListBucketResult>")
}

private func object(_ key: String, _ size: String = "1") -> String {
  """
  <Contents><Key>\(key)</Key><LastModified>2026-11-21T09:57:00.000Z</LastModified>\
  <ETag>&quot;e&quot;</ETag><Size>\(size)</Size><Owner><ID>x</ID></Owner></Contents>
  """
}

@Suite struct BucketTests {
  @Test func `a listing is read page by page`() async throws {
    let server = try store(answering: [
      listing(
        "<Name>b</Name><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
          + "<NextContinuationToken>t/1=</NextContinuationToken>"
          + object("v1/a%0A+b%2B%C3%A4", "7")
          + "<CommonPrefixes><Prefix>x%2F</Prefix></CommonPrefixes>"),
      listing("<IsTruncated>false</IsTruncated>" + object("plain+%41")),
    ])
    let client = try makeStore(server)
    let page = try await client.list(bucket: "b", prefix: "v1/", delimiter: "/", countMax: 5)
    #expect(
      page.objects == [
        ListedObject(
          key: Array("v1/a\n b+\u{e4}".utf8), size: 7, entityTag: "\"e\"", lastModified: testNow)
      ])
    #expect(page.prefixes == [Array("x/".utf8)])
    let next = try await client.list(bucket: "b", after: page.continuation)
    #expect(next.objects.map(\.key) == [Array("plain+%41".utf8)] && next.continuation == nil)
    let first = "GET /b?delimiter=%2F&encoding-type=url&list-type=2&max-keys=5&prefix=v1%2F HTTP"
    #expect(
      server.heads[0].hasPrefix(first) || server.heads[0].hasPrefix("GET /b/" + first.dropFirst(6)))
    #expect(server.heads[1].contains("continuation-token=t%2F1%3D&"))
  }

  @Test func `all pages are collected up to a bound, and a store that circles is refused`()
    async throws
  {
    func more(_ token: String) -> String {
      listing(
        "<IsTruncated>true</IsTruncated><NextContinuationToken>\(token)</NextContinuationToken>"
          + object(token))
    }
    let end = listing("<IsTruncated>false</IsTruncated>" + object("z"))
    let servers = [
      try store(answering: [more("1"), more("2"), end]),
      try store(answering: [more("1"), more("2"), end]), try store(answering: [more("1")]),
    ]
    let client = try makeStore(servers[0])
    let all = try await client.listAll(bucket: "b", countMax: 3)
    #expect(all.map { String(decoding: $0.key, as: UTF8.self) } == ["1", "2", "z"])
    let small = try makeStore(servers[1])
    let circle = try makeStore(servers[2])
    let results = [
      await outcome { () async throws(S3Error) in
        _ = try await small.listAll(bucket: "b", countMax: 2)
      },
      await outcome { () async throws(S3Error) in
        _ = try await circle.listAll(bucket: "b", countMax: 1000)
      },
    ]
    #expect(results == ["response-too-large", "garbage-answer"])
  }

  static let garbage = [
    answer("200 OK", "{}"), answer("200 OK", "<Error><Code>InternalError</Code></Error>"),
    answer("200 OK", "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>"),
    listing(object("a", "-1")), listing(object("a", "x")), listing(object("") + "text"),
    listing("<EncodingType>url</EncodingType>" + object("%zz")),
    listing("<IsTruncated>true</IsTruncated>"),
    answer("200 OK", "<!DOCTYPE x><ListBucketResult/>"), answer("200 OK", "<ListBucketResult>"),
  ]

  @Test func `a listing that makes no sense is refused`() async throws {
    for text in BucketTests.garbage {
      let server = try store(answering: [text])
      let client = try makeStore(server)
      let result = await outcome { () async throws(S3Error) in
        _ = try await client.list(bucket: "b")
      }
      #expect(result == "garbage-answer", "\(text)")
    }
    let server = try store(answering: [listing(object("a"))])
    let client = try makeStore(server) {
      $0.listingBytesMax = 100
    }
    let result = await outcome { () async throws(S3Error) in _ = try await client.list(bucket: "b")
    }
    #expect(result == "response-too-large")
  }

  @Test func `a bucket is made, or is there already`() async throws {
    let server = try store(answering: [
      answer("200 OK"), problem("409 Conflict", "BucketAlreadyOwnedByYou"),
      problem("409 Conflict", "BucketAlreadyExists"), answer("200 OK"), answer("404 Not Found"),
      answer("403 Forbidden"),
    ])
    let client = try makeStore(server)
    #expect(try await client.createBucket("letters"))
    #expect(try await !client.createBucket("letters"))
    let taken = await outcome { () async throws(S3Error) in
      try await client.createBucket("letters")
    }
    #expect(taken == "bucket-exists")
    #expect(try await client.hasBucket("letters"))
    #expect(try await !client.hasBucket("letters"))
    let denied = await outcome { () async throws(S3Error) in
      _ = try await client.hasBucket("letters")
    }
    #expect(denied == "access-denied")
    #expect(!server.heads[0].contains("Content-Length: 0\r\n"))
    let oldest = try store(answering: [answer("200 OK")])
    try await makeStore(oldest) { $0.region = "us-east-1" }.createBucket("letters")
    #expect(oldest.heads[0].contains("Content-Length: 0\r\n"))
  }
}
