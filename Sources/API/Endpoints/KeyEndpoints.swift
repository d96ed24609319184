// The keys of the installation as operators see and change them: ids and times, never a secret. Files
// are changed by `postern keys`, which records here first and asks for a new reading afterwards.

import Base
import Delivery
import HTTPMessage
package import Wire

/// What the server can do about its keys.
package struct KeyControl: Sendable {
  /// The keys that count now.
  package let list: @Sendable () -> [KeyBody]

  /// Reads the files anew.
  package let reload: @Sendable () async throws(Problem) -> Void

  /// Takes the closures.
  package init(
    list: @escaping @Sendable () -> [KeyBody],
    reload: @escaping @Sendable () async throws(Problem) -> Void
  ) {
    self.list = list
    self.reload = reload
  }
}

enum KeyEndpoints {
  /// `GET /v1/system/keys`.
  static let list = Endpoint(isForOperators: true) { call, services throws(Problem) in
    Answers.revalidated(PageBody(items: services.keys.list()), for: call.request)
  }

  /// `POST /v1/system/keys/changes`: before the change is made.
  static let record = Endpoint(body: .json, isForOperators: true) {
    call, services throws(Problem) in
    let body = try call.json(KeyChangeBody.self)
    let until = try body.until.map { text throws(Problem) in
      try AdministrationEndpoints.moment(text, "until")
    }
    guard let action = KeyChange.Action(rawValue: body.action),
      let change = KeyChange(
        action, key: body.key, id: body.id, formerID: body.formerID, until: until)
    else { throw Problem(.memberInvalid, "action is rotate or retire; key and ids are names.") }
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.recordKeyChange(change, by: call.principal, request: call.context)
    }
    return HTTPResponse(.noContent, fields: HTTPFields([(.cacheControl, "no-store")]))
  }

  /// `POST /v1/system/keys/reload`.
  static let reload = Endpoint(isForOperators: true) { call, services throws(Problem) in
    try await services.keys.reload()
    return Answers.json(.ok, PageBody(items: services.keys.list()))
  }
}
