// Offline receipts in the form c2sp.org/tlog-proof@v1: the index of an entry, its inclusion path and
// the signed checkpoint it leads to. The entry itself travels beside it, or base64 in `extra`.

import Base

/// A proof that one entry is in a signed log.
public struct Receipt: Sendable, Hashable {
  /// The largest receipt in bytes.
  public static let bytesMax = 262_144

  private static let header = "c2sp.org/tlog-proof@v1"

  /// The place of the entry in the log.
  public let index: Int

  /// The inclusion path, from the leaf up.
  public let path: [TreeHash]

  /// Bytes of the maker's choice; ours hold the entry.
  public let extra: [UInt8]?

  /// The signed checkpoint, verbatim.
  public let checkpoint: [UInt8]

  /// Creates a receipt from its parts.
  public init(index: Int, path: [TreeHash], extra: [UInt8]?, checkpoint: [UInt8]) {
    self.index = index
    self.path = path
    self.extra = extra
    self.checkpoint = checkpoint
  }

  /// Makes the receipt of the entry at `index` from a log's tiles and its signed checkpoint.
  ///
  /// Throws `limit-exceeded` if the checkpoint does not reach the entry yet, and what reading throws.
  public init(
    source: TileSource, checkpoint note: [UInt8], index: Int, includesEntry: Bool = true
  ) throws(AuditLogError) {
    let size = try Checkpoint(parsing: SignedNote(parsing: note).text).size
    var builder = ProofBuilder(source, size: size)
    self.index = index
    path = try builder.inclusion(index)
    extra = includesEntry ? try builder.entry(index) : nil
    checkpoint = note
  }

  /// Reads a receipt; throws `malformed` or `limit-exceeded`.
  public init(parsing bytes: [UInt8]) throws(AuditLogError) {
    guard bytes.count <= Receipt.bytesMax else {
      throw AuditLogError(.limitExceeded, "a receipt has more than 256 KiB")
    }
    guard
      let end = bytes.indices.dropFirst().first(where: {
        bytes[$0] == 0x0a && bytes[$0 - 1] == 0x0a
      })
    else { throw AuditLogError(.malformed, "a receipt has no empty line before its checkpoint") }
    var lines = bytes[..<(end - 1)].split(separator: 0x0a, omittingEmptySubsequences: false)[...]
      .map { String(decoding: $0, as: UTF8.self) }[...]
    guard lines.popFirst() == Receipt.header else {
      throw AuditLogError(.malformed, "a receipt does not start with \(Receipt.header)")
    }
    var extra: [UInt8]?
    if let line = lines.first, line.hasPrefix("extra ") {
      extra = Base64.decode(Array(line.utf8.dropFirst(6)), .standard)
      guard extra != nil else { throw AuditLogError(.malformed, "`extra` is not base64") }
      lines.removeFirst()
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "),
      let index = Int(line.dropFirst(6)), index >= 0, "index \(index)" == line
    else { throw AuditLogError(.malformed, "a receipt has no index") }
    guard lines.count <= MerkleProof.hashesMax else {
      throw AuditLogError(.limitExceeded, "a receipt has more than 64 hashes")
    }
    let path = lines.compactMap {
      Base64.decode(Array($0.utf8), .standard).flatMap { TreeHash($0) }
    }
    guard path.count == lines.count else {
      throw AuditLogError(.malformed, "a line of the path is not a hash")
    }
    self.init(index: index, path: path, extra: extra, checkpoint: Array(bytes[(end + 1)...]))
  }

  /// The receipt in its text form.
  public var bytes: [UInt8] {
    var text = Receipt.header + "\n"
    if let extra { text += "extra \(Base64.encode(extra, .standard))\n" }
    text += "index \(index)\n"
    for hash in path { text += Base64.encode(hash.bytes, .standard) + "\n" }
    return Array((text + "\n").utf8) + checkpoint
  }

  /// Checks the receipt for an entry without a network, and returns the checkpoint it leads to.
  ///
  /// Without `entry`, the one in `extra` is taken. Throws `proof-mismatch` if the entry is not the
  /// one at the index, and what verifying a checkpoint throws.
  @discardableResult
  public func verify(
    entry: [UInt8]? = nil, trusting keys: [NoteVerifier]
  ) throws(AuditLogError) -> Checkpoint {
    let signed = try Checkpoint(verifying: checkpoint, trusting: keys)
    guard let entry = entry ?? extra else {
      throw AuditLogError(.missing, "the receipt does not hold the entry, and none was given")
    }
    guard
      MerkleProof.isIncluded(
        leaf: .leaf(entry), index: index, size: signed.size, root: signed.root, path: path)
    else {
      throw AuditLogError(
        .proofMismatch, "the entry is not the one that the checkpoint covers", index: index)
    }
    return signed
  }
}
