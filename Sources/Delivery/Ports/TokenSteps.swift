// What the store does about tokens: it remembers those that the local issuer gave out, and it knows
// which are refused before they expire.

package import Base
package import Cryptography

/// Issued and revoked tokens.
package protocol TokenSteps: Sendable {
  /// Remembers a token that is about to be given out; throws `not-found` without the tenant.
  func recordToken(_ token: IssuedToken, event: AuditEvent) async throws(StoreError) -> Sequenced

  /// The tokens given out for a tenant, the newest first, by id.
  func issuedTokens(
    of tenant: TenantID, _ page: PageRequest<TokenID>
  ) async throws(StoreError) -> Page<IssuedToken>

  /// Refuses a token until it expires by itself; repeating it is harmless and recorded.
  func revokeToken(
    _ token: SHA256Digest, until: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// Refuses a set of tokens issued before a moment; the later of two moments holds.
  func cutOffTokens(
    _ cutoff: TokenCutoff, event: AuditEvent
  ) async throws(StoreError) -> Sequenced

  /// Whether a token is refused at `moment`, by itself or by a cutoff.
  ///
  /// Asked for each request: an implementation answers from memory.
  func isRevoked(_ token: TokenFacts, at moment: Timestamp) async throws(StoreError) -> Bool
}
