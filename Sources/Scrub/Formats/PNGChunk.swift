// The chunks of PNG (third edition) and APNG that are kept, with the place and the size each must
// have. Everything that is not listed here is dropped, or refused if a decoder must understand it.

/// Four letters that name a chunk.
struct PNGChunkType: Hashable {
  let code: UInt32

  init(_ code: UInt32) { self.code = code }

  init(_ name: StaticString) {
    code = name.withUTF8Buffer { letters in
      unsafe letters.reduce(0) { $0 << 8 | UInt32($1) }
    }
  }

  static let header = PNGChunkType("IHDR")
  static let palette = PNGChunkType("PLTE")
  static let data = PNGChunkType("IDAT")
  static let end = PNGChunkType("IEND")
  static let profile = PNGChunkType("iCCP")
  static let exif = PNGChunkType("eXIf")
  static let animation = PNGChunkType("acTL")
  static let frame = PNGChunkType("fcTL")
  static let frameData = PNGChunkType("fdAT")

  /// True for four ASCII letters.
  var isName: Bool {
    [24, 16, 8, 0].allSatisfy { shift in
      let letter = UInt8(truncatingIfNeeded: code >> shift) | 0x20
      return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
    }
  }

  /// True if a decoder that does not know the chunk must give up.
  var isCritical: Bool { code & 0x2000_0000 == 0 }

  /// The carrier class that a dropped chunk counts as.
  var carrier: CarrierClass {
    switch self {
    case PNGChunkType("tEXt"), PNGChunkType("zTXt"), PNGChunkType("iTXt"): .comment
    case PNGChunkType("tIME"): .time
    case PNGChunkType("caBX"): .provenance
    default: PNGRules.sizes[self] == nil ? .vendor : .misplaced
    }
  }
}

/// The picture's shape.
struct PNGHeader {
  let width: Int
  let height: Int
  let bitDepth: Int
  let colorType: Int
  let isInterlaced: Bool

  /// Reads the 13 bytes of IHDR; nothing if a field is out of its range.
  init?(_ payload: [UInt8]) {
    guard payload.count == 13 else { return nil }
    let depths = [0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16]]
    func number(_ range: Range<Int>) -> Int { payload[range].reduce(0) { $0 << 8 | Int($1) } }
    width = number(0..<4)
    height = number(4..<8)
    bitDepth = Int(payload[8])
    colorType = Int(payload[9])
    isInterlaced = payload[12] == 1
    guard width > 0, height > 0, width <= 0x7fff_ffff, height <= 0x7fff_ffff,
      depths[colorType]?.contains(bitDepth) == true, payload[10] == 0, payload[11] == 0,
      payload[12] <= 1
    else { return nil }
  }
}

/// Sizes and places of the small chunks that are copied.
enum PNGRules {
  /// The sizes that a kept chunk may have.
  static let sizes: [PNGChunkType: ClosedRange<Int>] = [
    PNGChunkType("PLTE"): 3...768, PNGChunkType("tRNS"): 1...256, PNGChunkType("cHRM"): 32...32,
    PNGChunkType("gAMA"): 4...4, PNGChunkType("sBIT"): 1...4, PNGChunkType("sRGB"): 1...1,
    PNGChunkType("bKGD"): 1...6, PNGChunkType("hIST"): 2...512, PNGChunkType("pHYs"): 9...9,
    PNGChunkType("cICP"): 4...4, PNGChunkType("mDCV"): 24...24, PNGChunkType("cLLI"): 8...8,
    PNGChunkType("acTL"): 8...8, PNGChunkType("fcTL"): 26...26,
  ]

  /// True if a chunk has the size that the picture's header asks for.
  static func isWellFormed(
    _ type: PNGChunkType, count: Int, header: PNGHeader, paletteEntries: Int
  ) -> Bool {
    guard let range = sizes[type], range.contains(count) else { return false }
    let isPalette = header.colorType == 3
    switch type {
    case .palette:
      return count.isMultiple(of: 3) && header.colorType != 0 && header.colorType != 4
        && (!isPalette || count / 3 <= 1 << header.bitDepth)
    case PNGChunkType("tRNS"):
      return isPalette ? count <= paletteEntries : count == [0: 2, 2: 6][header.colorType]
    case PNGChunkType("sBIT"):
      return count == [0: 1, 2: 3, 3: 3, 4: 2, 6: 4][header.colorType]
    case PNGChunkType("bKGD"):
      return count == [0: 2, 2: 6, 3: 1, 4: 2, 6: 6][header.colorType]
    case PNGChunkType("hIST"): return count == 2 * paletteEntries
    default: return true
    }
  }
}
