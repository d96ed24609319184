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
  static let events = Endpoint(parameters: ["limit", "cursor", "document", "link", "type"]) {
    call, services throws(Problem) in
    var query = EventQuery()
    query.document = try call.query.value("document") { DocumentID($0) }
    query.link = try call.query.value("link") { LinkID($0) }
    query.kind = try call.query.value("type") { AuditKind(rawValue: $0) }
    let (page, caller) = (try call.query.page { Int64($0) }, try call.caller())
    let filter = query
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
    let record = try await record(call, services)
    let proof: [UInt8]?
    do {
      proof = try await services.auditFiles.receipt(record)
    } catch {
      throw Problem(.unexpected, cause: error)
    }
    guard let proof else {
      throw Problem(
        .eventNotPublished, "The next checkpoint will hold it.", retryAfterSeconds: 2)
    }
    return file(proof, type: "text/plain; charset=utf-8", name: "\(record.id).tlog-proof")
  }

  /// `GET /v1/audit/log/checkpoint`.
  static let checkpoint = Endpoint { call, services throws(Problem) in
    try await published("checkpoint", call, services, type: "text/plain; charset=utf-8")
  }

  /// `GET /v1/audit/log/tile/{path...}`.
  static let tile = Endpoint { call, services throws(Problem) in
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
    return try await published("tile/" + path, call, services, type: "application/octet-stream")
  }

  private static func record(_ call: Call, _ services: Services) async throws(Problem)
    -> AuditRecord
  {
    let (id, caller) = (try call.id("event", EventID.self), try call.caller())
    return try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.show(id, by: caller)
    }
  }

  private static func published(
    _ path: String, _ call: Call, _ services: Services, type: String
  ) async throws(Problem) -> HTTPResponse {
    let caller = try call.caller()
    try await services.run { () async throws(DeliveryError) in
      try await services.readAudit.open(caller)
    }
    let bytes: [UInt8]?
    do {
      bytes = try await services.auditFiles.read(.tenant(caller.tenant), path)
    } catch {
      throw Problem(.unexpected, cause: error)
    }
    guard let bytes else { throw Problem(.routeNotFound, "The log has no such file.") }
    return file(bytes, type: type, name: nil)
  }

  private static func file(_ bytes: [UInt8], type: String, name: String?) -> HTTPResponse {
    var fields = HTTPFields([
      (.contentType, type), (.cacheControl, "private, no-cache"),
      (.xContentTypeOptions, "nosniff"),
    ])
    if let name {
      fields.append(.contentDisposition, "attachment; filename=\"\(name)\"")
    }
    return HTTPResponse(.ok, fields: fields, body: .bytes(bytes))
  }
}
