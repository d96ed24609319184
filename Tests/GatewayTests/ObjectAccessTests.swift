// The domain's port to object storage over the S3 client, against the embedded store.

import Base
import Cryptography
import Delivery
import Gateway
import HTTPClient
import HTTPMessage
import HTTPServer
import S3
import SigV4
import TestSupport
import Testing

@Suite struct ObjectAccessTests {
  private struct Store {
    let access: ObjectAccess
    let embedded: EmbeddedStore
    let setup: GatewaySetup
    let http: HTTPClient
  }

  /// An embedded store with its bucket.
  private func withStore(
    secret: String? = nil, bucket: String = "postern", _ body: (Store) async throws -> Void
  ) async throws {
    let setup = try GatewaySetup()
    let options = try setup.options(LogLines())
    let credentials = try EmbeddedStore.credentials(setup.folder)
    let embedded = try EmbeddedStore(
      setup.folder, options.configuration, credentials: [credentials], clock: .system,
      log: options.log)
    let http = try HTTPClient()
    func client(_ credentials: Credentials) throws -> S3Client {
      var configuration = S3Configuration(endpoint: try Endpoint(embedded.endpoint))
      configuration.profile = .embedded
      return S3Client(
        configuration, credentials: .fixed(credentials), http: http, clock: .system)
    }
    _ = try await client(credentials).createBucket("postern")
    let used = secret.map {
      Credentials(accessKeyID: credentials.accessKeyID, secretAccessKey: $0)
    }
    let s3 = try client(used ?? credentials)
    let access = ObjectAccess.s3(s3, downloads: s3, bucket: bucket)
    let result: Result<Void, any Error>
    do {
      result = .success(
        try await body(Store(access: access, embedded: embedded, setup: setup, http: http)))
    } catch { result = .failure(error) }
    await embedded.server.shutdown()
    try result.get()
  }

  private func spooled(_ bytes: [UInt8], _ setup: GatewaySetup) async throws -> SpooledFile {
    let spool = try Spool(folder: setup.folder.path)
    try await spool.append(bytes)
    return await spool.finish()
  }

  private static let key = ObjectKey(
    prefix: ObjectPrefix(random: 7), version: VersionID(high: 3, low: 4))

  private func order(
    _ name: String, _ disposition: Disposition, _ type: String = "image/jpeg"
  ) throws -> PresignOrder {
    PresignOrder(
      key: Self.key, disposition: disposition, filename: try #require(FileName(name)),
      mediaType: try #require(MediaType(type)), delivery: DeliveryID(high: 1, low: 2), seconds: 120)
  }

  @Test func `an object is kept, found, delivered and deleted`() async throws {
    try await withStore { store in
      let bytes = [UInt8](repeating: 9, count: 200_000)
      let file = try await spooled(bytes, store.setup)
      let type = try #require(MediaType("image/jpeg"))
      #expect(try await store.access.head(Self.key) == nil)
      try await store.access.put(Self.key, file, type)
      #expect(try await store.access.head(Self.key)?.size == 200_000)
      let url = try await store.access.presign(try order("a.jpg", .attachment))
      #expect("\(url)" == "redacted")
      let answer = try await store.http.fetch(ClientRequest(.get, url.secretText))
      #expect(answer.status == .ok && answer.body == bytes)
      #expect(answer.fields[.cacheControl] == "private, no-store")
      let other = try await store.http.fetch(
        ClientRequest(
          .get, url.secretText.replacing("x-pst-delivery=dlv_", with: "x-pst-delivery=dlx_")))
      #expect(other.status == .forbidden)
      try await store.access.delete(Self.key)
      #expect(try await store.access.head(Self.key) == nil)
      try await store.access.delete(Self.key)
    }
  }

  @Test(arguments: [
    ("a.jpg", Disposition.attachment, "attachment; filename=\"a.jpg\""),
    ("a.pdf", .inline, "inline; filename="),
    ("Rechnung März.jpg", .attachment, "filename*=UTF-8''"),
    ("請求書 🧾.png", .attachment, "filename*=UTF-8''"),
    ("a\"b;c%.jpg", .attachment, "attachment; filename="),
  ])
  func `the delivered name is signed into the URL`(
    name: String, disposition: Disposition, expected: String
  ) async throws {
    try await withStore { store in
      let file = try await spooled([1], store.setup)
      try await store.access.put(Self.key, file, try #require(MediaType("image/jpeg")))
      let url = try await store.access.presign(try order(name, disposition))
      #expect(url.secretText.contains("&x-pst-delivery=dlv_"))
      let answer = try await store.http.fetch(ClientRequest(.get, url.secretText))
      let value = try #require(answer.fields[.contentDisposition])
      #expect(answer.status == .ok && value.contains(expected))
      #expect(value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f })
      // The ending follows the detected type, not the wish.
      #expect(value.contains(".jpg") && !value.contains(".png\""))
    }
  }

  @Test func `other bytes than announced are not kept`() async throws {
    try await withStore { store in
      let file = try await spooled([1, 2, 3], store.setup)
      let lie = SpooledFile(
        descriptor: file.descriptor, size: 3, sha256: SHA256.hash([4]), owner: file)
      let error = await #expect(throws: ObjectError.self) {
        try await store.access.put(Self.key, lie, try #require(MediaType("image/jpeg")))
      }
      #expect(error?.code == .digestMismatch)
      #expect(try await store.access.head(Self.key) == nil)
    }
  }

  @Test func `a key that is taken stays as it is`() async throws {
    try await withStore { store in
      let type = try #require(MediaType("image/jpeg"))
      try await store.access.put(Self.key, try await spooled([1, 2, 3], store.setup), type)
      let before = try await store.access.head(Self.key)
      let other = try await spooled([4, 5, 6], store.setup)
      let error = await #expect(throws: ObjectError.self) {
        try await store.access.put(Self.key, other, type)
      }
      #expect(error?.code == .taken)
      #expect(try await store.access.head(Self.key)?.entityTag == before?.entityTag)
    }
  }

  @Test func `wrong credentials are told from a store that is away`() async throws {
    try await withStore(secret: "wrong") { store in
      let file = try await spooled([1], store.setup)
      let error = await #expect(throws: ObjectError.self) {
        try await store.access.put(Self.key, file, try #require(MediaType("image/jpeg")))
      }
      #expect(error?.code == .credentials)
      await store.embedded.server.shutdown()
      let away = await #expect(throws: ObjectError.self) {
        try await store.access.put(Self.key, file, try #require(MediaType("image/jpeg")))
      }
      #expect(away?.code == .unavailable)
    }
  }

  @Test func `a bucket that is gone is an outage, not an absent object`() async throws {
    try await withStore(bucket: "absent") { store in
      let file = try await spooled([1], store.setup)
      let error = await #expect(throws: ObjectError.self) {
        try await store.access.put(Self.key, file, try #require(MediaType("image/jpeg")))
      }
      #expect(error?.code == .unavailable)
    }
  }
}
