// The metadata store over SQLite: one file, one writing thread, readers without a wait. This file
// opens and closes it; the steps of the port are in `Steps/`, one file for each group.

package import Base
package import Delivery
import SQLiteSchema

/// Everything that the gateway remembers, in `postern.db`.
package final class SQLiteStore: Sendable {
  /// What a store needs to know.
  package struct Settings: Sendable {
    /// The folder that holds `postern.db` and `postern.lock`.
    package var folder: String
    /// The name under which this process records events, up to 64 bytes.
    package var node: String
    /// The largest database in bytes; nothing for as large as the disk.
    package var databaseBytesMax: Int64?
    /// The most links of a tenant that are looked through after a revocation, to count those that it
    /// ended; a million takes some seconds of one reader.
    package var linksSeenMax: Int64 = 1_000_000

    /// Describes a store.
    package init(folder: String, node: String, databaseBytesMax: Int64? = nil) {
      self.folder = folder
      self.node = node
      self.databaseBytesMax = databaseBytesMax
    }

    var databasePath: String { folder + "/postern.db" }
    var lockPath: String { folder + "/postern.lock" }
  }

  let readers: ReaderPool
  let writer: GroupCommitWriter
  let policies = PolicyCache()
  let revisions = Revisions()
  let linkTargets = LinkTargets()
  let revokedTokens: RevokedTokens
  let knownTenants = KnownTenants()
  let linksSeenMax: Int64
  private let lock: LockFile

  /// Opens or creates the database, applies migrations and starts the writer.
  ///
  /// Throws `unavailable` if another process holds the folder or the schema is newer than this
  /// build, `corrupt` if a recorded migration was changed, `full`.
  package convenience init(_ settings: Settings, clock: Clock) throws(StoreError) {
    try self.init(
      settings, clock: clock, migrations: SQLiteSchema.migrations, release: SQLiteSchema.release)
  }

  init(
    _ settings: Settings, clock: Clock, migrations: [SQLiteMigration], release: Int64,
    search: SearchLimits = SearchLimits()
  ) throws(StoreError) {
    linksSeenMax = settings.linksSeenMax
    lock = try LockFile(settings.lockPath)
    let connection = try Connection(path: settings.databasePath, .writer)
    try Migrator(migrations: migrations, release: release).run(connection)
    if migrations.contains(where: { $0.name == "library" }) {
      try connection.indexMissingWords()
    }
    if let bytes = settings.databaseBytesMax {
      let pages = bytes / Int64(GroupCommitWriter.pageBytes)
      try connection.execute("pragma max_page_count = \(pages)")
    }
    revokedTokens = RevokedTokens(
      try connection.revokedTokens(limit: RevokedTokens.entriesMax + 1),
      try connection.tokenCutoffs(limit: RevokedTokens.entriesMax + 1))
    let session = try WriteSession(
      connection, node: Names.cut(settings.node, bytesMax: 64), clock: clock, revisions)
    writer = GroupCommitWriter(session)
    readers = ReaderPool(path: settings.databasePath, search: search)
    try writer.start()
  }

  /// Commits what is queued, closes the database and frees the folder for another process.
  package func close() async {
    await writer.close()
    readers.close()
    lock.release()
  }
}

/// The tenants that were asked for. A tenant never goes, so what was there is there.
final class KnownTenants: Sendable {
  /// The most tenants that are remembered.
  static let tenantsMax = 10_000

  private let tenants = Lock<Set<TenantID>>([])

  func has(
    _ id: TenantID, load: () throws(StoreError) -> Bool
  ) throws(StoreError) -> Bool {
    if tenants.withLock({ $0.contains(id) }) { return true }
    guard try load() else { return false }
    tenants.withLock { tenants in
      if tenants.count >= KnownTenants.tenantsMax { tenants = [] }
      tenants.insert(id)
    }
    return true
  }
}

/// Decoded policies for readers. A change empties the cache after its commit; a read that began
/// before must not fill it with what it saw, hence the generation.
final class PolicyCache: Sendable {
  /// The most tenants whose policy is kept.
  static let tenantsMax = 10_000

  private struct State {
    var generation = 0
    var policies: [TenantID: TenantPolicy] = [:]
  }

  private let state = Lock(State())

  func policy(
    of tenant: TenantID, load: () throws(StoreError) -> TenantPolicy
  ) throws(StoreError) -> TenantPolicy {
    let (known, generation) = state.withLock { ($0.policies[tenant], $0.generation) }
    if let known { return known }
    let policy = try load()
    state.withLock { state in
      guard state.generation == generation else { return }
      if state.policies.count >= PolicyCache.tenantsMax { state.policies = [:] }
      state.policies[tenant] = policy
    }
    return policy
  }

  func clear() {
    state.withLock { state in
      state.generation += 1
      state.policies = [:]
    }
  }
}
