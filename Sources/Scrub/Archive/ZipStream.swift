// The bytes of one member, unpacked piece by piece: a large member never lies in memory as a whole.

import CZlib
import Glibc
import ScrubContract

/// Reads one member from its start to its end.
@safe final class ZipStream {
  private let zip: ZipReader
  private let member: ZipReader.Member
  // Opened in `init`, closed in `deinit`; zlib keeps no pointer to the input between two calls.
  private var stream = unsafe z_stream()
  private var taken = 0
  private var given = 0
  private var crc: UInt32 = 0
  private var isAtEnd = false

  /// Counts the unpacked bytes before any of them is made.
  init(_ zip: ZipReader, _ member: ZipReader.Member, budget: ScrubBudget) throws(ScrubError) {
    try budget.take(unpackedBytes: member.bytes)
    self.zip = zip
    self.member = member
    if member.isDeflated {
      guard unsafe postern_inflate_raw_init(&stream) == Z_OK else {
        throw ScrubError(.inputOutput, "No memory to unpack.")
      }
    }
  }

  deinit {
    if member.isDeflated { unsafe inflateEnd(&stream) }
  }

  /// Fills `target` from `start` on; 0 at the end, where size and checksum are proved.
  func read(into target: inout [UInt8], from start: Int) throws(ScrubError) -> Int {
    let room = target.count - start
    let result = unsafe target.withUnsafeMutableBytes { bytes in
      // The rest of the array behind `start`.
      Result { () throws(ScrubError) in
        try unsafe read(
          into: UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + room)]))
      }
    }
    return try result.get()
  }

  /// Fills `target`, which the caller owns for the call; 0 at the end.
  func read(into target: UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int {
    guard unsafe !target.isEmpty else { return 0 }
    let count = try unsafe member.isDeflated ? inflated(target) : copied(target)
    guard count > 0 else {
      try finish()
      return 0
    }
    given += count
    guard given <= member.bytes else { throw ZipReader.malformed("member: it is larger than told") }
    crc = unsafe UInt32(
      truncatingIfNeeded: crc32_z(
        UInt(crc), target.baseAddress?.assumingMemoryBound(to: UInt8.self), count))
    return count
  }

  /// Proves that everything was read and is what the directory says.
  func finish() throws(ScrubError) {
    if member.isDeflated && !isAtEnd {
      // The size may be reached before zlib has seen the end mark.
      var spare: UInt8 = 0
      let count = try unsafe withUnsafeMutableBytes(of: &spare) { bytes throws(ScrubError) in
        try unsafe inflated(bytes)
      }
      guard count == 0 else { throw ZipReader.malformed("member: it is larger than told") }
    }
    guard given == member.bytes, crc == member.crc, taken == member.packed.count else {
      throw ZipReader.malformed("member: it is not what the directory says")
    }
  }

  private func copied(_ target: UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int {
    let count = min(target.count, member.packed.count - taken)
    try unsafe zip.file.withBytes { (bytes) throws(ScrubError) in
      // Both ranges lie inside: `count` is the smaller of the two rooms.
      let start = member.packed.lowerBound + taken
      unsafe target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)]))
    }
    taken += count
    return count
  }

  private func inflated(_ target: UnsafeMutableRawBufferPointer) throws(ScrubError) -> Int {
    if isAtEnd { return 0 }
    return try unsafe zip.file.withBytes { (bytes) throws(ScrubError) in
      let left = min(member.packed.count - taken, 1 << 30)
      let place = member.packed.lowerBound + taken
      // zlib reads at most `left` bytes of the mapping and writes at most the room of the target;
      // it takes a pointer to mutable bytes and does not change them.
      unsafe stream.next_in = UnsafeMutablePointer(
        mutating: bytes.baseAddress.map { unsafe $0 + place }?.assumingMemoryBound(to: UInt8.self))
      unsafe stream.avail_in = UInt32(left)
      unsafe stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
      unsafe stream.avail_out = UInt32(clamping: target.count)
      let code = unsafe inflate(&stream, Z_NO_FLUSH)
      taken += unsafe left - Int(stream.avail_in)
      isAtEnd = code == Z_STREAM_END
      guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else {
        throw ZipReader.malformed("member")
      }
      return unsafe min(target.count, Int(UInt32.max)) - Int(stream.avail_out)
    }
  }
}
