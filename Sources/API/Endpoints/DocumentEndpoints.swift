// Documents and their versions: list, show, create, withdraw.

import Base
import Delivery
import HTTPMessage
import Wire

enum DocumentEndpoints {
  /// `GET /v1/documents`.
  static let list = Endpoint(parameters: DocumentSearch.parameters) {
    call, services throws(Problem) in
    let (query, caller) = (try DocumentSearch.query(call.query), try call.caller())
    let page = try services.cursors.page(call.query, query, of: caller.tenant)
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.list(query, page, by: caller)
    }
    let next = try found.next.map { position throws(Problem) in
      try services.cursors.text(position, query, of: caller.tenant)
    }
    return Answers.revalidated(
      PageBody(items: found.items.map { Bodies.document($0) }, nextCursor: next),
      for: call.request)
  }

  /// `POST /v1/documents`.
  static let create = Endpoint(body: .json, isIdempotent: true) { call, services throws(Problem) in
    let body = try call.json(DocumentRequestBody.self)
    let caller = try call.caller()
    let type = try DocumentText.type(body.type ?? "document")
    let labels = try DocumentText.labels(body.labels ?? [], "labels")
    let period = try body.period.map { text throws(Problem) in try DocumentText.period(text) }
    let created = try await services.run { () async throws(DeliveryError) in
      try await services.createDocument(
        title: body.title, type: type, labels: labels, period: period, by: caller)
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
    let status = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.status(of: id, by: caller)
    }
    var body = Bodies.document(view)
    body.deliveries = status.deliveries.count
    body.lastDeliveryAt = status.deliveries.lastAt?.description
    if caller.principal.scopes.has(.documentsWrite), let bar = status.bar {
      body.keptBy = DeliveryError(bar).code.rawValue
      if case .retained(let end) = bar { body.retainedUntil = end.description }
    }
    return Answers.revalidated(body, for: call.request)
  }

  /// `GET /v1/documents/{document}/versions`.
  static let versions = Endpoint(parameters: ["limit", "cursor"]) {
    call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let page = try call.query.page { Int($0) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.versions(of: id, page, by: caller)
    }
    let counts = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.deliveries(
        of: found.items.map(\.id), of: id, by: caller)
    }
    return Answers.revalidated(
      Bodies.page(
        found, { Bodies.version($0, counts[$0.id], for: caller) }, key: \.number),
      for: call.request)
  }

  /// `GET /v1/documents/{document}/versions/{version}`.
  static let version = Endpoint { call, services throws(Problem) in
    let (found, caller) = (try await version(call, services), try call.caller())
    let counts = try await services.run { () async throws(DeliveryError) in
      try await services.listDocuments.deliveries(
        of: [found.id], of: found.document, by: caller)
    }
    return Answers.revalidated(
      Bodies.version(found, counts[found.id], for: caller), for: call.request)
  }

  /// `GET /v1/documents/{document}/versions/{version}/receipt`: a compact JWS.
  static let receipt = Endpoint { call, services throws(Problem) in
    let version = try await version(call, services)
    guard let signed = version.receipt.signed else {
      throw Problem(.notFound, "The version was published before receipts were signed.")
    }
    return Answers.file(
      Array(signed.utf8), type: ReceiptFile.mediaType, name: "\(version.id).receipt")
  }

  /// The version that the path names, if the caller may see its document.
  private static func version(
    _ call: Call, _ services: Services
  ) async throws(Problem) -> Version {
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
    return found
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
    if let error = withdrawn.removalError { services.report(Problem(error), call.request) }
    return Answers.json(
      .ok,
      WithdrawalBody(
        withdrawnAt: moment.description,
        residualExposureSeconds: withdrawn.exposure.seconds,
        residualExposure: Bodies.exposure(withdrawn.exposure),
        eventID: withdrawn.sequenced?.event.description, object: withdrawn.object?.rawValue))
  }

  /// `PATCH /v1/documents/{document}`.
  static let change = Endpoint(body: .json) { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let order = try DocumentText.order(try call.json(DocumentChangeBody.self), id)
    let changed = try await services.run { () async throws(DeliveryError) in
      try await services.editDocument(order, by: caller)
    }
    return Answers.json(.ok, Bodies.document(changed.view))
  }

  /// `DELETE /v1/documents/{document}`.
  static let delete = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let deleted = try await services.run { () async throws(DeliveryError) in
      try await services.deleteDocument(id, by: caller)
    }
    services.objectsWait()
    return Answers.json(
      .ok,
      DeletionBody(
        deletedAt: deleted.moment.description, objects: Int64(deleted.objects),
        residualExposureSeconds: deleted.exposure.seconds,
        residualExposure: Bodies.exposure(deleted.exposure),
        eventID: deleted.sequenced.event.description))
  }

  /// `PATCH /v1/documents/{document}/versions/{version}`.
  static let changeVersion = Endpoint(body: .json) { call, services throws(Problem) in
    let document = try call.id("document", DocumentID.self)
    let (id, caller) = (try call.id("version", VersionID.self), try call.caller())
    let body = try call.json(VersionChangeBody.self)
    let from = try body.validFrom.map { text throws(Problem) in
      try DocumentText.moment(text, "valid_from")
    }
    var until: Timestamp??
    if let end = body.validUntil {
      until = .some(
        try end.map { text throws(Problem) in try DocumentText.moment(text, "valid_until") })
    }
    let end = until
    let changed = try await services.run { () async throws(DeliveryError) in
      try await services.editDocument.setValidity(
        of: id, of: document, from: from, until: end, by: caller)
    }
    return Answers.json(.ok, Bodies.version(changed.version))
  }
}
