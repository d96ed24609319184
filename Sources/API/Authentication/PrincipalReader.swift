// From verified claims to a principal. What a claim does not say, or says wrongly, is refused: a
// token with a scope that we do not know is fine, one with a tenant that its issuer may not name is
// not.

import Base
import Delivery
import JOSE

enum PrincipalReader {
  /// The principal of a verified token; nothing if a claim that is needed is absent or not allowed.
  static func principal(of token: VerifiedToken, _ rules: IssuerRules) -> Principal? {
    guard let subjectText = token.string(at: rules.subjectClaim),
      let subject = SubjectID(subjectText)
    else { return nil }
    var scopes = ScopeSet((token.words(at: rules.scopeClaim) ?? []).compactMap(Scope.init))
    if !rules.isLocal { scopes.remove(ScopeSet([.operator])) }
    let isOperator = scopes.has(.operator)
    let tenant: TenantID?
    if let text = token.string(at: rules.tenantClaim) {
      guard let named = TenantID(text), rules.tenants?.contains(named) ?? true else { return nil }
      tenant = named
    } else {
      guard isOperator else { return nil }
      tenant = nil
    }
    guard let roles = roles(token, rules) else { return nil }
    // RFC 8693 section 4.1: `sub` is the person, `act` the service that acts for them. So grants are
    // looked up for the subject, and the audit log names the actor as the client.
    let client =
      token.string(at: "/act/sub") ?? token.string(at: "client_id") ?? token.string(at: "azp")
    return Principal(
      verifiedToken: isOperator ? .operator : client == subjectText ? .service : .user,
      tenant: tenant, issuer: token.issuer, subject: subject,
      client: client.map { Names.cut($0, bytesMax: 255) }, scopes: scopes, roles: roles,
      tokenDigest: token.tokenID.map {
        TokenFacts.digest(issuer: token.issuer, tokenID: $0)
      },
      issuedAt: issueTime(of: token))
  }

  /// The claim `iat` in whole seconds (RFC 7519 section 2 allows fractions); nothing if it is absent.
  private static func issueTime(of token: VerifiedToken) -> Timestamp? {
    switch token.claim(at: "iat") {
    case .integer(let seconds) where abs(Double(seconds)) < 0x1p53: Timestamp(seconds: seconds)
    case .number(let seconds) where abs(seconds) < 0x1p53:
      Timestamp(seconds: Int64(seconds.rounded(.down)))
    default: nil
    }
  }

  private static func roles(_ token: VerifiedToken, _ rules: IssuerRules) -> [Role]? {
    let words = token.words(at: rules.rolesClaim) ?? []
    guard words.count <= 64 else { return nil }
    let roles = words.compactMap { Role($0) }
    return roles.count == words.count ? roles : nil
  }
}
