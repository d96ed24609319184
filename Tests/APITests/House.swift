// A gateway for one test: the real handlers behind real sockets, over the memory store and the
// fakes, with tokens of an issuer that the test owns.

import API
import Base
import Cryptography
import Delivery
import Foundation
import HTTPMessage
import HTTPServer
import JOSE
import JSONText
import TestSupport
import Wire

/// What a test may change before the gateway starts.
struct HouseSettings: Sendable {
  var tenantLimit = RateLimit(requestsPerMinute: 1_000_000)
  var subjectLimit = RateLimit(requestsPerMinute: 1_000_000)
  var addressLimit = RateLimit(requestsPerMinute: 1_000_000)
  var publicOrigin = "https://files.example"
  var objectOrigin: String? = "https://store.test"
  var uploadBytesMax: Int64 = 1_000_000
  var downloadsMax = 4
}

/// A constant of the tests cannot be made.
struct BadConstant: Error {}

/// The disk of the uploads is full.
struct DiskFull: Error {}

/// All parts of one gateway.
struct House: Sendable {
  static let localIssuer = "postern-local"
  static let foreignIssuer = "https://idp.example"
  static let audience = "postern"

  let time = ManualClock()
  let store: MemoryStore
  let stage: Stage
  let objects: FakeObjects
  let scrubber: FakeScrubber
  let denials: Denials
  let running: RunningDownloads
  let background = BackgroundWork()
  let signer: JWSSigner
  let rotatedSigner: JWSSigner
  /// How often newer keys were asked for.
  let refreshes = Lock(0)
  let trust: Lock<TokenTrust>
  let isDiskFull = Lock(false)
  let answerSecrets = Lock(IdempotencySecrets(current: Secret([1, 2, 3])))
  let reported = Lock<[String]>([])
  let settings: HouseSettings
  let acme: TenantID
  let other: TenantID

  init(_ settings: HouseSettings = HouseSettings()) async throws {
    self.settings = settings
    store = MemoryStore(clock: time.clock)
    stage = Stage(store: store, time: time)
    objects = FakeObjects(clock: time.clock)
    guard let jpeg = MediaType("image/jpeg") else { throw BadConstant() }
    scrubber = FakeScrubber(.clean(jpeg))
    denials = Denials(store: store, clock: time.clock)
    running = RunningDownloads(countMax: settings.downloadsMax)
    signer = try JWSSigner(ed25519Seed: [UInt8](repeating: 1, count: 32), keyID: "k1")
    rotatedSigner = try JWSSigner(ed25519Seed: [UInt8](repeating: 2, count: 32), keyID: "k2")
    acme = try await stage.createTenant("acme")
    other = try await stage.createTenant("other")
    trust = Lock(try House.trust(generation: 0, acme: acme, signers: [signer]))
  }

  private static func trust(
    generation: Int, acme: TenantID, signers: [JWSSigner]
  ) throws -> TokenTrust {
    var directory = IssuerDirectory()
    for issuer in [localIssuer, foreignIssuer] {
      try directory.set(
        JWSVerifier(
          policy: TokenPolicy(issuer: issuer, audiences: [audience], leewaySeconds: 0),
          keys: JWKSet(parsing: JWSSigner.keySet(of: signers))))
    }
    return TokenTrust(
      generation: generation, directory: directory,
      rules: [
        localIssuer: IssuerRules(issuer: localIssuer, tenants: nil, isLocal: true),
        foreignIssuer: IssuerRules(issuer: foreignIssuer, tenants: [acme], isLocal: false),
      ])
  }

  private var trustSource: TokenTrustSource {
    TokenTrustSource(
      current: { trust.withLock { $0 } },
      keyUnknown: { _ in
        refreshes.withLock { $0 += 1 }
        guard
          let newer = try? House.trust(
            generation: 1, acme: acme, signers: [signer, rotatedSigner])
        else { return }
        trust.withLock { $0 = newer }
      })
  }

