// What the endpoints work with. Gateway fills it; a test fills it with fakes.

package import Base
package import Delivery
package import HTTPMessage
import JOSE
package import Wire

/// The use cases of the domain and what surrounds them.
package struct Services: Sendable {
  // Use cases.
  package let issueLink: IssueLink
  package let issuePresignedURL: IssuePresignedURL
  package let redeemLink: RedeemLink
  package let sendDownload: SendDownload
  package let revokeLink: RevokeLink
  package let revokeLinks: RevokeLinks
  package let listLinks: ListLinks
  package let createDocument: CreateDocument
  package let listDocuments: ListDocuments
  package let publishVersion: PublishVersion
  package let withdrawVersion: WithdrawVersion
  package let editDocument: EditDocument
  package let deleteDocument: DeleteDocument
  package let manageHolds: ManageHolds
  package let manageGrants: ManageGrants
  package let managePolicy: ManagePolicy
  package let manageTenants: ManageTenants
  package let manageTokens: ManageTokens
  package let recordKeyChange: RecordKeyChange
  package let revokeTokens: RevokeTokens
  package let readAudit: ReadAudit
  package let erasePersonalData: ErasePersonalData

  // What surrounds them.
  package let store: any MetadataStore
  package let authenticator: Authenticator
  package let idempotency: Idempotency
  package let tenantLimiter: RateLimiter
  package let subjectLimiter: RateLimiter
  package let addressLimiter: RateLimiter
  package let proxies: TrustedProxies
  package let clock: Clock
  /// The origin of links, such as `https://files.example.com`.
  package let publicOrigin: String
  /// The most bytes of a version.
  package let uploadBytesMax: Int64
  package let uploads: UploadIntake
  package let progress: UploadProgress
  package let background: BackgroundWork
  /// The name of the local issuer, for revocations that name none.
  package let localIssuer: String
  package let tokens: TokenIssuer
  package let keys: KeyControl
  package let auditFiles: AuditFiles
  /// The key set that verifies signed receipts, former keys included.
  package let receiptKeys: @Sendable () -> [UInt8]
  /// Tells the log of a failure: code, cause and request id, never the detail of a body.
  package let reportProblem: @Sendable (_ problem: Problem, _ request: HTTPRequest) -> Void
  /// The origin of presigned URLs, such as `https://s3.example.com`; the form of a link's page leads
  /// there by its redirect, and browsers want to know it beforehand.
  package let objectOrigin: String?
  /// Records refused tokens in the system's log; nothing leaves them to the program's log.
  package let denials: Denials?
  /// Which requests carry a trace.
  package let traces: TraceSampling
  /// Makes cursors of lists of documents.
  let cursors: CursorSeal
  /// Says that objects wait for deletion, so that nobody waits for the next round.
  let objectsWait: @Sendable () -> Void
  /// Who read the system's log lately.
  let systemReaders: RateLimiter

  /// Takes the parts as they are.
  package init(
    issueLink: IssueLink,
    issuePresignedURL: IssuePresignedURL,
    redeemLink: RedeemLink,
    sendDownload: SendDownload,
    revokeLink: RevokeLink,
    revokeLinks: RevokeLinks,
    listLinks: ListLinks,
    createDocument: CreateDocument,
    listDocuments: ListDocuments,
    publishVersion: PublishVersion,
    withdrawVersion: WithdrawVersion,
    editDocument: EditDocument,
    deleteDocument: DeleteDocument,
    manageHolds: ManageHolds,
    manageGrants: ManageGrants,
    managePolicy: ManagePolicy,
    manageTenants: ManageTenants,
    manageTokens: ManageTokens,
    recordKeyChange: RecordKeyChange,
    revokeTokens: RevokeTokens,
    readAudit: ReadAudit,
    erasePersonalData: ErasePersonalData,
    store: any MetadataStore,
    authenticator: Authenticator,
    idempotency: Idempotency,
    tenantLimiter: RateLimiter,
    subjectLimiter: RateLimiter,
    addressLimiter: RateLimiter,
    proxies: TrustedProxies,
    clock: Clock,
    publicOrigin: String,
    uploadBytesMax: Int64,
    uploads: UploadIntake,
    progress: UploadProgress,
    background: BackgroundWork,
    localIssuer: String,
    tokens: TokenIssuer,
    keys: KeyControl,
    auditFiles: AuditFiles,
    receiptKeys: @escaping @Sendable () -> [UInt8],
    reportProblem: @escaping @Sendable (_ problem: Problem, _ request: HTTPRequest) -> Void,
    cursors: CursorSeal,
    objectsWait: @escaping @Sendable () -> Void = {},
    objectOrigin: String? = nil,
    denials: Denials? = nil,
    traces: TraceSampling = .off
  ) {
    self.issueLink = issueLink
    self.issuePresignedURL = issuePresignedURL
    self.redeemLink = redeemLink
    self.sendDownload = sendDownload
    self.revokeLink = revokeLink
    self.revokeLinks = revokeLinks
    self.listLinks = listLinks
    self.createDocument = createDocument
    self.listDocuments = listDocuments
    self.publishVersion = publishVersion
    self.withdrawVersion = withdrawVersion
    self.editDocument = editDocument
    self.deleteDocument = deleteDocument
    self.manageHolds = manageHolds
    self.manageGrants = manageGrants
    self.managePolicy = managePolicy
    self.manageTenants = manageTenants
    self.manageTokens = manageTokens
    self.recordKeyChange = recordKeyChange
    self.revokeTokens = revokeTokens
    self.readAudit = readAudit
    self.erasePersonalData = erasePersonalData
    self.store = store
    self.authenticator = authenticator
    self.idempotency = idempotency
    self.tenantLimiter = tenantLimiter
    self.subjectLimiter = subjectLimiter
    self.addressLimiter = addressLimiter
    self.proxies = proxies
    self.clock = clock
    self.publicOrigin = publicOrigin
    self.uploadBytesMax = uploadBytesMax
    self.uploads = uploads
    self.progress = progress
    self.background = background
    self.localIssuer = localIssuer
    self.tokens = tokens
    self.keys = keys
    self.auditFiles = auditFiles
    self.receiptKeys = receiptKeys
    self.reportProblem = reportProblem
    self.objectOrigin = objectOrigin
    self.denials = denials
    self.traces = traces
    self.cursors = cursors
    self.objectsWait = objectsWait
    systemReaders = RateLimiter(
      limit: RateLimit(requestsPerMinute: 1, burst: 1), keysMax: 1024, clock: clock)
  }

  var isPublicOriginSecure: Bool { publicOrigin.hasPrefix("https://") }

  /// Runs a use case and translates its error.
  func run<Value>(
    _ work: () async throws(DeliveryError) -> Value
  ) async throws(Problem) -> Value {
    do throws(DeliveryError) {
      return try await work()
    } catch {
      throw Problem(error)
    }
  }

  /// The limits of tenant and subject, the revoked tokens, and whether the tenant is there. Whom the
  /// kernel named on the admin socket needs none of them.
  /// - Throws: `rate-limited`, `token-refused`, `not-found`, `store-unavailable`.
  func check(_ principal: Principal) async throws(Problem) {
    guard principal.issuer != Principal.adminSocketIssuer else { return }
    if let tenant = principal.tenant {
      if case .refused(let seconds) = tenantLimiter.admit(tenant) {
        throw Problem(.rateLimited, "The tenant's limit.", retryAfterSeconds: seconds)
      }
    }
    if case .refused(let seconds) = subjectLimiter.admit(principal.person) {
      throw Problem(.rateLimited, "The subject's limit.", retryAfterSeconds: seconds)
    }
    var (isRevoked, hasTenant) = (false, true)
    do throws(StoreError) {
      isRevoked = try await store.isRevoked(principal.tokenFacts, at: clock.now())
      if let tenant = principal.tenant { hasTenant = try await store.hasTenant(tenant) }
    } catch {
      throw Problem(DeliveryError(error))
    }
    if isRevoked { throw Problem(.tokenRefused) }
    // Its issuer may name any tenant; an event about one that is not there would open its log.
    if !hasTenant { throw Problem(.notFound, cause: UnknownTenant()) }
  }

  /// The address of the client behind trusted proxies; nothing on a Unix socket.
  func clientAddress(of request: HTTPRequest) -> IPAddress? {
    ForwardedAddress(request, proxies: proxies).address
  }

  /// What the audit log keeps of a request.
  func context(of request: HTTPRequest) -> RequestContext {
    context(of: request, from: clientAddress(of: request))
  }

  /// What the audit log keeps of a request from an address.
  func context(of request: HTTPRequest, from client: IPAddress?) -> RequestContext {
    RequestContext(
      id: request.id.description, traceID: request.callerTrace?.traceID,
      address: client?.description, userAgent: request.fields[.userAgent])
  }

  func report(_ problem: Problem, _ request: HTTPRequest) { reportProblem(problem, request) }

  /// Records a refused token, or one for a tenant that is not there, in the system's log; gives the
  /// problem to answer with.
  func recorded(_ problem: Problem, _ request: HTTPRequest) async -> Problem {
    let isUnknownTenant = problem.cause is UnknownTenant
    guard problem.code == .tokenRefused || isUnknownTenant, let denials else { return problem }
    let why =
      isUnknownTenant
      ? "tenant-not-found" : (problem.cause as? JOSEError)?.code.rawValue ?? problem.code.rawValue
    let refusal = DeliveryError(.internal, problem.code.title)
    let outcome = await denials.record(refusal, why: why, request: context(of: request))
    // Another code means that the store could not record it.
    return outcome.code == refusal.code ? problem : Problem(outcome)
  }
}

