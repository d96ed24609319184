// HKDF with SHA-256 (RFC 5869): one strong key in, any number of independent keys out.

package import Base

/// The key derivation of RFC 5869.
package enum HKDF {
  /// The most bytes one call can derive (RFC 5869 section 2.3: 255 digests).
  package static let outputBytesMax = 255 * SHA256Digest.count

  /// Derives `count` bytes (1 to `outputBytesMax`) from `key`; `info` separates the uses of one
  /// key.
  package static func sha256(
    key: Secret, salt: [UInt8] = [], info: [UInt8], count: Int
  ) -> Secret {
    precondition((1...outputBytesMax).contains(count), "HKDF derives 1 to 8,160 bytes")
    let extracted = key.withBytes { HMACSHA256(key: salt).authenticate($0) }
    let expander = extracted.withBytes { HMACSHA256(key: $0) }
    var output = [UInt8]()
    var block = [UInt8]()
    var counter: UInt8 = 0
    while output.count < count {
      counter += 1
      block = expander.authenticate(block + info + [counter]).bytes
      output += block
    }
    let secret = Secret(output.prefix(count))
    wipe(&output)
    wipe(&block)
    return secret
  }
}
