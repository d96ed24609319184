// What the store does with the audit logs beyond recording changes.

/// Recording facts without a change, and reading the logs.
package protocol AuditSteps: Sendable {
  /// Records a fact that changes nothing else: a refusal, a look at the log.
  func append(_ event: AuditEvent) async throws(StoreError) -> Sequenced

  /// Events of one log, the newest first, by index.
  func events(
    _ query: EventQuery, in log: LogID, _ page: PageRequest<Int64>
  ) async throws(StoreError) -> Page<AuditRecord>

  /// One event of one log.
  func event(_ id: EventID, in log: LogID) async throws(StoreError) -> AuditRecord?

  /// Leaves of one log from an index on, in order, at most `limit`; none beyond the end.
  func leaves(
    of log: LogID, from index: Int64, limit: Int
  ) async throws(StoreError) -> [[UInt8]]

  /// All logs that have an event, with their sizes.
  func logs() async throws(StoreError) -> [LogSize]

  /// The person behind a pseudonym of one log, unless erased.
  func person(
    behind pseudonym: Pseudonym, in log: LogID
  ) async throws(StoreError) -> PersonReference?

  /// The people that one log has pseudonyms for, in the order of these; only those of that name if
  /// a subject is given.
  func people(
    named subject: SubjectID?, in log: LogID, _ page: PageRequest<Pseudonym>
  ) async throws(StoreError) -> Page<KnownPerson>

  /// Erases the personal data of at most `limit` events of one log that a person did or received,
  /// the oldest first, and with the last of them the person's name. Leaves stay as they are.
  ///
  /// The event is recorded in the same transaction, with the number of events erased as its count.
  /// Nothing is done or recorded without such a person, and nothing is returned then.
  func erase(
    _ pseudonym: Pseudonym, in log: LogID, limit: Int, event: AuditEvent
  ) async throws(StoreError) -> Erasure?
}

/// A person of one log.
package struct KnownPerson: Sendable, Hashable {
  /// The name in the log.
  package let pseudonym: Pseudonym
  /// Who it is. Personal data.
  package let person: PersonReference

  /// Takes the values as they are.
  package init(pseudonym: Pseudonym, person: PersonReference) {
    self.pseudonym = pseudonym
    self.person = person
  }
}

/// What one step of an erasure did.
package struct Erasure: Sendable, Hashable {
  /// The events whose personal data was erased.
  package let events: Int64
  /// Whether nothing is left and the person's name is gone too.
  package let isComplete: Bool
  /// The place of the event that says so.
  package let sequenced: Sequenced

  /// Takes the values as they are.
  package init(events: Int64, isComplete: Bool, sequenced: Sequenced) {
    self.events = events
    self.isComplete = isComplete
    self.sequenced = sequenced
  }
}

/// Which events to list.
package struct EventQuery: Sendable, Hashable {
  /// Only about this document.
  package var document: DocumentID?
  /// Only about this link.
  package var link: LinkID?
  /// Only of this kind.
  package var kind: AuditKind?

  /// All events, unless narrowed.
  package init(document: DocumentID? = nil, link: LinkID? = nil, kind: AuditKind? = nil) {
    self.document = document
    self.link = link
    self.kind = kind
  }
}

/// An event as it is stored.
package struct AuditRecord: Sendable, Hashable {
  /// Its identifier.
  package let id: EventID
  /// Its log.
  package let log: LogID
  /// Its index in the log.
  package let index: Int64
  /// Its leaf, byte for byte.
  package let leaf: [UInt8]
  /// Its personal data, unless there was none or it was erased.
  package let personal: PersonalData?

  /// Takes the values as they are.
  package init(
    id: EventID, log: LogID, index: Int64, leaf: [UInt8], personal: PersonalData?
  ) {
    self.id = id
    self.log = log
    self.index = index
    self.leaf = leaf
    self.personal = personal
  }
}

/// A log and how many leaves it has.
package struct LogSize: Sendable, Hashable {
  /// The log.
  package let log: LogID
  /// The number of its leaves.
  package let size: Int64

  /// Takes the values as they are.
  package init(log: LogID, size: Int64) {
    self.log = log
    self.size = size
  }
}
