// What a key is made of, which algorithms it fits, and the check itself. A key fits an algorithm by
// type and curve, so that a public key can never serve as a shared secret.

import Base
import Cryptography

/// The key behind a JWK.
enum KeyMaterial: Sendable {
  case ecdsa(ECDSAPublicKey)
  case rsa(RSAPublicKey)
  case ed25519(Ed25519PublicKey)
  case secret(Secret)

  /// A point on a named curve (RFC 7518 section 6.2); nothing for other curves and bad points.
  init?(curve name: String, x: [UInt8], y: [UInt8]) {
    let curves: [(String, ECDSAPublicKey.Curve)] = [
      ("P-256", .p256), ("P-384", .p384), ("P-521", .p521),
    ]
    guard let curve = curves.first(where: { Array($0.0.utf8) == Array(name.utf8) })?.1 else {
      return nil
    }
    do throws(CryptographyError) {
      self = .ecdsa(try ECDSAPublicKey(curve, x: x, y: y))
    } catch {
      return nil
    }
  }

  /// An RSA key (RFC 7518 section 6.3); nothing if it is weak or a burden.
  init?(modulus: [UInt8], exponent: [UInt8]) {
    do throws(CryptographyError) {
      self = .rsa(try RSAPublicKey(modulus: modulus, exponent: exponent))
    } catch {
      return nil
    }
  }

  /// An Ed25519 key (RFC 8037 section 2); nothing for other sizes and points of small order.
  init?(ed25519 bytes: [UInt8]) {
    do throws(CryptographyError) {
      self = .ed25519(try Ed25519PublicKey(bytes))
    } catch {
      return nil
    }
  }

  /// A shared secret (RFC 7518 section 6.4).
  init(secret: [UInt8]) {
    self = .secret(Secret(secret))
  }

  func fits(_ algorithm: JWSAlgorithm) -> Bool {
    switch (self, algorithm) {
    case (.ecdsa(let key), .es256): key.curve == .p256
    case (.ecdsa(let key), .es384): key.curve == .p384
    case (.ecdsa(let key), .es512): key.curve == .p521
    case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512): true
    case (.rsa, .ps256), (.rsa, .ps384), (.rsa, .ps512): true
    case (.ed25519, .edDSA): true
    // RFC 7518 section 3.2: a key is no shorter than the digest.
    case (.secret(let secret), .hs256), (.secret(let secret), .hs384),
      (.secret(let secret), .hs512):
      secret.count >= algorithm.digest.size
    default: false
    }
  }

  /// Whether the signature is that of the message; false for an algorithm that the key does not fit.
  func isValid(_ signature: [UInt8], over message: [UInt8], algorithm: JWSAlgorithm) -> Bool {
    guard fits(algorithm) else { return false }
    switch self {
    case .ecdsa(let key): return key.isValid(signature, for: message)
    case .ed25519(let key): return key.isValid(signature, for: message)
    case .rsa(let key):
      return key.isValid(signature, for: message, algorithm.padding, algorithm.digest)
    case .secret(let secret):
      let key = secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
      return HMAC.isValid(signature, for: message, key: key, algorithm.digest)
    }
  }
}

extension JWSAlgorithm {
  fileprivate var digest: DigestAlgorithm {
    switch self {
    case .es256, .rs256, .ps256, .hs256: .sha256
    case .es384, .rs384, .ps384, .hs384: .sha384
    // Ed25519 hashes on its own, with SHA-512 (RFC 8032 section 5.1).
    case .es512, .rs512, .ps512, .hs512, .edDSA: .sha512
    }
  }

  fileprivate var padding: RSAPublicKey.Padding {
    switch self {
    case .ps256, .ps384, .ps512: .pss
    default: .pkcs1
    }
  }
}
