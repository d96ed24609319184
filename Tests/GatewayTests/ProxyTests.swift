// Downloads through a whole gateway with its embedded store: the bytes, resuming, the cut, the limit.

import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import TestSupport
import Testing

@Suite struct ProxyTests {
  /// One second of silence is 176,400 bytes; more than sockets hold.
  private static let soundBytes = 24_000_000

  /// A sound without metadata.
  private static func sound() -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var bytes = Array("RIFF".utf8) + number(soundBytes + 36, 4) + Array("WAVEfmt ".utf8)
    bytes += number(16, 4) + number(1, 2) + number(2, 2) + number(44_100, 4)
    bytes += number(176_400, 4) + number(4, 2) + number(16, 2) + Array("data".utf8)
    bytes += number(soundBytes, 4)
    return bytes + (0..<soundBytes).map { UInt8(truncatingIfNeeded: $0 >> 8) }
  }

  /// A tenant that delivers through the gateway, with one published file; its token and document.
  private func publish(
    _ bytes: [UInt8], _ type: String, _ gateway: RunningGateway
  ) async throws -> (token: String, document: String, sha256: String) {
    let token = try await gateway.makeTenant("acme")
    let policy = try await gateway.operate(.get, "/v1/tenants/acme/policy").text
      .replacingOccurrences(of: "\"version\":0", with: "\"version\":1")
      .replacingOccurrences(of: "\"delivery\":\"redirect\"", with: "\"delivery\":\"proxy\"")
    let changed = try await gateway.operate(.put, "/v1/tenants/acme/policy", policy)
    #expect(changed.status == 200, "\(changed.text)")
    let document = try await gateway.makeDocument(token)
    let version = try await gateway.send(
      .post, gateway.origin + "/v1/documents/\(document)/versions", token: token,
      body: .bytes(bytes),
      fields: [(.contentType, type), (.contentDisposition, "attachment; filename=\"a\"")])
    #expect(version.status == 201, "\(version.text)")
    return (token, document, version.string("version", "sha256"))
  }

  /// The ends of downloads in the log, once there are so many.
  private func ends(
    _ count: Int, _ token: String, _ gateway: RunningGateway
  ) async throws -> [JSONValue] {
    let found = Lock<[JSONValue]>([])
    let isThere = try await eventually {
      let answer = try await gateway.call(.get, "/v1/audit/events?type=download.end", token)
      let leaves = answer.json["items"]?.arrayValue?.compactMap { $0["leaf"]?.stringValue } ?? []
      let events = try leaves.map { try JSONValue(parsing: Array($0.utf8), limits: .request) }
      found.withLock { $0 = events }
      return found.withLock { $0.count } >= count
    }
    #expect(isThere)
    return found.withLock { $0 }
  }

  @Test func `the bytes come from the embedded store, whole and in parts, and are counted`()
    async throws
  {
    try await GatewaySetup().run { gateway in
      let (token, document, digest) = try await publish(
        DemoPictures.jpeg(), "image/jpeg", gateway)
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      let url = link.string("url")
      let whole = try await gateway.send(.get, url)
      #expect(whole.status == 200 && SHA256.hash(whole.body).hex == digest)
      #expect(whole.fields[.contentType] == "image/jpeg")
      let tag = try #require(whole.fields[.etag])
      let middle = whole.body.count / 2
      let rest = try await gateway.send(
        .get, url, fields: [(.range, "bytes=\(middle)-"), (.ifRange, tag)])
      #expect(rest.status == 206 && rest.body == Array(whole.body[middle...]))
      let other = try await gateway.send(
        .get, url, fields: [(.range, "bytes=\(middle)-"), (.ifRange, "\"other\"")])
      #expect(other.status == 200 && other.body == whole.body)
      let ends = try await ends(3, token, gateway)
      let sent = ends.map { $0["xfer"]?["sent"]?.integerValue ?? -1 }
      #expect(sent.sorted().last == Int64(whole.body.count), "\(ends)")
      #expect(sent.reduce(0, +) == Int64(2 * whole.body.count + whole.body.count - middle))
      let revoked = try await gateway.call(
        .delete, "/v1/links/\(link.string("id"))", token)
      #expect(revoked.json["residual_exposure_seconds"] == 0)
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics").text
      #expect(metrics.contains("\npostern_downloads_total{end=\"whole\"} 3\n"))
      #expect(metrics.contains("\npostern_downloads 0\n"))
    }
  }

  @Test(arguments: [nil, #"{"subject":"bff"}"#])
  func `a revocation cuts a running download, which holds its place until then`(
    set: String?
  ) async throws {
    try await GatewaySetup([("limits-downloads", "1")]).run { gateway in
      let (token, document, _) = try await publish(Self.sound(), "audio/wav", gateway)
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      let client = try HTTPClient()
      let running = try await client.stream(ClientRequest(.get, link.string("url")))
      #expect(running.status == .ok && running.head.contentLength ?? 0 > Int64(Self.soundBytes))
      var count = try await running.body.nextChunk()?.count ?? 0
      let second = try await gateway.send(
        .get, link.string("url"), fields: [(.accept, "application/json")])
      #expect(second.status == 503 && second.string("code") == "downloads-busy")
      var revoked = JSONValue.null
      if let set {
        revoked = try await gateway.call(.post, "/v1/link-revocations", token, set).json
        #expect(revoked["links"] == 1)
      } else {
        revoked = try await gateway.call(
          .delete, "/v1/links/\(link.string("id"))", token
        ).json
      }
      #expect(revoked["residual_exposure_seconds"] == 1)
      #expect(revoked["residual_exposure"] == ["link": 0, "presigned_url": 0, "download": 1])
      let end = try #require(try await ends(1, token, gateway).first)
      #expect(end["why"] == "link-revoked" && end["out"] == "aborted")
      var isCut = false
      do throws(HTTPClientError) {
        while let piece = try await running.body.nextChunk() { count += piece.count }
      } catch {
        isCut = error.code == .connectionLost
      }
      #expect(isCut && count < Self.soundBytes)
      #expect(end["xfer"]?["sent"]?.integerValue ?? 0 >= Int64(count))
      let again = try await gateway.send(.get, link.string("url"))
      #expect(again.status == 410)
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics").text
      #expect(metrics.contains("\npostern_downloads_total{end=\"link-revoked\"} 1\n"))
      #expect(metrics.contains("\npostern_downloads_refused_total 1\n"))
    }
  }
}
