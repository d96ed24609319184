// Whole gateways over real HTTP: the journey of a document, the end of a server, the next start.

import AuditLog
import Base
import Cryptography
import Delivery
import Foundation
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import SQLiteStore
import TestSupport
import Testing

@Suite struct GatewayTests {
  @Test(arguments: ["jpeg", "png"])
  func `a document goes from upload to customer and its metadata does not`(kind: String)
    async throws
  {
    let setup = try GatewaySetup([
      ("object-store-access-log", "true"), ("audit-origin", "files.example"),
    ])
    let picture = kind == "jpeg" ? DemoPictures.jpeg() : DemoPictures.png()
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let early = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      #expect(early.status == 409 || early.status == 404, "\(early.text)")
      let version = try await gateway.upload(document, token, .bytes(picture), name: "a.\(kind)")
      #expect(version.status == 201, "\(version.text)")
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      #expect(link.status == 201, "\(link.text)")
      let url = link.string("url")
      #expect(url.hasPrefix(gateway.origin + "/d/pst_"))
      let redirect = try await gateway.send(.get, url)
      #expect(redirect.status == 303)
      let location = try #require(redirect.fields[.location])
      #expect(location.hasPrefix("http://127.0.0.1:\(gateway.storePort)/postern/v1/"))
      #expect(location.contains("x-pst-delivery=dlv_") && location.contains("X-Amz-Signature="))
      let file = try await gateway.send(.get, location)
      #expect(file.status == 200 && file.fields[.contentType] == "image/" + kind)
      #expect(SHA256.hash(file.body).hex == link.string("version", "sha256"))
      #expect(version.string("version", "sha256") == link.string("version", "sha256"))
      #expect(file.fields[.contentDisposition]?.hasPrefix("attachment; filename=") == true)
      #expect(!DemoPictures.plantedTexts.contains { file.text.contains($0) })

      let neighbour = try await gateway.makeTenant("neighbour")
      let absent = "/v1/documents/doc_" + document.dropFirst(4).reversed()
      for path in ["/v1/documents/\(document)", absent] {
        #expect(try await gateway.call(.get, path, neighbour).status == 404 || path == absent)
      }
      try await expectNoSecrets(
        gateway, [token, neighbour, url, location, file.text] + DemoPictures.plantedTexts)
      try await expectSealed(gateway, link.string("event_id"), token)
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics")
      expectWellFormed(
        metrics.text, without: [token, url, location, document] + DemoPictures.plantedTexts)
    }
  }

  /// Neither the log nor the store's access log tells a secret.
  private func expectNoSecrets(_ gateway: RunningGateway, _ planted: [String]) async throws {
    let url = planted[2]
    // The same link, mistyped in ways that no route takes.
    let token = try #require(url.split(separator: "/").last)
    for path in [
      "/D/\(token)", "//d/\(token)", "/%64/\(token)", "/v1/links/\(token)", "/d/\(token)x",
    ] {
      _ = try await gateway.send(.get, gateway.origin + path + "?token=\(token)")
    }
    let signature = try #require(planted[3].split(separator: "X-Amz-Signature=").last)
    var secrets = Array(planted.prefix(2)) + [String(token), String(signature)]
    secrets += planted.dropFirst(5)
    for key in DataFolder.Key.allCases {
      let text = String(decoding: try content(gateway.folder.file(of: key)), as: UTF8.self)
      secrets += text.split(whereSeparator: { $0 == ":" || $0 == "\n" }).suffix(1).map(String.init)
    }
    // Lines are written at the end of a loop's turn: the last of them is waited for.
    _ = try await gateway.send(.get, gateway.origin + "/v1/last")
    #expect(await eventually { gateway.lines.text.contains("/v1/last") })
    let accessLog = try content(gateway.folder.path + "/store-access.log")
    let written = gateway.lines.text + String(decoding: accessLog, as: UTF8.self)
    #expect(written.contains("/d/...") && !accessLog.isEmpty)
    for secret in secrets { #expect(!written.contains(secret), "\(secret.prefix(12))…") }
    for line in gateway.lines.all { _ = try JSONValue(parsing: line, limits: .request) }
  }

  /// The sealer publishes the event; its receipt verifies with the published key, offline.
  private func expectSealed(
    _ gateway: RunningGateway, _ event: String, _ token: String
  ) async throws {
    let receipt = Lock<[UInt8]>([])
    let isPublished = try await eventually {
      let answer = try await gateway.call(.get, "/v1/audit/events/\(event)/receipt", token)
      receipt.withLock { $0 = answer.body }
      return answer.status == 200
    }
    #expect(isPublished)
    let log = LogID.tenant(try Stage.tenant("acme"))
    let key = String(
      decoding: try content(Sealer.verifierFile(of: log, in: gateway.folder)), as: UTF8.self)
    let verifier = try NoteVerifier(key.trimmingCharacters(in: .newlines))
    #expect(verifier.name == "files.example/audit/acme")
    _ = try Receipt(parsing: receipt.withLock { $0 }).verify(trusting: [verifier])
    _ = try LogVerifier(keys: [verifier], toleratesUnsignedTail: true).verify(
      directory: Sealer.directory(of: log, in: gateway.folder))
  }

  /// The scrape is well-formed, counts by route, and names nothing of what was asked for.
  private func expectWellFormed(_ metrics: String, without planted: [String]) {
    let document = MetricsDocument(metrics)
    #expect(document.faults == [])
    let issued = [
      "method": "POST", "route": "/v1/documents/{document}/links", "status": "2xx",
    ]
    let redeemed = ["method": "any", "route": "/d/{token}", "status": "3xx"]
    #expect(document["requests_total", issued] == 1)
    #expect(document["requests_total", redeemed] == 1)
    #expect(document["request_seconds_count", ["method": "any", "route": "none"]] ?? 0 > 0)
    for text in planted { #expect(!metrics.contains(text), "\(text.prefix(12))…") }
  }

  @Test func `stopping finishes the upload that is under way`() async throws {
    let setup = try GatewaySetup()
    let (document, token, version) = try await stopDuringUpload(setup)
    try await setup.run { next in
      let link = try await next.call(.post, "/v1/documents/\(document)/links", token, "{}")
      #expect(link.string("version", "id") == version, "\(link.text)")
      #expect(try await next.send(.get, link.string("url")).status == 303)
    }
  }

  /// Stops a server while a client is half-way; returns the document, the token and the version.
  private func stopDuringUpload(
    _ setup: GatewaySetup
  ) async throws -> (document: String, token: String, version: String) {
    let picture = DemoPictures.jpeg()
    let lines = LogLines()
    let server = try await GatewayServer(try setup.options(lines))
    let running = Task { await server.run() }
    let gateway = try RunningGateway(folder: setup.folder, ports: setup.ports, lines)
    let token = try await gateway.makeTenant("acme")
    let document = try await gateway.makeDocument(token)
    let stage = Lock(0)
    let body = ClientBody.stream(count: Int64(picture.count)) { () throws(HTTPClientError) in
      let step = stage.withLock { step in
        step += 1
        return step
      }
      if step == 1 { return Array(picture.prefix(100)) }
      if step > 2 { return nil }
      // The second part is sent when the server says that it is stopping.
      let isDraining = await eventually { lines.text.contains(#""event":"draining""#) }
      return isDraining ? Array(picture.dropFirst(100)) : nil
    }
    async let answer = gateway.upload(document, token, body)
    let hasBegun = await eventually {
      let metrics = try? await gateway.send(.get, gateway.ops + "/metrics").text
      return metrics?.contains("\npostern_uploads 1\n") == true
    }
    #expect(hasBegun)
    running.cancel()
    let version = try await answer
    #expect(version.status == 201, "\(version.text)")
    await running.value
    #expect(try lines.events().last == "stopped")
    return (document, token, version.string("version", "id"))
  }

  @Test(arguments: [0, 1, 1000])
  func `an upload that breaks off leaves nothing that can be linked`(count: Int) async throws {
    let setup = try GatewaySetup()
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let isSent = Lock(false)
      let body = ClientBody.stream(count: 5000) { () throws(HTTPClientError) in
        let wasSent = isSent.withLock { sent in
          defer { sent = true }
          return sent
        }
        return wasSent || count == 0 ? nil : [UInt8](repeating: 1, count: count)
      }
      await #expect(throws: HTTPClientError.self) {
        _ = try await gateway.upload(document, token, body)
      }
      let isOver = try await eventually {
        try await gateway.send(.get, gateway.ops + "/metrics").text.contains(
          "\npostern_uploads 0\n")
      }
      #expect(isOver)
      let versions = try await gateway.call(.get, "/v1/documents/\(document)/versions", token)
      #expect(versions.json["items"]?.arrayValue?.isEmpty == true)
      let again = try await gateway.upload(document, token, .bytes(DemoPictures.png()))
      #expect(again.status == 422 || again.status == 201, "\(again.text)")
    }
  }

  @Test func `an upload that a dead server left is ended at the next start`() async throws {
    let setup = try GatewaySetup()
    let store = try SQLiteStore(
      SQLiteStore.Settings(folder: setup.folder.path, node: "test"), clock: .system)
    let time = ManualClock()
    let stage = Stage(store: store, time: time)
    let tenant = try await stage.createTenant("acme")
    let upload = try await stage.beginUpload(of: try await stage.createDocument(in: tenant))
    await store.close()
    try await setup.run { gateway in
      let path = "/v1/tenants/acme/uploads/\(upload.id)"
      let isEnded = try await eventually {
        try await gateway.operate(.get, path).string("state") == "failed"
      }
      #expect(isEnded)
    }
  }

  @Test func `a second server over the same folder is refused and the first goes on`() async throws
  {
    let setup = try GatewaySetup()
    try await setup.run { gateway in
      let error = await #expect(throws: StartError.self) {
        _ = try await GatewayServer(try setup.options(LogLines()))
      }
      #expect(error?.code == .databaseUnusable)
      #expect(error?.detail.contains("Another process holds the store") == true)
      let healthy = try await gateway.send(.get, gateway.ops + "/healthz")
      #expect(healthy.text == "ok\n")
      #expect(try await gateway.operate(.get, "/v1/tenants").status == 200)
    }
  }

  @Test(arguments: [
    ("keys/pepper", StartError.Code.secretUnusable), ("keys/object-store", .secretUnusable),
    ("keys/local-issuer", .secretUnusable),
  ])
  func `a missing key is named`(file: String, code: StartError.Code) async throws {
    let setup = try GatewaySetup()
    unlink(setup.folder.path + "/" + file)
    let error = await #expect(throws: StartError.self) {
      _ = try await GatewayServer(try setup.options(LogLines()))
    }
    #expect(error?.code == code && error?.detail.contains(file) == true)
  }
}
