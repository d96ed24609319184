// CRC-64/NVME, the checksum that S3 clients send as `x-amz-checksum-crc64nvme`. Not a
// cryptographic hash.

/// An incremental CRC-64/NVME (polynomial 0xAD93D23594C93659, reflected, all ones in and out).
package struct CRC64: Sendable {
  private var register = UInt64.max

  /// Starts an empty checksum.
  package init() {}

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    var crc = register
    var index = 0
    let copy = CRC64.tables
    let table = copy.span
    // Eight bytes a step through eight tables ("slicing by 8"), then the rest one by one.
    while index + 8 <= bytes.count {
      var word: UInt64 = 0
      for position in 0..<8 { word |= UInt64(bytes[index + position]) << UInt64(position * 8) }
      word ^= crc
      crc =
        table[0x700 + Int(word & 0xFF)] ^ table[0x600 + Int(word >> 8 & 0xFF)]
        ^ table[0x500 + Int(word >> 16 & 0xFF)] ^ table[0x400 + Int(word >> 24 & 0xFF)]
        ^ table[0x300 + Int(word >> 32 & 0xFF)] ^ table[0x200 + Int(word >> 40 & 0xFF)]
        ^ table[0x100 + Int(word >> 48 & 0xFF)] ^ table[Int(word >> 56)]
      index += 8
    }
    while index < bytes.count {
      crc = table[Int((crc ^ UInt64(bytes[index])) & 0xFF)] ^ (crc >> 8)
      index += 1
    }
    register = crc
  }

  /// The checksum of all bytes so far.
  package var value: UInt64 { ~register }

  private static let tables: [UInt64] = {
    var table = [UInt64](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt64(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x9A6C_9329_AC4B_C9B5 : crc >> 1 }
      table[byte] = crc
    }
    for index in 256..<table.count {
      let previous = table[index - 256]
      table[index] = table[Int(previous & 0xFF)] ^ (previous >> 8)
    }
    return table
  }()
}
