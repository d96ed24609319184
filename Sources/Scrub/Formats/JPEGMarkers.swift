// The marker codes of ITU-T T.81 table B.1 and the exact shapes of the table segments. A table
// segment must be used up by its tables: bytes behind them would be a place to hide things.

/// Marker codes that the scrubber knows by name.
enum JPEGMarker {
  static let startOfImage: UInt8 = 0xd8
  static let endOfImage: UInt8 = 0xd9
  static let startOfScan: UInt8 = 0xda
  static let huffmanTables: UInt8 = 0xc4
  static let arithmeticConditioning: UInt8 = 0xcc
  static let quantizationTables: UInt8 = 0xdb
  static let numberOfLines: UInt8 = 0xdc
  static let restartInterval: UInt8 = 0xdd
  static let comment: UInt8 = 0xfe

  /// Baseline, extended and progressive frames, Huffman or arithmetic; nothing else is decoded by
  /// the programs that people use.
  static func isFrame(_ marker: UInt8) -> Bool {
    [0xc0, 0xc1, 0xc2, 0xc9, 0xca].contains(marker)
  }

  /// Lossless and hierarchical frames and their companions.
  static func isUnsupportedCoding(_ marker: UInt8) -> Bool {
    [0xc3, 0xc5, 0xc6, 0xc7, 0xcb, 0xcd, 0xce, 0xcf, 0xde, 0xdf].contains(marker)
  }

  static func isApplication(_ marker: UInt8) -> Bool {
    (0xe0...0xef).contains(marker)
  }

  static func isRestart(_ marker: UInt8) -> Bool {
    (0xd0...0xd7).contains(marker)
  }
}

/// What the frame header says.
struct JPEGFrame {
  let width: Int
  let height: Int
  let components: Int

  /// Reads the payload of a frame header; nothing if its shape is wrong.
  init?(_ payload: [UInt8]) {
    guard payload.count >= 6 else { return nil }
    height = Int(payload[1]) << 8 | Int(payload[2])
    width = Int(payload[3]) << 8 | Int(payload[4])
    components = Int(payload[5])
    guard width > 0, (1...4).contains(components), payload.count == 6 + 3 * components else {
      return nil
    }
  }
}

/// The shapes of the segments that are kept.
enum JPEGTables {
  /// True if the payload is used up exactly by what the marker promises.
  static func isWellFormed(_ marker: UInt8, _ payload: [UInt8]) -> Bool {
    switch marker {
    case JPEGMarker.quantizationTables: hasQuantizationTables(payload)
    case JPEGMarker.huffmanTables: hasHuffmanTables(payload)
    case JPEGMarker.arithmeticConditioning: !payload.isEmpty && payload.count.isMultiple(of: 2)
    case JPEGMarker.restartInterval, JPEGMarker.numberOfLines: payload.count == 2
    case JPEGMarker.startOfScan:
      payload.count >= 6 && (1...4).contains(payload[0])
        && payload.count == 4 + 2 * Int(payload[0])
    default: false
    }
  }

  private static func hasQuantizationTables(_ payload: [UInt8]) -> Bool {
    var place = 0
    while place < payload.count {
      guard payload[place] >> 4 <= 1, payload[place] & 15 <= 3 else { return false }
      place += 1 + (payload[place] >> 4 == 0 ? 64 : 128)
    }
    return place == payload.count && place > 0
  }

  private static func hasHuffmanTables(_ payload: [UInt8]) -> Bool {
    var place = 0
    while place < payload.count {
      guard place + 17 <= payload.count, payload[place] >> 4 <= 1, payload[place] & 15 <= 3 else {
        return false
      }
      place += 17 + payload[(place + 1)..<(place + 17)].reduce(0) { $0 + Int($1) }
    }
    return place == payload.count && place > 0
  }
}
