// `postern token issue`: tokens of our own issuer, for portals without an identity provider.

package import API
package import Base
import Cryptography
package import Delivery
import JOSE
package import Wire

/// Issues tokens.
package struct LocalIssuer: Sendable {
  /// How long a token lives unless asked, in seconds.
  package static let standardSeconds: Int64 = 3600

  /// The longest life of a token: a year, for a portal's backend.
  package static let secondsMax: Int64 = 31_622_400

  private let signer: @Sendable () -> JWSSigner
  private let clock: Clock

  /// Signs with the local key that counts at each moment.
  package init(keys: KeyKeeper, clock: Clock) {
    signer = { keys.current.localSigner }
    self.clock = clock
  }

  /// A token for a tenant.
  /// - Throws: `member-invalid`, `expiry-out-of-range`.
  package func issue(
    _ tenant: TenantID, _ body: TokenRequestBody, _ id: TokenID
  ) throws(Problem) -> TokenIssuer.Issued {
    let scopes = body.scopes.compactMap { Scope(rawValue: $0) }
    guard !scopes.isEmpty, scopes.count == body.scopes.count, !scopes.contains(.operator) else {
      let known = Scope.allCases.filter { $0 != .operator }.map(\.rawValue)
      throw Problem(.memberInvalid, "scopes are of \(known.joined(separator: ", ")).")
    }
    guard let subject = SubjectID(body.subject) else {
      throw Problem(.memberInvalid, "subject has 1 to 255 printable bytes.")
    }
    let roles = body.roles ?? []
    let named = roles.compactMap { Role($0) }
    guard roles.count <= 64, named.count == roles.count else {
      throw Problem(.memberInvalid, "roles are at most 64 printable names.")
    }
    let seconds = body.expiresInSeconds ?? Self.standardSeconds
    guard (1...Self.secondsMax).contains(seconds) else {
      throw Problem(.expiryOutOfRange, "expires_in is from 1 to \(Self.secondsMax).")
    }
    let now = clock.now()
    let identifier = id.description
    let claims = [
      ClaimMember("iss", .string(KeyRing.localIssuer)),
      ClaimMember("aud", .string(KeyRing.localAudience)),
      ClaimMember("sub", .string(body.subject)),
      ClaimMember("client_id", .string(body.subject)),
      ClaimMember("tid", .string(tenant.text)),
      ClaimMember("scp", .string(scopes.map(\.rawValue).joined(separator: " "))),
      ClaimMember("roles", .array(roles.map { .string($0) })),
      ClaimMember("jti", .string(identifier)),
      ClaimMember("iat", .integer(now.seconds)),
      ClaimMember("exp", .integer(now.seconds + seconds)),
    ]
    do throws(JOSEError) {
      let end = Timestamp(seconds: now.seconds + seconds)
      return TokenIssuer.Issued(
        body: TokenBody(
          token: try signer().sign(claims), id: identifier, expiresAt: end.description),
        record: IssuedToken(
          id: id, tenant: tenant,
          digest: TokenFacts.digest(issuer: KeyRing.localIssuer, tokenID: identifier),
          subject: subject, scopes: ScopeSet(scopes), roles: named,
          issuedAt: Timestamp(seconds: now.seconds), expiresAt: end))
    } catch {
      throw Problem(.unexpected, cause: error)
    }
  }
}
