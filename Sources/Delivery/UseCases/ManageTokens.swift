// An operator gives out tokens of the local issuer, sees which there are, and takes tokens of any
// issuer out of use: one, all of a subject, all of an issuer.

package import Base
package import Cryptography

/// Remembers the tokens that the local issuer gives out.
package struct ManageTokens: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let issuer: String
  private let clock: Clock

  /// Puts the parts together; `issuer` is the name of the local issuer.
  package init(store: any MetadataStore, denials: Denials, issuer: String, clock: Clock) {
    self.store = store
    self.denials = denials
    self.issuer = issuer
    self.clock = clock
  }

  /// Remembers a signed token before it is handed to `caller`.
  ///
  /// Throws `scope-missing` unless the caller is an operator, `tenant-not-found`, `store-…`.
  package func record(
    _ token: IssuedToken, by caller: Caller
  ) async throws(DeliveryError) -> Sequenced {
    try await denials.requireOperator(caller)
    var event = AuditEvent(
      .tokenIssue, by: caller, at: clock.now(),
      rule: Names.cut(
        "jti \(token.digest.hex.prefix(16)) until \(token.expiresAt) "
          + token.scopes.scopes.map(\.rawValue).joined(separator: ","), bytesMax: 200))
    event.actor.recipient = PersonReference(issuer: issuer, subject: token.subject)
    do {
      return try await store.recordToken(token, event: event)
    } catch { throw DeliveryError(error, absent: .tenantNotFound) }
  }

  /// The tokens of the caller's tenant, the newest first, each with how it stands now.
  ///
  /// Throws `scope-missing` unless the caller is an operator, `store-…`.
  package func list(
    _ page: PageRequest<TokenID>, by caller: Caller
  ) async throws(DeliveryError) -> Page<(token: IssuedToken, state: TokenState)> {
    try await denials.requireOperator(caller)
    let now = clock.now()
    do throws(StoreError) {
      let found = try await store.issuedTokens(of: caller.tenant, page)
      var items = [(token: IssuedToken, state: TokenState)]()
      for token in found.items {
        items.append((token, try await state(of: token, at: now)))
      }
      return Page(items: items, hasMore: found.hasMore)
    } catch { throw DeliveryError(error) }
  }

  private func state(
    of token: IssuedToken, at moment: Timestamp
  ) async throws(StoreError) -> TokenState {
    if token.expiresAt <= moment { return .expired }
    let isRevoked = try await store.isRevoked(token.facts(issuer: issuer), at: moment)
    return isRevoked ? .revoked : .active
  }
}

/// Takes tokens out of use before they expire.
package struct RevokeTokens: Sendable {
  private let store: any MetadataStore
  private let denials: Denials
  private let clock: Clock

  /// Puts the parts together.
  package init(store: any MetadataStore, denials: Denials, clock: Clock) {
    self.store = store
    self.denials = denials
    self.clock = clock
  }

  /// Revokes the token with this digest until it expires by itself at `until`.
  ///
  /// Throws `scope-missing` unless the caller is an operator, `store-…`.
  package func callAsFunction(
    _ token: SHA256Digest, until: Timestamp, by caller: Caller
  ) async throws(DeliveryError) -> Sequenced {
    try await denials.requireOperator(caller)
    let event = AuditEvent(
      .tokenRevoke, by: caller, at: clock.now(), rule: "jti " + String(token.hex.prefix(16)))
    do {
      return try await store.revokeToken(token, until: until, event: event)
    } catch { throw DeliveryError(error) }
  }

  /// Revokes the tokens of an issuer, or of one subject of it, that name the caller's tenant and
  /// were issued before a moment, which is now unless given.
  ///
  /// Throws `scope-missing` unless the caller is an operator, `validity-invalid` for a moment after
  /// now, `store-…`.
  package func cutOff(
    issuer: String, subject: SubjectID?, before: Timestamp?, by caller: Caller
  ) async throws(DeliveryError) -> Sequenced {
    try await denials.requireOperator(caller)
    let cutoff = try cutoff(
      TokenHolders(tenant: caller.tenant, issuer: issuer, subject: subject), before)
    var event = AuditEvent(.tokenRevoke, by: caller, at: clock.now(), rule: rule(cutoff))
    event.actor.recipient = subject.map { PersonReference(issuer: issuer, subject: $0) }
    return try await record(cutoff, event)
  }

  /// Revokes tokens of an issuer in every tenant; otherwise like `cutOff`. The event goes to the
  /// system's log.
  package func cutOffEverywhere(
    issuer: String, subject: SubjectID?, before: Timestamp?, by principal: Principal,
    request: RequestContext
  ) async throws(DeliveryError) -> Sequenced {
    try principal.requireOperator()
    let cutoff = try cutoff(TokenHolders(tenant: nil, issuer: issuer, subject: subject), before)
    let person = subject.map { PersonReference(issuer: issuer, subject: $0) }
    let now = clock.now()
    let event = AuditEvent(
      id: EventID(at: now, random: Random.pair()), log: .system, kind: .tokenRevoke,
      outcome: .success, actor: AuditActor(principal, recipient: person),
      authority: AuditAuthority(rule: rule(cutoff), scopes: principal.scopes),
      request: request.id, trace: request.traceID,
      personal: PersonalData(
        address: request.address, userAgent: request.userAgent, subject: principal.subject,
        recipient: subject, salt: Random.bytes(PersonalData.saltBytes)))
    return try await record(cutoff, event)
  }

  private func cutoff(
    _ holders: TokenHolders, _ before: Timestamp?
  ) throws(DeliveryError) -> TokenCutoff {
    let now = clock.now()
    guard before.map({ $0 <= now }) ?? true else {
      // Tokens that do not exist yet cannot be revoked; who wants that removes the issuer.
      throw DeliveryError(.validityInvalid, "issued_before does not lie after now.")
    }
    return TokenCutoff(holders, before: before ?? now)
  }

  private func rule(_ cutoff: TokenCutoff) -> String {
    let who = cutoff.holders.subject == nil ? "issuer" : "subject of"
    return Names.cut("before \(cutoff.before) \(who) \(cutoff.holders.issuer)", bytesMax: 200)
  }

  private func record(
    _ cutoff: TokenCutoff, _ event: AuditEvent
  ) async throws(DeliveryError) -> Sequenced {
    do {
      return try await store.cutOffTokens(cutoff, event: event)
    } catch { throw DeliveryError(error) }
  }
}
