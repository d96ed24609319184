// A gateway whose store credentials come from a service and end: what that does to presigned URLs,
// readiness and metrics. And one whose store is away for long: it is left to rest.

import Base
import Gateway
import HTTPClient
import HTTPMessage
import JSONText
import SigV4
import TestSupport
import Testing

@Suite struct StoreSessionTests {
  /// A stand-in for a container's credential service.
  private static func service(
    _ id: String, _ secret: String, end: Timestamp, _ isAway: Lock<Bool>
  ) throws -> ScriptedServer {
    try ScriptedServer { connection in
      while connection.readHead() != nil {
        if isAway.withLock({ $0 }) {
          connection.answer("500 Internal Server Error")
        } else {
          connection.answer(
            "200 OK",
            #"{"AccessKeyId":"\#(id)","SecretAccessKey":"\#(secret)","Expiration":"\#(end)"}"#)
        }
      }
    }
  }

  @Test func `presigned URLs end with the session of the store and the answer says so`()
    async throws
  {
    let inner = try GatewaySetup()
    try await inner.run { store in
      let keys = try EmbeddedStore.credentials(store.folder)
      let secret = try StoreFaultTests.secret(of: store.folder)
      let end = Clock.system.now().adding(seconds: 300)
      let service = try Self.service(keys.accessKeyID, secret, end: end, Lock(false))
      var setup = try GatewaySetup()
      setup.use(store: "http://127.0.0.1:\(store.storePort)")
      setup.settings.append(("object-store-credentials", "container"))
      setup.environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url("/role")]
      try await setup.run { gateway in
        let token = try await gateway.makeTenant("acme")
        let document = try await gateway.makeDocument(token)
        let upload = try await gateway.upload(document, token, .bytes(DemoPictures.jpeg()))
        #expect(upload.status == 201, "\(upload.text)")
        for (seconds, reason) in [(600, "credential"), (120, "asked")] {
          let answer = try await gateway.call(
            .post, "/v1/documents/\(document)/presigned-urls", token,
            #"{"expires_in":\#(seconds)}"#)
          #expect(answer.status == 201 && answer.string("expires_reason") == reason)
          let expiresAt = try #require(Timestamp(answer.string("expires_at")))
          #expect(expiresAt <= end)
          #expect(try await gateway.send(.get, answer.string("url")).status == 200)
        }
        #expect(try await gateway.send(.get, gateway.ops + "/readyz").status == 200)
        let metrics = try await gateway.send(.get, gateway.ops + "/metrics").text
        #expect(metrics.contains("\npostern_object_store_credentials_seconds "))
        #expect(metrics.contains("\npostern_object_store_circuit_open 0\n"))
        #expect(!gateway.lines.text.contains(secret) && !metrics.contains(secret))
      }
    }
  }

  @Test func `a credential service that is away makes the gateway unready with its code`()
    async throws
  {
    let store = try ScriptedServer { _ in }
    let service = try Self.service(
      "AK", "planted-store-secret", end: Timestamp(seconds: 4_000_000_000), Lock(true))
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(store.port)")
    setup.settings.append(("object-store-credentials", "container"))
    setup.environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": service.url("/role")]
    try await setup.run { gateway in
      let ready = try await gateway.send(.get, gateway.ops + "/readyz")
      #expect(ready.status == 503 && ready.text.contains("credentials-unavailable"))
      #expect(store.connectionCount == 0)
    }
  }

  @Test func `a store that stays away is left to rest, as readiness and metrics tell`()
    async throws
  {
    let store = try ScriptedServer { connection in connection.readHead() }
    var setup = try GatewaySetup()
    setup.use(store: "http://127.0.0.1:\(store.port)")
    try await setup.run { gateway in
      var texts = [String]()
      for _ in 0..<6 { texts.append(try await gateway.send(.get, gateway.ops + "/readyz").text) }
      #expect(texts.contains { $0.contains("circuit-open") }, "\(texts)")
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics").text
      #expect(metrics.contains("\npostern_object_store_circuit_open 1\n"))
      #expect(
        metrics.contains("\npostern_object_store_failures_total{code=\"connection-lost\"} "))
    }
  }
}
