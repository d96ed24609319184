// Members unpacked as a whole, and checksums, by libdeflate, which is twice as fast as zlib and has no way
// to work in pieces. What is larger than `ScrubLimits.wholeBytesMax` is left to zlib (`ZipStream`), and so
// is the second reading, which shares no code with the first.

import CDeflate
import Glibc
import ScrubContract

/// Deflate data (RFC 1951) without a header, as ZIP has it.
enum Deflate {
  /// Unpacks a member.
  /// - Parameters:
  ///   - packed: All packed bytes of the member, alive during the call.
  ///   - count: The bytes that it must have; the caller has checked them against a limit.
  /// - Returns: Exactly `count` bytes; nothing if the data is broken, yields more or fewer bytes, or
  ///   ends before or behind the end of `packed`.
  /// - Throws: `input-output` without memory.
  static func unpacked(
    _ packed: UnsafeRawBufferPointer, count: Int
  ) throws(ScrubError) -> [UInt8]? {
    guard let unpacker = unsafe libdeflate_alloc_decompressor() else {
      throw ScrubError(.inputOutput, "No memory to unpack.")
    }
    defer { unsafe libdeflate_free_decompressor(unpacker) }
    var isWhole = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 1)) { target, written in
      unsafe preferLargePages(UnsafeMutableRawBufferPointer(target))
      var used = 0
      // Without a place for the size, success means that exactly `count` bytes were written.
      let result = unsafe libdeflate_deflate_decompress_ex(
        unpacker, packed.baseAddress, packed.count, target.baseAddress, count, &used, nil)
      isWhole = result == LIBDEFLATE_SUCCESS && used == packed.count
      written = isWhole ? count : 0
    }
    return isWhole ? bytes : nil
  }

  /// Asks for pages of 2 MiB: a sheet of 70 MB is 17,000 faults by pages of 4 KiB.
  private static func preferLargePages(_ room: UnsafeMutableRawBufferPointer) {
    let page = 4096
    guard room.count >= 4 << 20, let base = room.baseAddress else { return }
    let start = unsafe base.alignedUp(toMultipleOf: page)
    let end = unsafe (base + room.count).alignedDown(toMultipleOf: page)
    // Only whole pages of the buffer; a refusal leaves everything as it was.
    _ = unsafe madvise(start, end - start, MADV_HUGEPAGE)
  }

  /// The CRC-32 of `bytes` appended to what `crc` covers already; start with 0.
  static func crc32(_ crc: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
    unsafe bytes.withUnsafeBytes { buffer in
      // libdeflate reads exactly `count` bytes of the borrowed buffer; without a buffer it would start
      // anew.
      guard let start = buffer.baseAddress else { return crc }
      return unsafe libdeflate_crc32(crc, start, buffer.count)
    }
  }
}
