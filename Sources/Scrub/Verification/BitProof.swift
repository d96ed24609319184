// Bits of a source, the most significant first, with the two checksums of FLAC over the bytes that went
// by. Bytes are taken from the source in blocks.

/// A reader of bits.
struct BitProof {
  private static let blockBytes = 128 * 1024
  private static let frameTable = BitProof.table(0x8005)

  private let source: ByteSource
  private var block: [UInt8] = []
  private var place = 0
  private var cache: UInt64 = 0
  private var cached = 0
  // Where the checksum begins in the block, and its value over the blocks before.
  private var start = 0
  private var code = 0

  init(_ source: ByteSource) { self.source = source }

  /// True if no byte is left; only between frames.
  mutating func isAtEnd() throws(ScrubError) -> Bool {
    guard place == block.count, cached == 0 else { return false }
    return try !source.hasAvailable(1)
  }

  /// The next bits, at most 32.
  mutating func take(_ count: Int) throws(ScrubError) -> Int {
    try fill(count)
    cached -= count
    return Int(cache >> UInt64(cached) & (1 << UInt64(count) - 1))
  }

  /// Passes over bits.
  mutating func skip(_ count: Int) throws(ScrubError) {
    var left = count
    while left > 0 {
      _ = try take(min(left, 32))
      left -= 32
    }
  }

  /// Counts zeros up to the next one, which is taken too.
  mutating func zeros() throws(ScrubError) -> Int {
    var count = 0
    while true {
      try fill(1)
      // The bits that wait, moved to the top; below them are zeros.
      let waiting = cache << UInt64(64 - cached)
      let zeros = min(waiting.leadingZeroBitCount, cached)
      count += zeros
      cached -= zeros
      if cached > 0 {
        cached -= 1
        return count
      }
    }
  }

  /// The bits up to a whole byte.
  mutating func padding() throws(ScrubError) -> Int { try take(cached % 8) }

  /// Begins both checksums with the next byte.
  mutating func startChecksum() {
    start = place - cached / 8
    code = 0
  }

  /// The checksum of a frame over the bytes so far.
  mutating func checksum() -> Int {
    let end = place - cached / 8
    for index in start..<end {
      code = code << 8 & 0xffff ^ BitProof.frameTable[code >> 8 ^ Int(block[index])]
    }
    start = end
    return code
  }

  /// The checksum of a header over the bytes so far, which lie in one block.
  func headerChecksum() -> Int {
    block[start..<(place - cached / 8)].reduce(0) { code, byte in
      (0..<8).reduce(code ^ Int(byte)) { value, _ in
        value & 0x80 != 0 ? value << 1 & 0xff ^ 0x07 : value << 1
      }
    }
  }

  private mutating func fill(_ count: Int) throws(ScrubError) {
    while cached < count {
      if place == block.count { try refill() }
      // Eight bits at most wait beside 32 that are asked for, so 64 are never too few.
      cache = cache << 8 | UInt64(block[place])
      cached += 8
      place += 1
    }
  }

  /// Keeps the bytes of the frame that are not in the checksum yet if they are few: a header is never
  /// cut in two.
  private mutating func refill() throws(ScrubError) {
    var kept: [UInt8] = []
    if place - start <= 32 {
      kept = Array(block[start..<place])
    } else {
      let waiting = cached / 8
      for index in start..<(place - waiting) {
        code = code << 8 & 0xffff ^ BitProof.frameTable[code >> 8 ^ Int(block[index])]
      }
      kept = Array(block[(place - waiting)..<place])
    }
    guard try source.hasAvailable(1) else {
      throw ResidueVerifier.residue("a frame that does not end")
    }
    let size =
      try source.hasAvailable(BitProof.blockBytes)
      ? BitProof.blockBytes : source.peek(BitProof.blockBytes).count
    block = kept + (try source.bytes(size))
    start = 0
    place = kept.count
  }

  private static func table(_ polynomial: Int) -> [Int] {
    (0..<256).map { byte in
      (0..<8).reduce(byte << 8) { value, _ in
        value & 0x8000 != 0 ? value << 1 & 0xffff ^ polynomial : value << 1
      }
    }
  }
}