  /// Starts the gateway, runs `body`, stops the gateway.
  func open(_ body: (Door) async throws -> Void) async throws {
    let services = try services()
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "postern-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let sockets = ["admin.sock", "proxy.sock"].map {
      ListenAddress.unix(path: folder.appendingPathComponent($0).path, mode: 0o600)
    }
    let loopback = ListenAddress.tcp(IPAddress(v4: 0x7f00_0001), port: 0)
    let publicServer = try HTTPServer(
      HTTPServerConfiguration(listeners: [loopback, sockets[1]]),
      handler: APIHandler(services: services, isAdminSocket: false))
    let adminServer = try HTTPServer(
      HTTPServerConfiguration(listeners: [sockets[0]]),
      handler: APIHandler(services: services, isAdminSocket: true))
    let door = Door(
      house: self, address: publicServer.addresses[0], adminAddress: sockets[0],
      proxyAddress: sockets[1])
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(door)) } catch { outcome = .failure(error) }
    await publicServer.shutdown()
    await adminServer.shutdown()
    await background.drain()
    try outcome.get()
  }
}

extension House {
  private func limiter(_ limit: RateLimit) -> RateLimiter {
    RateLimiter(limit: limit, keysMax: 1024, clock: time.clock)
  }

  private func services() throws -> Services {
    let clock = time.clock
    guard let peppers = PepperRing(current: Pepper(id: "p1", key: HMACSHA256(key: [1]))) else {
      throw BadConstant()
    }
    let progress = UploadProgress()
    let addresses = limiter(settings.addressLimit)
    return Services(
      issueLink: IssueLink(store: store, peppers: peppers, denials: denials, clock: clock),
      issuePresignedURL: IssuePresignedURL(
        store: store, objects: objects.access, denials: denials, clock: clock),
      redeemLink: RedeemLink(
        store: store, objects: objects.access, peppers: peppers, denials: denials, clock: clock),
      sendDownload: SendDownload(
        store: store, objects: objects.access, running: running, clock: clock),
      revokeLink: RevokeLink(store: store, denials: denials, clock: clock),
      revokeLinks: RevokeLinks(store: store, denials: denials, clock: clock),
      listLinks: ListLinks(store: store, denials: denials, clock: clock),
      createDocument: CreateDocument(store: store, denials: denials, clock: clock),
      listDocuments: ListDocuments(
        store: store, denials: denials, progress: progress, clock: clock),
      publishVersion: PublishVersion(
        store: store, objects: objects.access, scrubber: scrubber,
        receipts: ReceiptSigner(issuer: "files.example") { statement throws(ReceiptSignerError) in
          do throws(JOSEError) {
            return try signer.sign(
              payload: statement.json.write(), type: VersionReceipt.type)
          } catch {
            throw ReceiptSignerError(cause: error)
          }
        }, denials: denials, progress: progress, clock: clock),
      withdrawVersion: WithdrawVersion(
        store: store, objects: objects.access, denials: denials, clock: clock),
      editDocument: EditDocument(store: store, denials: denials, clock: clock),
      deleteDocument: DeleteDocument(store: store, denials: denials, clock: clock),
      manageHolds: ManageHolds(store: store, denials: denials, clock: clock),
      manageGrants: ManageGrants(store: store, denials: denials, clock: clock),
      managePolicy: ManagePolicy(store: store, denials: denials, clock: clock),
      manageTenants: ManageTenants(store: store, clock: clock),
      manageTokens: ManageTokens(
        store: store, denials: denials, issuer: House.localIssuer, clock: clock),
      recordKeyChange: RecordKeyChange(store: store, clock: clock),
      revokeTokens: RevokeTokens(store: store, denials: denials, clock: clock),
      readAudit: ReadAudit(store: store, denials: denials, clock: clock),
      erasePersonalData: ErasePersonalData(store: store, denials: denials, clock: clock),
      store: store,
      authenticator: Authenticator(trust: trustSource, addresses: addresses, clock: clock),
      idempotency: Idempotency(
        store: store, secrets: { answerSecrets.withLock { $0 } }, clock: clock),
      tenantLimiter: limiter(settings.tenantLimit),
      subjectLimiter: limiter(settings.subjectLimit), addressLimiter: addresses,
      proxies: TrustedProxies([]), clock: clock, publicOrigin: settings.publicOrigin,
      uploadBytesMax: settings.uploadBytesMax, uploads: intake, progress: progress,
      background: background, localIssuer: House.localIssuer, tokens: TokenIssuer(issue: issue),
      keys: KeyControl(
        list: {
          [KeyBody(key: "pepper", id: "p1", state: "present", since: "now", until: nil)]
        }, reload: { () throws(Problem) in reported.withLock { $0.append("reloaded") } }),
      auditFiles: AuditFiles(
        // The sealer has not been round to the log of `newco`.
        read: { log, path in
          path == "checkpoint" && "\(log)" != "newco" ? Array("log of \(log)\n".utf8) : nil
        },
        receipt: { record in record.index == 0 ? Array("proof of \(record.log)\n".utf8) : nil }),
      receiptKeys: { JWSSigner.keySet(of: [signer]) },
      reportProblem: { problem, _ in reported.withLock { $0.append(problem.code.rawValue) } },
      cursors: CursorSeal { answerSecrets.withLock { $0 } }, objectOrigin: settings.objectOrigin,
      denials: denials)
  }

