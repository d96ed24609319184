// What a token may be used for. A scope opens a kind of act; which documents it reaches is the
// business of grants.

/// The scopes of the HTTP contract (DESIGN section 4).
package enum Scope: String, Sendable, Hashable, CaseIterable {
  /// List and show documents, versions, links.
  case documentsRead = "documents:read"
  /// Issue links.
  case linksCreate = "links:create"
  /// Ask for a raw presigned URL, which cannot be revoked.
  case presignedCreate = "presigned:create"
  /// Revoke links.
  case linksRevoke = "links:revoke"
  /// Act for a recipient who is named in the request.
  case linksDelegate = "links:delegate"
  /// Create documents, upload and withdraw versions.
  case documentsWrite = "documents:write"
  /// Read the tenant's audit log.
  case auditRead = "audit:read"
  /// Manage grants and policy of the token's own tenant.
  case tenantAdmin = "tenant:admin"
  /// Manage every tenant; only the local issuer and the admin socket give it.
  case `operator` = "operator"
}

/// A set of scopes in one word.
package struct ScopeSet: OptionSet, Sendable, Hashable {
  package let rawValue: UInt16

  package init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The set of `scopes`.
  package init(_ scopes: some Sequence<Scope>) {
    rawValue = scopes.reduce(0) { $0 | ScopeSet.bit($1) }
  }

  /// Whether the set has `scope`.
  package func has(_ scope: Scope) -> Bool { rawValue & ScopeSet.bit(scope) != 0 }

  /// The scopes in the order of the contract.
  package var scopes: [Scope] { Scope.allCases.filter(has) }

  private static func bit(_ scope: Scope) -> UInt16 {
    switch scope {
    case .documentsRead: 1
    case .linksCreate: 1 << 1
    case .presignedCreate: 1 << 2
    case .linksRevoke: 1 << 3
    case .linksDelegate: 1 << 4
    case .documentsWrite: 1 << 5
    case .auditRead: 1 << 6
    case .tenantAdmin: 1 << 7
    case .operator: 1 << 8
    }
  }
}
