// Puts the parts together: settings and keys become adapters, adapters become use cases, use cases
// become the services of the API.

import API
import Base
import Cryptography
import Delivery
import Glibc
import HTTPClient
import HTTPMessage
import HTTPServer
import S3
import SQLiteStore
import SigV4
import Wire

/// The parts of one gateway, started and connected.
struct GatewayParts: Sendable {
  /// Keys that the rate limiters remember.
  private static let limiterKeysMax = 65_536

  let keys: KeyKeeper
  let embedded: EmbeddedStore?
  let store: SQLiteStore
  let client: S3Client
  let storeMeter = ObjectStoreMeter()
  let problems = ProblemMeter()
  let clockWatch: ClockWatch
  /// Sends traces away; nothing unless a collector is configured.
  let exporter: TraceExporter?
  let sampling: TraceSampling
  let authenticator: Authenticator
  let addresses: RateLimiter
  let objects: ObjectAccess
  /// Downloads through the gateway.
  let running: RunningDownloads
  let pool: ScrubWorkerPool
  /// Looks for malware; nothing unless it is configured.
  let scanner: ClamdScanner?
  let trust: TokenTrustKeeper
  let denials: Denials
  let background = BackgroundWork()
  let progress = UploadProgress()
  /// Set when objects began to wait for deletion.
  let isSweepWanted = Lock(false)
  /// Where parts register what they count.
  let metrics = MetricsRegistry()
  let publicOrigin: String
  let certificates: Certificates

  /// Opens everything that the gateway works with.
  init(
    _ folder: DataFolder, _ configuration: Configuration, clock: Clock, log: Log,
    environment: [String: String]
  ) throws(StartError) {
    publicOrigin = try configuration.publicOrigin()
    certificates = try Certificates(configuration, clock: clock, log: log)
    clockWatch = ClockWatch(clock: clock, log: log)
    do throws(ConfigurationError) {
      keys = try KeyKeeper(
        folder, hasStore: configuration.objectStore.endpoint == nil, clock: clock)
      trust = try TokenTrustKeeper(configuration, keys: keys.current, log: log, clock: clock)
    } catch {
      throw StartError(
        error.code == .secretUnusable ? .secretUnusable : .settingInvalid, error.detail)
    }
    do throws(StoreError) {
      store = try SQLiteStore(
        SQLiteStore.Settings(folder: folder.path, node: Self.nodeName()), clock: clock)
    } catch {
      throw StartError(.databaseUnusable, error.detail)
    }
    embedded =
      configuration.objectStore.endpoint == nil
      ? try EmbeddedStore(
        folder, configuration, credentials: keys.current.storeCredentials,
        tls: certificates.store?.credentials, clock: clock, log: log)
      : nil
    exporter = try Self.exporter(configuration, log)
    sampling =
      configuration.traces.endpoint == nil ? .off : .init(percent: configuration.traces.percent)
    let (meter, spans) = (storeMeter, exporter?.queue)
    let observer: @Sendable (S3Call) -> Void = { call in
      meter.observe(call)
      if let spans, let span = Span(call) { spans.add(span) }
    }
    client = try S3Client.client(
      configuration.objectStore, embedded, keys, clock: clock, environment: environment,
      observer: observer)
    let reader = try S3Client.client(
      configuration.objectStore, embedded, keys, downloads: configuration.limits.downloads,
      clock: clock, environment: environment, observer: observer)
    objects = .s3(client, downloads: reader, bucket: configuration.objectStore.bucket)
    running = RunningDownloads(countMax: configuration.limits.downloads)
    var scrubbing = ScrubWorkerSettings(
      spoolFolder: folder.path,
      program: configuration.scrubbing.program.isEmpty ? nil : configuration.scrubbing.program,
      clock: clock)
    scrubbing.lanes = configuration.scrubbing.workers
    scrubbing.queueMax = configuration.scrubbing.queue
    scrubbing.workerSeconds = configuration.scrubbing.seconds
    pool = ScrubWorkerPool(settings: scrubbing)
    scanner = configuration.scanning.clamd.map { ClamdScanner($0, clock: clock, log: log) }
    denials = Denials(store: store, clock: clock)
    addresses = Self.limiter(configuration.limits.addressRequestsPerMinute, clock)
    authenticator = Authenticator(trust: trust.source, addresses: addresses, clock: clock)
  }

