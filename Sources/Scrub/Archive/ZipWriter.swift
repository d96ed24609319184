// ZIP written so that equal members give equal bytes: one fixed time, no extra fields, no comments, no
// attributes, no descriptors; members in the order in which they are added.

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
    crc = Deflate.crc32(0, bytes.span)
    isDeflated = false
  }

  init(packed: [UInt8], bytes: Int, crc: UInt32) {
    (self.packed, self.bytes, self.crc, isDeflated) = (packed, bytes, crc, true)
  }

  /// Packs bytes that lie in memory as a whole.
  static func deflated(_ bytes: [UInt8]) throws(ScrubError) -> ZipBody {
    let packer = try ZipPacker()
    // Borrowed for the call.
    try unsafe bytes.withUnsafeBufferPointer { (all) throws(ScrubError) in
      try unsafe packer.append(all)
    }
    return try packer.finish()
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
