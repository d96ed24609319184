// The tenant's audit log: its events, and the published files that prove them.

import Base
import Delivery
import HTTPMessage
import HTTPServer
import Wire

enum AuditEndpoints {
  /// The longest path below `tile/`; the deepest one of a log of 2^48 entries has fewer bytes.
  private static let tilePathBytesMax = 64

  /// `GET /v1/audit/events`.
  static let events = Endpoint(parameters: parameters) { call, services throws(Problem) in
    let filter = try query(call)
    let (page, caller) = (try call.query.page { Int64($0) }, try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.list(filter, page, by: caller)
    }
    return Answers.json(.ok, Bodies.page(found, Bodies.event, key: \.index))
  }

  /// `GET /v1/audit/events/{event}`.
  static let event = Endpoint { call, services throws(Problem) in
    Answers.json(.ok, Bodies.event(try await record(call, services)))
  }

  /// `GET /v1/audit/events/{event}/receipt`: a c2sp.org/tlog-proof@v1.
  static let receipt = Endpoint { call, services throws(Problem) in
    try await proof(of: try await record(call, services), services)
  }

  /// `GET /v1/audit/people/{pseudonym}`: who it was, unless erased.
  static let person = Endpoint { call, services throws(Problem) in
    let (pseudonym, caller) = (try pseudonym(call), try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.person(behind: pseudonym, by: caller)
    }
    guard let found else { throw Problem(.notFound, "There is no such person, or not any more.") }
    return Answers.json(.ok, person(KnownPerson(pseudonym: pseudonym, person: found)))
  }

  /// `GET /v1/audit/people`.
  static let people = Endpoint(parameters: ["limit", "cursor", "subject"]) {
    call, services throws(Problem) in
    let subject = try call.query.value("subject") { SubjectID($0) }
    let (page, caller) = (try call.query.page { Pseudonym($0) }, try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.people(named: subject, page, by: caller)
    }
    return Answers.json(.ok, Bodies.page(found, person, key: \.pseudonym))
  }

  /// `DELETE /v1/audit/people/{pseudonym}`: erases what is known of the person, step by step.
  static let erase = Endpoint { call, services throws(Problem) in
    let (pseudonym, caller) = (try pseudonym(call), try call.caller())
    let done = try await services.run { () async throws(DeliveryError) in
      try await services.erasePersonalData.erase(pseudonym, by: caller)
    }
    guard let done else { throw Problem(.notFound, "There is no such person, or not any more.") }
    return Answers.json(
      .ok,
      ErasureBody(
        erased: done.events, isComplete: done.isComplete,
        eventID: done.sequenced.event.description))
  }

  private static func pseudonym(_ call: Call) throws(Problem) -> Pseudonym {
    guard let pseudonym = call.parameters["pseudonym"].flatMap({ Pseudonym($0) }) else {
      throw Problem(.identifierMalformed, "A pseudonym has 16 hexadecimal digits.")
    }
    return pseudonym
  }

  private static func person(_ known: KnownPerson) -> PersonBody {
    PersonBody(
      pseudonym: known.pseudonym.text, issuer: known.person.issuer,
      subject: known.person.subject.text)
  }

  /// `GET /v1/audit/log/checkpoint`.
  static let checkpoint = Endpoint { call, services throws(Problem) in
    try await published(checkpointFile, in: try await open(call, services), services)
  }

  /// `GET /v1/audit/log/tile/{path...}`.
  static let tile = Endpoint { call, services throws(Problem) in
    try await published(try tileFile(call), in: try await open(call, services), services)
  }

  private static func record(_ call: Call, _ services: Services) async throws(Problem)
    -> AuditRecord
  {
    let (id, caller) = (try call.id("event", EventID.self), try call.caller())
    return try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.show(id, by: caller)
    }
  }

  private static func open(_ call: Call, _ services: Services) async throws(Problem) -> LogID {
    let caller = try call.caller()
    try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.open(caller)
    }
    return .tenant(caller.tenant)
  }
}

// What the log of a tenant and that of the system share.
extension AuditEndpoints {
  /// The query parameters of a list of events.
  static let parameters = ["limit", "cursor", "document", "link", "type"]

  /// Seconds after which the next checkpoint is there: the sealer makes one a second.
  private static let checkpointSeconds = 2

  /// The newest signed checkpoint.
  static let checkpointFile = PublishedFile(path: "checkpoint", type: "text/plain; charset=utf-8")

  /// A file of a log's folder.
  struct PublishedFile {
    let path: String
    let type: String
  }

  /// Which events are asked for.
  static func query(_ call: Call) throws(Problem) -> EventQuery {
    var query = EventQuery()
    query.document = try call.query.value("document") { DocumentID($0) }
    query.link = try call.query.value("link") { LinkID($0) }
    query.kind = try call.query.value("type") { AuditKind(rawValue: $0) }
    return query
  }

  /// The tile that the path names.
  static func tileFile(_ call: Call) throws(Problem) -> PublishedFile {
    let path = call.parameters["path"] ?? ""
    let isPlain = path.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "/")
        || byte == UInt8(ascii: ".")
    }
    // Dots stand only before `p` of a partial tile: there is no way up.
    guard isPlain, path.utf8.count <= tilePathBytesMax, !path.contains(".."),
      !path.contains("//")
    else { throw Problem(.routeNotFound) }
    return PublishedFile(path: "tile/" + path, type: "application/octet-stream")
  }

  /// The proof of an event.
  static func proof(
    of record: AuditRecord, _ services: Services
  ) async throws(Problem) -> HTTPResponse {
    let proof: [UInt8]?
    do {
      proof = try await services.auditFiles.receipt(record)
    } catch {
      throw Problem(.unexpected, cause: error)
    }
    guard let proof else {
      throw Problem(
        .eventNotPublished, "The next checkpoint will hold it.",
        retryAfterSeconds: checkpointSeconds)
    }
    return Answers.file(proof, type: "text/plain; charset=utf-8", name: "\(record.id).tlog-proof")
  }

  /// A file that the sealer published.
  static func published(
    _ wanted: PublishedFile, in log: LogID, _ services: Services
  ) async throws(Problem) -> HTTPResponse {
    let bytes: [UInt8]?
    do {
      bytes = try await services.auditFiles.read(log, wanted.path)
    } catch {
      throw Problem(.unexpected, cause: error)
    }
    guard let bytes else {
      guard wanted.path == checkpointFile.path else {
        throw Problem(.routeNotFound, "The log has no such file.")
      }
      // Every log has events; before the sealer has been round, none of them is in a checkpoint.
      throw Problem(
        .eventNotPublished, "The log's first checkpoint is on its way.",
        retryAfterSeconds: checkpointSeconds)
    }
    return Answers.file(bytes, type: wanted.type)
  }
}
