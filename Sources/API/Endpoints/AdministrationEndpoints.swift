// Grants and policy of a tenant, and the tenants, which only operators manage.

import Base
import Delivery
import HTTPMessage
import Wire

enum AdministrationEndpoints {
  /// `GET /v1/grants`.
  static let grants = Endpoint(parameters: ["limit", "cursor"]) { call, services throws(Problem) in
    let (page, caller) = (try call.query.page { GrantID($0) }, try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.manageGrants.list(page, by: caller)
    }
    return Answers.revalidated(Bodies.page(found, GrantText.body, key: \.id), for: call.request)
  }

  /// `POST /v1/grants`.
  static let putGrant = Endpoint(body: .json, isIdempotent: true) {
    call, services throws(Problem) in
    let body = try call.json(GrantBody.self)
    guard body.id == nil, body.createdAt == nil else {
      throw Problem(.memberInvalid, "id and created_at are given by the server.")
    }
    let caller = try call.caller()
    let (holder, reach) = (try GrantText.holder(body.subject), try GrantText.reach(body.documents))
    let rights = try GrantText.rights(body.actions)
    let end = try body.validUntil.map { text throws(Problem) in try moment(text, "valid_until") }
    let added = try await services.run { () async throws(DeliveryError) in
      try await services.manageGrants.add(
        holder: holder, reach: reach, rights: rights, validUntil: end, by: caller)
    }
    return Answers.json(
      .created, GrantText.body(added.grant), location: "/v1/grants/\(added.grant.id)")
  }

  /// `DELETE /v1/grants/{grant}`.
  static let removeGrant = Endpoint { call, services throws(Problem) in
    let (id, caller) = (try call.id("grant", GrantID.self), try call.caller())
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.manageGrants.remove(id, by: caller)
    }
    return HTTPResponse(.noContent, fields: HTTPFields([(.cacheControl, "no-store")]))
  }

  /// `GET /v1/policy`.
  static let policy = Endpoint { call, services throws(Problem) in
    let caller = try call.caller()
    let policy = try await services.run { () async throws(DeliveryError) in
      try await services.managePolicy.show(by: caller)
    }
    return Answers.revalidated(PolicyText.body(policy), for: call.request)
  }

  /// `PUT /v1/policy`. With `If-Match` the version is that of the tagged policy plus one, whatever
  /// the body says; without it the body must name the next version.
  static let putPolicy = Endpoint(body: .json) { call, services throws(Problem) in
    let body = try call.json(PolicyBody.self)
    let (caller, fields) = (try call.caller(), call.request.fields)
    let isTagged = fields.contains(.ifMatch)
    var current = TenantPolicy()
    if isTagged || PolicyText.namesLogo(body) {
      current = try await services.run { () async throws(DeliveryError) in
        try await services.managePolicy.show(by: caller)
      }
    }
    var policy = try PolicyText.policy(body, logo: current.brand.logo)
    if isTagged {
      let tag = Answers.tag(of: PolicyText.body(current).json())
      guard Preconditions.evaluate(.put, fields, Validators(tag: tag)) == .proceed else {
        throw Problem(.preconditionFailed, "The policy is version \(current.version) now.")
      }
      policy.version = current.version + 1
    }
    do throws(DeliveryError) {
      _ = try await services.managePolicy.replace(policy, by: caller)
    } catch {
      guard error.code == .conflict, isTagged else { throw Problem(error) }
      throw Problem(.preconditionFailed, "The policy changed meanwhile.", cause: error)
    }
    var answer = Answers.json(.ok, PolicyText.body(policy))
    answer.fields.append(.etag, Answers.tag(of: PolicyText.body(policy).json()).description)
    return answer
  }

  /// `GET /v1/policy/versions`.
  static let policyVersions = Endpoint(parameters: ["limit", "cursor"]) {
    call, services throws(Problem) in
    let (page, caller) = (try call.query.page { Int($0) }, try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.managePolicy.history(page, by: caller)
    }
    return Answers.revalidated(
      Bodies.page(found, PolicyText.revision, key: \.policy.version), for: call.request)
  }

  /// `GET /v1/grants/explanation`.
  static let explainGrants = Endpoint(parameters: ["document", "subject", "roles"]) {
    call, services throws(Problem) in
    let (caller, query) = (try call.caller(), call.query)
    guard let document = try query.value("document", { DocumentID($0) }) else {
      throw Problem(.parameterInvalid, "document is missing.")
    }
    let roles = try query.value("roles") { text in
      let names = text.unicodeScalars.split(separator: ",").map { String($0) }
      let roles = names.compactMap { Role($0) }
      return roles.count == names.count && roles.count <= 64 ? roles : nil
    }
    let subject = try query.value("subject", { SubjectID($0) })
    guard subject != nil || roles == nil else {
      throw Problem(.parameterInvalid, "roles goes with a subject.")
    }
    let holder = subject.map { GrantHolder(subject: $0, roles: roles ?? []) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.manageGrants.explain(document, for: holder, by: caller)
    }
    return Answers.revalidated(GrantText.body(found), for: call.request)
  }

  /// `GET /v1/tenants`.
  static let tenants = Endpoint(parameters: ["limit", "cursor"], isForOperators: true) {
    call, services throws(Problem) in
    let page = try call.query.page { TenantID($0) }
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.manageTenants.list(page, by: call.principal)
    }
    return Answers.revalidated(Bodies.page(found, Bodies.tenant, key: \.id), for: call.request)
  }

  /// `POST /v1/tenants`.
  static let createTenant = Endpoint(body: .json, isForOperators: true) {
    call, services throws(Problem) in
    let body = try call.json(TenantBody.self)
    guard body.createdAt == nil else {
      throw Problem(.memberInvalid, "created_at is given by the server.")
    }
    guard let id = TenantID(body.id) else {
      throw Problem(.memberInvalid, "id is 1 to 63 of a-z, 0-9 and hyphens, no hyphen first.")
    }
    let created = try await services.run { () async throws(DeliveryError) in
      try await services.manageTenants.create(
        id, name: body.title ?? body.id, by: call.principal, request: call.context)
    }
    return Answers.json(
      .created, Bodies.tenant(created.tenant), location: "/v1/tenants/\(id)")
  }

  /// `GET /v1/tenants/{tenant}`.
  static let tenant = Endpoint(isForOperators: true) { call, services throws(Problem) in
    guard let id = call.tenant else { throw Problem(.routeNotFound) }
    let tenant = try await services.run { () async throws(DeliveryError) in
      try await services.manageTenants.show(id, by: call.principal)
    }
    return Answers.revalidated(Bodies.tenant(tenant), for: call.request)
  }

  /// A moment of a body.
  static func moment(_ text: String, _ name: String) throws(Problem) -> Timestamp {
    guard let moment = Timestamp(text) else {
      throw Problem(.memberInvalid, "\(name) is a moment such as 2026-11-21T09:00:00Z.")
    }
    return moment
  }
}
