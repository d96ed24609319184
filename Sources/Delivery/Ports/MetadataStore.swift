// The port to the database. A method is a step of a use case, not a table: what must happen
// together happens in one durable transaction, the audit event included, and the method returns
// after it is durable. There is no way to change something without saying who did it.
//
// Rules that each implementation keeps, and `MetadataStoreContract` in Tests/Support proves:
// - The tenant is in every query. What belongs to another tenant is absent.
// - Authority is checked again inside the transaction of a change: a grant that went away between
//   look and change is honoured.
// - A step that throws changed nothing and recorded nothing (except `outcome-unknown`), and it
//   never undoes steps that are committed in the same batch.
// - The store gives time, node counter, pseudonyms and index to events, in the order of commits.
// - Reads may run on the caller's thread and should take microseconds; changes wait for the disk.

package import Base

/// Everything that the gateway remembers.
package protocol MetadataStore: TenantSteps, TokenSteps, DocumentSteps, LibrarySteps, UploadSteps,
  LinkSteps, DownloadSteps, AuditSteps, IdempotencySteps
{
  /// Throws `unavailable`, `full` or `corrupt` if a change would fail now.
  func checkHealth() async throws(StoreError)

  /// How much there is.
  func counts() async throws(StoreError) -> StoreCounts
}

/// How much a store holds, over all tenants.
package struct StoreCounts: Sendable, Hashable {
  /// Tenants.
  package var tenants: Int64
  /// Documents.
  package var documents: Int64
  /// Versions, withdrawn ones included.
  package var versions: Int64
  /// Links, ended ones included.
  package var links: Int64
  /// Events of all logs.
  package var events: Int64

  /// Takes the values as they are.
  package init(
    tenants: Int64 = 0, documents: Int64 = 0, versions: Int64 = 0, links: Int64 = 0,
    events: Int64 = 0
  ) {
    self.tenants = tenants
    self.documents = documents
    self.versions = versions
    self.links = links
    self.events = events
  }
}

/// The place that an event got.
package struct Sequenced: Sendable, Hashable {
  /// The event.
  package let event: EventID
  /// Its log.
  package let log: LogID
  /// Its index in that log, from 0.
  package let index: Int64
  /// The time that is in its leaf.
  package let time: Timestamp

  /// Takes the values as they are.
  package init(event: EventID, log: LogID, index: Int64, time: Timestamp) {
    self.event = event
    self.log = log
    self.index = index
    self.time = time
  }
}

/// Tenants, their policy and grants.
package protocol TenantSteps: Sendable {
  /// Creates a tenant; throws `conflict` if its slug or object prefix is taken.
  func createTenant(_ tenant: Tenant, event: AuditEvent) async throws(StoreError) -> Sequenced

  /// The tenant, if there is one.
  func tenant(_ id: TenantID) async throws(StoreError) -> Tenant?

  /// Whether there is such a tenant.
  ///
  /// Asked for each request: an implementation remembers those that there are.
  func hasTenant(_ id: TenantID) async throws(StoreError) -> Bool

  /// All tenants in the order of their slugs.
  func tenants(_ page: PageRequest<TenantID>) async throws(StoreError) -> Page<Tenant>

  /// The tenant's policy, or the default if it has none or there is no such tenant.
  ///
  /// Asked for each link: an implementation keeps it decoded.
  func policy(of tenant: TenantID) async throws(StoreError) -> TenantPolicy

  /// Replaces the policy.
  ///
  /// Throws `conflict` unless `policy.version` is one more than the stored one (0 if none), and
  /// `not-found` without the tenant.
  func putPolicy(
    _ policy: TenantPolicy, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The policies that the tenant had, the newest first, by version.
  func policyHistory(
    of tenant: TenantID, _ page: PageRequest<Int>
  ) async throws(StoreError) -> Page<PolicyRevision>

  /// The tenant's grants that reach a document, expired ones included, at most `limit`; only those
  /// for `holder` if one is named.
  func grants(
    reaching document: Document, for holder: GrantHolder?, limit: Int
  ) async throws(StoreError) -> [Grant]

  /// Adds a grant.
  ///
  /// Throws `conflict` if its id is taken, `not-found` if its tenant, or the document that it
  /// names, is not there.
  func putGrant(_ grant: Grant, event: AuditEvent) async throws(StoreError) -> Sequenced

  /// Removes a grant; throws `not-found` if the tenant has no such grant.
  func removeGrant(
    _ id: GrantID, of tenant: TenantID, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// The tenant's grants in the order of their ids, expired ones included.
  func grants(
    of tenant: TenantID, _ page: PageRequest<GrantID>
  ) async throws(StoreError) -> Page<Grant>
}
