// What the writer's thread knows while it works: the connection, and the numbers that every event
// needs. Numbers are taken from memory and written once a batch; what a failed item took is given
// back.

import Base
import Cryptography
import Delivery

/// The writing side of the store, used by the writer's thread alone.
final class WriteSession {
  let connection: Connection
  private let node: String
  let clock: Clock
  private let revisions: Revisions
  /// Whether the present batch has changed what links are decided on.
  private var isDecisive = false

  /// The node's counter and the time of its last event.
  private var counter: Int64 = 0
  private var lastTime = Timestamp(milliseconds: 0)
  private var logs: [LogID: LogHead] = [:]
  private var policies: [TenantID: TenantPolicy] = [:]
  /// The people seen last; rows of the table are never changed, only erased.
  private var pseudonyms: [PersonInLog: Pseudonym] = [:]
  private static let pseudonymsMax = 1_024
  /// The logs that grew in this batch, and what the present item changed.
  private var grown: Set<LogID> = []
  private var undo: [(log: LogID, head: LogHead?)] = []
  private var mark: (counter: Int64, lastTime: Timestamp) = (0, Timestamp(milliseconds: 0))
  /// Whether items of this batch have savepoints, and whether it must be run again so that they do.
  private var isIsolated = false
  private(set) var mustIsolate = false
  /// Bytes that the present batch puts into the database, roughly.
  private(set) var batchBytes = 0

  private struct PersonInLog: Hashable {
    let log: Int64
    let person: PersonReference
  }

  private struct LogHead {
    let number: Int64
    var size: Int64
  }

  init(
    _ connection: Connection, node: String, clock: Clock, _ revisions: Revisions
  ) throws(StoreError) {
    self.revisions = revisions
    self.connection = connection
    self.node = node
    self.clock = clock
    try load()
  }

  private func load() throws(StoreError) {
    logs = [:]
    policies = [:]
    pseudonyms = [:]
    grown = []
    undo = []
    connection.known = KnownRows()
    let stored = try connection.first(WriteSession.node, [.text(node)]) {
      (row) throws(StoreError) in (counter: row.integer(), lastTime: row.time())
    }
    counter = stored?.counter ?? 0
    lastTime = stored?.lastTime ?? Timestamp(milliseconds: 0)
  }

  // MARK: Batches

  /// Opens a transaction; `isolated` gives each item a savepoint.
  func beginBatch(isolated: Bool) throws(StoreError) {
    batchBytes = 0
    isDecisive = false
    isIsolated = isolated
    mustIsolate = false
    try connection.run(WriteSession.beginImmediate)
  }

  /// Writes the numbers back and commits.
  func commitBatch() throws(StoreError) {
    // Even if it fails: nobody knows then what the next reader sees.
    defer { if isDecisive { revisions.advance() } }
    for log in grown {
      guard let head = logs[log] else { continue }
      try connection.run(
        WriteSession.setSize, [.integer(head.size), .integer(head.number)])
    }
    if !grown.isEmpty {
      try connection.run(
        WriteSession.setNode, [.text(node), .integer(counter), .time(lastTime)])
    }
    try connection.run(Connection.commit)
    grown = []
  }

  /// Forgets a batch that was not committed.
  func abandonBatch() throws(StoreError) {
    if connection.isInTransaction { try connection.run(WriteSession.rollback) }
    try load()
  }

  /// Runs one item so that its failure undoes nothing but itself; sets `mustIsolate` where that
  /// needs a savepoint and there is none.
  func item(_ item: WriteItem) throws(StoreError) {
    if isIsolated { try connection.run(WriteSession.savepoint) }
    mark = (counter, lastTime)
    undo = []
    let changes = connection.changeCount
    do throws(StoreError) {
      try item.perform(self)
      if item.effect == .decisive, connection.changeCount != changes { isDecisive = true }
    } catch {
      (counter, lastTime) = mark
      for change in undo.reversed() { logs[change.log] = change.head }
      policies = [:]
      // A full disk or a damaged page ends the whole transaction; then there is no savepoint.
      if isIsolated, connection.isInTransaction {
        connection.known = KnownRows()
        pseudonyms = [:]
        try connection.run(WriteSession.rollbackItem)
        try connection.run(WriteSession.release)
      }
      mustIsolate = !isIsolated && connection.changeCount != changes
      throw error
    }
    if isIsolated { try connection.run(WriteSession.release) }
  }

  // MARK: Events

