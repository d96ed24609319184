// What comes out of the verifier. There is no way to make one without a checked signature and
// checked claims, and no way to see claims without one.

import JSONText

/// The claims of a token whose signature and registered claims were verified.
public struct VerifiedToken: Sendable {
  /// The `iss` claim, equal to the policy's issuer.
  public let issuer: String

  /// The key id of the header; nothing if the token named none.
  public let keyID: String?

  /// The algorithm of the signature.
  public let algorithm: JWSAlgorithm

  /// The moment the token expires, in milliseconds since 1970, rounded down; without leeway.
  public let expiresAtMilliseconds: Int64

  private let claims: JSONObject

  init(issuer: String, header: TokenHeader, expiry: Double, claims: JSONObject) {
    self.issuer = issuer
    keyID = header.keyID
    algorithm = header.algorithm
    // 2^53 seconds times 1000 fits 64 bits (9.007e18 < 9.223e18).
    expiresAtMilliseconds = Int64((expiry * 1000).rounded(.down))
    self.claims = claims
  }

  /// The `sub` claim.
  public var subject: String? { string(at: "sub") }

  /// The `jti` claim, by which a token is revoked. Never use the token's text for that: an ECDSA
  /// signature has a twin, so one token has two texts.
  public var tokenID: String? { string(at: "jti") }

  /// A claim by name, or by JSON pointer (RFC 6901) if `path` starts with a slash.
  ///
  /// `tid` and `https://example.com/tenant` are names; `/act/sub` is a pointer.
  public func claim(at path: String) -> ClaimValue? {
    value(at: path).map { ClaimValue($0) }
  }

  /// A claim that is a string; nothing if absent or of another type.
  public func string(at path: String) -> String? {
    value(at: path)?.stringValue
  }

  /// A claim that is an integer; nothing if absent or of another type.
  public func integer(at path: String) -> Int64? {
    value(at: path)?.integerValue
  }

  /// A claim that is a list: an array of strings, or a string of words between single spaces
  /// (RFC 6749 section 3.3). Nothing if absent or of another type.
  public func words(at path: String) -> [String]? {
    guard let value = value(at: path) else { return nil }
    if let text = value.stringValue {
      // By scalars: a combining mark behind a space makes one character with it.
      return text.unicodeScalars.split(separator: " ").map { String($0) }
    }
    return value.stringsValue
  }

  private func value(at path: String) -> JSONValue? {
    guard path.utf8.first == UInt8(ascii: "/") else { return claims[path] }
    var value = JSONValue.object(claims)
    for part in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
      .dropFirst()
    {
      guard let token = VerifiedToken.unescaped(part), let next = step(into: value, token) else {
        return nil
      }
      value = next
    }
    return value
  }

  private func step(into value: JSONValue, _ token: String) -> JSONValue? {
    switch value {
    case .object(let object): return object[token]
    case .array(let elements):
      // RFC 6901 section 4: digits without a leading zero.
      guard let index = Int(token), String(index).hasSameBytes(as: token),
        elements.indices.contains(index)
      else { return nil }
      return elements[index]
    default: return nil
    }
  }

  // RFC 6901 section 3: "~1" is a slash, "~0" a tilde, nothing else follows a tilde.
  private static func unescaped(_ part: some Collection<UInt8>) -> String? {
    var bytes = [UInt8]()
    var isEscape = false
    for byte in part {
      switch (isEscape, byte) {
      case (true, UInt8(ascii: "0")): bytes.append(UInt8(ascii: "~"))
      case (true, UInt8(ascii: "1")): bytes.append(UInt8(ascii: "/"))
      case (true, _): return nil
      case (false, UInt8(ascii: "~")):
        isEscape = true
        continue
      case (false, _): bytes.append(byte)
      }
      isEscape = false
    }
    return isEscape ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

extension VerifiedToken: CustomStringConvertible {
  /// Issuer and algorithm only; claims are personal data.
  public var description: String { "VerifiedToken(\(issuer), \(algorithm.rawValue))" }
}
