// A metadata store in memory: the whole contract without a database, for the tests of everything
// above the port. It is also the plainest statement of what a store does.

package import Base
import Cryptography
package import Delivery

/// All that is remembered, in dictionaries.
package actor MemoryStore {
  struct TenantRow {
    var tenant: Tenant
    var policy: TenantPolicy?
    var revisions: [PolicyRevision] = []
  }

  struct Session {
    var link: LinkID
    var expiresAt: Timestamp
  }

  struct Answer {
    var body: SHA256Digest
    var sealed: [UInt8]?
    var until: Timestamp
  }

  struct Log {
    var records: [AuditRecord] = []
    var facts: [AuditEvent] = []
    var pseudonyms: [PersonReference: Pseudonym] = [:]
  }

  let clock: Clock
  let node: String
  var tenants: [TenantID: TenantRow] = [:]
  var grants: [GrantID: Grant] = [:]
  var revokedTokens: [SHA256Digest: Timestamp] = [:]
  var issuedTokens: [TokenID: IssuedToken] = [:]
  var cutoffs: [TokenHolders: TokenCutoff] = [:]
  var documents: [DocumentID: Document] = [:]
  var versions: [VersionID: Version] = [:]
  var waitingObjects: [VersionID: ObjectToDelete] = [:]
  /// Objects of deleted documents among those that wait: nothing keeps them any more.
  var orphans: Set<VersionID> = []
  var deletedObjects: Set<VersionID> = []
  var claimedObjects: Set<VersionID> = []
  var holds: [HoldID: Hold] = [:]
  var deliveries: [VersionID: DeliveryCount] = [:]
  var uploads: [UploadID: Upload] = [:]
  var links: [LinkID: Link] = [:]
  var linkByDigest: [TokenDigest: LinkID] = [:]
  /// The index of the event that issued a link.
  var linkPlaces: [LinkID: Int64] = [:]
  var linkCutoffs: [LinkCutoff] = []
  /// When presigned URLs die: the last of each version, and those handed out by themselves.
  var urlEnds: [VersionID: Timestamp] = [:]
  var presignedURLs: [(tenant: TenantID, subject: SubjectID?, end: Timestamp)] = []
  var sessions: [SHA256Digest: Session] = [:]
  var downloads: [DeliveryID: StartedDownload] = [:]
  var answers: [IdempotencyKey: Answer] = [:]
  var logs: [LogID: Log] = [:]
  private var counter: Int64 = 0
  private var lastTime = Timestamp(milliseconds: 0)
  private var failure: StoreError?
  private var readFailure: StoreError?
  private var interruption: (@Sendable (MemoryStore) async throws -> Void)?

  /// Nothing remembered.
  package init(clock: Clock, node: String = "memory") {
    self.clock = clock
    self.node = node
  }

  /// Lets every change fail until it is called with nothing.
  package func failChanges(with error: StoreError?) { failure = error }

  /// Lets every read fail until it is called with nothing.
  package func failReads(with error: StoreError?) { readFailure = error }

  /// Runs `body` once, just before the next change, as a neighbour would who is faster.
  package func beforeNextChange(_ body: @escaping @Sendable (MemoryStore) async throws -> Void) {
    interruption = body
  }

  /// The events of a log, as they were given.
  package func recorded(in log: LogID) -> [AuditEvent] { logs[log]?.facts ?? [] }

  func read() throws(StoreError) {
    if let readFailure { throw readFailure }
  }

  func change() async throws(StoreError) {
    if let body = interruption {
      interruption = nil
      do { try await body(self) } catch {
        throw StoreError(.unavailable, "The interruption failed.", cause: error)
      }
    }
    if let failure { throw failure }
  }

  /// Gives an event its place; the last step of every change, so that nothing is half done.
  func record(_ event: AuditEvent) throws(StoreError) -> Sequenced {
    var log = logs[event.log] ?? Log()
    let time = max(clock.now(), lastTime)
    let place = AuditPlace(
      time: time, node: node, counter: counter + 1,
      actor: pseudonym(event.actor.person, &log), recipient: pseudonym(event.actor.recipient, &log))
    let leaf = try event.leaf(at: place)
    let index = Int64(log.records.count)
    log.records.append(
      AuditRecord(
        id: event.id, log: event.log, index: index, leaf: leaf, personal: event.personal))
    log.facts.append(event)
    logs[event.log] = log
    counter += 1
    lastTime = time
    return Sequenced(event: event.id, log: event.log, index: index, time: time)
  }

  private func pseudonym(_ person: PersonReference?, _ log: inout Log) -> Pseudonym? {
    guard let person else { return nil }
    if let known = log.pseudonyms[person] { return known }
    let new = Pseudonym(random: Random.pair().0)
    log.pseudonyms[person] = new
    return new
  }

  // What several steps ask.

  /// The grant that allows `right`: an inner nothing is an operator's, an outer one a refusal.
  func allowed(_ right: Right, on document: Document, _ access: Access) -> Grant?? {
    guard document.tenant == access.tenant, tenants[access.tenant] != nil else { return nil }
    guard case .holder(let holder) = access.authority else { return .some(nil) }
    let grant = grants.values
      .filter { $0.allows(right, on: document, to: holder, at: access.moment) }
      .max { left, right in
        guard let leftEnd = left.validUntil else { return false }
        guard let rightEnd = right.validUntil else { return true }
        return (leftEnd, left.id) < (rightEnd, right.id)
      }
    return grant.map { .some($0) }
  }

  func visible(_ id: DocumentID, _ right: Right, _ access: Access) -> (Document, Grant?)? {
    guard let document = documents[id], let grant = allowed(right, on: document, access) else {
      return nil
    }
    return (document, grant)
  }

  func versions(of document: DocumentID) -> [Version] {
    versions.values.filter { $0.document == document }.sorted { $0.number > $1.number }
  }

  func current(of document: DocumentID, at moment: Timestamp) -> Version? {
    versions(of: document).first { $0.isDeliverable(at: moment) }
  }

  func selected(
    _ selector: VersionSelector, of document: DocumentID, at moment: Timestamp
  ) -> (version: Version?, isSuperseded: Bool) {
    let current = current(of: document, at: moment)
    guard case .pinned(let id) = selector else { return (current, false) }
    guard let pinned = versions[id], pinned.document == document else { return (nil, false) }
    return (pinned, current.map { $0.number > pinned.number } ?? false)
  }

  func touch(_ document: DocumentID, at moment: Timestamp) {
    documents[document]?.updatedAt = moment
  }

  func page<Item: Sendable, Key: Sendable>(
    _ items: [Item], _ request: PageRequest<Key>, isAfter: (Item, Key) -> Bool
  ) -> Page<Item> {
    let rest = request.after.map { key in items.filter { isAfter($0, key) } } ?? items
    return Page(items: Array(rest.prefix(request.limit)), hasMore: rest.count > request.limit)
  }

  func absent(_ what: String) -> StoreError { StoreError(.notFound, "There is no such \(what).") }
  func taken(_ what: String) -> StoreError { StoreError(.conflict, "The \(what) is taken.") }
}

extension MemoryStore: MetadataStore {
  package func checkHealth() async throws(StoreError) {
    try read()
    if let failure { throw failure }
  }

  package func counts() async throws(StoreError) -> StoreCounts {
    try read()
    return StoreCounts(
      tenants: Int64(tenants.count), documents: Int64(documents.count),
      versions: Int64(versions.count), links: Int64(links.count),
      events: Int64(logs.values.reduce(0) { $0 + $1.records.count }))
  }
}
