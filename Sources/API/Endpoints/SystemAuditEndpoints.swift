// The log of what has no tenant, such as refused tokens and unknown links. Only operators read it,
// and what they read is recorded in it.

import Base
import Cryptography
import Delivery
import HTTPMessage
import Wire

enum SystemAuditEndpoints {
  /// `GET /v1/system/audit/events`.
  static let events = Endpoint(parameters: AuditEndpoints.parameters, isForOperators: true) {
    call, services throws(Problem) in
    let (query, page) = (try AuditEndpoints.query(call), try call.query.page { Int64($0) })
    try await recordLook(call, services)
    do throws(StoreError) {
      let found = try await services.store.events(query, in: .system, page)
      return Answers.json(.ok, Bodies.page(found, Bodies.event, key: \.index))
    } catch {
      throw Problem(DeliveryError(error))
    }
  }

  /// `GET /v1/system/audit/events/{event}`.
  static let event = Endpoint(isForOperators: true) { call, services throws(Problem) in
    Answers.json(.ok, Bodies.event(try await record(call, services)))
  }

  /// `GET /v1/system/audit/events/{event}/receipt`.
  static let receipt = Endpoint(isForOperators: true) { call, services throws(Problem) in
    try await AuditEndpoints.proof(of: try await record(call, services), services)
  }

  /// `GET /v1/system/audit/log/checkpoint`.
  static let checkpoint = Endpoint(isForOperators: true) { call, services throws(Problem) in
    try await recordLook(call, services)
    return try await AuditEndpoints.published(
      AuditEndpoints.checkpointFile, in: .system, services)
  }

  /// `GET /v1/system/audit/log/tile/{path...}`.
  static let tile = Endpoint(isForOperators: true) { call, services throws(Problem) in
    let tile = try AuditEndpoints.tileFile(call)
    try await recordLook(call, services)
    return try await AuditEndpoints.published(tile, in: .system, services)
  }

  private static func record(
    _ call: Call, _ services: Services
  ) async throws(Problem) -> AuditRecord {
    let id = try call.id("event", EventID.self)
    try await recordLook(call, services)
    let found: AuditRecord?
    do throws(StoreError) {
      found = try await services.store.event(id, in: .system)
    } catch {
      throw Problem(DeliveryError(error))
    }
    guard let found else { throw Problem(.eventNotFound, "There is no such event.") }
    return found
  }

  /// Records that somebody reads the log: once a minute for each reader, so that following the log
  /// does not feed it for ever.
  private static func recordLook(_ call: Call, _ services: Services) async throws(Problem) {
    guard services.systemReaders.admit(call.principal.person) == .allowed else { return }
    let request = call.context
    let event = AuditEvent(
      id: EventID(at: services.clock.now(), random: Random.pair()), log: .system, kind: .logRead,
      outcome: .success, actor: AuditActor(call.principal, recipient: nil), request: request.id,
      trace: request.traceID,
      personal: PersonalData(
        address: request.address, userAgent: request.userAgent, subject: call.principal.subject,
        salt: Random.bytes(PersonalData.saltBytes)))
    do throws(StoreError) {
      _ = try await services.store.append(event)
    } catch {
      throw Problem(DeliveryError(error))
    }
  }
}
