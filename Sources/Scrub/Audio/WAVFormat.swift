// The format chunk of WAV: how the sound is coded. Each coding that we know has one length of this
// chunk and one set of fields; bytes beyond them go.

/// A format that players know.
struct WAVFormat {
  /// The longest chunk that is read.
  static let bytesMax = 1024

  private enum Coding {
    static let pcm = 1
    static let adpcm = 2
    static let float = 3
    static let aLaw = 6
    static let muLaw = 7
    static let ima = 0x11
    static let gsm = 0x31
    static let extensible = 0xfffe
  }

  /// Behind the first two bytes, every coding as an extensible format has this (RFC 2361 appendix).
  private static let codingTail: [UInt8] = [
    0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71,
  ]

  /// The chunk as it is written.
  let written: [UInt8]
  /// Whether the count of samples cannot be told from the bytes of sound.
  let needsSamples: Bool

  /// Reads the content of the chunk; nothing if the coding is not known or the fields are not there.
  init?(_ content: [UInt8]) {
    guard content.count >= 16 else { return nil }
    func field(_ offset: Int) -> Int { Int(content[offset]) | Int(content[offset + 1]) << 8 }
    let coding = field(0)
    let extra = content.count >= 18 ? field(16) : 0
    guard content.count < 18 || content.count >= 18 + extra, field(2) > 0 else { return nil }
    let kept: Int
    switch coding {
    case Coding.pcm: kept = 0
    case Coding.float, Coding.aLaw, Coding.muLaw: kept = 2
    case Coding.ima, Coding.gsm: kept = 2 + 2
    // Samples of a block, and pairs of coefficients.
    case Coding.adpcm:
      guard extra >= 4, content.count >= 22 else { return nil }
      kept = 2 + 4 + 4 * field(20)
    case Coding.extensible:
      kept = 2 + 22
      guard content.count >= 16 + kept,
        content[26...].prefix(14).elementsEqual(WAVFormat.codingTail),
        [Coding.pcm, Coding.float, Coding.aLaw, Coding.muLaw].contains(field(24))
      else { return nil }
    default: return nil
    }
    guard kept <= 2 || extra >= kept - 2 else { return nil }
    let size = kept > 0 ? WAVFormat.little(kept - 2, 2) : []
    written = content[..<16] + size + (kept > 2 ? content[18..<(16 + kept)] : [])
    needsSamples = coding != Coding.pcm && coding != Coding.extensible
  }

  /// The lowest bytes of a number, the least significant first.
  static func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
