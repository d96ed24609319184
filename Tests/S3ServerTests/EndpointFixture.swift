// Signed requests to an endpoint without a socket: what a client would send goes through the same
// steps that the server takes.

import Base
import Foundation
import HTTPMessage
import HTTPServer
import SigV4
import Synchronization
import Testing

@testable import S3Server

/// An endpoint over a store in a throw-away folder, and a client that signs for it.
struct EndpointFixture {
  let files: StoreFixture
  let endpoint: S3Endpoint
  let signer: Signer

  static let secret = "secret-of-the-test"

  init(
    token: String? = nil, limits: StoreLimits = StoreLimits(), domain: String? = nil
  ) async throws {
    files = try StoreFixture()
    let store = try files.open(limits)
    try await store.createBucket("box")
    let credentials = Credentials(accessKeyID: "AKTEST", secretAccessKey: Self.secret)
    endpoint = S3Endpoint(
      store: store, region: "us-east-1", credentials: [credentials], clock: files.clock,
      domain: domain)
    let own = Credentials(
      accessKeyID: "AKTEST", secretAccessKey: Self.secret, sessionToken: token)
    signer = try Signer(
      credentials: own, region: "us-east-1", endpoint: Endpoint("http://127.0.0.1:9000"))
  }

  var now: Int64 { files.seconds.load(ordering: .relaxed) }

  /// Sends a presigned request.
  func presigned(
    _ method: HTTPMethod, _ key: String, query: [(name: String, value: String)] = [],
    signed: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
    body: String = "", at time: Int64? = nil, lifetime: Int = 300, peer: Peer = Self.loopback,
    change: (String) -> String = { $0 }
  ) async throws -> HTTPResponse {
    let presign = try #require(PresignMethod(rawValue: method.rawValue))
    let url = try signer.presign(
      presign, bucket: "box", key: Array(key.utf8), lifetimeSeconds: lifetime, query: query,
      headers: signed, at: time ?? now
    ).reveal()
    let target = change(String(url.dropFirst("http://127.0.0.1:9000".count)))
    return await send(method, target, headers: signed + headers, body: body, peer: peer)
  }

  /// Sends a request that is signed in its headers.
  func signed(
    _ method: HTTPMethod, bucket: String? = "box", key: String = "",
    query: [(name: String, value: String)] = [], headers: [(name: String, value: String)] = [],
    body: String = "", payload: PayloadHash = .unsigned, at time: Int64? = nil,
    peer: Peer = Self.loopback, adding extra: [(name: String, value: String)] = []
  ) async throws -> HTTPResponse {
    let request = try signer.sign(
      method.rawValue, bucket: bucket, key: Array(key.utf8), query: query, headers: headers,
      payload: payload, at: time ?? now)
    let target = String(request.url.dropFirst("http://127.0.0.1:9000".count))
    return await send(method, target, headers: request.headers + extra, body: body, peer: peer)
  }

  /// Sends a request as it is.
  func send(
    _ method: HTTPMethod, _ target: String, headers: [(name: String, value: String)] = [],
    body: String = "", peer: Peer = Self.loopback, host: String = "127.0.0.1:9000"
  ) async -> HTTPResponse {
    var fields = HTTPFields([(.host, host)])
    for header in headers { fields.append(name: header.name, value: header.value) }
    if method == .put || method == .post {
      fields.append(.contentLength, String(body.utf8.count))
    }
    var request = HTTPRequest(method, target, fields: fields, peer: peer)
    switch endpoint.admit(&request) {
    case .answer(let response): return response
    case .none: return await answer(request, .none)
    case .buffered: return await answer(request, .bytes(Array(body.utf8)))
    case .stream:
      let pieces = Lock([Array(body.utf8.prefix(2)), Array(body.utf8.dropFirst(2))])
      let reader = BodyReader(length: nil) { () throws(HTTPMessageError) in
        pieces.withLock { pieces in
          while let piece = pieces.first {
            pieces.removeFirst()
            if !piece.isEmpty { return piece }
          }
          return nil
        }
      }
      return await answer(request, .stream(reader))
    }
  }

  private func answer(_ request: HTTPRequest, _ body: HTTPRequestBody) async -> HTTPResponse {
    if let response = endpoint.answerAtOnce(request) { return response }
    return await endpoint.answer(request, body)
  }

  static let loopback = Peer.tcp(IPAddress(v4: 0x7f00_0001), port: 1)
  static let remote = Peer.tcp(IPAddress(v4: 0xc000_0201), port: 1)
}

extension HTTPResponse {
  /// The body as text; for a file, its part.
  var text: String {
    switch body {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    default: ""
    }
  }

  /// The S3 error code in the body.
  var errorCode: String? {
    guard let start = text.range(of: "<Code>"), let end = text.range(of: "</Code>") else {
      return nil
    }
    return String(text[start.upperBound..<end.lowerBound])
  }
}
