// Packs one member that comes in pieces, by ISA-L: twice as fast as libdeflate, which packs only what lies
// in memory as a whole, and as small.

import CISAL
import ScrubContract

/// Packs one member piece by piece (RFC 1951, without a header). Equal bytes are packed alike, in
/// whatever pieces they come, on all processors of one kind.
@safe final class ZipPacker {
  private static let packedBytesMax = 256 << 20
  /// What ISA-L sees at once: where its input is cut is part of the output.
  private static let blockBytes = 64 * 1024

  // Made in `init`, freed in `deinit`; it keeps no pointer to a block that it has taken.
  private let packer: postern_isal_packer_t
  private var block: [UInt8] = []
  private var piece = [UInt8](repeating: 0, count: ZipPacker.blockBytes)
  private var packed: [UInt8] = []
  private var bytes = 0
  private var crc: UInt32 = 0

  /// - Parameter expected: About how many packed bytes there will be.
  /// - Throws: `input-output` without memory.
  init(expecting expected: Int = 0) throws(ScrubError) {
    guard let packer = unsafe postern_isal_packer_new() else {
      throw ScrubError(.inputOutput, "No memory to pack.")
    }
    unsafe self.packer = packer
    packed.reserveCapacity(min(expected + expected / 8, ZipPacker.packedBytesMax))
  }

  deinit { unsafe postern_isal_packer_free(packer) }

  /// Adds bytes of the member, which are borrowed for the call.
  /// - Throws: `too-large`, `input-output`.
  func append(_ added: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    unsafe crc = Deflate.crc32(crc, added.span)
    bytes += added.count
    var rest = unsafe added[...]
    while unsafe !rest.isEmpty {
      let count = unsafe min(rest.count, ZipPacker.blockBytes - block.count)
      unsafe block.append(contentsOf: rest.prefix(count))
      unsafe rest = rest.dropFirst(count)
      if block.count == ZipPacker.blockBytes { try pack(isLast: false) }
    }
  }

  /// The member; nothing can be added afterwards.
  /// - Throws: `too-large`, `input-output`.
  func finish() throws(ScrubError) -> ZipBody {
    try pack(isLast: true)
    return ZipBody(packed: packed, bytes: bytes, crc: crc)
  }

  /// Packs what is in the block and empties it.
  private func pack(isLast: Bool) throws(ScrubError) {
    try unsafe block.withUnsafeBufferPointer { (source) throws(ScrubError) in
      // The block stays as it is until all of it is taken.
      unsafe postern_isal_packer_feed(packer, source.baseAddress, UInt32(source.count), isLast)
      var count = 0
      repeat {
        count = unsafe piece.withUnsafeMutableBufferPointer { target in
          unsafe Int(postern_isal_packer_run(packer, target.baseAddress, UInt32(target.count)))
        }
        guard count >= 0 else { throw ScrubError(.inputOutput, "A part cannot be packed.") }
        packed += piece[..<count]
        guard packed.count <= ZipPacker.packedBytesMax else {
          throw ScrubError(.tooLarge, "A part of the file is too large.")
        }
      } while count == piece.count
    }
    block.removeAll(keepingCapacity: true)
  }
}
