// The registered claims of RFC 7519 section 4.1: which must be there, of which type, and how they
// compare with the policy and the time.

import JSONText

/// Checks of the claims of one token against a policy and a moment.
struct ClaimRules {
  /// The most bytes of `sub` and `jti`.
  static let identifierBytesMax = 1024
  static let limits = JSONLimits(
    bytesMax: CompactToken.tokenBytesMax, depthMax: 16, entriesMax: 1024)
  /// Beyond 2^53 seconds a float is no exact integer, and no date that means anything.
  private static let dateMax = 9_007_199_254_740_992.0

  let policy: TokenPolicy
  /// Seconds since 1970.
  let now: Double

  /// Reads a payload that was signed.
  static func claims(_ payload: [UInt8]) throws(JOSEError) -> JSONObject {
    do throws(JSONError) {
      let value = try JSONValue(parsing: payload, limits: limits)
      if let object = value.objectValue { return object }
    } catch {
      throw JOSEError(.tokenMalformed, "the claims are not strict JSON: \(error.code.rawValue)")
    }
    throw JOSEError(.tokenMalformed, "the claims are not an object")
  }

  /// Throws unless every registered claim is in order; yields the expiry in seconds since 1970.
  func check(_ claims: JSONObject) throws(JOSEError) -> Double {
    guard let issuer = claims["iss"]?.stringValue, issuer.hasSameBytes(as: policy.issuer) else {
      throw JOSEError(.issuerUnknown, "the issuer is not the one of this policy")
    }
    try checkAudience(claims)
    for name in ["sub", "jti", "client_id"] {
      guard let value = claims[name] else { continue }
      guard let text = value.stringValue, text.utf8.count <= ClaimRules.identifierBytesMax else {
        throw JOSEError(.claimInvalid, "\"\(name)\" is not a string of bounded length")
      }
    }
    guard claims["scope"] == nil || claims["scope"]?.stringValue != nil else {
      throw JOSEError(.claimInvalid, "\"scope\" is not a string")
    }
    return try checkTimes(claims)
  }

  private func checkAudience(_ claims: JSONObject) throws(JOSEError) {
    guard let value = claims["aud"] else {
      if policy.audiences.isEmpty { return }
      throw JOSEError(.audienceMismatch, "the token names no audience")
    }
    guard let named = value.stringValue.map({ [$0] }) ?? value.stringsValue else {
      throw JOSEError(.claimInvalid, "\"aud\" is neither a string nor an array of strings")
    }
    let isOurs = named.contains { name in policy.audiences.contains { $0.hasSameBytes(as: name) } }
    guard isOurs || policy.audiences.isEmpty else {
      throw JOSEError(.audienceMismatch, "the token is for another audience")
    }
  }

  private func checkTimes(_ claims: JSONObject) throws(JOSEError) -> Double {
    let leeway = Double(policy.leewaySeconds)
    guard let expiry = try date("exp", of: claims) else {
      throw JOSEError(.claimInvalid, "\"exp\" is missing")
    }
    // RFC 7519 section 4.1.4: on or after the expiry the token is dead.
    guard now - leeway < expiry else {
      throw JOSEError(.tokenExpired, "the token has expired")
    }
    if let start = try date("nbf", of: claims), start > now + leeway {
      throw JOSEError(.tokenNotYetValid, "the token is not valid yet")
    }
    if let issued = try date("iat", of: claims), issued > now + leeway {
      throw JOSEError(.tokenNotYetValid, "the token was issued in the future")
    }
    return expiry
  }

  private func date(_ name: String, of claims: JSONObject) throws(JOSEError) -> Double? {
    guard let value = claims[name] else { return nil }
    guard let seconds = value.numberValue, seconds.magnitude <= ClaimRules.dateMax else {
      throw JOSEError(.claimInvalid, "\"\(name)\" is not a date in seconds")
    }
    return seconds
  }
}
