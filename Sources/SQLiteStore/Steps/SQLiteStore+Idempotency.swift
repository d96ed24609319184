// Remembered answers to repeated requests.

package import Base
package import Cryptography
package import Delivery

extension SQLiteStore: IdempotencySteps {
  package func beginIdempotent(
    _ key: IdempotencyKey, body: SHA256Digest, at moment: Timestamp, leaseUntil: Timestamp
  ) async throws(StoreError) -> IdempotencyClaim {
    try await writer.submit(.record) { (session) throws(StoreError) in
      let connection = session.connection
      let found = try connection.first(Queries.find, key.values) { (row) throws(StoreError) in
        Entry(
          body: try row.digest(),
          response: try row.optional { (row) throws(StoreError) in row.blob() },
          expiresAt: row.time())
      }
      if let found, moment < found.expiresAt {
        guard found.body == body else { return .bodyDiffers }
        return found.response.map { .replay($0) } ?? .inFlight
      }
      try connection.run(Queries.claim, key.values + [.digest(body), .time(leaseUntil)])
      try connection.run(Queries.forget, [.time(moment)])
      return .fresh
    }
  }

  package func completeIdempotent(
    _ key: IdempotencyKey, sealedResponse: [UInt8], expiresAt: Timestamp
  ) async throws(StoreError) {
    try await writer.submit(.record) { (session) throws(StoreError) in
      session.note(bytes: sealedResponse.count)
      let values = key.values + [.blob(sealedResponse), .time(expiresAt)]
      guard try session.connection.run(Queries.complete, values) == 1 else {
        throw StoreError(.conflict, "The key is not claimed.")
      }
    }
  }

  package func abandonIdempotent(_ key: IdempotencyKey) async throws(StoreError) {
    try await writer.submit(.record) { (session) throws(StoreError) in
      _ = try session.connection.run(Queries.abandon, key.values)
    }
  }
}

private struct Entry {
  let body: SHA256Digest
  let response: [UInt8]?
  let expiresAt: Timestamp
}

extension IdempotencyKey {
  fileprivate var values: [SQLValue] {
    [.text(tenant?.text ?? ""), .text(client), .text(route), .digest(keyDigest)]
  }
}

private enum Queries {
  static let find = Query(
    """
    select body, response, expires_at from idempotency_keys
    where tenant = ? and client = ? and route = ? and key_digest = ?
    """)
  static let claim = Query(
    """
    insert into idempotency_keys (tenant, client, route, key_digest, body, response, expires_at)
    values (?1, ?2, ?3, ?4, ?5, null, ?6)
    on conflict do update set body = ?5, response = null, expires_at = ?6
    """)
  static let complete = Query(
    """
    update idempotency_keys set response = ?5, expires_at = ?6
    where tenant = ?1 and client = ?2 and route = ?3 and key_digest = ?4 and response is null
    """)
  static let abandon = Query(
    """
    delete from idempotency_keys
    where tenant = ? and client = ? and route = ? and key_digest = ? and response is null
    """)
  // Over all tenants: what is over is removed, a little with each claim.
  static let forget = Query(
    """
    delete from idempotency_keys where (tenant, client, route, key_digest) in
      (select tenant, client, route, key_digest from idempotency_keys
       where expires_at <= ? limit 16)
    """)
}
