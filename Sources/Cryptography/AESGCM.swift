// AES-256-GCM (NIST SP 800-38D) with a random nonce that travels in front of the ciphertext.
// Leaves out streaming: boxes are small (stored responses, cursors), never documents.

package import Base
import COpenSSL

/// Sealed boxes: `nonce (12 bytes) || ciphertext || tag (16 bytes)`.
///
/// One key may seal 2^32 boxes before random nonces become a risk; derive a key for each purpose.
package enum AESGCM {
  /// The size of a key in bytes.
  package static let keyBytes = 32
  /// What a box is longer than its plaintext, in bytes.
  package static let overheadBytes = nonceBytes + tagBytes
  /// The largest plaintext in bytes.
  package static let plaintextBytesMax = 16 << 20

  static let nonceBytes = 12
  static let tagBytes = 16

  /// Seals `plaintext` and binds it to `context`, which is not part of the box.
  ///
  /// Throws `key-invalid` unless the key has 32 bytes.
  package static func seal(
    _ plaintext: [UInt8], key: Secret, context: [UInt8] = []
  ) throws(CryptographyError) -> [UInt8] {
    guard plaintext.count <= plaintextBytesMax else {
      throw CryptographyError(.operationFailed, "The plaintext is too large to seal.")
    }
    let nonce = Random.bytes(nonceBytes)
    let cipher = try Cipher(key: key, nonce: nonce, isSealing: true)
    try cipher.addContext(context)
    let sealed = try cipher.transform(plaintext)
    return nonce + sealed + (try cipher.tag())
  }

  /// Opens a box that `seal` made with the same key and context.
  ///
  /// Throws `seal-broken` for every other box, `key-invalid` unless the key has 32 bytes.
  package static func open(
    _ box: [UInt8], key: Secret, context: [UInt8] = []
  ) throws(CryptographyError) -> [UInt8] {
    guard box.count >= overheadBytes, box.count <= plaintextBytesMax + overheadBytes else {
      throw CryptographyError(.sealBroken, "The sealed box has an impossible size.")
    }
    let cipher = try Cipher(key: key, nonce: Array(box.prefix(nonceBytes)), isSealing: false)
    try cipher.addContext(context)
    var plaintext = try cipher.transform(Array(box[nonceBytes..<box.count - tagBytes]))
    guard cipher.matches(tag: Array(box.suffix(tagBytes))) else {
      wipe(&plaintext)
      throw CryptographyError(.sealBroken, "The sealed box was changed or has another key.")
    }
    return plaintext
  }
}

/// One pass of the cipher; owns the OpenSSL context.
@safe private final class Cipher {
  private let context: OpaquePointer

  init(key: Secret, nonce: [UInt8], isSealing: Bool) throws(CryptographyError) {
    guard key.count == AESGCM.keyBytes else {
      throw CryptographyError(.keyInvalid, "An AES-256 key has 32 bytes.")
    }
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw Cipher.failure }
    unsafe self.context = context
    let code = key.withBytes { key in
      unsafe key.withUnsafeBufferPointer {
        // The default nonce length of GCM is 12 bytes.
        unsafe EVP_CipherInit_ex(
          context, EVP_aes_256_gcm(), nil, $0.baseAddress, nonce, isSealing ? 1 : 0)
      }
    }
    guard code == 1 else { throw Cipher.failure }
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  func addContext(_ bytes: [UInt8]) throws(CryptographyError) {
    guard !bytes.isEmpty else { return }
    var count: Int32 = 0
    guard unsafe EVP_CipherUpdate(context, nil, &count, bytes, Int32(bytes.count)) == 1 else {
      throw Cipher.failure
    }
  }

  func transform(_ input: [UInt8]) throws(CryptographyError) -> [UInt8] {
    guard !input.isEmpty else { return [] }
    var output = [UInt8](repeating: 0, count: input.count)
    var count: Int32 = 0
    guard unsafe EVP_CipherUpdate(context, &output, &count, input, Int32(input.count)) == 1,
      Int(count) == input.count
    else { throw Cipher.failure }
    return output
  }

  func tag() throws(CryptographyError) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: AESGCM.tagBytes)
    var count: Int32 = 0
    guard unsafe EVP_CipherFinal_ex(context, &tag, &count) == 1,
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(AESGCM.tagBytes), &tag) == 1
    else { throw Cipher.failure }
    return tag
  }

  func matches(tag: [UInt8]) -> Bool {
    var tag = tag
    var rest = [UInt8](repeating: 0, count: AESGCM.tagBytes)
    var count: Int32 = 0
    guard
      unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(AESGCM.tagBytes), &tag) == 1,
      unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1
    else {
      ERR_clear_error()
      return false
    }
    return true
  }

  static var failure: CryptographyError {
    ERR_clear_error()
    return CryptographyError(.operationFailed, "AES-GCM is not available.")
  }
}
