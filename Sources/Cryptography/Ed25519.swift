// Ed25519 (RFC 8032): signs tokens of the local issuer and checkpoints of the audit log.

package import Base
import COpenSSL

/// An Ed25519 public key.
package struct Ed25519PublicKey: Sendable {
  /// The size of a key in bytes.
  package static let size = 32

  /// The size of a signature in bytes.
  package static let signatureSize = 64

  /// The 32 bytes of the key.
  package let bytes: [UInt8]

  private let key: KeyObject

  /// Takes the encoding of a key.
  /// - Throws: `key-invalid` for another size and for the encodings of points of small order, under
  ///   which one signature is valid for many messages; OpenSSL accepts those.
  package init(_ bytes: [UInt8]) throws(CryptographyError) {
    guard bytes.count == Self.size else {
      throw CryptographyError(.keyInvalid, "an Ed25519 key has 32 bytes")
    }
    guard !Self.smallOrder.contains(Self.withoutSign(bytes)) else {
      throw CryptographyError(.keyInvalid, "the Ed25519 key has a small order")
    }
    defer { ERR_clear_error() }
    guard
      let pointer = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count)
    else { throw CryptographyError(.keyInvalid, "the Ed25519 key is not valid") }
    self.bytes = bytes
    key = unsafe KeyObject(owning: pointer)
  }

  /// Whether `signature` is that of `message`.
  package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureSize else { return false }
    return unsafe key.verify(signature, over: message, digest: nil)
  }

  private static func withoutSign(_ bytes: [UInt8]) -> [UInt8] {
    var copy = bytes
    copy[31] &= 0x7F
    return copy
  }

  // The y coordinates of the eight points of small order and the encodings of the same values that
  // are not below the field's prime 2^255 - 19; the sign bit of x is ignored.
  private static let smallOrder: Set<[UInt8]> = Set(
    [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ].compactMap { Hex.decode($0) })
}

/// An Ed25519 private key.
package struct Ed25519PrivateKey: Sendable {
  /// The public key that belongs to it.
  package let publicKey: Ed25519PublicKey

  private let key: KeyObject

  /// Derives the key from its 32-byte seed (RFC 8032 section 5.1.5).
  /// - Throws: `key-invalid` for a seed of another size.
  package init(seed: Secret) throws(CryptographyError) {
    guard seed.count == Ed25519PublicKey.size else {
      throw CryptographyError(.keyInvalid, "an Ed25519 seed has 32 bytes")
    }
    defer { ERR_clear_error() }
    let pointer = unsafe seed.withBytes { bytes in
      unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe EVP_PKEY_new_raw_private_key(
          EVP_PKEY_ED25519, nil, buffer.baseAddress, buffer.count)
      }
    }
    guard let pointer = unsafe pointer else {
      throw CryptographyError(.operationFailed, "the Ed25519 key cannot be made")
    }
    key = unsafe KeyObject(owning: pointer)
    var encoded = [UInt8](repeating: 0, count: Ed25519PublicKey.size)
    var count = encoded.count
    guard unsafe EVP_PKEY_get_raw_public_key(key.pointer, &encoded, &count) == 1 else {
      throw CryptographyError(.operationFailed, "the Ed25519 public key cannot be read")
    }
    publicKey = try Ed25519PublicKey(encoded)
  }

  /// Makes a new seed of 32 random bytes.
  package static func newSeed() -> [UInt8] { Random.bytes(Ed25519PublicKey.size) }

  /// Signs a message; the same message gives the same 64 bytes.
  package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
    defer { ERR_clear_error() }
    guard let context = unsafe EVP_MD_CTX_new() else {
      throw CryptographyError(.operationFailed, "no memory for a signature")
    }
    defer { unsafe EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureSize)
    var count = signature.count
    guard unsafe EVP_DigestSignInit(context, nil, nil, nil, key.pointer) == 1,
      unsafe EVP_DigestSign(context, &signature, &count, message, message.count) == 1,
      count == signature.count
    else { throw CryptographyError(.operationFailed, "the message cannot be signed") }
    return signature
  }
}
