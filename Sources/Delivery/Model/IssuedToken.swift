// Tokens as the gateway remembers them: those that its own issuer gave out, and the rules by which
// tokens are refused before they expire. The token itself is kept nowhere.

package import Base
package import Cryptography
package import JSONText

/// A token of the local issuer.
package struct IssuedToken: Sendable, Hashable {
  /// How long a row outlives its token, in seconds: 90 days, for the question who had access.
  package static let keptSeconds: Int64 = 90 * 86_400

  /// Its identifier, the claim `jti`.
  package let id: TokenID
  /// The tenant that it names.
  package let tenant: TenantID
  /// SHA-256 of issuer and `jti`, by which it can be revoked.
  package let digest: SHA256Digest
  /// Who uses it.
  package let subject: SubjectID
  /// What it may be used for.
  package let scopes: ScopeSet
  /// The roles that it asserts.
  package let roles: [Role]
  /// When it was issued, in whole seconds as the claim `iat` has it.
  package let issuedAt: Timestamp
  /// When it ends.
  package let expiresAt: Timestamp

  /// Takes the values as they are.
  package init(
    id: TokenID, tenant: TenantID, digest: SHA256Digest, subject: SubjectID, scopes: ScopeSet,
    roles: [Role], issuedAt: Timestamp, expiresAt: Timestamp
  ) {
    self.id = id
    self.tenant = tenant
    self.digest = digest
    self.subject = subject
    self.scopes = scopes
    self.roles = roles
    self.issuedAt = issuedAt
    self.expiresAt = expiresAt
  }

  /// What revocation asks about it.
  package func facts(issuer: String) -> TokenFacts {
    TokenFacts(
      tenant: tenant, issuer: issuer, subject: subject, digest: digest, issuedAt: issuedAt)
  }
}

/// How a token stands.
package enum TokenState: String, Sendable, Hashable {
  /// It opens what its scopes and grants allow.
  case active
  /// It was taken out of use.
  case revoked
  /// Its time is over.
  case expired
}

/// What decides whether a verified token is revoked.
package struct TokenFacts: Sendable, Hashable {
  /// The tenant that it names; nothing for an operator's.
  package let tenant: TenantID?
  /// Its issuer.
  package let issuer: String
  /// Its subject.
  package let subject: SubjectID
  /// SHA-256 of issuer and `jti`; nothing without a `jti`.
  package let digest: SHA256Digest?
  /// When it was issued; nothing if it does not say.
  package let issuedAt: Timestamp?

  /// Takes the values as they are.
  package init(
    tenant: TenantID?, issuer: String, subject: SubjectID, digest: SHA256Digest?,
    issuedAt: Timestamp?
  ) {
    self.tenant = tenant
    self.issuer = issuer
    self.subject = subject
    self.digest = digest
    self.issuedAt = issuedAt
  }

  /// The digest by which one token is revoked.
  package static func digest(issuer: String, tokenID: String) -> SHA256Digest {
    // The zero byte cannot occur in either, so no two pairs give one text.
    SHA256.hash(Array(issuer.utf8) + [0] + Array(tokenID.utf8))
  }
}

/// Whose tokens a cutoff is about.
package struct TokenHolders: Sendable, Hashable {
  /// Tokens that name this tenant; nothing for every tenant.
  package let tenant: TenantID?
  /// Their issuer, compared byte by byte.
  @ExactText package private(set) var issuer: String
  /// Their subject; nothing for every subject.
  package let subject: SubjectID?

  /// Takes the values as they are.
  package init(tenant: TenantID?, issuer: String, subject: SubjectID?) {
    self.tenant = tenant
    self.issuer = issuer
    self.subject = subject
  }

  /// The sets that a token belongs to.
  package static func including(_ token: TokenFacts) -> [TokenHolders] {
    let places: [TenantID?] = token.tenant.map { [$0, nil] } ?? [nil]
    return places.flatMap { tenant in
      [
        TokenHolders(tenant: tenant, issuer: token.issuer, subject: token.subject),
        TokenHolders(tenant: tenant, issuer: token.issuer, subject: nil),
      ]
    }
  }
}

/// A moment before which a set of tokens was issued that is refused now.
package struct TokenCutoff: Sendable, Hashable {
  /// Whose tokens.
  package let holders: TokenHolders
  /// Tokens issued up to the second of this moment are refused.
  package let before: Timestamp

  /// Takes the values as they are.
  package init(_ holders: TokenHolders, before: Timestamp) {
    self.holders = holders
    self.before = before
  }

  /// Whether a token that was issued at `moment` is refused.
  ///
  /// A token tells the second of its issue only, so one of the very second of the cutoff is refused
  /// too; so is one that does not say when it was issued.
  package func refuses(issuedAt moment: Timestamp?) -> Bool {
    guard let moment else { return true }
    return moment.seconds <= before.seconds
  }
}
