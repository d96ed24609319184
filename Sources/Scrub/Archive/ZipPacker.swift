// Packs one member that comes in pieces: as a whole by libdeflate, or by zlib if it is large. Which of the
// two it is depends on the size alone, so equal members give equal bytes.

import CZlib
import ScrubContract

/// Packs one member piece by piece.
@safe final class ZipPacker {
  /// On XML up to three times as fast as zlib's own choice of 6, for less than a tenth of size.
  private static let level: Int32 = 3
  private static let packedBytesMax = 256 << 20

  private let wholeBytesMax: Int
  /// What was added, while it may be packed as a whole.
  private var whole: [UInt8] = []
  private var crc: UInt32 = 0
  private var bytes = 0

  // Opened by `open`, closed in `deinit`; zlib keeps no pointer to the input between two calls.
  private var stream = unsafe z_stream()
  private var isOpen = false
  private var packed: [UInt8] = []
  private var piece: [UInt8] = []

  /// - Parameters:
  ///   - expected: About how many bytes will be added.
  ///   - wholeBytesMax: Up to how many bytes the member is packed as a whole.
  init(expecting expected: Int = 0, wholeBytesMax: Int) {
    self.wholeBytesMax = wholeBytesMax
    whole.reserveCapacity(min(expected + expected / 16, wholeBytesMax))
  }

  deinit {
    if isOpen { unsafe deflateEnd(&stream) }
  }

  /// Adds bytes of the member, which are borrowed for the call.
  func append(_ added: UnsafeBufferPointer<UInt8>) throws(ScrubError) {
    unsafe crc = Deflate.crc32(crc, added.span)
    bytes += added.count
    if !isOpen, bytes <= wholeBytesMax {
      unsafe whole.append(contentsOf: added)
      return
    }
    if !isOpen { try open() }
    try unsafe run(added, Z_NO_FLUSH)
  }

  /// Adds the last bytes, which are not copied if they are all, and ends the member.
  func finish(_ last: UnsafeBufferPointer<UInt8>) throws(ScrubError) -> ZipBody {
    guard bytes == 0, last.count <= wholeBytesMax else {
      try unsafe append(last)
      return try finish()
    }
    return unsafe ZipBody(
      packed: try Deflate.packed(last.span), bytes: last.count, crc: Deflate.crc32(0, last.span))
  }

  /// The member; nothing can be added afterwards.
  func finish() throws(ScrubError) -> ZipBody {
    if !isOpen {
      let all = whole
      return ZipBody(packed: try Deflate.packed(all.span), bytes: bytes, crc: crc)
    }
    try unsafe run(UnsafeBufferPointer(start: nil, count: 0), Z_FINISH)
    return ZipBody(packed: packed, bytes: bytes, crc: crc)
  }

  /// Goes over to zlib with what is there.
  private func open() throws(ScrubError) {
    guard unsafe postern_deflate_raw_init(&stream, ZipPacker.level) == Z_OK else {
      throw ScrubError(.inputOutput, "No memory to pack.")
    }
    isOpen = true
    piece = [UInt8](repeating: 0, count: 64 * 1024)
    let start = whole
    whole = []
    try unsafe start.withUnsafeBufferPointer { (source) throws(ScrubError) in
      try unsafe run(source, Z_NO_FLUSH)
    }
  }

  private func run(_ source: UnsafeBufferPointer<UInt8>, _ flush: Int32) throws(ScrubError) {
    // zlib reads the borrowed bytes and takes a pointer to mutable ones, which it does not change.
    unsafe stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
    unsafe stream.avail_in = UInt32(source.count)
    var code = Z_OK
    repeat {
      code = unsafe piece.withUnsafeMutableBufferPointer { target in
        unsafe stream.next_out = target.baseAddress
        unsafe stream.avail_out = UInt32(target.count)
        return unsafe deflate(&stream, flush)
      }
      packed += unsafe piece.prefix(piece.count - Int(stream.avail_out))
    } while unsafe code == Z_OK && stream.avail_out == 0
    guard
      code == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) || (code == Z_BUF_ERROR && source.isEmpty)
    else { throw ScrubError(.inputOutput, "A part cannot be packed.") }
    guard packed.count <= ZipPacker.packedBytesMax else {
      throw ScrubError(.tooLarge, "A part of the file is too large.")
    }
  }
}
