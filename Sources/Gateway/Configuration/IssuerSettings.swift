// One entry of `issuers`: whose tokens are believed, and for which tenants.

import Delivery
package import JSONText

/// An issuer of tokens as configured.
package struct IssuerSettings: Sendable, Equatable {
  /// Where the issuer's keys are read from.
  package enum KeySource: Sendable, Equatable {
    /// An https URL, fetched and cached.
    case url(String)
    /// A file on this machine.
    case file(String)
  }

  /// Which tenants its tokens may name.
  package enum Tenants: Sendable, Equatable {
    /// Only these.
    case only([String])
    /// Every tenant; the operator has to write `"*"`.
    case all
  }

  /// The `iss` claim, compared byte by byte.
  package let issuer: String
  /// The `aud` that a token must carry.
  package let audience: String
  package let keys: KeySource
  /// Whom the server of the key set is trusted by; nothing means the system's authorities.
  package let authorityFile: String?
  /// JWS algorithms that are accepted (RFC 7518 and RFC 8037 names).
  package let algorithms: [String]
  package let tenants: Tenants
  /// Paths of claims, members joined by `/`, such as `https:~1~1x/tid` (RFC 6901 escapes).
  package let tenantClaim: String
  package let scopeClaim: String
  package let rolesClaim: String
  package let subjectClaim: String

  /// Algorithms that an entry may name; ES384 and ES512 are far costlier and have to be asked for.
  private static let knownAlgorithms = [
    "EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
  ]

  /// Reads an entry.
  /// - Throws: `setting-unknown` or `setting-invalid`.
  package init(_ members: JSONObject) throws(ConfigurationError) {
    do throws(JSONError) {
      try members.allow(
        only: "issuer", "audience", "jwks_url", "jwks_file", "ca_file", "algorithms", "tenants",
        "claims")
      issuer = try members.requiredString("issuer", bytesMax: 512)
      audience = try members.requiredString("audience", bytesMax: 512)
      algorithms = try members.strings("algorithms") ?? ["ES256", "RS256", "PS256", "EdDSA"]
      let url = try members.string("jwks_url", bytesMax: 2048)
      let file = try members.string("jwks_file", bytesMax: 4096)
      switch (url, file) {
      case (let url?, nil): keys = .url(url)
      case (nil, let file?): keys = .file(file)
      default: throw JSONError(.missingMember, "one of jwks_url and jwks_file is needed")
      }
      authorityFile = try members.string("ca_file", bytesMax: 4096)
      guard authorityFile == nil || url != nil else {
        throw JSONError(.missingMember, "ca_file needs jwks_url")
      }
      let named = try members.strings("tenants") ?? []
      guard !named.isEmpty else { throw JSONError(.missingMember, "tenants is missing or empty") }
      guard named == ["*"] || named.allSatisfy({ TenantID($0) != nil }) else {
        throw JSONError(.wrongType, "tenants must be names of tenants, or only \"*\"")
      }
      tenants = named == ["*"] ? .all : .only(named)
      let claims = try members.object("claims") ?? JSONObject()
      try claims.allow(only: "tenant", "scope", "roles", "subject")
      tenantClaim = try claims.string("tenant", bytesMax: 256) ?? "tid"
      scopeClaim = try claims.string("scope", bytesMax: 256) ?? "scp"
      rolesClaim = try claims.string("roles", bytesMax: 256) ?? "roles"
      subjectClaim = try claims.string("subject", bytesMax: 256) ?? "sub"
    } catch {
      let isUnknown = error.code == .unknownMember
      throw ConfigurationError(
        isUnknown ? .unknownSetting : .invalidSetting,
        "issuers: \(error.detail)")
    }
    for algorithm in algorithms where !Self.knownAlgorithms.contains(algorithm) {
      throw ConfigurationError(.invalidSetting, "issuers: an algorithm is not known")
    }
    if case .url(let url) = keys, !url.hasPrefix("https://") {
      throw ConfigurationError(.invalidSetting, "issuers: jwks_url must start with https://")
    }
  }
}
