// From the Authorization field to a principal. The cost of a bad token is bounded by the address
// limit, that of a good one by the cache of its loop.

package import Base
import Delivery
import HTTPMessage
import HTTPServer
import JOSE
import Wire

/// Authenticates requests.
package struct Authenticator: Sendable {
  /// The cost of a refused token against the address limit; guessing should not be cheap.
  private static let refusalCost: UInt64 = 10

  /// The principals of one loop's verified tokens; nothing for a token whose claims do not do.
  private final class LoopTokens {
    var cache = VerifiedTokenCache<Principal?>()
    var generation = 0
    let meter: TokenCacheMeter.OfLoop

    init(_ meter: TokenCacheMeter) { self.meter = meter.addLoop() }
  }

  /// How often tokens are found in the caches.
  package let cacheMeter = TokenCacheMeter()

  private let trust: TokenTrustSource
  private let addresses: RateLimiter
  private let clock: Clock

  /// Puts the parts together; `addresses` limits requests without a valid token.
  package init(trust: TokenTrustSource, addresses: RateLimiter, clock: Clock) {
    self.trust = trust
    self.addresses = addresses
    self.clock = clock
  }

  /// The principal of a request; on the admin socket the kernel vouches for its peer.
  /// - Throws: `token-missing`, `token-refused`, `rate-limited`.
  func principal(
    of request: HTTPRequest, from client: IPAddress?, isAdminSocket: Bool, _ context: LoopContext
  ) async throws(Problem) -> Principal {
    let client = client?.limitKey
    guard let field = request.fields.bytes(of: .authorization) else {
      if isAdminSocket, case .unix(let peer) = request.peer,
        let subject = SubjectID("uid-\(peer.user)")
      {
        return Principal(adminSocketPeer: subject)
      }
      try admit(client)
      throw Problem(.tokenMissing)
    }
    let scheme = Array("bearer ".utf8)
    guard field.count > scheme.count,
      zip(field, scheme).allSatisfy({ $0 | 0x20 == $1 })
    else {
      try admit(client)
      throw Problem(.tokenMissing, "The scheme must be Bearer.")
    }
    let text = Array(field.dropFirst(scheme.count))
    let first = try attempt(text, client, context)
    if case .failure(let error) = first, error.code == .keyUnknown, let issuer = error.issuer {
      await trust.keyUnknown(issuer)
      return try accepted(try attempt(text, client, context), client)
    }
    return try accepted(first, client)
  }

  /// The principal of a token; nothing if a claim that we need is absent or not allowed.
  ///
  /// `mayVerify` is asked before the cost of a signature.
  private func principal(
    _ text: [UInt8], _ context: LoopContext, mayVerify: () -> Bool
  ) throws(JOSEError) -> Principal? {
    let trust = trust.current()
    let now = clock.now().milliseconds
    let derive = { (token: VerifiedToken) in
      trust.rules[token.issuer].flatMap { PrincipalReader.principal(of: token, $0) }
    }
    // After an await the handler is back on its loop; where it is not, the cache is left alone.
    if context.isCurrent {
      let tokens = context.state(LoopTokens.self) { LoopTokens(cacheMeter) }
      if tokens.generation != trust.generation {
        tokens.cache.removeAll()
        tokens.generation = trust.generation
      }
      var isKnown = true
      let principal = try tokens.cache.value(
        text, atMilliseconds: now,
        verify: { text throws(JOSEError) in
          isKnown = false
          tokens.meter.misses.add(1)
          // Nothing is no token: it is refused before any work.
          return try trust.directory.verify(mayVerify() ? text : [], atMilliseconds: now)
        }, derive: derive)
      if isKnown { tokens.meter.hits.add(1) }
      return principal
    }
    return derive(try trust.directory.verify(mayVerify() ? text : [], atMilliseconds: now))
  }

  /// Verifies a token, unless its sender has sent too many bad ones.
  /// - Throws: `rate-limited`.
  private func attempt(
    _ text: [UInt8], _ client: IPAddress?, _ context: LoopContext
  ) throws(Problem) -> Result<Principal?, JOSEError> {
    var waitSeconds: Int?
    do throws(JOSEError) {
      return .success(
        try principal(text, context) {
          guard let client, case .refused(let seconds) = addresses.admit(client, cost: 0) else {
            return true
          }
          waitSeconds = seconds
          return false
        })
    } catch {
      if let waitSeconds { throw Problem(.rateLimited, retryAfterSeconds: waitSeconds) }
      return .failure(error)
    }
  }

  private func accepted(
    _ result: Result<Principal?, JOSEError>, _ client: IPAddress?
  ) throws(Problem) -> Principal {
    switch result {
    case .success(let principal?): return principal
    case .success(nil): throw refused(client, nil)
    case .failure(let error): throw refused(client, error)
    }
  }

  private func refused(_ client: IPAddress?, _ cause: JOSEError?) -> Problem {
    if let client, case .refused(let seconds) = addresses.admit(client, cost: Self.refusalCost) {
      return Problem(.rateLimited, retryAfterSeconds: seconds, cause: cause)
    }
    // One answer for every reason (security research 1.4); the log has the code.
    return Problem(.tokenRefused, cause: cause)
  }

  private func admit(_ client: IPAddress?) throws(Problem) {
    if let client, case .refused(let seconds) = addresses.admit(client) {
      throw Problem(.rateLimited, retryAfterSeconds: seconds)
    }
  }
}