  /// Gives an event its place, and writes its leaf and its personal data.
  func sequence(_ event: AuditEvent) throws(StoreError) -> Sequenced {
    var head = try head(of: event.log)
    lastTime = max(lastTime, clock.now())
    counter += 1
    let leaf = try event.leaf(
      at: AuditPlace(
        time: lastTime, node: node, counter: counter,
        actor: try pseudonym(event.actor.person, head.number),
        recipient: try pseudonym(event.actor.recipient, head.number)))
    let place = Place(log: head.number, index: head.size)
    var hash = WriteSession.leafPrefix
    hash.update(leaf)
    try connection.run(
      WriteSession.insertLeaf,
      [
        .integer(place.value), .id(event.id), .text(event.kind.rawValue),
        .id(event.object?.document), .id(event.link?.id), .blob(leaf), .digest(hash.finalize()),
      ])
    if let personal = event.personal {
      try connection.run(
        WriteSession.insertPersonal,
        [.integer(place.value), .blob(personal.salt), .blob(personal.canonicalJSON)])
    }
    head.size += 1
    logs[event.log] = head
    grown.insert(event.log)
    batchBytes += leaf.count + 512
    return Sequenced(event: event.id, log: event.log, index: head.size - 1, time: lastTime)
  }

  /// Whether what was decided on a revision is still right in this batch.
  func isCurrent(_ revision: StoreRevision) -> Bool {
    !isDecisive && revision == revisions.current
  }

  /// Counts bytes that an item writes beside its events.
  func note(bytes: Int) { batchBytes += bytes }

  private func head(of log: LogID) throws(StoreError) -> LogHead {
    if let known = logs[log] {
      undo.append((log, known))
      return known
    }
    let name = SQLValue.text(log.description)
    var stored = try connection.first(WriteSession.log, [name]) { (row) throws(StoreError) in
      LogHead(number: row.integer(), size: row.integer())
    }
    // What this batch added to the log is in `logs`; so nothing is missing in the stored size,
    // unless the item that added it was undone, and then it is right.
    undo.append((log, nil))
    if stored == nil {
      stored = try connection.first(WriteSession.insertLog, [name]) { (row) throws(StoreError) in
        LogHead(number: row.integer(), size: 0)
      }
    }
    return try Row.require(stored)
  }

  private func pseudonym(
    _ person: PersonReference?, _ log: Int64
  ) throws(StoreError) -> Pseudonym? {
    guard let person else { return nil }
    let entry = PersonInLog(log: log, person: person)
    if let known = pseudonyms[entry] { return known }
    let pseudonym = try storedPseudonym(person, log)
    if pseudonyms.count >= WriteSession.pseudonymsMax { pseudonyms = [:] }
    pseudonyms[entry] = pseudonym
    return pseudonym
  }

  private func storedPseudonym(
    _ person: PersonReference, _ log: Int64
  ) throws(StoreError) -> Pseudonym {
    let key: [SQLValue] = [
      .integer(log), .text(person.issuer), .text(person.subject.text),
    ]
    if let known = try connection.first(
      WriteSession.pseudonym, key,
      { (row) throws(StoreError) in try row.parsed(Pseudonym.init) })
    {
      return known
    }
    let fresh = Pseudonym(random: Random.pair().0)
    try connection.run(WriteSession.insertPseudonym, key + [.text(fresh.text)])
    return fresh
  }

  /// Forgets the names of people, of whom one is erased.
  func forgetPeople() { pseudonyms = [:] }

  // MARK: Policies

  /// The policy of a tenant as this transaction sees it.
  func policy(of tenant: TenantID) throws(StoreError) -> TenantPolicy {
    if let known = policies[tenant] { return known }
    let policy = try connection.policy(of: tenant)
    policies[tenant] = policy
    return policy
  }

  /// Forgets a policy that is about to change.
  func forgetPolicy(of tenant: TenantID) { policies[tenant] = nil }

  // MARK: Queries

  private static let leafPrefix: SHA256 = {
    var hash = SHA256()
    hash.update([0])
    return hash
  }()
  private static let beginImmediate = Query("begin immediate")
  private static let rollback = Query("rollback")
  private static let savepoint = Query("savepoint item")
  private static let release = Query("release item")
  private static let rollbackItem = Query("rollback to item")
  private static let node = Query("select counter, last_time from nodes where name = ?")
  private static let setNode = Query(
    """
    insert into nodes (name, counter, last_time) values (?1, ?2, ?3)
    on conflict do update set counter = ?2, last_time = ?3
    """)
  private static let log = Query("select number, size from logs where name = ?")
  private static let insertLog = Query(
    "insert into logs (name, size) values (?, 0) returning number")
  private static let setSize = Query("update logs set size = ? where number = ?")
  private static let insertLeaf = Query(
    """
    insert into leaves (place, event, kind, document, link, leaf, hash)
    values (?, ?, ?, ?, ?, ?, ?)
    """)
  private static let insertPersonal = Query(
    "insert into personal_data (place, salt, data) values (?, ?, ?)")
  private static let pseudonym = Query(
    "select pseudonym from pseudonyms where log = ? and issuer = ? and subject = ?")
  private static let insertPseudonym = Query(
    "insert into pseudonyms (log, issuer, subject, pseudonym) values (?, ?, ?, ?)")
}

/// The key of a leaf: the number of its log times 2^40, plus its index.
struct Place {
  /// The most leaves of one log.
  static let span: Int64 = 1 << 40

  let value: Int64

  init(log: Int64, index: Int64) {
    value = log * Place.span + index
  }

  init(_ value: Int64) {
    self.value = value
  }

  var index: Int64 { value % Place.span }
}
