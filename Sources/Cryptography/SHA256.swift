// SHA-256 (FIPS 180-4), incremental and at once. The state is a value on the stack: no allocation,
// no lock.

import COpenSSL

/// An incremental SHA-256.
///
/// ```swift
/// var hash = SHA256()
/// hash.update(first)
/// hash.update(second)
/// let digest = hash.finalize()
/// ```
package struct SHA256: HashFunction {
  private var state = SHA256_CTX()

  /// Starts an empty hash.
  package init() {
    unsafe SHA256_Init(&state)
  }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    // SHA256_Update copies what it keeps; it fails for no input.
    _ = unsafe bytes.withUnsafeBufferPointer {
      unsafe SHA256_Update(&state, $0.baseAddress, $0.count)
    }
  }

  /// Adds bytes.
  package mutating func update(_ bytes: [UInt8]) {
    update(bytes.span)
  }

  /// The digest of all bytes so far; more may be added afterwards.
  package func finalize() -> SHA256Digest {
    var copy = state
    var digest = SHA256Digest()
    unsafe digest.withPointer { _ = unsafe SHA256_Final($0, &copy) }
    return digest
  }

  /// The digest of `bytes`.
  package static func hash(_ bytes: [UInt8]) -> SHA256Digest {
    hash(bytes.span)
  }

  /// Overwrites a state that was derived from a key.
  mutating func wipe() {
    unsafe OPENSSL_cleanse(&state, MemoryLayout<SHA256_CTX>.size)
  }
}
