// The hashes of an RFC 6962 Merkle tree: SHA-256 with one byte of domain separation, so that a leaf
// can never be taken for an inner node.

import Cryptography

/// A node of the tree: 32 bytes of SHA-256.
public struct TreeHash: Sendable, Hashable, CustomStringConvertible {
  /// The number of bytes in a hash.
  public static let byteCount = 32

  private let digest: SHA256Digest

  private init(_ digest: SHA256Digest) {
    self.digest = digest
  }

  /// Reads exactly 32 bytes; nothing for another length.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let digest = SHA256Digest(bytes) else { return nil }
    self.digest = digest
  }

  /// The root of the tree without leaves: the hash of nothing (RFC 6962 section 2.1).
  public static let empty = TreeHash(SHA256.hash([]))

  /// The hash of an entry: SHA-256(0x00 ‖ entry).
  public static func leaf(_ entry: some Collection<UInt8>) -> TreeHash {
    var input: [UInt8] = [0]
    input.reserveCapacity(entry.count + 1)
    input.append(contentsOf: entry)
    return TreeHash(SHA256.hash(input))
  }

  /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
  public static func node(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    var hash = nodePrefix
    left.digest.withBytes { hash.update($0) }
    right.digest.withBytes { hash.update($0) }
    return TreeHash(hash.finalize())
  }

  /// The 32 bytes, most significant first.
  public var bytes: [UInt8] { digest.bytes }

  /// Appends the 32 bytes to `output`.
  public func append(to output: inout [UInt8]) {
    output.append(contentsOf: digest.bytes)
  }

  /// Lower-case hexadecimal.
  public var description: String { digest.hex }

  private static let nodePrefix: SHA256 = {
    var hash = SHA256()
    hash.update([1])
    return hash
  }()
}
