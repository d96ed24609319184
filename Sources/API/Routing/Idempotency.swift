// `Idempotency-Key`: the first answer is kept and given again. What is kept is sealed under a key
// that only the client's key opens, because it may hold a link's URL; of the key itself the store
// has only an HMAC (DESIGN section 4).

package import Base
import Cryptography
package import Delivery
import HTTPMessage
import JSONText
import Wire

/// Gives a repeated request its first answer.
package struct Idempotency: Sendable {
  /// How long a claim without an answer blocks its key.
  private static let leaseSeconds: Int64 = 60

  /// How long an answer is kept at most.
  package static let keptSecondsMax: Int64 = 86_400

  /// The bounds of a key in bytes.
  private static let keyBytes = 1...255

  private let store: any MetadataStore
  private let secrets: @Sendable () -> IdempotencySecrets
  private let clock: Clock

  /// Puts the parts together; `secrets` is asked for each request.
  package init(
    store: any MetadataStore, secrets: @escaping @Sendable () -> IdempotencySecrets, clock: Clock
  ) {
    self.store = store
    self.secrets = secrets
    self.clock = clock
  }

  /// The answer to a request.
  struct Answered: Sendable {
    let response: HTTPResponse
    /// Why the answer could not be kept, for the log: the work is done and its answer is given.
    var keepingProblem: Problem?
  }

  /// Runs `work` once for each key, client and route; without a key, always.
  func answer(
    _ call: Call, _ work: () async throws(Problem) -> HTTPResponse
  ) async throws(Problem) -> Answered {
    guard let field = call.request.fields.bytes(of: .idempotencyKey) else {
      return Answered(response: try await work())
    }
    let text = Array(field)
    guard Self.keyBytes.contains(text.count), text.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
      throw Problem(.headerInvalid, "Idempotency-Key has 1 to 255 visible ASCII characters.")
    }
    let secrets = secrets()
    for former in secrets.former {
      // What was answered under a pepper that has been rotated since. A fresh claim is given back.
      let key = Self.key(of: call, text, former)
      if let response = try await claim(key, text, former, call) {
        return Answered(response: response)
      }
      do throws(StoreError) {
        try await store.abandonIdempotent(key)
      } catch {
        throw Problem(DeliveryError(error))
      }
    }
    let key = Self.key(of: call, text, secrets.current)
    if let response = try await claim(key, text, secrets.current, call) {
      return Answered(response: response)
    }
    return try await complete(key, text, secrets.current, work)
  }

  /// Claims a key; gives the answer that is kept for it, or nothing if the claim is fresh.
  private func claim(
    _ key: IdempotencyKey, _ text: [UInt8], _ secret: Secret, _ call: Call
  ) async throws(Problem) -> HTTPResponse? {
    let now = clock.now()
    let claim: IdempotencyClaim
    do throws(StoreError) {
      claim = try await store.beginIdempotent(
        key, body: SHA256.hash(call.body.bytes), at: now,
        leaseUntil: now.adding(seconds: Self.leaseSeconds))
    } catch {
      throw Problem(DeliveryError(error))
    }
    switch claim {
    case .replay(let sealed): return try open(sealed, text, secret)
    case .bodyDiffers: throw Problem(.idempotencyKeyReused)
    case .inFlight: throw Problem(.idempotencyInFlight)
    case .fresh: return nil
    }
  }

  private static func key(of call: Call, _ text: [UInt8], _ secret: Secret) -> IdempotencyKey {
    IdempotencyKey(
      tenant: call.tenant ?? call.principal.tenant, client: client(call.principal),
      route: call.request.method.rawValue + " "
        + String(decoding: call.request.rawPath, as: UTF8.self),
      keyDigest: HMACSHA256.keyed(secret).authenticate(Array("idempotency\0".utf8) + text))
  }

  private func complete(
    _ key: IdempotencyKey, _ text: [UInt8], _ secret: Secret,
    _ work: () async throws(Problem) -> HTTPResponse
  ) async throws(Problem) -> Answered {
    let response: HTTPResponse
    do throws(Problem) {
      response = try await work()
    } catch {
      // A failure is not kept: the client may mend the request and use its key again. If the key
      // cannot be freed, its lease ends by itself.
      var problem = error
      do {
        try await store.abandonIdempotent(key)
      } catch let second {
        problem.cause = KeyNotFreed(first: error.cause ?? error, second: second)
      }
      throw problem
    }
    let now = clock.now()
    do {
      try await store.completeIdempotent(
        key, sealedResponse: try seal(response, text, secret),
        expiresAt: min(now.adding(seconds: Self.keptSecondsMax), end(of: response) ?? .distant))
    } catch let error as StoreError {
      return Answered(response: response, keepingProblem: Problem(DeliveryError(error)))
    } catch {
      return Answered(response: response, keepingProblem: Problem(.unexpected, cause: error))
    }
    return Answered(response: response)
  }

  /// Who asked. The subject and the scopes are in it, not only the program that many people share:
  /// a replay must not show an answer to somebody who could not have got it.
  private static func client(_ principal: Principal) -> String {
    var hash = SHA256()
    for part in [principal.issuer, principal.client ?? "", principal.subject.text] {
      // The zero byte cannot occur in a part, so no two lists give one text.
      hash.update(Array(part.utf8) + [0])
    }
    hash.update(Array(String(principal.scopes.rawValue).utf8))
    return hash.finalize().hex
  }

  /// When the link in an answer ends: a replay of a dead link helps nobody.
  private func end(of response: HTTPResponse) -> Timestamp? {
    guard case .bytes(let bytes) = response.body else { return nil }
    do throws(JSONError) {
      let value = try JSONValue(parsing: bytes, limits: .request)
      return value["expires_at"]?.stringValue.flatMap { Timestamp($0) }
    } catch {
      return nil
    }
  }

  private func key(for text: [UInt8], _ secret: Secret) -> Secret {
    HKDF.sha256(key: secret, salt: [], info: Array("idempotency-response\0".utf8) + text, count: 32)
  }

  private func seal(
    _ response: HTTPResponse, _ text: [UInt8], _ secret: Secret
  ) throws(CryptographyError) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("status", Int64(response.status.code))
    writer.member("location", response.fields[.location])
    if case .bytes(let bytes) = response.body {
      writer.member("body", Base64.encode(bytes, .url))
    }
    writer.endObject()
    return try AESGCM.seal(writer.bytes, key: key(for: text, secret))
  }

  private func open(
    _ sealed: [UInt8], _ text: [UInt8], _ secret: Secret
  ) throws(Problem) -> HTTPResponse {
    do {
      let value = try JSONValue(
        parsing: try AESGCM.open(sealed, key: key(for: text, secret)), limits: .configuration)
      guard let status = value["status"]?.integerValue,
        let body = value["body"]?.stringValue.flatMap({ Base64.decode(Array($0.utf8), .url) })
      else { throw Problem(.unexpected) }
      var fields = HTTPFields([
        (.contentType, "application/json"), (.cacheControl, "no-store"),
        (.xContentTypeOptions, "nosniff"),
      ])
      if let location = value["location"]?.stringValue { fields.append(.location, location) }
      return HTTPResponse(HTTPStatus(Int(status)), fields: fields, body: .bytes(body))
    } catch {
      throw Problem(.unexpected, cause: error)
    }
  }
}

/// The peppers of kept answers.
package struct IdempotencySecrets: Sendable {
  /// Under which new answers are kept.
  package let current: Secret
  /// Under which answers may still lie.
  package let former: [Secret]

  /// Takes the values as they are.
  package init(current: Secret, former: [Secret] = []) {
    self.current = current
    self.former = former
  }
}

/// A request failed, and then its key could not be freed.
private struct KeyNotFreed: Error {
  let first: any Error
  let second: any Error
}

extension Timestamp {
  fileprivate static let distant = Timestamp(milliseconds: .max)
}
