// Just enough PNG: chunks with their checksums and 8-bit RGB rows in stored deflate blocks.

/// Writes one PNG chunk by chunk.
struct DemoPNGEncoder {
  /// The file so far.
  private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  /// IHDR of an 8-bit RGB picture.
  mutating func header(width: Int, height: Int) {
    chunk("IHDR", DemoPNGEncoder.big(width) + DemoPNGEncoder.big(height) + [8, 2, 0, 0, 0])
  }

  /// All rows in one IDAT.
  mutating func picture(width: Int, height: Int, pixel: (Int, Int) -> (UInt8, UInt8, UInt8)) {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width {
        let (red, green, blue) = pixel(x, y)
        rows += [red, green, blue]
      }
    }
    chunk("IDAT", DemoPNGEncoder.stored(rows))
  }

  /// Any chunk.
  mutating func chunk(_ name: String, _ payload: [UInt8]) {
    let body = Array(name.utf8) + payload
    bytes += DemoPNGEncoder.big(payload.count) + body
    bytes += DemoPNGEncoder.big(Int(DemoPNGEncoder.crc32(body)))
  }

  /// A zlib stream of stored blocks (RFC 1950, RFC 1951 section 3.2.4).
  static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var place = 0
    repeat {
      let count = min(65_535, bytes.count - place)
      let isLast: UInt8 = place + count == bytes.count ? 1 : 0
      let length = [UInt8(count & 255), UInt8(count >> 8)]
      stream += [isLast] + length + length.map { ~$0 } + bytes[place..<(place + count)]
      place += count
    } while place < bytes.count
    var (first, second) = (1, 0)
    for byte in bytes {
      first = (first + Int(byte)) % 65_521
      second = (second + first) % 65_521
    }
    return stream + big(second << 16 | first)
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }

  private static func big(_ value: Int) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
