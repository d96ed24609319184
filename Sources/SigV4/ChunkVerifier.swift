// Signatures of `aws-chunked` bodies: each chunk's signature covers the one before, the first
// covers the request's own. Framing is the server's task; this type sees hashes and signatures
// only.

import Cryptography

/// Checks a body's chunk signatures in order.
public struct ChunkVerifier: Sendable {
  private let key: HMACSHA256
  private let head: [UInt8]
  private var previous: [UInt8]

  init(key: HMACSHA256, time: [UInt8], scope: [UInt8], seed: [UInt8]) {
    self.key = key
    head = Array("\n".utf8) + time + Array("\n".utf8) + scope + Array("\n".utf8)
    previous = seed
  }

  /// Whether `signature` (64 lower-case digits) is the next chunk's.
  ///
  /// `sha256Hex` is the digest of the chunk's data as 64 lower-case digits. After `false` the body
  /// is forged: stop reading.
  public mutating func accepts(chunkSHA256Hex sha256Hex: [UInt8], signature: [UInt8]) -> Bool {
    let end = [PayloadHash.empty.text, String(decoding: sha256Hex, as: UTF8.self)]
    return accepts("AWS4-HMAC-SHA256-PAYLOAD", end: end, signature: signature)
  }

  /// Whether `signature` is the trailer's, after the last (empty) chunk.
  ///
  /// `sha256Hex` is the digest of the trailer lines, each `name:value\n`.
  public mutating func accepts(trailerSHA256Hex sha256Hex: [UInt8], signature: [UInt8]) -> Bool {
    let end = [String(decoding: sha256Hex, as: UTF8.self)]
    return accepts("AWS4-HMAC-SHA256-TRAILER", end: end, signature: signature)
  }

  private mutating func accepts(_ name: String, end: [String], signature: [UInt8]) -> Bool {
    var text = Array(name.utf8) + head + previous
    for line in end { text += Array("\n".utf8) + Array(line.utf8) }
    let expected = Array(key.authenticate(text).hex.utf8)
    guard constantTimeEqual(expected, signature) else { return false }
    previous = expected
    return true
  }
}
