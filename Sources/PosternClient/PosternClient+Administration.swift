// Grants, policy, audit events, and what operators do: tenants and tokens.

internal import HTTPClient
internal import HTTPMessage
internal import JSONText
public import Wire

extension PosternClient {
  /// One page of the grants.
  public func grants(
    _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<GrantBody> {
    try await send(.get, path("grants"), query: page.query).read(PageBody<GrantBody>.self)
  }

  /// Allows somebody something.
  /// - Parameter idempotencyKey: A repeated call with the same key gets the first grant again.
  public func addGrant(
    _ grant: GrantBody, idempotencyKey: String? = nil
  ) async throws(PosternError) -> GrantBody {
    try await send(
      .post, path("grants"), .bytes(grant.json()), fields: Self.json(idempotencyKey)
    ).read(GrantBody.self)
  }

  /// Takes a grant away; links on its account deliver nothing more.
  public func removeGrant(_ grant: String) async throws(PosternError) {
    _ = try await send(.delete, path("grants", grant))
  }

  /// The policy.
  public func policy() async throws(PosternError) -> PolicyBody {
    try await send(.get, path("policy")).read(PolicyBody.self)
  }

  /// One page of the events of the tenant's log.
  public func events(
    _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<EventBody> {
    try await send(.get, path("audit", "events"), query: page.query)
      .read(PageBody<EventBody>.self)
  }

  /// One page of the tenants; for operators.
  public func tenants(
    _ page: PosternPage = PosternPage()
  ) async throws(PosternError) -> PageBody<TenantBody> {
    try await send(.get, "/v1/tenants", query: page.query).read(PageBody<TenantBody>.self)
  }

  /// Makes a tenant; for operators.
  public func createTenant(_ tenant: TenantBody) async throws(PosternError) -> TenantBody {
    try await send(.post, "/v1/tenants", .bytes(tenant.json()), fields: Self.json(nil))
      .read(TenantBody.self)
  }

  /// Issues a token of the local issuer for the tenant of ``inTenant(_:)``; for operators.
  /// - Returns: The token, a secret that is kept nowhere else.
  public func issueToken(_ token: TokenRequestBody) async throws(PosternError) -> TokenBody {
    try await send(.post, path("tokens"), .bytes(token.json()), fields: Self.json(nil))
      .read(TokenBody.self)
  }
}
