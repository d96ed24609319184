// All use cases over the memory store and the fakes, and callers to use them.

import Base
import Cryptography
import Delivery
import JSONText
import TestSupport
import Testing

struct House {
  let time = ManualClock()
  let store: MemoryStore
  let stage: Stage
  let objects: FakeObjects
  let scrubber: FakeScrubber
  let peppers: PepperRing
  let denials: Denials
  let progress = UploadProgress()
  let running = RunningDownloads(countMax: 3)
  let areReceiptsBroken = Lock(false)
  let acme: TenantID
  let other: TenantID
  let jpeg: MediaType

  init() async throws {
    store = MemoryStore(clock: time.clock)
    stage = Stage(store: store, time: time)
    objects = FakeObjects(clock: time.clock)
    jpeg = try MediaType("image/jpeg").unwrapped()
    scrubber = FakeScrubber(.clean(jpeg))
    peppers = try PepperRing(
      current: Pepper(id: "p2", key: HMACSHA256(key: [2])),
      previous: [Pepper(id: "p1", key: HMACSHA256(key: [1]))]
    ).unwrapped()
    denials = Denials(store: store, clock: time.clock)
    acme = try await stage.createTenant("acme")
    other = try await stage.createTenant("other")
  }

  var issue: IssueLink {
    IssueLink(store: store, peppers: peppers, denials: denials, clock: time.clock)
  }
  var presign: IssuePresignedURL {
    IssuePresignedURL(
      store: store, objects: objects.access, denials: denials, clock: time.clock)
  }
  var redeem: RedeemLink {
    RedeemLink(
      store: store, objects: objects.access, peppers: peppers, denials: denials,
      clock: time.clock)
  }
  var send: SendDownload {
    SendDownload(store: store, objects: objects.access, running: running, clock: time.clock)
  }
  var watch: WatchDownloads {
    WatchDownloads(store: store, running: running, clock: time.clock)
  }
  var revoke: RevokeLink { RevokeLink(store: store, denials: denials, clock: time.clock) }
  var create: CreateDocument { CreateDocument(store: store, denials: denials, clock: time.clock) }
  var publish: PublishVersion { publish(through: nil) }

  /// Receipts are not signed here, only framed: what is signed is what matters.
  func publish(through gate: MalwareGate?) -> PublishVersion {
    PublishVersion(
      store: store, objects: objects.access, scrubber: scrubber, gate: gate,
      receipts: ReceiptSigner(issuer: "files.example") { statement throws(ReceiptSignerError) in
        if areReceiptsBroken.withLock({ $0 }) { throw ReceiptSignerError(cause: NoKey()) }
        return "signed " + String(decoding: statement.json.write(), as: UTF8.self)
      }, denials: denials, progress: progress, clock: time.clock)
  }
  var withdraw: WithdrawVersion {
    WithdrawVersion(store: store, objects: objects.access, denials: denials, clock: time.clock)
  }
  var list: ListDocuments {
    ListDocuments(store: store, denials: denials, progress: progress, clock: time.clock)
  }
  var links: ListLinks { ListLinks(store: store, denials: denials, clock: time.clock) }
  var grants: ManageGrants { ManageGrants(store: store, denials: denials, clock: time.clock) }
  var policies: ManagePolicy { ManagePolicy(store: store, denials: denials, clock: time.clock) }
  var tenants: ManageTenants { ManageTenants(store: store, clock: time.clock) }
  var sweep: SweepUploads {
    SweepUploads(store: store, objects: objects.access, clock: time.clock)
  }
  var audit: ReadAudit { ReadAudit(store: store, denials: denials, clock: time.clock) }

  let request = RequestContext(id: "req-9", address: "192.0.2.7", userAgent: "curl/8")

  func principal(
    _ subject: String = "bff", in tenant: TenantID? = nil,
    _ scopes: [Scope] = Scope.allCases.filter { $0 != .operator }, roles: [String] = []
  ) throws -> Principal {
    Principal(
      verifiedToken: .service, tenant: tenant ?? acme, issuer: "test",
      subject: try Stage.subject(subject), client: "portal", scopes: ScopeSet(scopes),
      roles: roles.compactMap(Role.init), tokenDigest: SHA256.hash([1]))
  }

  func caller(
    _ subject: String = "bff", in tenant: TenantID? = nil,
    _ scopes: [Scope] = Scope.allCases.filter { $0 != .operator }
  ) throws -> Caller {
    try Caller(principal(subject, in: tenant, scopes), request: request)
  }

  func root(in tenant: TenantID? = nil) throws -> Caller {
    try Caller(
      operator: Principal(adminSocketPeer: Stage.subject("uid 0")), in: tenant ?? acme,
      request: request)
  }

  /// A published document of acme that everyone of acme may read, link to and write.
  func openDocument() async throws -> (document: Document, version: Version, grant: GrantID) {
    let grant = try await stage.grant(.everyone, .all, [.read, .issue, .write], in: acme)
    let document = try await stage.createDocument(in: acme)
    return (document, try await stage.publish(document), grant)
  }

  func setPolicy(_ change: (inout TenantPolicy) -> Void) async throws {
    var policy = try await store.policy(of: acme)
    policy.version += 1
    change(&policy)
    _ = try await policies.replace(policy, by: root())
  }

  func visit(
    _ issued: IssueLink.Issued, session: SessionSecret? = nil, isScanner: Bool = false
  ) -> RedeemLink.Visit {
    RedeemLink.Visit(
      token: Array(issued.token.secretText.utf8), session: session, isScanner: isScanner,
      request: request)
  }

  /// The types and reasons of a log's events from an index on.
  func story(of log: LogID, from index: Int) async -> [String] {
    await store.recorded(in: log).dropFirst(index).map { event in
      ([event.kind.rawValue, event.outcome.rawValue] + (event.why.map { [$0] } ?? []))
        .joined(separator: " ")
    }
  }

  func events(of tenant: TenantID) async -> Int {
    await store.recorded(in: .tenant(tenant)).count
  }
}

/// There is no key for receipts.
struct NoKey: Error {}

/// Runs `body` and gives the code of the error that it throws.
func code(_ body: () async throws -> Void) async throws -> DeliveryError.Code? {
  do {
    try await body()
    return nil
  } catch let error as DeliveryError { return error.code }
}
