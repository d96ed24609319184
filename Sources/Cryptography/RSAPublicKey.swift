// RSA signatures (RFC 8017): PKCS #1 v1.5 and PSS with the salt as long as the digest.

import COpenSSL

/// An RSA public key.
package struct RSAPublicKey: Sendable {
  /// How the digest is padded.
  package enum Padding: Sendable, Hashable {
    /// RSASSA-PKCS1-v1_5.
    case pkcs1
    /// RSASSA-PSS, MGF1 and salt with the same digest.
    case pss
  }

  /// Sizes of the modulus in bits that are neither weak nor a burden (NIST SP 800-57).
  package static let modulusBits = 2048...8192

  private let key: KeyObject
  private let modulusBytes: Int

  /// Takes modulus and exponent, big endian; leading zeros do not count.
  /// - Throws: `key-invalid` outside 2048...8192 bits, and for an exponent that is even, below 3 or
  ///   from 2^32 on.
  package init(modulus: [UInt8], exponent: [UInt8]) throws(CryptographyError) {
    let modulus = Array(modulus.drop { $0 == 0 })
    let exponent = Array(exponent.drop { $0 == 0 })
    let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
    guard Self.modulusBits.contains(bits), (modulus.last ?? 0) & 1 == 1 else {
      throw CryptographyError(.keyInvalid, "the RSA modulus is even or of a wrong size")
    }
    let value = exponent.reduce(UInt64(0)) { ($0 << 8) | UInt64($1) }
    guard exponent.count <= 4, value >= 3, value & 1 == 1 else {
      throw CryptographyError(.keyInvalid, "the RSA exponent is not usable")
    }
    modulusBytes = modulus.count
    // OSSL_PARAM wants the machine's byte order; every machine that we build for is little endian.
    var (low, small) = (Array(modulus.reversed()), Array(exponent.reversed()))
    key = try unsafe KeyObject.taking(
      postern_rsa_public_key(&low, low.count, &small, small.count))
  }

  /// Whether `signature`, exactly as long as the modulus, is that of `message`.
  package func isValid(
    _ signature: [UInt8], for message: [UInt8], _ padding: Padding, _ digest: DigestAlgorithm
  ) -> Bool {
    guard signature.count == modulusBytes else { return false }
    return unsafe key.verify(signature, over: message, digest: digest) { operation in
      switch padding {
      case .pkcs1: unsafe EVP_PKEY_CTX_set_rsa_padding(operation, RSA_PKCS1_PADDING) == 1
      case .pss:
        // MGF1 uses the digest of the message where none is set.
        unsafe EVP_PKEY_CTX_set_rsa_padding(operation, RSA_PKCS1_PSS_PADDING) == 1
          && EVP_PKEY_CTX_set_rsa_pss_saltlen(operation, Int32(digest.size)) == 1
      }
    }
  }
}
