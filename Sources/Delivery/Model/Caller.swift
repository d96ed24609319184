// One call: who, in which tenant, for whom, in which request. Every use case takes a `Caller`, so
// none can forget the tenant and none can take it from anywhere else.

/// The principal in the tenant where it acts.
package struct Caller: Sendable {
  /// Who calls.
  package let principal: Principal
  /// The tenant whose things are touched.
  package let tenant: TenantID
  /// The person acted for.
  package let recipient: Recipient?
  /// The request, for the audit log.
  package let request: RequestContext

  /// Places a principal in the tenant of its token.
  ///
  /// Throws `scope-missing` if the body names a recipient without `links:delegate`, and
  /// `tenant-required` for an operator, who must say which tenant.
  package init(
    _ principal: Principal, recipient: Recipient? = nil, request: RequestContext
  ) throws(DeliveryError) {
    guard let tenant = principal.tenant else {
      throw DeliveryError(.tenantRequired, "An operator must name the tenant.")
    }
    try self.init(principal, placedIn: tenant, recipient: recipient, request: request)
  }

  /// Places an operator in a tenant of its choice.
  ///
  /// Throws `scope-missing` if the principal is not an operator.
  package init(
    operator principal: Principal, in tenant: TenantID, recipient: Recipient? = nil,
    request: RequestContext
  ) throws(DeliveryError) {
    try principal.requireOperator()
    try self.init(principal, placedIn: tenant, recipient: recipient, request: request)
  }

  private init(
    _ principal: Principal, placedIn tenant: TenantID, recipient: Recipient?,
    request: RequestContext
  ) throws(DeliveryError) {
    if recipient != nil, !principal.scopes.has(.linksDelegate) { throw .missing(.linksDelegate) }
    self.principal = principal
    self.tenant = tenant
    self.recipient = recipient ?? principal.actsFor
    self.request = request
  }

  /// On whose account the call is allowed.
  package var authority: Authority {
    if let recipient {
      return .holder(GrantHolder(subject: recipient.subject, roles: recipient.roles))
    }
    if principal.isOperator { return .operator }
    return .holder(GrantHolder(subject: principal.subject, roles: principal.roles))
  }

  /// The recipient as the audit log's table of pseudonyms knows it.
  package var recipientPerson: PersonReference? {
    recipient.map { PersonReference(issuer: principal.issuer, subject: $0.subject) }
  }
}

/// Someone for whom grants are evaluated.
package struct GrantHolder: Sendable, Hashable {
  /// The name that `user` grants are compared with.
  package let subject: SubjectID
  /// The roles that `role` grants are compared with.
  package let roles: [Role]

  /// Names a holder.
  package init(subject: SubjectID, roles: [Role]) {
    self.subject = subject
    self.roles = roles
  }
}

/// On whose account an act is allowed; a link keeps it, because redemption checks it again.
package enum Authority: Sendable, Hashable {
  /// Somebody's grants, as they stand at the moment of the check.
  case holder(GrantHolder)
  /// An operator, who needs no grant.
  case `operator`
}

/// What the audit log keeps of a request.
package struct RequestContext: Sendable, Hashable {
  /// The longest request id in bytes.
  package static let idBytesMax = 64

  /// The id that the client sees in `X-Request-Id`.
  package let id: String
  /// The trace id of `traceparent`, 32 hexadecimal digits.
  package let traceID: String?
  /// The client's address as text. Personal data.
  package let address: String?
  /// The client's `User-Agent`, cut to 512 bytes. Personal data.
  package let userAgent: String?

  /// Describes a request; an id over 64 bytes and an agent over 512 are cut.
  package init(
    id: String, traceID: String? = nil, address: String? = nil, userAgent: String? = nil
  ) {
    self.id = Names.cut(id, bytesMax: RequestContext.idBytesMax)
    self.traceID = traceID.map { Names.cut($0, bytesMax: 32) }
    self.address = address.map { Names.cut($0, bytesMax: 64) }
    self.userAgent = userAgent.map { Names.cut($0, bytesMax: 512) }
  }
}
