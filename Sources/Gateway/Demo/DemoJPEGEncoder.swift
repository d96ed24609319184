// Just enough baseline JPEG (ITU-T T.81): YCbCr without subsampling, one quantisation table, the
// Huffman tables of annex K. Written for pictures of some thousand pixels, not for speed.

import Glibc

/// Encodes a picture whose sides are multiples of eight.
struct DemoJPEGEncoder {
  private static let step = 12.0
  private var bits: UInt32 = 0
  private var bitCount = 0
  private var scan: [UInt8] = []

  /// The whole file: JFIF, tables, one scan.
  static func encode(
    width: Int, height: Int, pixel: (Int, Int) -> (UInt8, UInt8, UInt8)
  ) -> [UInt8] {
    precondition(width % 8 == 0 && height % 8 == 0, "the sides are multiples of eight")
    var encoder = DemoJPEGEncoder()
    var previous = [0, 0, 0]
    for top in stride(from: 0, to: height, by: 8) {
      for left in stride(from: 0, to: width, by: 8) {
        for component in 0..<3 {
          let block = (0..<64).map { index in
            sample(pixel(left + index % 8, top + index / 8), component)
          }
          encoder.add(transformed(block), previous: &previous[component])
        }
      }
    }
    encoder.flush()
    return header(width: width, height: height) + encoder.scan + [0xff, 0xd9]
  }

  private static func sample(_ color: (UInt8, UInt8, UInt8), _ component: Int) -> Double {
    let (red, green, blue) = (Double(color.0), Double(color.1), Double(color.2))
    switch component {
    case 0: return 0.299 * red + 0.587 * green + 0.114 * blue - 128
    case 1: return -0.168736 * red - 0.331264 * green + 0.5 * blue
    default: return 0.5 * red - 0.418688 * green - 0.081312 * blue
    }
  }

  /// Forward DCT (A.3.3) and quantisation, in zigzag order.
  private static func transformed(_ block: [Double]) -> [Int] {
    zigzag.map { position in
      let (v, u) = (position / 8, position % 8)
      var sum = 0.0
      for y in 0..<8 {
        for x in 0..<8 { sum += block[y * 8 + x] * cosine[u * 8 + x] * cosine[v * 8 + y] }
      }
      let scale = (u == 0 ? 0.5.squareRoot() : 1) * (v == 0 ? 0.5.squareRoot() : 1) / 4
      return Int((sum * scale / step).rounded())
    }
  }

  private mutating func add(_ values: [Int], previous: inout Int) {
    let size = put(values[0] - previous, code: { DemoJPEGEncoder.dc[$0] })
    precondition(size <= 11, "a difference fits the table of annex K")
    previous = values[0]
    var run = 0
    let last = values.lastIndex { $0 != 0 } ?? 0
    for value in values[1...].prefix(last) {
      if value == 0 {
        run += 1
        continue
      }
      while run > 15 {
        put(code: DemoJPEGEncoder.ac[0xf0])
        run -= 16
      }
      let skipped = run
      _ = put(value, code: { DemoJPEGEncoder.ac[skipped << 4 | $0] })
      run = 0
    }
    if last < 63 { put(code: DemoJPEGEncoder.ac[0]) }
  }

  /// Writes the code of the magnitude class, then the value's bits (F.1.2.1).
  private mutating func put(_ value: Int, code: (Int) -> (UInt32, Int)) -> Int {
    let size = Int.bitWidth - value.magnitude.leadingZeroBitCount
    put(code: code(size))
    let bits = value < 0 ? value - 1 : value
    if size > 0 { put(code: (UInt32(truncatingIfNeeded: bits) & ((1 << UInt32(size)) - 1), size)) }
    return size
  }

  private mutating func put(code: (UInt32, Int)) {
    for position in stride(from: code.1 - 1, through: 0, by: -1) {
      bits = bits << 1 | (code.0 >> UInt32(position) & 1)
      bitCount += 1
      guard bitCount == 8 else { continue }
      let byte = UInt8(truncatingIfNeeded: bits)
      scan.append(byte)
      if byte == 0xff { scan.append(0) }
      bitCount = 0
    }
  }

  private mutating func flush() {
    while bitCount != 0 { put(code: (1, 1)) }
  }

  private static func header(width: Int, height: Int) -> [UInt8] {
    func segment(_ marker: UInt8, _ payload: [UInt8]) -> [UInt8] {
      [0xff, marker, UInt8((payload.count + 2) >> 8), UInt8((payload.count + 2) & 255)] + payload
    }
    let size = [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
    var bytes: [UInt8] = [0xff, 0xd8]
    bytes += segment(0xe0, Array("JFIF\0".utf8) + [1, 1, 1, 0, 72, 0, 72, 0, 0])
    bytes += segment(0xdb, [0] + [UInt8](repeating: UInt8(step), count: 64))
    bytes += segment(0xc0, [8] + size + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    bytes += segment(0xc4, [0x00] + dcCounts + dcValues)
    bytes += segment(0xc4, [0x10] + acCounts + acValues)
    return bytes + segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0])
  }

  private static let cosine: [Double] = (0..<64).map { index in
    let angle = Double((2 * (index % 8) + 1) * (index / 8))
    return cos(angle * Double.pi / 16)
  }

  /// Positions of the 64 coefficients along the diagonals (figure A.6).
  private static let zigzag: [Int] = (0..<15).flatMap { sum -> [Int] in
    let rows = (max(0, sum - 7)...min(7, sum)).map { $0 * 8 + sum - $0 }
    return sum.isMultiple(of: 2) ? rows.reversed() : rows
  }

  // Tables K.3 and K.5: codes per length, then values.
  private static let dcCounts: [UInt8] = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
  private static let dcValues: [UInt8] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
  private static let acCounts: [UInt8] = [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125]
  private static let acValues: [UInt8] = {
    var values: [UInt8] = [
      0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61,
      0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52,
      0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25,
      0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a,
    ]
    // The rest of table K.5 is regular: rows from their first used column to the tenth.
    for row: UInt8 in 4...15 {
      let first: UInt8 = row < 9 ? 3 : row < 14 ? 2 : 1
      for column in first...10 { values.append(row << 4 | column) }
    }
    return values
  }()

  private static let dc = codes(dcCounts, dcValues)
  private static let ac = codes(acCounts, acValues)

  /// Canonical codes (annex C): value to code and length.
  private static func codes(_ counts: [UInt8], _ values: [UInt8]) -> [(UInt32, Int)] {
    var table = [(UInt32, Int)](repeating: (0, 0), count: 256)
    var code: UInt32 = 0
    var place = 0
    for (length, count) in counts.enumerated() {
      for _ in 0..<count {
        table[Int(values[place])] = (code, length + 1)
        code += 1
        place += 1
      }
      code <<= 1
    }
    return table
  }
}
