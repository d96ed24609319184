// What the store does for `Idempotency-Key`. The response is sealed by the caller; the store keeps
// bytes that it cannot read, beside the keyed digest of the client's key. A repeated change is no
// change, so these steps record no audit event.

package import Base
package import Cryptography

/// Remembering answers.
package protocol IdempotencySteps: Sendable {
  /// Claims a key for one request.
  ///
  /// A claim without an answer ends at `leaseUntil`, so that a crash does not block the key.
  func beginIdempotent(
    _ key: IdempotencyKey, body: SHA256Digest, at moment: Timestamp, leaseUntil: Timestamp
  ) async throws(StoreError) -> IdempotencyClaim

  /// Keeps the sealed answer until `expiresAt`; throws `conflict` if the key is not claimed.
  func completeIdempotent(
    _ key: IdempotencyKey, sealedResponse: [UInt8], expiresAt: Timestamp
  ) async throws(StoreError)

  /// Frees a claimed key whose request failed; a completed one stays.
  func abandonIdempotent(_ key: IdempotencyKey) async throws(StoreError)
}

/// One key of one client on one route.
package struct IdempotencyKey: Sendable, Hashable {
  /// The tenant; nothing for routes without one.
  package let tenant: TenantID?
  /// Issuer and client or subject, as one text of up to 600 bytes.
  package let client: String
  /// The route's pattern, such as `POST /v1/documents/{id}/links`, with its ids filled in.
  package let route: String
  /// HMAC-SHA-256 of the client's key.
  package let keyDigest: SHA256Digest

  /// Takes the values as they are.
  package init(tenant: TenantID?, client: String, route: String, keyDigest: SHA256Digest) {
    self.tenant = tenant
    self.client = client
    self.route = route
    self.keyDigest = keyDigest
  }
}

/// What a claim finds.
package enum IdempotencyClaim: Sendable, Hashable {
  /// The key is new (or its answer expired): do the work.
  case fresh
  /// The work was done: here is the sealed answer.
  case replay([UInt8])
  /// The key was used with another body.
  case bodyDiffers
  /// The first request is still at work.
  case inFlight
}
