// Documents and their versions: list, show, create, withdraw.

import Base
import Delivery
import HTTPMessage
import Wire

enum DocumentEndpoints {
  /// `GET /v1/documents`.
  static let list = Endpoint(
    parameters: ["limit", "cursor", "type", "label", "q", "updated_since"]
  ) { call, services throws(Problem) in
    var query = DocumentQuery()
    query.type = try call.query.value("type") { DocumentType($0) }
    query.label = try call.query.value("label") { Label($0) }
    query.text = try call.query.value("q") {
      $0.utf8.count <= DocumentQuery.textBytesMax && !$0.isEmpty ? $0 : nil
    }
    query.updatedSince = try call.query.value("updated_since") { Timestamp($0) }
    let (page, caller) = (try call.query.page { DocumentID($0) }, try call.caller())
    let filter = query
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.list(filter, page, by: caller)
    }
    return Answers.revalidated(
      Bodies.page(found, Bodies.document, key: \.document.id), for: call.request)
  }

  /// `POST /v1/documents`.
  static let create = Endpoint(body: .json, isIdempotent: true) { call, services throws(Problem) in
    let body = try call.json(DocumentRequestBody.self)
    let caller = try call.caller()
    guard let type = DocumentType(body.type ?? "document") else {
      throw Problem(.memberInvalid, "type is a word of a-z, 0-9 and hyphens.")
    }
    let labels = (body.labels ?? []).compactMap { Label($0) }
    guard labels.count == body.labels?.count ?? 0 else {
      throw Problem(.memberInvalid, "labels are words of a-z, 0-9 and hyphens.")
    }
    let created = try await services.run { () async throws(DeliveryError) in
      try await services.createDocument(title: body.title, type: type, labels: labels, by: caller)
    }
    let view = DocumentView(document: created.document, current: nil, grant: nil)
    return Answers.json(
      .created, Bodies.document(view), location: "/v1/documents/\(created.document.id)")
  }

  /// `GET /v1/documents/{document}`.
  static let show = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let view = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.show(id, by: caller)
    }
    return Answers.revalidated(Bodies.document(view), for: call.request)
  }

  /// `GET /v1/documents/{document}/versions`.
  static let versions = Endpoint(parameters: ["limit", "cursor"]) {
    call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let page = try call.query.page { Int($0) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.versions(of: id, page, by: caller)
    }
    return Answers.revalidated(
      Bodies.page(found, Bodies.version, key: \.number), for: call.request)
  }

  /// `GET /v1/documents/{document}/versions/{version}`.
  static let version = Endpoint { call, services throws(Problem) in
    let document = try call.id("document", DocumentID.self)
    let (id, caller) = (try call.id("version", VersionID.self), try call.caller())
    let found: Version? = try await services.run { () async throws(DeliveryError) in
      // Scope, grant and the record of a refusal are those of the document.
      _ = try await services.listDocuments.show(document, by: caller)
      do throws(StoreError) {
        return try await services.store.version(
          id, of: document, caller.access(at: services.clock.now()), right: .read)
      } catch {
        throw DeliveryError(error)
      }
    }
    guard let found else { throw Problem(.versionNotFound, "There is no such version.") }
    return Answers.revalidated(Bodies.version(found), for: call.request)
  }

  /// `DELETE /v1/documents/{document}/versions/{version}`.
  static let withdraw = Endpoint { call, services throws(Problem) in
    let document = try call.id("document", DocumentID.self)
    let (id, caller) = (try call.id("version", VersionID.self), try call.caller())
    let withdrawn = try await services.run { () async throws(DeliveryError) in
      try await services.withdrawVersion(id, of: document, by: caller)
    }
    guard case .withdrawn(let moment) = withdrawn.version.state else {
      throw Problem(.unexpected)
    }
    let policy = try await services.run { () async throws(DeliveryError) in
      do throws(StoreError) {
        return try await services.store.policy(of: caller.tenant)
      } catch {
        throw DeliveryError(error)
      }
    }
    if let error = withdrawn.removalError { services.report(Problem(error), call.request) }
    return Answers.json(
      .ok,
      WithdrawalBody(
        withdrawnAt: moment.description,
        residualExposureSeconds: withdrawn.object == .deleted
          ? 0 : residualSeconds(since: moment, policy, now: services.clock.now()),
        eventID: withdrawn.sequenced?.event.description))
  }

  /// For how long a URL that was handed out just before `moment` may still work: it dies with its
  /// object, or when its own time is over.
  private static func residualSeconds(
    since moment: Timestamp, _ policy: TenantPolicy, now: Timestamp
  ) -> Int64 {
    let longest = max(
      policy.objectURLSeconds, policy.allowsPresignedURLs ? policy.presignedSeconds.max : 0)
    return max(0, longest - (now.seconds - moment.seconds))
  }
}
