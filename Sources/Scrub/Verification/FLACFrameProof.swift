// The frames of FLAC (RFC 9639 section 9) read bit by bit: header, subframes with their warm-up samples
// and Rice-coded residuals, zero bits up to a whole byte, checksum.

/// Passes over frames and checks that every bit belongs to one.
struct FLACFrameProof {
  private var bits: BitProof
  private let depth: Int

  /// - Parameter depth: Bits of a sample as the file says, for frames that do not say.
  init(_ source: ByteSource, depth: Int) {
    bits = BitProof(source)
    self.depth = depth
  }

  /// Reads frames up to the end of the source.
  mutating func run() throws(ScrubError) {
    while try !bits.isAtEnd() {
      bits.startChecksum()
      let header = try header()
      for channel in 0..<header.channels {
        let isSide = channel == header.sideChannel
        try subframe(samples: header.samples, depth: header.depth + (isSide ? 1 : 0))
      }
      guard try bits.padding() == 0 else { throw residue("bits behind the coded sound") }
      let expected = bits.checksum()
      guard try bits.take(16) == expected else { throw residue("a wrong checksum") }
    }
  }

  private struct Header {
    let samples: Int
    let channels: Int
    let sideChannel: Int?
    let depth: Int
  }

  private mutating func header() throws(ScrubError) -> Header {
    guard try bits.take(15) == 0x7ffc else { throw residue("bytes that are no frame of sound") }
    _ = try bits.take(1)
    let (size, rate) = (try bits.take(4), try bits.take(4))
    let (channels, depthCode) = (try bits.take(4), try bits.take(3))
    guard try bits.take(1) == 0, size > 0, rate < 15, channels < 11, depthCode != 3 else {
      throw residue("a frame of an unknown kind")
    }
    let first = try bits.take(8)
    if first >= 0xc0 {
      var mask = 0x40
      while first & mask != 0 {
        guard try bits.take(8) >> 6 == 2, mask > 1 else { throw residue("a broken frame number") }
        mask >>= 1
      }
    } else if first >= 0x80 {
      throw residue("a broken frame number")
    }
    let samples =
      switch size {
      case 1: 192
      case 2...5: 576 << (size - 2)
      case 6: try bits.take(8) + 1
      case 7: try bits.take(16) + 1
      default: 256 << (size - 8)
      }
    if rate == 12 { _ = try bits.take(8) }
    if rate > 12 { _ = try bits.take(16) }
    let check = bits.headerChecksum()
    guard try bits.take(8) == check else { throw residue("a wrong checksum") }
    return Header(
      samples: samples, channels: channels < 8 ? channels + 1 : 2,
      sideChannel: [8: 1, 9: 0, 10: 1][channels],
      depth: [1: 8, 2: 12, 4: 16, 5: 20, 6: 24, 7: 32][depthCode] ?? depth)
  }

  private mutating func subframe(samples: Int, depth: Int) throws(ScrubError) {
    guard try bits.take(1) == 0 else { throw residue("a broken subframe") }
    let kind = try bits.take(6)
    var depth = depth
    if try bits.take(1) == 1 { depth -= try bits.zeros() + 1 }
    guard depth > 0 else { throw residue("a broken subframe") }
    switch kind {
    case 0: try bits.skip(depth)
    case 1: try bits.skip(depth * samples)
    case 8...12:
      try bits.skip((kind - 8) * depth)
      try residuals(samples: samples, order: kind - 8)
    case 32...63:
      let order = kind - 31
      try bits.skip(order * depth)
      let precision = try bits.take(4) + 1
      try bits.skip(5)
      guard precision < 16 else { throw residue("a broken subframe") }
      try bits.skip(order * precision)
      try residuals(samples: samples, order: order)
    default: throw residue("a subframe of an unknown kind")
    }
  }

  private mutating func residuals(samples: Int, order: Int) throws(ScrubError) {
    let method = try bits.take(2)
    let parts = 1 << (try bits.take(4))
    guard method < 2, samples % parts == 0, samples / parts >= order else {
      throw residue("a broken residual")
    }
    let width = method == 0 ? 4 : 5
    for part in 0..<parts {
      let count = samples / parts - (part == 0 ? order : 0)
      let parameter = try bits.take(width)
      if parameter == 1 << width - 1 {
        try bits.skip(try bits.take(5) * count)
      } else {
        for _ in 0..<count {
          _ = try bits.zeros()
          if parameter > 0 { _ = try bits.take(parameter) }
        }
      }
    }
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }
}