  /// Keeps nothing of an upload but its size and digest.
  private var intake: UploadIntake {
    UploadIntake(
      open: {
        if isDiskFull.withLock({ $0 }) { throw DiskFull() }
        let state = Lock((size: Int64(0), hash: [UInt8]()))
        return UploadIntake.Sink(
          append: { bytes in
            state.withLock { state in
              state.size += Int64(bytes.count)
              state.hash += bytes
            }
          },
          finish: {
            let (size, bytes) = state.withLock { $0 }
            return SpooledFile(
              descriptor: -1, size: size, sha256: SHA256.hash(bytes), owner: nil)
          })
      }, isFull: { $0 is DiskFull })
  }

  private func issue(
    _ tenant: TenantID, _ body: TokenRequestBody, _ id: TokenID
  ) throws(Problem) -> TokenIssuer.Issued {
    do {
      let end = time.now.adding(seconds: 300)
      let token = try token(
        subject: body.subject, tenant: tenant.text, scopes: body.scopes, jti: "\(id)")
      return TokenIssuer.Issued(
        body: TokenBody(token: token, id: "\(id)", expiresAt: end.description),
        record: IssuedToken(
          id: id, tenant: tenant,
          digest: TokenFacts.digest(issuer: House.localIssuer, tokenID: "\(id)"),
          subject: try Stage.subject(body.subject),
          scopes: ScopeSet(body.scopes.compactMap(Scope.init)), roles: [],
          issuedAt: Timestamp(seconds: time.now.seconds), expiresAt: end))
    } catch {
      throw Problem(.unexpected, cause: error)
    }
  }

  /// A token of an issuer; `changes` replace claims or add some, nothing removes one.
  func token(
    subject: String = "bff", tenant: String? = "acme", scopes: [String]? = nil,
    issuer: String = House.localIssuer, jti: String? = nil, signer: JWSSigner? = nil,
    changes: [(String, ClaimValue?)] = []
  ) throws -> String {
    let all = Scope.allCases.filter { $0 != .operator }.map(\.rawValue)
    var members: [(String, ClaimValue?)] = [
      ("iss", .string(issuer)), ("aud", .string(House.audience)), ("sub", .string(subject)),
      ("tid", tenant.map { .string($0) }),
      ("scp", .string((scopes ?? all).joined(separator: " "))),
      ("iat", .integer(time.now.seconds)), ("exp", .integer(time.now.seconds + 300)),
      ("jti", .string(jti ?? "t-\(subject)")),
    ]
    for (name, value) in changes {
      members.removeAll { $0.0 == name }
      members.append((name, value))
    }
    return try (signer ?? self.signer).sign(
      members.compactMap { name, value in value.map { ClaimMember(name, $0) } })
  }
}
