// Servers over real https: trusted by a throw-away authority and by no other.

import Base
import Glibc
import HTTPClient
import HTTPMessage
import HTTPServer
import TestSupport
import Testing

/// Answers every request with the same text.
private struct OneAnswer: HTTPHandler {
  func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode { .none }

  func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse? {
    HTTPResponse(.ok, type: "application/json", text: "{}")
  }

  func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse { HTTPResponse(.internalServerError) }
}

@Suite(.timeLimit(.minutes(1))) struct TrustTests {
  @Test(arguments: ["good", "another name", "expired", "another authority", "in clear"])
  func `a key set is fetched only from a server that the authority vouches for`(kind: String)
    async throws
  {
    let authority = try TestAuthority()
    let identity =
      switch kind {
      case "another name": try authority.issue(["DNS:elsewhere.example"])
      case "expired": try authority.issue(from: -7200, until: -3600)
      case "another authority": try TestAuthority().issue()
      default: try authority.issue()
      }
    // A server of others has no scruples about its own certificate.
    let age: Int64 = kind == "expired" ? 5_400_000 : 0
    let context = try TLSContext(
      chain: Array(identity.chain.utf8), key: Secret(Array(identity.key.utf8)),
      now: Timestamp(milliseconds: Clock.system.now().milliseconds - age))
    var configuration = HTTPServerConfiguration(
      listeners: [.tcp(IPAddress(v4: 0x7f00_0001), port: 0)])
    if kind != "in clear" { configuration.tls = TLSCredentials(context) }
    let server = try HTTPServer(configuration, handler: OneAnswer())

    var template = Array("/tmp/http-client-tests-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    let path = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
    defer { unlink(path) }
    let text = Array(authority.pem.utf8)
    #expect(write(file, text, text.count) == text.count)
    close(file)
    var settings = HTTPClientConfiguration.keySets(
      allowing: try [#require(AddressRange("127.0.0.0/8"))])
    settings.certificateAuthorityPath = path
    let client = try HTTPClient(settings)
    let code: HTTPClientError.Code?
    do throws(HTTPClientError) {
      let answer = try await client.fetch(
        ClientRequest(.get, "https://127.0.0.1:\(server.port ?? 0)/keys"))
      #expect(answer.status == .ok)
      code = nil
    } catch {
      code = error.code
    }
    await server.shutdown()
    #expect(code == (kind == "good" ? nil : .tlsFailed))
  }
}
