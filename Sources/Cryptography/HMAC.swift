// HMAC (RFC 2104) over any of the digests, for symmetric tokens. `HMACSHA256` is the fast form for
// everything else.

import COpenSSL

/// Message authentication with a secret.
package enum HMAC {
  /// The code of `message`.
  package static func code(
    of message: [UInt8], key: [UInt8], _ digest: DigestAlgorithm
  ) -> [UInt8] {
    switch digest {
    case .sha256: compute(SHA256.self, message, key, blockBytes: 64) { $0.bytes }
    case .sha384: compute(SHA384.self, message, key, blockBytes: 128) { $0 }
    case .sha512: compute(SHA512.self, message, key, blockBytes: 128) { $0 }
    }
  }

  /// Whether `code` is the code of `message`; the time does not depend on where they differ.
  package static func isValid(
    _ code: [UInt8], for message: [UInt8], key: [UInt8], _ digest: DigestAlgorithm
  ) -> Bool {
    constantTimeEqual(HMAC.code(of: message, key: key, digest), code)
  }

  private static func compute<Hash: HashFunction>(
    _: Hash.Type, _ message: [UInt8], _ key: [UInt8], blockBytes: Int,
    _ bytes: (Hash.Output) -> [UInt8]
  ) -> [UInt8] {
    var block = key.count > blockBytes ? bytes(Hash.hash(key.span)) : key
    block += [UInt8](repeating: 0, count: blockBytes - block.count)
    defer { wipe(&block) }
    for index in block.indices { block[index] ^= 0x36 }
    var inner = Hash()
    inner.update(block.span)
    inner.update(message.span)
    for index in block.indices { block[index] ^= 0x36 ^ 0x5C }
    var outer = Hash()
    outer.update(block.span)
    outer.update(bytes(inner.finalize()).span)
    return bytes(outer.finalize())
  }
}