  /// The services of the API over these parts.
  func services(
    _ folder: DataFolder, _ configuration: Configuration, clock: Clock, log: Log
  ) -> Services {
    let published = PublishedLog(folder: folder)
    let issuer = LocalIssuer(keys: keys, clock: clock)
    let (peppers, store, denials) = (keys.peppers, self.store, self.denials)
    return Services(
      issueLink: IssueLink(store: store, peppers: peppers, denials: denials, clock: clock),
      issuePresignedURL: IssuePresignedURL(
        store: store, objects: objects, denials: denials, clock: clock),
      redeemLink: RedeemLink(
        store: store, objects: objects, peppers: peppers, denials: denials, clock: clock),
      sendDownload: SendDownload(
        store: store, objects: objects, running: running, clock: clock),
      revokeLink: RevokeLink(store: store, denials: denials, clock: clock),
      revokeLinks: RevokeLinks(store: store, denials: denials, clock: clock),
      listLinks: ListLinks(store: store, denials: denials, clock: clock),
      createDocument: CreateDocument(store: store, denials: denials, clock: clock),
      listDocuments: ListDocuments(
        store: store, denials: denials, progress: progress, clock: clock),
      publishVersion: PublishVersion(
        store: store, objects: objects, scrubber: pool,
        gate: scanner?.gate(whenUnreachable: configuration.scanning.fallback),
        receipts: .jws(issuer: configuration.auditOrigin) { [keys] in keys.current.localSigner },
        denials: denials, progress: progress, clock: clock),
      withdrawVersion: WithdrawVersion(
        store: store, objects: objects, denials: denials, clock: clock),
      editDocument: EditDocument(store: store, denials: denials, clock: clock),
      deleteDocument: DeleteDocument(store: store, denials: denials, clock: clock),
      manageHolds: ManageHolds(store: store, denials: denials, clock: clock),
      manageGrants: ManageGrants(store: store, denials: denials, clock: clock),
      managePolicy: ManagePolicy(store: store, denials: denials, clock: clock),
      manageTenants: ManageTenants(store: store, clock: clock),
      manageTokens: ManageTokens(
        store: store, denials: denials, issuer: KeyRing.localIssuer, clock: clock),
      recordKeyChange: RecordKeyChange(store: store, clock: clock),
      revokeTokens: RevokeTokens(store: store, denials: denials, clock: clock),
      readAudit: ReadAudit(store: store, denials: denials, clock: clock),
      erasePersonalData: ErasePersonalData(store: store, denials: denials, clock: clock),
      store: store,
      authenticator: authenticator,
      idempotency: Idempotency(
        store: store, secrets: { [keys] in keys.answerSecrets }, clock: clock),
      tenantLimiter: Self.limiter(configuration.limits.tenantRequestsPerMinute, clock),
      subjectLimiter: Self.limiter(configuration.limits.subjectRequestsPerMinute, clock),
      addressLimiter: addresses,
      proxies: TrustedProxies(configuration.trustedProxies.compactMap { AddressBlock($0) }),
      clock: clock, publicOrigin: publicOrigin, uploadBytesMax: configuration.limits.uploadBytes,
      uploads: .spool(in: folder, seconds: configuration.limits.uploadSeconds, clock: clock),
      progress: progress, background: background,
      localIssuer: KeyRing.localIssuer,
      tokens: TokenIssuer { tenant, body, id throws(Problem) in
        try issuer.issue(tenant, body, id)
      },
      keys: keyControl(log),
      auditFiles: AuditFiles(
        read: { log, path in try await published.read(log, path) },
        receipt: { record in try await published.receipt(record) }),
      receiptKeys: { [keys] in keys.receiptKeySet },
      reportProblem: { [problems] problem, request in
        problems.add(problem.code)
        RequestLog.report(problem, request, log)
      },
      cursors: CursorSeal { [keys] in keys.answerSecrets },
      objectsWait: { [isSweepWanted] in isSweepWanted.withLock { $0 = true } },
      objectOrigin: objectOrigin(configuration.objectStore), denials: denials, traces: sampling)
  }

  /// What an operator asks of the keys.
  private func keyControl(_ log: Log) -> KeyControl {
    KeyControl(
      list: { [keys] in keys.files.map(\.body) },
      reload: { () async throws(Problem) in
        do throws(ConfigurationError) {
          try await reloadKeys(log)
        } catch {
          throw Problem(.keysUnusable, cause: error)
        }
      })
  }

  /// Reads the keys anew: who checks learns them before anybody signs with them.
  /// - Throws: `secret-unusable`; then those from before stay in use.
  func reloadKeys(_ log: Log) async throws(ConfigurationError) {
    try await keys.reload { (ring) async throws(ConfigurationError) in
      embedded?.accept(ring.storeCredentials)
      try await trust.replaceLocal(ring.localSigners)
    }
    log.event(.info, "keys-read", [("count", .number(Int64(keys.files.count)))])
  }

  /// Where presigned URLs lead, for the policy of our pages.
  private func objectOrigin(_ settings: Configuration.ObjectStore) -> String? {
    let endpoint = settings.publicEndpoint ?? settings.endpoint
    guard let address = endpoint?.description ?? embedded?.endpoint else { return nil }
    guard !settings.isPathStyle, let slashes = address.firstRange(of: "//") else { return address }
    return address[..<slashes.upperBound] + "\(settings.bucket)."
      + address[slashes.upperBound...]
  }

  private static func limiter(_ perMinute: Int64, _ clock: Clock) -> RateLimiter {
    RateLimiter(
      limit: RateLimit(requestsPerMinute: perMinute), keysMax: limiterKeysMax, clock: clock)
  }

  /// A client of its own: a slow collector must not take connections from the object store.
  private static func exporter(
    _ configuration: Configuration, _ log: Log
  ) throws(StartError) -> TraceExporter? {
    guard let endpoint = configuration.traces.endpoint else { return nil }
    do throws(HTTPClientError) {
      var http = HTTPClientConfiguration()
      http.exchangesMax = 4
      return TraceExporter(
        endpoint: endpoint, instance: nodeName(), http: try HTTPClient(http), log: log)
    } catch {
      throw StartError(.settingInvalid, "traces.endpoint: \(error.code.rawValue)")
    }
  }

  /// The host's name, which the log keeps beside its event counter.
  private static func nodeName() -> String {
    var buffer = [UInt8](repeating: 0, count: 65)
    _ = unsafe buffer.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return Int32(-1) }
      return unsafe gethostname(base.assumingMemoryBound(to: CChar.self), bytes.count - 1)
    }
    let name = String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
    return name.isEmpty ? "postern" : name
  }
}
