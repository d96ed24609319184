// People of a log, and how they are forgotten. The events of a person are looked for in pieces, off
// the writer's thread; what came since is looked for inside the transaction that deletes.

import Base
package import Delivery

extension SQLiteStore {
  /// How many leaves are looked through at a time, so that no reader holds up the checkpoints.
  private static let pieceLeaves: Int64 = 20_000

  package func people(
    named subject: SubjectID?, in log: LogID, _ page: PageRequest<Pseudonym>
  ) async throws(StoreError) -> Page<KnownPerson> {
    try await readers.readList { (connection) throws(StoreError) in
      guard let head = try connection.log(log) else { return Page([], limit: page.limit) }
      let rows = try connection.all(
        Queries.people,
        [
          .integer(head.number), .text(page.after?.text ?? ""), .optional(subject?.text),
          .integer(Int64(page.limit + 1)),
        ]
      ) { (row) throws(StoreError) in
        KnownPerson(pseudonym: try row.parsed(Pseudonym.init), person: try row.person())
      }
      return Page(rows, limit: page.limit)
    }
  }

  package func erase(
    _ pseudonym: Pseudonym, in log: LogID, limit: Int, event: AuditEvent
  ) async throws(StoreError) -> Erasure? {
    var found = [Int64]()
    var index: Int64 = 0
    var size = Int64.max
    while index < size, found.count <= limit {
      let (from, wanted) = (index, limit + 1 - found.count)
      let piece = try await readers.readList {
        (connection) throws(StoreError) -> (places: [Int64], size: Int64)? in
        guard let head = try connection.log(log),
          try connection.exists(Queries.person, [.integer(head.number), .text(pseudonym.text)])
        else { return nil }
        let end = min(from + Self.pieceLeaves, Place.span)
        return (
          try connection.places(
            naming: pseudonym, head.number, from..<end, limit: wanted), head.size
        )
      }
      guard let piece else { return nil }
      found += piece.places
      (index, size) = (index + Self.pieceLeaves, piece.size)
    }
    let (known, start) = (found, min(index, size))
    return try await writer.submit(.record) { (session) throws(StoreError) in
      try session.erase(pseudonym, in: log, known, since: start, limit: limit, event)
    }
  }
}

extension WriteSession {
  /// Deletes what was found, and what came after the index `start`; nothing without the person.
  fileprivate func erase(
    _ pseudonym: Pseudonym, in log: LogID, _ found: [Int64], since start: Int64, limit: Int,
    _ event: AuditEvent
  ) throws(StoreError) -> Erasure? {
    guard let number = try connection.log(log)?.number,
      try connection.exists(Queries.person, [.integer(number), .text(pseudonym.text)])
    else { return nil }
    var places = found
    if places.count <= limit {
      places += try connection.places(
        naming: pseudonym, number, start..<Place.span, limit: limit + 1 - places.count)
    }
    var event = event
    var count: Int64 = 0
    let bounds: [SQLValue] = [
      .integer(Place(log: number, index: 0).value),
      .integer(Place(log: number + 1, index: 0).value),
    ]
    for place in places.prefix(limit) {
      count += Int64(try connection.run(Queries.deleteData, bounds + [.integer(place)]))
    }
    let isComplete = places.count <= limit
    if isComplete {
      try connection.run(Queries.deletePerson, [.integer(number), .text(pseudonym.text)])
      forgetPeople()
    }
    note(bytes: Int(count) * 512)
    event.count = count
    return Erasure(
      events: count, isComplete: isComplete, sequenced: try sequence(event))
  }
}

extension Connection {
  /// Events with personal data that a person of the log did or received, by place.
  fileprivate func places(
    naming pseudonym: Pseudonym, _ log: Int64, _ indexes: Range<Int64>, limit: Int
  ) throws(StoreError) -> [Int64] {
    try all(
      Queries.places,
      [
        .integer(Place(log: log, index: indexes.lowerBound).value),
        .integer(Place(log: log, index: indexes.upperBound).value), .text(pseudonym.text),
        .blob(Array(pseudonym.text.utf8)), .integer(Int64(limit)),
      ]
    ) { (row) throws(StoreError) in row.integer() }
  }
}

private enum Queries {
  static let people = Query(
    """
    select pseudonym, issuer, subject from pseudonyms
    where log = ?1 and pseudonym > ?2 and (?3 is null or subject = ?3)
    order by pseudonym limit ?4
    """)
  static let person = Query("select 1 from pseudonyms where log = ? and pseudonym = ?")
  static let deletePerson = Query("delete from pseudonyms where log = ? and pseudonym = ?")
  static let deleteData = Query(
    "delete from personal_data where place >= ?1 and place < ?2 and place = ?3")
  // Most leaves are passed over by their bytes alone; the others are read.
  static let places = Query(
    """
    select place from personal_data cross join leaves using (place)
    where place >= ?1 and place < ?2 and instr(leaf, ?4) > 0
      and ?3 in (json_extract(cast(leaf as text), '$.actor.p'),
        json_extract(cast(leaf as text), '$.actor.r'))
    order by place limit ?5
    """)
}
