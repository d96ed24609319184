// The hash functions that one upload needs: MD5 for the ETag and SHA-256 always, others if
// promised.

import Base
import Cryptography

/// Hashes a body in one pass.
struct BodyHasher {
  private var md5 = MD5()
  private var sha256 = SHA256()
  private var sha1: SHA1?
  private var crc32: CRC32?
  private var crc32c: CRC32?
  private let promised: PromisedDigests
  private(set) var size: Int64 = 0

  /// Prepares for checking `promised`.
  init(promised: PromisedDigests) {
    self.promised = promised
    if promised.checksumSHA1 != nil { sha1 = SHA1() }
    if promised.checksumCRC32 != nil { crc32 = CRC32(.ieee) }
    if promised.checksumCRC32C != nil { crc32c = CRC32(.castagnoli) }
  }

  /// Adds bytes.
  mutating func update(_ bytes: [UInt8]) {
    md5.update(bytes.span)
    sha256.update(bytes.span)
    sha1?.update(bytes.span)
    crc32?.update(bytes.span)
    crc32c?.update(bytes.span)
    size += Int64(bytes.count)
  }

  /// The digests of all bytes, if every promise is kept; else the first broken one is thrown.
  func finalize() throws(StoreError) -> (md5: [UInt8], sha256: SHA256Digest) {
    let (md5, sha256) = (md5.finalize(), sha256.finalize())
    try BodyHasher.check(
      promised.size, size, .bodyIncomplete, "The body is not as long as promised.")
    try BodyHasher.check(
      promised.sha256, sha256, .payloadMismatch, "The body does not match x-amz-content-sha256.")
    try BodyHasher.check(promised.md5, md5, .md5Mismatch, "The body does not match Content-MD5.")
    try BodyHasher.check(
      promised.checksumSHA256, sha256, .checksumMismatch, BodyHasher.checksumDetail)
    try BodyHasher.check(
      promised.checksumSHA1, sha1?.finalize(), .checksumMismatch, BodyHasher.checksumDetail)
    try BodyHasher.check(
      promised.checksumCRC32, crc32?.value, .checksumMismatch, BodyHasher.checksumDetail)
    try BodyHasher.check(
      promised.checksumCRC32C, crc32c?.value, .checksumMismatch, BodyHasher.checksumDetail)
    return (md5, sha256)
  }

  private static let checksumDetail = "The body does not match its checksum header."

  private static func check<Digest: Equatable>(
    _ promised: Digest?, _ computed: Digest?, _ code: StoreCode, _ detail: String
  ) throws(StoreError) {
    guard let promised, promised != computed else { return }
    throw StoreError(code, detail)
  }
}