/// A valid token names a tenant that is not there.
struct UnknownTenant: Error {}

/// Where the bytes of an upload go while they arrive.
package struct UploadIntake: Sendable {
  /// One upload's file.
  package struct Sink: Sendable {
    /// Appends bytes.
    package let append: @Sendable ([UInt8]) async throws -> Void
    /// Ends writing.
    package let finish: @Sendable () async throws -> SpooledFile

    /// Takes the closures.
    package init(
      append: @escaping @Sendable ([UInt8]) async throws -> Void,
      finish: @escaping @Sendable () async throws -> SpooledFile
    ) {
      self.append = append
      self.finish = finish
    }
  }

  /// Opens a new file.
  package let open: @Sendable () throws -> Sink

  /// Whether an error of `open`, `append` or `finish` means that the disk is full.
  package let isFull: @Sendable (any Error) -> Bool

  /// Takes the closures.
  package init(
    open: @escaping @Sendable () throws -> Sink,
    isFull: @escaping @Sendable (any Error) -> Bool
  ) {
    self.open = open
    self.isFull = isFull
  }
}

/// Makes tokens of the local issuer.
package struct TokenIssuer: Sendable {
  /// A signed token and what is remembered of it.
  package struct Issued: Sendable {
    /// The answer, with the token.
    package let body: TokenBody
    /// The row, without it.
    package let record: IssuedToken

    /// Takes the values as they are.
    package init(body: TokenBody, record: IssuedToken) {
      self.body = body
      self.record = record
    }
  }

  /// Signs a token of the given identifier.
  package let issue: @Sendable (TenantID, TokenRequestBody, TokenID) throws(Problem) -> Issued

  /// Takes the closure.
  package init(
    issue: @escaping @Sendable (TenantID, TokenRequestBody, TokenID) throws(Problem) -> Issued
  ) {
    self.issue = issue
  }
}

/// What the sealer published of a log.
package struct AuditFiles: Sendable {
  /// The bytes of a file of the log's folder; nothing if there is none.
  package let read: @Sendable (_ log: LogID, _ path: String) async throws -> [UInt8]?

  /// The proof of one leaf in the published tree; nothing while it is not published yet.
  package let receipt: @Sendable (_ record: AuditRecord) async throws -> [UInt8]?

  /// Takes the closures.
  package init(
    read: @escaping @Sendable (_ log: LogID, _ path: String) async throws -> [UInt8]?,
    receipt: @escaping @Sendable (_ record: AuditRecord) async throws -> [UInt8]?
  ) {
    self.read = read
    self.receipt = receipt
  }
}
