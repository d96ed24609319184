// The same client against a real store, when `POSTERN_STORE` names its endpoint and the usual
// variables hold credentials. Visibly skipped otherwise.

import Base
import Cryptography
import Foundation
import HTTPClient
import HTTPMessage
import S3
import SigV4
import TestSupport
import Testing

private let environment = ProcessInfo.processInfo.environment

@Suite(.enabled(if: environment["POSTERN_STORE"] != nil, "POSTERN_STORE is not set"))
struct RealStoreTests {
  private func makeClient() throws -> S3Client {
    let endpoint = try Endpoint(environment["POSTERN_STORE"] ?? "")
    return S3Client(
      S3Configuration(endpoint: endpoint), credentials: .environment(environment),
      http: try HTTPClient(), clock: .system)
  }

  @Test func `objects go in, come back whole, in part and by URL, are listed, and go away`()
    async throws
  {
    let client = try makeClient()
    let bucket = "postern-" + UUID().uuidString.prefix(8).lowercased()
    #expect(try await client.createBucket(bucket))
    let bytes = [UInt8](repeating: 0x61, count: 3_000_000) + Array("end".utf8)
    let digest = SHA256.hash(bytes)
    let location = ObjectLocation(bucket: bucket, key: "v1/a b+\u{e4}&=.pdf")
    var options = PutOptions()
    options.contentType = "application/pdf"
    options.isNewOnly = true
    try await client.put(location, .bytes(bytes), options: options)
    let again = await outcome { () async throws(S3Error) in
      try await client.put(location, .bytes([1]), options: options)
    }
    #expect(again == "precondition-failed")
    let head = try await client.head(location)
    #expect(head.size == Int64(bytes.count) && head.contentType == "application/pdf")
    let whole = try await client.bytes(location, expected: digest, bytesMax: bytes.count)
    #expect(whole.count == bytes.count)
    let end = Int64(bytes.count)
    let part = try await client.bytes(location, range: (end - 3)..<end, bytesMax: 3)
    #expect(part == Array("end".utf8))
    let url = try await client.presign(
      .get, location, lifetimeSeconds: 60,
      query: [("response-content-disposition", "attachment; filename=\"x.pdf\"")])
    let answer = try await client.http(url)
    #expect(answer.body == bytes)
    #expect(answer.fields["content-disposition"] == "attachment; filename=\"x.pdf\"")
    let listed = try await client.listAll(bucket: bucket, prefix: "v1/", countMax: 10)
    #expect(listed.map(\.key) == [location.key])
    #expect(abs(client.lastSkewMilliseconds ?? .max) < 5000)
    try await client.delete(location)
    let gone = await outcome { () async throws(S3Error) in _ = try await client.head(location) }
    #expect(gone == "no-such-key")
  }
}

extension S3Client {
  fileprivate func http(_ url: PresignedURL) async throws -> BufferedResponse {
    try await HTTPClient().fetch(ClientRequest(.get, url.reveal()), bytesMax: 4 << 20)
  }
}
