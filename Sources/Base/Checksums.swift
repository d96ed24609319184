// Cyclic redundancy checks of the S3 protocol and of file containers. They find accidents, not
// attackers.

/// An incremental CRC with a reflected 32-bit polynomial.
package struct CRC32: Sendable {
  /// Which polynomial.
  package enum Polynomial: Sendable {
    /// ISO-HDLC, as in zip, PNG and `x-amz-checksum-crc32`.
    case ieee
    /// Castagnoli, as in `x-amz-checksum-crc32c`.
    case castagnoli
  }

  private let table: [UInt32]
  private var register: UInt32 = 0xFFFF_FFFF

  /// Starts an empty checksum.
  package init(_ polynomial: Polynomial = .ieee) {
    table = polynomial == .ieee ? CRC32.ieeeTable : CRC32.castagnoliTable
  }

  /// Adds bytes.
  package mutating func update(_ bytes: Span<UInt8>) {
    var crc = register
    var index = 0
    let copy = self.table
    let table = copy.span
    // Eight bytes a step through eight tables ("slicing by 8"), then the rest one by one.
    while index + 8 <= bytes.count {
      let low = crc ^ word(bytes, index)
      let high = word(bytes, index + 4)
      crc =
        table[0x700 + Int(low & 0xFF)] ^ table[0x600 + Int(low >> 8 & 0xFF)]
        ^ table[0x500 + Int(low >> 16 & 0xFF)] ^ table[0x400 + Int(low >> 24)]
        ^ table[0x300 + Int(high & 0xFF)] ^ table[0x200 + Int(high >> 8 & 0xFF)]
        ^ table[0x100 + Int(high >> 16 & 0xFF)] ^ table[Int(high >> 24)]
      index += 8
    }
    while index < bytes.count {
      crc = table[Int((crc ^ UInt32(bytes[index])) & 0xFF)] ^ (crc >> 8)
      index += 1
    }
    register = crc
  }

  /// The checksum of all bytes so far.
  package var value: UInt32 { ~register }

  /// The checksum of `bytes`.
  package static func checksum(_ bytes: Span<UInt8>, _ polynomial: Polynomial = .ieee) -> UInt32 {
    var crc = CRC32(polynomial)
    crc.update(bytes)
    return crc.value
  }

  private func word(_ bytes: Span<UInt8>, _ index: Int) -> UInt32 {
    UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2]) << 16
      | UInt32(bytes[index + 3]) << 24
  }

  private static let ieeeTable = makeTable(0xEDB8_8320)
  private static let castagnoliTable = makeTable(0x82F6_3B78)

  private static func makeTable(_ polynomial: UInt32) -> [UInt32] {
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var crc = UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ polynomial : crc >> 1 }
      table[byte] = crc
    }
    for index in 256..<table.count {
      let previous = table[index - 256]
      table[index] = table[Int(previous & 0xFF)] ^ (previous >> 8)
    }
    return table
  }
}
