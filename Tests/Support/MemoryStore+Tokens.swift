// Issued and revoked tokens of the memory store.

package import Base
package import Cryptography
package import Delivery

extension MemoryStore: TokenSteps {
  package func recordToken(
    _ token: IssuedToken, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    guard tenants[token.tenant] != nil else { throw absent("tenant") }
    guard issuedTokens[token.id] == nil else { throw taken("id") }
    let place = try record(event)
    issuedTokens[token.id] = token
    return place
  }

  package func issuedTokens(
    of tenant: TenantID, _ page: PageRequest<TokenID>
  ) async throws(StoreError) -> Page<IssuedToken> {
    try read()
    let all = issuedTokens.values.filter { $0.tenant == tenant }.sorted { $1.id < $0.id }
    return self.page(all, page) { $0.id < $1 }
  }

  package func revokeToken(
    _ token: SHA256Digest, until: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    let place = try record(event)
    revokedTokens[token] = max(until, revokedTokens[token] ?? until)
    return place
  }

  package func cutOffTokens(
    _ cutoff: TokenCutoff, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await change()
    if let tenant = cutoff.holders.tenant, tenants[tenant] == nil { throw absent("tenant") }
    let place = try record(event)
    let before = max(cutoff.before, cutoffs[cutoff.holders]?.before ?? cutoff.before)
    cutoffs[cutoff.holders] = TokenCutoff(cutoff.holders, before: before)
    return place
  }

  package func isRevoked(
    _ token: TokenFacts, at moment: Timestamp
  ) async throws(StoreError) -> Bool {
    try read()
    if let end = token.digest.flatMap({ revokedTokens[$0] }), moment < end { return true }
    return TokenHolders.including(token).contains {
      cutoffs[$0]?.refuses(issuedAt: token.issuedAt) ?? false
    }
  }
}
