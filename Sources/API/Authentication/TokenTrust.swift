// Whose tokens are believed, and what their claims mean here. The tenant of a request comes from a
// verified claim and from nowhere else.

import Base
package import Delivery
package import JOSE

/// How one issuer's claims are read, and how far it is believed.
package struct IssuerRules: Sendable {
  /// The `iss` claim.
  package let issuer: String
  /// Where the tenant stands; a name or a JSON pointer, as for the other three.
  package let tenantClaim: String
  package let scopeClaim: String
  package let rolesClaim: String
  package let subjectClaim: String
  /// The tenants that the issuer may assert; nothing means all.
  package let tenants: Set<TenantID>?
  /// Whether it is our own issuer: only then the scope `operator` counts.
  package let isLocal: Bool

  /// Takes the values as they are.
  package init(
    issuer: String, tenantClaim: String = "tid", scopeClaim: String = "scp",
    rolesClaim: String = "roles", subjectClaim: String = "sub", tenants: Set<TenantID>?,
    isLocal: Bool
  ) {
    self.issuer = issuer
    self.tenantClaim = tenantClaim
    self.scopeClaim = scopeClaim
    self.rolesClaim = rolesClaim
    self.subjectClaim = subjectClaim
    self.tenants = tenants
    self.isLocal = isLocal
  }
}

/// The trusted issuers at one moment; replaced as a whole when keys change.
package struct TokenTrust: Sendable {
  /// Grows with each replacement, so that caches of older ones are dropped.
  package let generation: Int
  package let directory: IssuerDirectory
  /// The rules by issuer.
  package let rules: [String: IssuerRules]

  /// Takes the values as they are.
  package init(generation: Int, directory: IssuerDirectory, rules: [String: IssuerRules]) {
    self.generation = generation
    self.directory = directory
    self.rules = rules
  }
}

/// Where the API gets the current trust, and how it asks for newer keys.
package struct TokenTrustSource: Sendable {
  /// The trust as it stands.
  package let current: @Sendable () -> TokenTrust

  /// Tells that a token names a key that the issuer's set does not have; returns when newer keys
  /// were fetched, or at once if they were fetched lately.
  package let keyUnknown: @Sendable (_ issuer: String) async -> Void

  /// Takes the closures.
  package init(
    current: @escaping @Sendable () -> TokenTrust,
    keyUnknown: @escaping @Sendable (_ issuer: String) async -> Void
  ) {
    self.current = current
    self.keyUnknown = keyUnknown
  }
}
