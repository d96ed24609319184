// The audit logs as rows: recording facts, reading events and leaves, health and counts.

import Base
package import Delivery

extension SQLiteStore: AuditSteps {
  package func append(_ event: AuditEvent) async throws(StoreError) -> Sequenced {
    try await writer.submit(.record) { (session) throws(StoreError) in
      try session.sequence(event)
    }
  }

  package func events(
    _ query: EventQuery, in log: LogID, _ page: PageRequest<Int64>
  ) async throws(StoreError) -> Page<AuditRecord> {
    try await readers.readList { (connection) throws(StoreError) in
      guard let head = try connection.log(log) else { return Page([], limit: page.limit) }
      let before = min(page.after ?? Place.span, Place.span)
      let statement =
        query.link != nil
        ? Queries.eventsOfLink
        : query.document != nil ? Queries.eventsOfDocument : Queries.events
      let rows = try connection.all(
        statement,
        [
          .integer(Place(log: head.number, index: 0).value),
          .integer(Place(log: head.number, index: before).value), .id(query.document),
          .id(query.link), .optional(query.kind?.rawValue), .integer(Int64(page.limit + 1)),
          .text(log.description),
        ]
      ) { (row) throws(StoreError) in try row.record(in: log) }
      return Page(rows, limit: page.limit)
    }
  }

  package func event(_ id: EventID, in log: LogID) async throws(StoreError) -> AuditRecord? {
    try readers.read { (connection) throws(StoreError) in
      guard let head = try connection.log(log) else { return nil }
      return try connection.first(
        Queries.event,
        [
          .id(id), .integer(Place(log: head.number, index: 0).value),
          .integer(Place(log: head.number + 1, index: 0).value),
        ]
      ) { (row) throws(StoreError) in try row.record(in: log) }
    }
  }

  package func leaves(
    of log: LogID, from index: Int64, limit: Int
  ) async throws(StoreError) -> [[UInt8]] {
    try await readers.readList { (connection) throws(StoreError) in
      try connection.leaves(of: log, from: index, limit: limit)
    }
  }

  package func logs() async throws(StoreError) -> [LogSize] {
    try await readers.readList { (connection) throws(StoreError) in try connection.logs() }
  }

  package func person(
    behind pseudonym: Pseudonym, in log: LogID
  ) async throws(StoreError) -> PersonReference? {
    try readers.read { (connection) throws(StoreError) in
      guard let head = try connection.log(log) else { return nil }
      return try connection.first(
        Queries.person, [.integer(head.number), .text(pseudonym.text)]
      ) { (row) throws(StoreError) in try row.person() }
    }
  }
}

extension SQLiteStore: MetadataStore {
  package func checkHealth() async throws(StoreError) {
    let status = writer.currentStatus()
    if let failure = status.failure { throw failure }
    if status.isFull { throw StoreError(.full, "The disk of the store is full.") }
    _ = try readers.read { (connection) throws(StoreError) in
      try connection.exists(Queries.anything, [])
    }
  }

  package func counts() async throws(StoreError) -> StoreCounts {
    try await readers.readList { (connection) throws(StoreError) in
      let counts = try connection.first(Queries.counts, []) { (row) throws(StoreError) in
        StoreCounts(
          tenants: row.integer(), documents: row.integer(), versions: row.integer(),
          links: row.integer(), events: row.integer())
      }
      return counts ?? StoreCounts()
    }
  }
}

extension Connection {
  func log(_ log: LogID) throws(StoreError) -> (number: Int64, size: Int64)? {
    try first(Queries.log, [.text(log.description)]) { (row) throws(StoreError) in
      (number: row.integer(), size: row.integer())
    }
  }

  func logs() throws(StoreError) -> [LogSize] {
    try all(Queries.logs, []) { (row) throws(StoreError) in
      LogSize(log: try row.parsed(LogID.init), size: row.integer())
    }
  }

  func leaves(
    of log: LogID, from index: Int64, limit: Int
  ) throws(StoreError) -> [[UInt8]] {
    guard let head = try self.log(log), index >= 0, index < head.size, limit > 0 else { return [] }
    let count = min(Int64(limit), head.size - index)
    return try all(
      Queries.leaves,
      [
        .integer(Place(log: head.number, index: index).value),
        .integer(Place(log: head.number, index: index + count).value),
      ]
    ) { (row) throws(StoreError) in row.blob() }
  }
}

extension Row {
  fileprivate mutating func record(in log: LogID) throws(StoreError) -> AuditRecord {
    let place = Place(integer())
    let event: EventID = try self.id()
    let leaf = blob()
    let salt = try optional { (row) throws(StoreError) in row.blob() }
    let data = try optional { (row) throws(StoreError) in row.blob() }
    var personal: PersonalData?
    if let salt, let data { personal = PersonalData(salt: salt, canonicalJSON: data) }
    return AuditRecord(id: event, log: log, index: place.index, leaf: leaf, personal: personal)
  }
}

// A log's number stands for its tenant here: `place` lies between the log's first and last.
private enum Queries {
  static let log = Query("select number, size from logs where name = ?")
  static let logs = Query("select name, size from logs where size > 0 order by name")
  static let leaves = Query(
    "select leaf from leaves where place >= ? and place < ? order by place")
  static let person = Query(
    "select issuer, subject from pseudonyms where log = ? and pseudonym = ?")
  static let event = Query(
    """
    select place, event, leaf, salt, data from leaves left join personal_data using (place)
    where event = ? and place >= ? and place < ?
    """)
  static let events = Query(listing("leaves", anyEvent))
  static let eventsOfLink = Query(listing("leaves indexed by leaves_link", ofLink))
  static let eventsOfDocument = Query(listing("leaves", ofDocument))
  static let anything = Query("select 1 from nodes")
  static let counts = Query(
    """
    select (select count(*) from tenants), (select count(*) from documents),
      (select count(*) from versions), (select count(*) from links),
      (select coalesce(sum(size), 0) from logs)
    """)

  private static let anyEvent = "?7 is not null"
  private static let ofLink = "?7 is not null and link = ?4 and (?3 is null or document = ?3)"
  // Events of links are found through the document's links, all others by an index of their own.
  private static let ofDocument = """
    place in (
      select place from leaves indexed by leaves_document
      where document = ?3 and link is null and place >= ?1 and place < ?2
      union all
      select l.place from links k cross join leaves l indexed by leaves_link
      where k.tenant = ?7 and k.document = ?3
        and l.link = k.id and l.place >= ?1 and l.place < ?2 and l.document = ?3)
    """

  private static func listing(_ table: String, _ filter: String) -> String {
    """
    select place, event, leaf, salt, data from \(table) left join personal_data using (place)
    where place >= ?1 and place < ?2 and (?5 is null or kind = ?5) and \(filter)
    order by place desc limit ?6
    """
  }
}
