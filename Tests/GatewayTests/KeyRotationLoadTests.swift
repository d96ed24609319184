// Every key is rotated while requests run: none of them may fail.

import AuditLog
import Base
import Delivery
import Foundation
import Gateway
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct KeyRotationLoadTests {
  private struct Load: Sendable {
    let done = Lock(0)
    let failures = Lock<[String]>([])
    let isOver = Lock(false)

    func note(_ answer: Answer, _ wanted: Int, _ what: String) {
      if answer.status == wanted {
        done.withLock { $0 += 1 }
      } else {
        failures.withLock { $0.append("\(what): \(answer.status) \(answer.text.prefix(200))") }
      }
    }
  }

  /// Issues, redeems, downloads and lists until the load is over.
  private func work(
    _ gateway: RunningGateway, _ document: String, _ token: String, _ oldLink: String, _ load: Load
  ) async throws {
    while !load.isOver.withLock({ $0 }) {
      let links = "/v1/documents/\(document)/links"
      let issued = try await gateway.call(.post, links, token, "{}")
      load.note(issued, 201, "issue")
      for url in [issued.string("url"), oldLink] {
        let redeemed = try await gateway.send(.get, url)
        load.note(redeemed, 303, "redeem")
        load.note(
          try await gateway.send(.get, redeemed.fields[.location] ?? url), 200, "download")
      }
      load.note(try await gateway.call(.get, "/v1/documents", token), 200, "list")
    }
  }

  @Test func `each key is rotated under load and no request fails`() async throws {
    let setup = try GatewaySetup()
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      #expect(try await gateway.upload(document, token, .bytes(DemoPictures.jpeg())).status == 201)
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      let load = Load()
      let workers = (0..<4).map { _ in
        Task { try await work(gateway, document, token, link.string("url"), load) }
      }
      for key in DataFolder.Key.allCases {
        let start = load.done.withLock { $0 }
        try await rotate(key, gateway)
        let reached = await eventually {
          load.done.withLock { $0 } > start + 40 || !load.failures.withLock { $0.isEmpty }
        }
        #expect(reached, "\(key)")
      }
      load.isOver.withLock { $0 = true }
      for worker in workers { try await worker.value }
      #expect(load.failures.withLock { $0 } == [])
      try await expectNewKeys(gateway)
    }
  }

  private func rotate(_ key: DataFolder.Key, _ gateway: RunningGateway) async throws {
    let rotation = try KeyRotation(
      key, gateway.folder, overlapSeconds: 3600, at: Clock.system.now())
    let recorded = try await gateway.operate(
      .post, "/v1/system/keys/changes",
      #"{"key":"\#(key.rawValue)","action":"rotate","id":"\#(rotation.id)","#
        + #""former_id":"\#(rotation.formerID)","until":"\#(rotation.until)"}"#)
    #expect(recorded.status == 204, "\(recorded.text)")
    try rotation.commit()
    let read = try await gateway.operate(.post, "/v1/system/keys/reload")
    #expect(read.status == 200 && (key == .audit || read.text.contains(rotation.id)))
  }

  private func expectNewKeys(_ gateway: RunningGateway) async throws {
    let events = try await gateway.operate(.get, "/v1/system/audit/events?type=key.change")
    #expect(events.text.components(separatedBy: "rotate").count == 5, "\(events.text)")
    let log = LogID.tenant(try Stage.tenant("acme"))
    let isSigned = try await eventually {
      let keys = try PublishedKeys.parse(
        try content(Sealer.verifierFile(of: log, in: gateway.folder)))
      let note = try SignedNote(
        parsing: try content(Sealer.directory(of: log, in: gateway.folder) + "/checkpoint"))
      return keys.count == 2 && note.signatures.count == 2
    }
    #expect(isSigned)
    let fresh = try await gateway.operate(
      .post, "/v1/tenants/acme/tokens", #"{"subject":"new","scopes":["documents:read"]}"#)
    let list = try await gateway.call(.get, "/v1/documents", fresh.string("token"))
    #expect(list.status == 200)
  }
}
