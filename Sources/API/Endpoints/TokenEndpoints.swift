// Tokens of the local issuer, and the end of tokens of any issuer. Only operators come here.

import Base
import Cryptography
import Delivery
import HTTPMessage
import JOSE
import Wire

enum TokenEndpoints {
  /// `POST /v1/tenants/{tenant}/tokens`. The token is remembered before it is given out.
  static let issue = Endpoint(body: .json, isForOperators: true) { call, services throws(Problem) in
    guard let tenant = call.tenant else { throw Problem(.routeNotFound) }
    let body = try call.json(TokenRequestBody.self)
    let caller = try call.caller()
    let id = TokenID(at: services.clock.now(), random: Random.pair())
    let issued = try services.tokens.issue(tenant, body, id)
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.manageTokens.record(issued.record, by: caller)
    }
    return Answers.json(.created, issued.body)
  }

  /// `GET /v1/tenants/{tenant}/tokens`.
  static let list = Endpoint(parameters: ["limit", "cursor"], isForOperators: true) {
    call, services throws(Problem) in
    let (page, caller) = (try call.query.page { TokenID($0) }, try call.caller())
    let found = try await services.run { () async throws(DeliveryError) in
      try await services.manageTokens.list(page, by: caller)
    }
    return Answers.revalidated(
      Bodies.page(found, { body(of: $0.token, $0.state) }, key: \.token.id), for: call.request)
  }

  /// `POST /v1/tenants/{tenant}/tokens/revocations`.
  static let revoke = Endpoint(body: .json, isForOperators: true) {
    call, services throws(Problem) in
    let body = try call.json(TokenRevocationBody.self)
    let caller = try call.caller()
    switch try target(of: body, services) {
    case .one(let issuer, let id, let end):
      let digest = TokenFacts.digest(issuer: issuer, tokenID: id)
      _ = try await services.run { () async throws(DeliveryError) in
        try await services.revokeTokens(digest, until: end, by: caller)
      }
    case .holders(let issuer, let subject, let before):
      _ = try await services.run { () async throws(DeliveryError) in
        try await services.revokeTokens.cutOff(
          issuer: issuer, subject: subject, before: before, by: caller)
      }
    }
    return HTTPResponse(.noContent, fields: HTTPFields([(.cacheControl, "no-store")]))
  }

  /// `POST /v1/system/tokens/revocations`: in every tenant.
  static let revokeEverywhere = Endpoint(body: .json, isForOperators: true) {
    call, services throws(Problem) in
    let body = try call.json(TokenRevocationBody.self)
    guard case .holders(let issuer, let subject, let before) = try target(of: body, services) else {
      throw Problem(.memberInvalid, "One token is revoked below its tenant.")
    }
    _ = try await services.run { () async throws(DeliveryError) in
      try await services.revokeTokens.cutOffEverywhere(
        issuer: issuer, subject: subject, before: before, by: call.principal,
        request: call.context)
    }
    return HTTPResponse(.noContent, fields: HTTPFields([(.cacheControl, "no-store")]))
  }

  /// What is to be revoked.
  private enum Target {
    case one(issuer: String, id: String, end: Timestamp)
    case holders(issuer: String, subject: SubjectID?, before: Timestamp?)
  }

  /// How long a token stays revoked of which nobody says when it expires: longer than the longest
  /// life of a token of the local issuer.
  private static let revocationSeconds: Int64 = 400 * 86_400

  /// The most bytes of an issuer's name, as in the settings.
  private static let issuerBytesMax = 512

  private static func target(
    of body: TokenRevocationBody, _ services: Services
  ) throws(Problem) -> Target {
    if let issuer = body.issuer {
      guard Names.isPrintable(issuer, bytesMax: issuerBytesMax) else {
        throw Problem(.memberInvalid, "issuer has 1 to \(issuerBytesMax) printable bytes.")
      }
    }
    let now = services.clock.now()
    let end = try body.expiresAt.map { text throws(Problem) in
      try AdministrationEndpoints.moment(text, "expires_at")
    }
    let before = try body.issuedBefore.map { text throws(Problem) in
      try AdministrationEndpoints.moment(text, "issued_before")
    }
    if let id = body.id {
      guard body.subject == nil, before == nil else {
        throw Problem(.memberInvalid, "jti names one token: no subject, no issued_before.")
      }
      guard end.map({ $0 > now }) ?? true else {
        throw Problem(
          .validityInvalid, "expires_at lies after now: an expired token opens nothing.")
      }
      return .one(
        issuer: body.issuer ?? services.localIssuer, id: id,
        // A token is accepted for a while after its end.
        end: (end ?? now.adding(seconds: revocationSeconds))
          .adding(seconds: Int64(TokenPolicy.leewaySecondsMax)))
    }
    guard end == nil else { throw Problem(.memberInvalid, "expires_at goes with jti only.") }
    guard let subject = body.subject else {
      guard let issuer = body.issuer else {
        throw Problem(.memberMissing, "One of jti, subject and issuer is needed.")
      }
      return .holders(issuer: issuer, subject: nil, before: before)
    }
    guard let subject = SubjectID(subject) else {
      throw Problem(.memberInvalid, "subject has 1 to 255 printable bytes.")
    }
    return .holders(
      issuer: body.issuer ?? services.localIssuer, subject: subject, before: before)
  }

  private static func body(of token: IssuedToken, _ state: TokenState) -> IssuedTokenBody {
    IssuedTokenBody(
      id: token.id.description, subject: token.subject.text,
      scopes: token.scopes.scopes.map(\.rawValue), roles: token.roles.map(\.text),
      issuedAt: token.issuedAt.description, expiresAt: token.expiresAt.description,
      state: state.rawValue)
  }
}
