// The hash functions that one upload needs: SHA-256 always, MD5 where it becomes the ETag, and the
// checksum that the client chose.

import Base
import Cryptography

/// Hashes a body in one pass.
struct BodyHasher {
  /// What a body hashes to.
  struct Digests {
    /// Nothing for a body that has its ETag from elsewhere.
    let md5: [UInt8]?
    let sha256: SHA256Digest
    let checksum: Checksum?
  }

  private var md5: MD5?
  private var sha256 = SHA256()
  private var checksum: ChecksumHasher?
  private let promised: PromisedDigests
  private(set) var size: Int64 = 0

  /// Prepares for checking `promised`.
  init(promised: PromisedDigests, hasMD5: Bool) {
    self.promised = promised
    if hasMD5 { md5 = MD5() }
    checksum = (promised.checksum?.algorithm ?? promised.algorithm).map { ChecksumHasher($0) }
  }

  /// Adds bytes.
  mutating func update(_ bytes: [UInt8]) {
    md5?.update(bytes.span)
    sha256.update(bytes.span)
    checksum?.update(bytes)
    size += Int64(bytes.count)
  }

  /// The digests of all bytes, if every promise is kept; else the first broken one is thrown.
  ///
  /// `trailing` is a checksum that came behind the body.
  func finalize(trailing: Checksum?) throws(StoreError) -> Digests {
    let (md5, sha256) = (md5?.finalize(), sha256.finalize())
    try BodyHasher.check(
      promised.size, size, .bodyIncomplete, "The body is not as long as promised.")
    try BodyHasher.check(
      promised.sha256, sha256, .payloadMismatch, "The body does not match x-amz-content-sha256.")
    try BodyHasher.check(
      promised.stored, sha256, .objectDamaged, "The stored object is damaged.")
    try BodyHasher.check(promised.md5, md5, .md5Mismatch, "The body does not match Content-MD5.")
    for wanted in [promised.checksum, trailing] {
      try BodyHasher.check(
        wanted, checksum?.value, .checksumMismatch, "The body does not match its checksum.")
    }
    return Digests(md5: md5, sha256: sha256, checksum: checksum?.value)
  }

  private static func check<Digest: Equatable>(
    _ promised: Digest?, _ computed: Digest?, _ code: StoreCode, _ detail: String
  ) throws(StoreError) {
    guard let promised, promised != computed else { return }
    throw StoreError(code, detail)
  }
}
