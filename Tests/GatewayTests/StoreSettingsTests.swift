// What the settings of the object store make the gateway send: encryption, conditions, checksums;
// and the end of uploads that a crash left there.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import TestSupport
import Testing

@Suite struct StoreSettingsTests {
  private static let oldUpload = """
    <ListMultipartUploadsResult><IsTruncated>false</IsTruncated><Upload><Key>v1/a/b</Key>\
    <UploadId>left</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>\
    </ListMultipartUploadsResult>
    """

  /// A store that says yes to everything and has one unfinished upload.
  private static func store() throws -> ScriptedServer {
    try ScriptedServer { connection in
      while let head = connection.readHead() {
        let lines = head.lowercased().split(separator: "\r\n")
        if lines.contains("expect: 100-continue") {
          connection.send("HTTP/1.1 100 Continue\r\n\r\n")
        }
        let length = lines.first { $0.hasPrefix("content-length: ") }
        connection.read(length.flatMap { Int($0.dropFirst(16)) } ?? 0)
        let isListing = head.hasPrefix("GET ") && head.contains("uploads=")
        connection.answer("200 OK", isListing ? oldUpload : "")
      }
    }
  }

  @Test(arguments: [
    ("127.0.0.1:9000", false), ("[::1]:9000", false), ("localhost:9000", false),
    ("0.0.0.0:9000", false), ("[::]:9000", false), ("192.0.2.1:9000", true),
    ("[2001:db8::1]:9000", true), ("store.example:9000", true),
  ])
  func `the gateway goes by the socket unless a loopback address leads to its store`(
    address: String, needsSocket: Bool
  ) throws {
    let listen = try #require(AddressSetting(address))
    #expect(EmbeddedStore.needsSocket(listen, isTLS: false) == needsSocket)
    #expect(EmbeddedStore.needsSocket(listen, isTLS: true))
  }

  @Test func `an upload carries what the kind and the encryption of the store ask for`()
    async throws
  {
    let wanted = [
      "x-amz-server-side-encryption: aws:kms\r\n",
      "x-amz-server-side-encryption-aws-kms-key-id: key-7\r\n", "x-amz-checksum-sha256: ",
      "if-none-match: *\r\n",
    ]
    for (kind, encryption, key, count) in [
      ("aws", "key-service", "key-7", 4), ("ceph", "unspecified", "", 1),
      ("generic", "unspecified", "", 0),
    ] {
      let store = try Self.store()
      var setup = try GatewaySetup([
        ("object-store-kind", kind), ("object-store-encryption", encryption),
        ("object-store-encryption-key", key),
      ])
      setup.use(store: store.url(""))
      try await setup.run { gateway in
        let token = try await gateway.makeTenant("acme")
        let document = try await gateway.makeDocument(token)
        let answer = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
        #expect(answer.status == 201, "\(answer.text)")
      }
      let head = store.heads.first { $0.hasPrefix("PUT /postern/v1/") } ?? ""
      #expect(wanted.count { head.contains($0) } == count, "\(head)")
    }
  }

  @Test func `multipart uploads that were left in the store are aborted at start`() async throws {
    let store = try Self.store()
    var setup = try GatewaySetup()
    setup.use(store: store.url(""))
    func isAborted() -> Bool {
      store.heads.contains { $0.hasPrefix("DELETE /postern/v1/a/b?uploadId=left ") }
    }
    try await setup.run { gateway in
      // The sweep runs beside requests; each of them gives it time.
      func isTold() -> Bool {
        gateway.lines.text.contains("\"unfinished-uploads-ended\",\"count\":1")
      }
      for _ in 0..<500 where !isTold() {
        _ = try await gateway.send(.get, gateway.ops + "/healthz")
      }
      #expect(isAborted())
      #expect(isTold(), "\(gateway.lines.text)")
    }
  }
}
