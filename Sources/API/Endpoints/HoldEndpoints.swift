// Legal holds on a document: list, place, lift.

import Base
import Delivery
import HTTPMessage
import Wire

enum HoldEndpoints {
  /// `GET /v1/documents/{document}/holds`.
  static let list = Endpoint(parameters: ["limit", "cursor"]) { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let page = try call.query.page { HoldID($0) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.manageHolds.list(of: id, page, by: caller)
    }
    return Answers.revalidated(Bodies.page(found, Bodies.hold, key: \.id), for: call.request)
  }

  /// `POST /v1/documents/{document}/holds`.
  static let add = Endpoint(body: .json, isIdempotent: true) { call, services throws(Problem) in
    let (id, caller) = (try call.id("document", DocumentID.self), try call.caller())
    let body = try call.json(HoldRequestBody.self)
    let added = try await services.run { () async throws(DeliveryError) in
      try await services.manageHolds.add(body.name, to: id, by: caller)
    }
    return Answers.json(
      .created, Bodies.hold(added.hold), location: "/v1/documents/\(id)/holds/\(added.hold.id)")
  }

  /// `DELETE /v1/documents/{document}/holds/{hold}`.
  static let remove = Endpoint { call, services throws(Problem) in
    let document = try call.id("document", DocumentID.self)
    let (id, caller) = (try call.id("hold", HoldID.self), try call.caller())
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.manageHolds.remove(id, of: document, by: caller)
    }
    return HTTPResponse(.noContent, fields: HTTPFields([(.cacheControl, "no-store")]))
  }
}
