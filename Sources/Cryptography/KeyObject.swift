// The one place that owns an OpenSSL key. A key object is immutable after its making, so any number
// of threads may verify with it; each operation has a context of its own.

import COpenSSL

/// Which digest an operation hashes its message with.
package enum DigestAlgorithm: Sendable, Hashable {
  case sha256
  case sha384
  case sha512

  /// The digest's size in bytes.
  package var size: Int {
    switch self {
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
}

/// Owns an `EVP_PKEY`.
@safe final class KeyObject: Sendable {
  // Reference counted and internally locked by OpenSSL; never changed after `init`.
  nonisolated(unsafe) let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { unsafe self.pointer = pointer }

  deinit { unsafe EVP_PKEY_free(pointer) }

  /// Takes a key that an OpenSSL call made, or its failure.
  /// - Throws: `key-invalid` where there is none.
  static func taking(_ made: OpaquePointer?) throws(CryptographyError) -> KeyObject {
    defer { ERR_clear_error() }
    guard let pointer = unsafe made else {
      throw CryptographyError(.keyInvalid, "the key is not valid for its type")
    }
    return unsafe KeyObject(owning: pointer)
  }

  /// Whether the public part lies where it must (on the curve, of full order).
  var isPublicKeyValid: Bool {
    defer { ERR_clear_error() }
    guard let context = unsafe EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
    defer { unsafe EVP_PKEY_CTX_free(context) }
    return unsafe EVP_PKEY_public_check(context) == 1
  }

  /// Verifies a signature; `configure` sets the padding.
  func verify(
    _ signature: [UInt8], over message: [UInt8], digest: DigestAlgorithm?,
    configure: (OpaquePointer) -> Bool = { _ in true }
  ) -> Bool {
    defer { ERR_clear_error() }
    guard let context = unsafe EVP_MD_CTX_new() else { return false }
    defer { unsafe EVP_MD_CTX_free(context) }
    var operation: OpaquePointer?
    let function = unsafe digest.map { unsafe KeyObject.function($0) } ?? nil
    guard unsafe EVP_DigestVerifyInit(context, &operation, function, nil, pointer) == 1,
      let operation = unsafe operation, unsafe configure(operation)
    else { return false }
    return unsafe EVP_DigestVerify(
      context, signature, signature.count, message, message.count) == 1
  }

  private static func function(_ digest: DigestAlgorithm) -> OpaquePointer? {
    switch digest {
    case .sha256: unsafe EVP_sha256()
    case .sha384: unsafe EVP_sha384()
    case .sha512: unsafe EVP_sha512()
    }
  }
}
