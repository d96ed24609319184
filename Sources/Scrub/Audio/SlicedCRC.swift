// Checksums of FLAC and Ogg: cyclic codes that take the most significant bit first, start with zero
// and are not inverted. Eight bytes a step, as every byte of a sound file goes through one of them.

/// A cyclic code of 8, 16 or 32 bits, kept in the upper bits of 32.
struct SlicedCRC: Sendable {
  /// FLAC frame headers: x^8 + x^2 + x + 1.
  static let flacHeader = SlicedCRC(polynomial: 0x07, width: 8)
  /// FLAC frames: x^16 + x^15 + x^2 + 1.
  static let flacFrame = SlicedCRC(polynomial: 0x8005, width: 16)
  /// Ogg pages: the polynomial of Ethernet.
  static let oggPage = SlicedCRC(polynomial: 0x04c1_1db7, width: 32)

  // Row n holds the effect of a byte that is followed by n zero bytes.
  private let tables: [UInt32]

  private init(polynomial: UInt32, width: UInt32) {
    let aligned = polynomial << (32 - width)
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte) << 24
      for _ in 0..<8 { value = value & 0x8000_0000 != 0 ? value << 1 ^ aligned : value << 1 }
      tables[byte] = value
    }
    for row in 1..<8 {
      for byte in 0..<256 {
        let before = tables[(row - 1) * 256 + byte]
        tables[row * 256 + byte] = before << 8 ^ tables[Int(before >> 24)]
      }
    }
    self.tables = tables
  }

  /// The code of `bytes` appended to what `code` covers already; the code stands in the upper bits.
  func update(_ code: UInt32, _ bytes: Span<UInt8>) -> UInt32 {
    var code = code
    unsafe bytes.withUnsafeBytes { input in
      unsafe tables.withUnsafeBufferPointer { table in
        var place = 0
        while place + 8 <= input.count {
          // Eight bytes are left, and each index is one byte within its row of 256.
          let word = unsafe UInt64(
            bigEndian: input.loadUnaligned(fromByteOffset: place, as: UInt64.self))
          let first = code ^ UInt32(truncatingIfNeeded: word >> 32)
          let second = UInt32(truncatingIfNeeded: word)
          let high =
            unsafe table[1792 + Int(first >> 24)] ^ table[1536 + Int(first >> 16 & 255)]
            ^ table[1280 + Int(first >> 8 & 255)] ^ table[1024 + Int(first & 255)]
          let low =
            unsafe table[768 + Int(second >> 24)] ^ table[512 + Int(second >> 16 & 255)]
            ^ table[256 + Int(second >> 8 & 255)] ^ table[Int(second & 255)]
          code = high ^ low
          place += 8
        }
        while place < input.count {
          code = unsafe code << 8 ^ table[Int(code >> 24) ^ Int(input[place])]
          place += 1
        }
      }
    }
    return code
  }
}
