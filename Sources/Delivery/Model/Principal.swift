// Who calls, and for whom. A principal exists only where a token was verified or the admin socket
// named its peer; no field of a request can change it.

package import Base
package import Cryptography
package import JSONText

/// The authenticated caller.
package struct Principal: Sendable, Hashable {
  /// What kind of caller it is, as the audit log names it.
  package enum Kind: String, Sendable {
    /// A person.
    case user
    /// A program with a token of its own, such as a BFF.
    case service
    /// An operator of this installation.
    case `operator`
  }

  /// The issuer under which the admin socket's peers are known.
  package static let adminSocketIssuer = "admin-socket"

  /// What kind of caller it is.
  package let kind: Kind
  /// The tenant that the token asserts; nothing only for an operator.
  package let tenant: TenantID?
  /// The issuer that vouches for the subject.
  package let issuer: String
  /// The subject's name in that issuer.
  package let subject: SubjectID
  /// The client that obtained the token (`azp` or `client_id`), up to 255 bytes.
  package let client: String?
  /// What the token may be used for.
  package let scopes: ScopeSet
  /// The roles that the token asserts.
  package let roles: [Role]
  /// SHA-256 of issuer and token id (`jti`), by which one token can be revoked.
  package let tokenDigest: SHA256Digest?
  /// When the token was issued; nothing if it does not say.
  package let issuedAt: Timestamp?
  /// The person whom the token says the caller acts for (`act` claim).
  package let actsFor: Recipient?

  /// Makes the principal of a verified token; only the code that verified it may call this.
  package init(
    verifiedToken kind: Kind, tenant: TenantID?, issuer: String, subject: SubjectID,
    client: String?, scopes: ScopeSet, roles: [Role], tokenDigest: SHA256Digest?,
    issuedAt: Timestamp? = nil, actsFor: Recipient? = nil
  ) {
    self.kind = kind
    self.tenant = tenant
    self.issuer = issuer
    self.subject = subject
    self.client = client
    self.scopes = scopes
    self.roles = roles
    self.tokenDigest = tokenDigest
    self.issuedAt = issuedAt
    self.actsFor = actsFor
  }

  /// Makes an operator of a peer of the admin socket, whom the kernel named.
  package init(adminSocketPeer subject: SubjectID) {
    self.init(
      verifiedToken: .operator, tenant: nil, issuer: Principal.adminSocketIssuer, subject: subject,
      client: nil, scopes: ScopeSet(Scope.allCases), roles: [], tokenDigest: nil)
  }

  /// Whether the caller manages every tenant.
  package var isOperator: Bool { kind == .operator && scopes.has(.operator) }

  /// Throws `scope-missing` unless the caller manages every tenant.
  func requireOperator() throws(DeliveryError) {
    guard isOperator else { throw .missing(.operator) }
  }

  /// What decides whether the token is revoked.
  package var tokenFacts: TokenFacts {
    TokenFacts(
      tenant: tenant, issuer: issuer, subject: subject, digest: tokenDigest, issuedAt: issuedAt)
  }

  /// The caller as the audit log's table of pseudonyms knows it.
  package var person: PersonReference { PersonReference(issuer: issuer, subject: subject) }
}

/// The person whom a principal acts for: grants are evaluated for the recipient.
package struct Recipient: Sendable, Hashable {
  /// The person's name at the principal's issuer.
  package let subject: SubjectID
  /// The roles that the principal asserts for the person, at most 64.
  package let roles: [Role]

  /// Names a recipient; roles beyond the 64th give nothing.
  package init?(subject: SubjectID, roles: [Role] = []) {
    guard roles.count <= 64 else { return nil }
    self.subject = subject
    self.roles = roles
  }
}

/// A person or service as one issuer names it; personal data, replaced by a pseudonym in the log.
package struct PersonReference: Sendable, Hashable, CustomStringConvertible {
  /// The issuer that vouches for the subject, compared byte by byte.
  @ExactText package private(set) var issuer: String
  /// The subject's name in that issuer.
  package let subject: SubjectID

  /// Names a person.
  package init(issuer: String, subject: SubjectID) {
    self.issuer = issuer
    self.subject = subject
  }

  package var description: String { "a person" }
}
