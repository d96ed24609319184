// HMAC-SHA-256 (RFC 2104) with the key absorbed once: both padded key blocks are hashed in `init`,
// and each code starts from a copy of those two states. That is four block operations less a code
// than a fresh HMAC.

package import Base

/// A keyed HMAC-SHA-256 that may be used from any number of threads at once.
@safe package final class HMACSHA256: Sendable {
  // Written once in `init`, read-only until `deinit`; as good as the key, hence wiped.
  nonisolated(unsafe) private var inner = SHA256()
  nonisolated(unsafe) private var outer = SHA256()

  /// Absorbs a key of any length.
  package init(key: Span<UInt8>) {
    let hashed = key.count > HMACSHA256.blockBytes ? SHA256.hash(key) : nil
    if let hashed {
      hashed.withBytes { absorb($0) }
    } else {
      absorb(key)
    }
  }

  /// Absorbs a key of any length.
  package convenience init(key: [UInt8]) {
    self.init(key: key.span)
  }

  /// Absorbs a secret of any length.
  package static func keyed(_ secret: Secret) -> HMACSHA256 {
    secret.withBytes { HMACSHA256(key: $0) }
  }

  deinit {
    unsafe inner.wipe()
    unsafe outer.wipe()
  }

  /// The code of `message`.
  package func authenticate(_ message: Span<UInt8>) -> SHA256Digest {
    var hash = unsafe inner
    hash.update(message)
    return seal(hash)
  }

  /// The code of `message`.
  package func authenticate(_ message: some Collection<UInt8>) -> SHA256Digest {
    var hash = unsafe inner
    hash.update(message)
    return seal(hash)
  }

  /// Whether `code` is the code of `message`; takes the same time for every wrong code.
  package func isValid(_ code: some Collection<UInt8>, for message: some Collection<UInt8>) -> Bool
  {
    let expected = authenticate(message)
    return expected.withBytes { constantTimeEqual($0, Array(code).span) }
  }

  private func seal(_ hash: SHA256) -> SHA256Digest {
    var last = unsafe outer
    hash.finalize().withBytes { last.update($0) }
    return last.finalize()
  }

  private func absorb(_ key: Span<UInt8>) {
    var block = [UInt8](repeating: 0, count: HMACSHA256.blockBytes)
    for index in 0..<key.count { block[index] = key[index] }
    for index in block.indices { block[index] ^= 0x36 }
    unsafe inner.update(block)
    for index in block.indices { block[index] ^= 0x36 ^ 0x5C }
    unsafe outer.update(block)
    wipe(&block)
  }

  private static let blockBytes = 64
}
