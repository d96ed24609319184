// Tokens of the local issuer, and tokens that are refused before they expire.

package import Base
package import Cryptography
package import Delivery

extension SQLiteStore: TokenSteps {
  package func recordToken(
    _ token: IssuedToken, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    try await writer.submit { (session) throws(StoreError) in
      let connection = session.connection
      try connection.requireTenant(token.tenant)
      try connection.run(
        TokenQueries.insertIssued,
        [
          .tenant(token.tenant), .id(token.id), .digest(token.digest), .text(token.subject.text),
          .text(token.scopes.scopes.map(\.rawValue).joined(separator: " ")),
          .text(token.roles.map(\.text).joined(separator: "\n")), .time(token.issuedAt),
          .time(token.expiresAt),
        ])
      let sequenced = try session.sequence(event)
      try connection.run(
        TokenQueries.forgetIssued,
        [.time(sequenced.time.adding(seconds: -IssuedToken.keptSeconds))])
      return sequenced
    }
  }

  package func issuedTokens(
    of tenant: TenantID, _ page: PageRequest<TokenID>
  ) async throws(StoreError) -> Page<IssuedToken> {
    try await readers.readList { (connection) throws(StoreError) in
      let rows = try connection.all(
        TokenQueries.issued, [.tenant(tenant), .id(page.after), .integer(Int64(page.limit + 1))]
      ) { (row) throws(StoreError) in try row.issuedToken() }
      return Page(rows, limit: page.limit)
    }
  }

  package func revokeToken(
    _ token: SHA256Digest, until: Timestamp, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    let sequenced = try await writer.submit { (session) throws(StoreError) in
      try session.connection.run(TokenQueries.revoke, [.digest(token), .time(until)])
      let sequenced = try session.sequence(event)
      try session.connection.run(TokenQueries.forgetRevoked, [.time(sequenced.time)])
      return sequenced
    }
    revokedTokens.add(token, until: until, now: sequenced.time)
    return sequenced
  }

  package func cutOffTokens(
    _ cutoff: TokenCutoff, event: AuditEvent
  ) async throws(StoreError) -> Sequenced {
    let holders = cutoff.holders
    let sequenced = try await writer.submit { (session) throws(StoreError) in
      if let tenant = holders.tenant { try session.connection.requireTenant(tenant) }
      try session.connection.run(
        TokenQueries.cutOff, holders.key + [.time(cutoff.before)])
      return try session.sequence(event)
    }
    revokedTokens.add(cutoff)
    return sequenced
  }

  package func isRevoked(
    _ token: TokenFacts, at moment: Timestamp
  ) async throws(StoreError) -> Bool {
    if let digest = token.digest, try isRevoked(digest, at: moment) { return true }
    if let isCutOff = revokedTokens.cutsOff(token) { return isCutOff }
    return try readers.read { (connection) throws(StoreError) in
      for holders in TokenHolders.including(token) {
        let before = try connection.first(TokenQueries.cutoff, holders.key) {
          (row) throws(StoreError) in row.time()
        }
        if let before, TokenCutoff(holders, before: before).refuses(issuedAt: token.issuedAt) {
          return true
        }
      }
      return false
    }
  }

  private func isRevoked(
    _ token: SHA256Digest, at moment: Timestamp
  ) throws(StoreError) -> Bool {
    if let isRevoked = revokedTokens.contains(token, at: moment) { return isRevoked }
    return try readers.read { (connection) throws(StoreError) in
      try connection.exists(TokenQueries.isRevoked, [.digest(token), .time(moment)])
    }
  }
}

extension TokenHolders {
  /// The key of a cutoff's row.
  fileprivate var key: [SQLValue] {
    [.text(tenant?.text ?? ""), .text(issuer), .text(subject?.text ?? "")]
  }
}

extension Connection {
  /// The revoked tokens, at most `limit`.
  func revokedTokens(
    limit: Int
  ) throws(StoreError) -> [(token: SHA256Digest, until: Timestamp)] {
    try all(TokenQueries.revoked, [.integer(Int64(limit))]) { (row) throws(StoreError) in
      (token: try row.digest(), until: row.time())
    }
  }

  /// The cutoffs, at most `limit`.
  func tokenCutoffs(limit: Int) throws(StoreError) -> [TokenCutoff] {
    try all(TokenQueries.cutoffs, [.integer(Int64(limit))]) { (row) throws(StoreError) in
      let (tenant, issuer, subject) = (row.text(), row.text(), row.text())
      return TokenCutoff(
        TokenHolders(
          tenant: tenant.isEmpty ? nil : try Row.require(TenantID(tenant)), issuer: issuer,
          subject: subject.isEmpty ? nil : try Row.require(SubjectID(subject))),
        before: row.time())
    }
  }
}

extension Row {
  fileprivate mutating func issuedToken() throws(StoreError) -> IssuedToken {
    IssuedToken(
      id: try id(), tenant: try tenant(), digest: try digest(),
      subject: try parsed(SubjectID.init),
      scopes: ScopeSet(text().split(separator: " ").compactMap { Scope(rawValue: String($0)) }),
      roles: text().split(separator: "\n").compactMap { Role(String($0)) }, issuedAt: time(),
      expiresAt: time())
  }
}

private enum TokenQueries {
  static let insertIssued = Query(
    """
    insert into issued_tokens
      (tenant, id, digest, subject, scopes, roles, issued_at, expires_at)
    values (?, ?, ?, ?, ?, ?, ?, ?)
    """)
  static let forgetIssued = Query(
    """
    delete from issued_tokens where (tenant, id) in
      (select tenant, id from issued_tokens where expires_at <= ? limit 16)
    """)
  static let issued = Query(
    """
    select id, tenant, digest, subject, scopes, roles, issued_at, expires_at from issued_tokens
    where tenant = ?1 and (?2 is null or id < ?2) order by id desc limit ?3
    """)
  static let revoke = Query(
    """
    insert into revoked_tokens (digest, expires_at) values (?1, ?2)
    on conflict do update set expires_at = max(expires_at, ?2)
    """)
  static let forgetRevoked = Query(
    """
    delete from revoked_tokens where digest in
      (select digest from revoked_tokens where expires_at <= ? limit 16)
    """)
  static let revoked = Query("select digest, expires_at from revoked_tokens limit ?")
  static let isRevoked = Query("select 1 from revoked_tokens where digest = ? and expires_at > ?")
  static let cutOff = Query(
    """
    insert into token_cutoffs (tenant, issuer, subject, before) values (?1, ?2, ?3, ?4)
    on conflict do update set before = max(before, ?4)
    """)
  static let cutoffs = Query("select tenant, issuer, subject, before from token_cutoffs limit ?")
  static let cutoff = Query(
    "select before from token_cutoffs where tenant = ? and issuer = ? and subject = ?")
}
