// Who is let in: both places of a signature, each way to be refused, and what outsiders may ask.

import Base
import Foundation
import HTTPMessage
import SigV4
import Testing

@testable import S3Server

@Suite struct EndpointAuthTests {
  @Test func `both forms of a signature are accepted`() async throws {
    let fixture = try await EndpointFixture()
    #expect(try await fixture.presigned(.put, "k", body: "hello").status == .ok)
    #expect(try await fixture.presigned(.get, "k").text == "hello")
    #expect(try await fixture.signed(.get, key: "k").text == "hello")
    #expect(try await fixture.signed(.get, bucket: nil).text.contains("<Name>box</Name>"))
    #expect(try await fixture.presigned(.delete, "k").status == .noContent)
    #expect(try await fixture.presigned(.get, "k").errorCode == "NoSuchKey")
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let code: String
    let status: Int
    let ask: @Sendable (EndpointFixture) async throws -> HTTPResponse
    var testDescription: String { name }
  }

  static let refusals: [Case] = [
    Case(name: "no signature", code: "AccessDenied", status: 403) {
      await $0.send(.get, "/box/k")
    },
    Case(name: "flipped signature", code: "SignatureDoesNotMatch", status: 403) {
      try await $0.presigned(.get, "k") { String($0.dropLast()) + ($0.hasSuffix("0") ? "1" : "0") }
    },
    Case(name: "cut signature", code: "AuthorizationQueryParametersError", status: 400) {
      try await $0.presigned(.get, "k") { String($0.dropLast()) }
    },
    Case(name: "other key", code: "SignatureDoesNotMatch", status: 403) {
      try await $0.presigned(.get, "k") { $0.replacingOccurrences(of: "/box/k", with: "/box/l") }
    },
    Case(name: "added override", code: "SignatureDoesNotMatch", status: 403) {
      try await $0.presigned(.get, "k") { $0 + "&response-content-type=text%2Fhtml" }
    },
    Case(name: "longer life", code: "SignatureDoesNotMatch", status: 403) {
      try await $0.presigned(.get, "k") {
        $0.replacingOccurrences(of: "Expires=300", with: "Expires=301")
      }
    },
    Case(name: "expired to the second", code: "AccessDenied", status: 403) {
      try await $0.presigned(.get, "k", at: $0.now - 300)
    },
    Case(name: "from the future", code: "AccessDenied", status: 403) {
      try await $0.presigned(.get, "k", at: $0.now + 901)
    },
    Case(name: "life over seven days", code: "AuthorizationQueryParametersError", status: 400) {
      try await $0.presigned(.get, "k") {
        $0.replacingOccurrences(of: "Expires=300", with: "Expires=604801")
      }
    },
    Case(name: "header date skewed", code: "RequestTimeTooSkewed", status: 403) {
      try await $0.signed(.get, key: "k", at: $0.now - 901)
    },
    Case(name: "two signatures", code: "InvalidArgument", status: 400) {
      try await $0.presigned(.get, "k", headers: [("authorization", "AWS4-HMAC-SHA256 x")])
    },
    Case(name: "unknown key", code: "InvalidAccessKeyId", status: 403) {
      try await $0.presigned(.get, "k") { $0.replacingOccurrences(of: "=AKTEST", with: "=AKNONE") }
    },
    Case(name: "other region", code: "AuthorizationQueryParametersError", status: 400) {
      try await $0.presigned(.get, "k") {
        $0.replacingOccurrences(of: "us-east-1", with: "eu-west-1")
      }
    },
    Case(name: "unsigned amz header", code: "AccessDenied", status: 403) {
      try await $0.presigned(.put, "k", headers: [("x-amz-meta-evil", "1")], body: "x")
    },
    Case(name: "body of another hash", code: "XAmzContentSHA256Mismatch", status: 400) {
      try await $0.signed(.put, key: "k", body: "abc", payload: .empty)
    },
  ]

  @Test(arguments: refusals) func `a wrong signature has its own answer`(_ refusal: Case)
    async throws
  {
    let fixture = try await EndpointFixture()
    let response = try await refusal.ask(fixture)
    #expect(response.errorCode == refusal.code)
    #expect(response.status.code == refusal.status)
    #expect(try await fixture.presigned(.get, "k").errorCode == "NoSuchKey")
  }

  @Test func `a URL works in its last second and a clock may be 15 minutes off`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "x")
    for time in [fixture.now - 299, fixture.now + 900] {
      #expect(try await fixture.presigned(.get, "k", at: time).status == .ok)
    }
    #expect(try await fixture.signed(.get, key: "k", at: fixture.now - 900).status == .ok)
  }

  @Test func `a session token that nobody gave out is refused`() async throws {
    let fixture = try await EndpointFixture(token: "made-up")
    let responses = [
      try await fixture.presigned(.get, "k"), try await fixture.signed(.get, key: "k"),
    ]
    for response in responses {
      #expect(response.errorCode == "InvalidToken")
      #expect(response.status == .forbidden)
    }
  }

  @Test func `outsiders get presigned downloads and nothing else`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "hello")
    let remote = EndpointFixture.remote
    #expect(try await fixture.presigned(.get, "k", peer: remote).text == "hello")
    #expect(try await fixture.presigned(.head, "k", peer: remote).status == .ok)
    let forwarded = [(name: "x-forwarded-for", value: "192.0.2.1")]
    let refused = [
      try await fixture.presigned(.put, "k", body: "evil", peer: remote),
      try await fixture.presigned(.delete, "k", peer: remote),
      try await fixture.signed(.get, key: "k", peer: remote),
      try await fixture.signed(.get, query: [("list-type", "2")], peer: remote),
      try await fixture.signed(.get, bucket: nil, peer: remote),
      try await fixture.presigned(.get, "", query: [("list-type", "2")], peer: remote),
      try await fixture.presigned(.put, "k", headers: forwarded, body: "evil"),
      try await fixture.signed(.get, key: "k", adding: forwarded),
    ]
    for response in refused { #expect(response.errorCode == "AccessDenied") }
    #expect(try await fixture.presigned(.get, "k", headers: forwarded).text == "hello")
  }

  @Test(arguments: [
    ("127.0.0.1:9000", true), ("127.1.2.3", true), ("[::1]:9000", true), ("localhost:9000", true),
    ("box.LocalHost", true), ("store.example", false), ("localhost.example:9000", false),
    ("192.0.2.1:9000", false), ("[2001:db8::1]", false), ("", false),
  ])
  func `a loopback peer is local only if it asks for a loopback host`(host: String, isLocal: Bool)
    async throws
  {
    let fixture = try await EndpointFixture()
    let response = await fixture.send(.put, "/box/k", body: "hello", host: host)
    // Both are refused for want of a signature; a stranger is not even asked for one.
    let text = response.text
    #expect(text.contains("Only presigned downloads are answered here.") == !isLocal, "\(text)")
  }

  @Test func `no foreign sub-resource is taken for the object or bucket itself`() async throws {
    let fixture = try await EndpointFixture()
    _ = try await fixture.presigned(.put, "k", body: "hello")
    for name in S3Operation.foreignSubresources.sorted() {
      for method in [HTTPMethod.get, .put, .delete] {
        for key in ["k", ""] {
          let response = try await fixture.signed(method, key: key, query: [(name, "")])
          try #require(response.errorCode == "NotImplemented", "\(method) \(name)")
          try #require(response.status == .notImplemented)
        }
      }
    }
    #expect(try await fixture.presigned(.get, "k").text == "hello")
  }
}
