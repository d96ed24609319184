// An object store of others over real https, trusted by a throw-away authority and by no other.

import Base
import Gateway
import HTTPClient
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TrustOverTLSTests {
  private let authority: TestAuthority

  init() throws { authority = try TestAuthority() }

  @Test(arguments: ["", "nonsense", nil])
  func `a file without authorities is refused at the start`(content: String?) async throws {
    var setup = try GatewaySetup()
    setup.use(store: "https://127.0.0.1:1")
    let path = setup.root.path + "/ca.pem"
    if let content { try setup.root.write("ca.pem", content) }
    setup.settings.append(("object-store-ca-file", path))
    let options = try setup.options(LogLines())
    let error = await #expect(throws: StartError.self) { _ = try await GatewayServer(options) }
    #expect(error?.code == .settingInvalid && error?.detail.contains("ca_file") == true)
  }

  @Test func `a store over https is used if the authority vouches for it`() async throws {
    var store = try GatewaySetup()
    try store.useTLS(authority, try authority.issue())
    let stranger = try TestAuthority().pem
    try await store.run { other in
      let key = try content(store.folder.file(of: .objectStore))
      let parts = String(decoding: key, as: UTF8.self).split { $0 == ":" || $0 == "\n" }
      for isTrusted in [true, false] {
        var setup = try GatewaySetup()
        setup.use(store: "https://127.0.0.1:\(other.storePort)")
        setup.environment = [
          "AWS_ACCESS_KEY_ID": String(parts[0]), "AWS_SECRET_ACCESS_KEY": String(parts[1]),
        ]
        let file = try setup.root.write("ca.pem", isTrusted ? authority.pem : stranger)
        setup.settings.append(("object-store-ca-file", file))
        try await setup.run { gateway in
          let token = try await gateway.makeTenant("acme")
          let document = try await gateway.makeDocument(token)
          let version = try await gateway.upload(
            document, token, .bytes(DemoPictures.png()), name: "a.png")
          #expect(version.status == (isTrusted ? 201 : 503), "\(version.text)")
        }
      }
    }
  }
}
