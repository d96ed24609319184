// ZIP written so that equal members give equal bytes: one fixed time, no extra fields, no comments, no
// attributes, no descriptors; members in the order in which they are added.

import CZlib
import ScrubContract

/// A member that was packed and is ready to be written.
struct ZipBody {
  fileprivate let packed: [UInt8]
  fileprivate let bytes: Int
  fileprivate let crc: UInt32
  fileprivate let isDeflated: Bool

  /// Bytes as they are, for what is packed already.
  init(stored bytes: [UInt8]) {
    packed = bytes
    self.bytes = bytes.count
    crc = Zlib.crc32(0, bytes.span)
    isDeflated = false
  }

  fileprivate init(packed: [UInt8], bytes: Int, crc: UInt32) {
    (self.packed, self.bytes, self.crc, isDeflated) = (packed, bytes, crc, true)
  }

  /// Packs bytes at once.
  static func deflated(_ bytes: [UInt8]) throws(ScrubError) -> ZipBody {
    let packer = try ZipPacker()
    try packer.append(bytes)
    return try packer.finish()
  }
}

/// Packs one member piece by piece; only the packed bytes lie in memory.
@safe final class ZipPacker {
  /// On XML up to three times as fast as zlib's own choice of 6, for less than a tenth of size.
  private static let level: Int32 = 3
  private static let packedBytesMax = 256 << 20

  // Opened in `init`, closed in `deinit`; zlib keeps no pointer to the input between two calls.
  private var stream = unsafe z_stream()
  private var packed: [UInt8] = []
  private var piece = [UInt8](repeating: 0, count: 64 * 1024)
  private var bytes = 0
  private var crc: UInt32 = 0

  init() throws(ScrubError) {
    guard unsafe postern_deflate_raw_init(&stream, ZipPacker.level) == Z_OK else {
      throw ScrubError(.inputOutput, "No memory to pack.")
    }
  }

  deinit {
    unsafe deflateEnd(&stream)
  }

  /// Adds bytes of the member.
  func append(_ added: [UInt8]) throws(ScrubError) {
    crc = Zlib.crc32(crc, added.span)
    bytes += added.count
    try run(added, Z_NO_FLUSH)
  }

  /// The member; nothing can be added afterwards.
  func finish() throws(ScrubError) -> ZipBody {
    try run([], Z_FINISH)
    return ZipBody(packed: packed, bytes: bytes, crc: crc)
  }

  private func run(_ added: [UInt8], _ flush: Int32) throws(ScrubError) {
    let code = unsafe added.withUnsafeBufferPointer { source in
      // zlib reads the borrowed array and takes a pointer to mutable bytes, which it does not change.
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
      return code
    }
    guard
      code == (flush == Z_FINISH ? Z_STREAM_END : Z_OK) || (code == Z_BUF_ERROR && added.isEmpty)
    else { throw ScrubError(.inputOutput, "A part cannot be packed.") }
    guard packed.count <= ZipPacker.packedBytesMax else {
      throw ScrubError(.tooLarge, "A part of the file is too large.")
    }
  }
}

/// Writes members and, at last, the directory.
struct ZipWriter {
  /// 1 January 1980, 0 o'clock: the first moment that the format knows, date above time.
  static let dosTime = 0x0021_0000

  private let sink: ByteSink
  private var directory: [UInt8] = []
  private var count = 0

  init(_ sink: ByteSink) {
    self.sink = sink
  }

  /// Writes one member.
  mutating func add(_ name: String, _ body: ZipBody) throws(ScrubError) {
    guard count < ZipReader.membersMax else {
      throw ScrubError(.tooManyParts, "The archive has too many members.")
    }
    let bytes = Array(name.utf8)
    // Bit 11: the name is UTF-8; said only where it makes a difference.
    let flags = bytes.allSatisfy { $0 < 0x80 } ? 0 : 0x0800
    let shared =
      ZipWriter.little(20, 2) + ZipWriter.little(flags, 2)
      + ZipWriter.little(body.isDeflated ? 8 : 0, 2) + ZipWriter.little(ZipWriter.dosTime, 4)
      + ZipWriter.little(Int(body.crc), 4) + ZipWriter.little(body.packed.count, 4)
      + ZipWriter.little(body.bytes, 4) + ZipWriter.little(bytes.count, 2)
    let offset = sink.bytesWritten
    guard offset < 0xffff_fff0, body.bytes < 0xffff_fff0 else {
      throw ScrubError(.tooLarge, "The archive is too large.")
    }
    try sink.append(ZipWriter.little(0x0403_4b50, 4) + shared + ZipWriter.little(0, 2) + bytes)
    try sink.append(body.packed)
    directory += ZipWriter.little(0x0201_4b50, 4) + ZipWriter.little(20, 2) + shared
    // No extra field, no comment, disk 0, no attributes.
    directory += ZipWriter.little(0, 12) + ZipWriter.little(offset, 4) + bytes
    count += 1
  }

  /// Writes the directory.
  func finish() throws(ScrubError) {
    let start = sink.bytesWritten
    try sink.append(directory)
    try sink.append(
      ZipWriter.little(0x0605_4b50, 4) + ZipWriter.little(0, 4) + ZipWriter.little(count, 2)
        + ZipWriter.little(count, 2) + ZipWriter.little(directory.count, 4)
        + ZipWriter.little(start, 4) + ZipWriter.little(0, 2))
  }

  private static func little(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }
}
