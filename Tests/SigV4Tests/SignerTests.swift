// The signing side: what is refused, from both sides of each bound, and what stays hidden.

import SigV4
import Testing

@Suite struct SignerTests {
  @Test(arguments: [
    ("https://S3.Example.com:443/", "https", "s3.example.com", ""),
    ("http://s3.localhost:443", "http", "s3.localhost:443", ""),
    ("http://127.0.0.1:80/storage/v1/s3/", "http", "127.0.0.1", "/storage/v1/s3"),
    ("http://[::1]:9000", "http", "[::1]:9000", ""),
    ("https://[2001:db8::2]", "https", "[2001:db8::2]", ""),
    ("http://a:65535", "http", "a:65535", ""),
  ])
  func `an endpoint keeps its port only when it is not the scheme's`(
    url: String, scheme: String, authority: String, base: String
  ) throws {
    let endpoint = try Endpoint(url)
    #expect([endpoint.scheme, endpoint.authority, endpoint.basePath] == [scheme, authority, base])
  }

  @Test(arguments: [
    "", "s3.example.com", "ftp://a", "http://", "http://:80", "http://a:0", "http://a:65536",
    "http://a:", "http://a:x", "http://u@a", "http://a?x", "http://a/b?c", "http://a#f",
    "http://a/b c", "http://a/../b", "http://a/%2e", "http://[::1", "http://[x]", "http://[]:1",
    "http://a b", "http://a\r\nHost: b",
  ])
  func `another endpoint is refused`(url: String) {
    let error = #expect(throws: SigV4Error.self) { try Endpoint(url) }
    #expect(error?.code == .endpointInvalid)
  }

  @Test(arguments: ["http://127.0.0.1:9000", "http://[::1]"])
  func `a bucket cannot stand in front of an IP address`(url: String) {
    #expect(throws: SigV4Error.self) { try Endpoint(url, style: .virtualHost) }
  }

  @Test func `each bound of a presigned URL holds from both sides`() throws {
    let signer = try Fixture.signer()
    func code(
      bucket: String = "b", key: [UInt8] = [65], lifetime: Int = 60,
      query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
      at time: Int64 = Fixture.now
    ) -> SigV4Error.Code? {
      do {
        _ = try signer.presign(
          .get, bucket: bucket, key: key, lifetimeSeconds: lifetime, query: query,
          headers: headers, at: time)
        return nil
      } catch { return error.code }
    }
    let long = [UInt8](repeating: 0xFF, count: Signer.keyBytesMax)
    #expect([1, 604_800].map { code(lifetime: $0) } == [nil, nil])
    let lifetimes = [0, -1, 604_801, Int.max, Int.min].map { code(lifetime: $0) }
    #expect(lifetimes.allSatisfy { $0 == .lifetimeOutOfRange })
    #expect([code(key: long), code(key: []), code(key: long + [1])] == [nil, nil, .keyTooLong])
    let times = [0, 253_402_300_799, -1, 253_402_300_800].map { code(at: $0) }
    #expect(times == [nil, nil, .timeOutOfRange, .timeOutOfRange])
    let name = String(repeating: "b", count: Signer.bucketBytesMax)
    let good = [name, "a.b-c_D9"].map { code(bucket: $0) }
    #expect(good == [nil, nil])
    let bad = ["", name + "b", "a/b", "a b", "ü", ".", "..", "a?b", "a~b"].map { code(bucket: $0) }
    #expect(bad.allSatisfy { $0 == .bucketInvalid })

    for reserved in ["X-Amz-Date", "x-amz-signature", "X-AMZ-EXPIRES", "X-Amz-Security-Token"] {
      #expect(code(query: [(reserved, "1")]) == .parameterReserved)
    }
    for bad in ["a\r\nSet-Cookie: b", "\u{0}", "\t", "\u{7F}"] {
      #expect(code(query: [("response-content-type", bad)]) == .controlCharacter)
      #expect(code(query: [("Response-Expires", bad)]) == .controlCharacter)
    }
    #expect(code(query: [("response-content-type", "\u{80} ü")]) == nil)
    for header in ["Host", "x-amz-date", "Authorization", "", "a b", "a:b", "ü"] {
      #expect(code(headers: [(header, "1")]) == .headerInvalid)
    }
    #expect(code(headers: [("x-a", "b\r\nc")]) == .controlCharacter)
    #expect(code(headers: [("x-a", "b\tc")]) == nil)
  }

  @Test func `credentials and scope must be usable`() throws {
    let endpoint = try Endpoint("http://a")
    let cases: [(String, String, String?, String)] = [
      ("", "s", nil, "r"), ("a", "", nil, "r"), ("a", "s", nil, ""), ("a", "s", nil, "r/x"),
      ("a b", "s", nil, "r"), ("a", "s", "t\n", "r"),
    ]
    for (id, secret, token, region) in cases {
      let credentials = Credentials(
        accessKeyID: id, secretAccessKey: secret, sessionToken: token)
      let error = #expect(throws: SigV4Error.self) {
        try Signer(credentials: credentials, region: region, endpoint: endpoint)
      }
      #expect(error?.code == .credentialsInvalid)
    }
  }

  @Test func `nothing shows a secret or a query by accident`() throws {
    let credentials = Credentials(
      accessKeyID: "AK", secretAccessKey: Fixture.secret, sessionToken: "tokentoken")
    let url = try Fixture.signer(credentials).presign(
      .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: Fixture.now)
    var dumped = ""
    dump(url, to: &dumped)
    dump(credentials, to: &dumped)
    let texts = [
      "\(url)", String(reflecting: url), "\(credentials)", String(reflecting: credentials), dumped,
    ]
    for text in texts {
      #expect(!text.contains(Fixture.secret) && !text.contains("tokentoken"))
      #expect(!text.contains("X-Amz") && !text.contains("Signature"))
    }
    #expect("\(url)" == "http://s3.localhost:9000/b/A?redacted")
    #expect(url.revealBytes() == Array(url.reveal().utf8))
  }

  @Test func `days may change between signatures`() throws {
    let signer = try Fixture.signer()
    for offset: Int64 in [0, 86_400, -86_400, 0, 2 * 86_400, 0] {
      let now = Fixture.now + offset
      let url = try signer.presign(
        .get, bucket: "b", key: [65], lifetimeSeconds: 60, at: now)
      try Fixture.verify(Fixture.request("GET", url.reveal()), at: now)
    }
  }
}
