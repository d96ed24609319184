// TLS of a whole gateway: the journey of a document over it, certificates that change or are wrong,
// and the servers of others that are trusted by an authority of one's own.

import Base
import Gateway
import Glibc
import HTTPClient
import HTTPMessage
import HTTPServer
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TLSTests {
  private let authority: TestAuthority

  init() throws { authority = try TestAuthority() }

  @Test func `a document goes its way over TLS alone`() async throws {
    var setup = try GatewaySetup()
    try setup.useTLS(authority, try authority.issue())
    let picture = DemoPictures.png()
    try await setup.run { gateway in
      let token = try await gateway.makeTenant("acme")
      let document = try await gateway.makeDocument(token)
      let version = try await gateway.upload(document, token, .bytes(picture), name: "a.png")
      #expect(version.status == 201, "\(version.text)")
      let link = try await gateway.call(.post, "/v1/documents/\(document)/links", token, "{}")
      let url = link.string("url")
      #expect(url.hasPrefix(gateway.origin + "/d/pst_") && url.hasPrefix("https://"))
      let redirect = try await gateway.send(.get, url)
      let location = try #require(redirect.fields[.location])
      #expect(location.hasPrefix("https://127.0.0.1:\(gateway.storePort)/postern/v1/"))
      let file = try await gateway.send(.get, location)
      #expect(file.status == 200 && file.fields[.contentType] == "image/png")
      #expect(mode(setup.folder.storeSocket) == 0o600)
      let metrics = try await gateway.send(.get, gateway.ops + "/metrics")
      for listener in ["public", "store", "ops"] {
        let name = "postern_tls_certificate_expiry_seconds{listener=\"\(listener)\"} "
        let line = metrics.text.split(separator: "\n").first { $0.hasPrefix(name) }
        let left = try #require(line.flatMap { Double($0.dropFirst(name.count)) })
        #expect(left > 3000 && left < 3601)
      }
    }
  }

  @Test func `in clear there is a problem that says why`() async throws {
    var setup = try GatewaySetup()
    try setup.useTLS(authority, try authority.issue())
    try await setup.run { gateway in
      let answer = try await gateway.send(.get, "http" + gateway.origin.dropFirst(5) + "/v1/x")
      #expect(answer.status == 400 && answer.string("code") == "tls-required")
    }
  }

  @Test(arguments: [
    "certificate-expired", "certificate-not-yet-valid", "certificate-key-mismatch",
    "key-unusable", "certificate-unusable", "certificate-chain-broken",
  ])
  func `a gateway does not start with a wrong certificate, and says why`(code: String)
    async throws
  {
    var setup = try GatewaySetup()
    let (good, other) = (try authority.issue(), try authority.issue())
    var wrong = good
    switch code {
    case "certificate-expired": wrong = try authority.issue(from: -7200, until: -1)
    case "certificate-not-yet-valid": wrong = try authority.issue(from: 60, until: 7200)
    case "certificate-key-mismatch": wrong = .init(chain: good.chain, key: other.key)
    case "certificate-unusable": wrong = .init(chain: good.key, key: good.key)
    case "certificate-chain-broken":
      wrong = .init(chain: good.chain + other.chain, key: good.key)
    default: break
    }
    try setup.useTLS(authority, wrong)
    if code == "key-unusable" { chmod(setup.root.path + "/tls.key", 0o644) }
    let options = try setup.options(LogLines())
    let error = await #expect(throws: StartError.self) { _ = try await GatewayServer(options) }
    #expect(error?.code.rawValue == code && error?.detail.contains("/tls.") == true, "\(error)")
  }

  @Test func `keys may be read by their owner and group, and no one else`() throws {
    let root = try TemporaryFolder()
    let identity = try authority.issue()
    let files = TLSFiles(
      certificate: try root.write("c", identity.chain), key: try root.write("k", identity.key))
    for (bits, isFine) in [(0o400, true), (0o640, true), (0o660, false), (0o604, false)] {
      chmod(files.key, mode_t(bits))
      let code: HTTPServerError.Code?
      do throws(HTTPServerError) {
        _ = try files.load(now: Clock.system.now())
        code = nil
      } catch {
        code = error.code
      }
      #expect(code == (isFine ? nil : .keyUnusable), "\(String(bits, radix: 8))")
    }
  }

  @Test func `a new certificate is taken once it stands still, a bad one never`() async throws {
    let root = try TemporaryFolder()
    let lines = LogLines()
    let (first, second) = (try authority.issue(), try authority.issue(until: 7200))
    let files = TLSFiles(
      certificate: try root.write("c", first.chain), key: try root.write("k", first.key))
    let keeper = try CertificateKeeper("public", files, clock: .system, log: lines.log())
    let kept = keeper.credentials.current
    await keeper.look()
    // Half of a replacement: the key does not fit yet. It is not even tried while it changes.
    try root.write("c", second.chain)
    await keeper.look()
    #expect(keeper.status.refusals == 0)
    await keeper.look()
    await keeper.look()
    #expect(keeper.status.refusals == 1 && keeper.credentials.current === kept)
    try root.write("k", second.key)
    await keeper.look()
    await keeper.look()
    #expect(keeper.status.renewals == 1 && keeper.status.refusals == 1)
    #expect(keeper.credentials.current !== kept && keeper.secondsLeft > 3700)
    let renewed = keeper.credentials.current
    unlink(files.key)
    for _ in 0..<3 { await keeper.look() }
    #expect(keeper.status.refusals == 1)
    await keeper.reload()
    try root.write("k", "nonsense")
    for _ in 0..<3 { await keeper.look() }
    #expect(keeper.status.refusals == 3 && keeper.credentials.current === renewed)
    #expect(try lines.count("certificate-refused") == 3 && lines.count("certificate-read") == 1)
    #expect(lines.text.contains("certificate-key-mismatch"))
  }

  @Test func `ticket keys are renewed after their time and an end is announced`() async throws {
    let root = try TemporaryFolder()
    let (lines, time) = (LogLines(), ManualClock())
    time.advance(seconds: Clock.system.now().seconds - time.now.seconds)
    let identity = try authority.issue(until: 15 * 86_400)
    let files = TLSFiles(
      certificate: try root.write("c", identity.chain), key: try root.write("k", identity.key))
    let keeper = try CertificateKeeper("ops", files, clock: time.clock, log: lines.log(time.clock))
    let first = keeper.credentials.current
    time.advance(seconds: 12 * 3600 - 1)
    await keeper.look()
    #expect(keeper.credentials.current === first && lines.all.isEmpty)
    time.advance(seconds: 1)
    await keeper.look()
    #expect(keeper.credentials.current !== first && keeper.status.renewals == 0)
    time.advance(seconds: 13 * 3600)
    for _ in 0..<3 { await keeper.look() }
    #expect(try lines.events() == ["certificate-ends-soon"])
    time.advance(seconds: 15 * 86_400)
    await keeper.look()
    #expect(try lines.events() == ["certificate-ends-soon", "certificate-expired"])
    #expect(keeper.secondsLeft < 0)
  }

  @Test func `new files bring a new certificate while requests run`() async throws {
    var setup = try GatewaySetup()
    try setup.useTLS(authority, try authority.issue())
    let (root, authorityFile) = (setup.root, setup.authorityFile)
    try await setup.run { gateway in
      let done = Lock(false)
      let load = Task {
        var failures = [String]()
        var count = 0
        while !done.withLock({ $0 }) {
          var settings = HTTPClientConfiguration()
          settings.certificateAuthorityPath = authorityFile
          // A new client has no connection yet: each request is a handshake.
          let client = try HTTPClient(settings)
          let answer = try await client.fetch(
            ClientRequest(.get, gateway.ops + "/healthz"), attemptsMax: 1)
          if answer.status != .ok { failures.append("\(answer.status.code)") }
          count += 1
        }
        return (count, failures)
      }
      let next = try authority.issue(until: 7200)
      try root.write("tls.pem", next.chain)
      try root.write("tls.key", next.key)
      let isTaken = try await eventually {
        let text = try await gateway.send(.get, gateway.ops + "/metrics").text
        return text.contains("tls_certificate_renewals_total{listener=\"ops\"} 1")
      }
      #expect(isTaken)
      done.withLock { $0 = true }
      let (count, failures) = try await load.value
      #expect(count > 0 && failures.isEmpty)
    }
  }
}
