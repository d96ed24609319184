// The four bytes in front of every frame of MPEG audio (ISO 11172-3 section 2.4.1.3, 13818-3, and the
// low sampling rates called 2.5): they give the length of the frame, and nothing else does.

/// One frame header.
struct MPEGFrameHeader: Equatable {
  /// The longest frame: layer II at 160 kbit/s and 8 kHz, padded.
  static let frameBytesMax = 2881

  /// Version, layer and sampling rate, which are the same all along a stream.
  let kind: Int
  /// Bytes of the frame with its header.
  let length: Int
  /// Bytes between the header and the sound of layer III, the checksum not counted.
  let sideBytes: Int
  /// True if two bytes of checksum follow the header.
  let hasChecksum: Bool
  /// True for layer III.
  let isLayerThree: Bool

  private static let bitrates: [[Int]] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  ]

  /// Reads the header at `place`; nothing if there is none, or one without a bit rate.
  init?(_ bytes: Span<UInt8>, at place: Int) {
    guard place + 4 <= bytes.count, bytes[place] == 0xff, bytes[place + 1] & 0xe0 == 0xe0 else {
      return nil
    }
    let (second, third, fourth) = (bytes[place + 1], bytes[place + 2], bytes[place + 3])
    let version = Int(second >> 3 & 3)
    let layer = 4 - Int(second >> 1 & 3)
    let rateIndex = Int(third >> 2 & 3)
    let bitrateIndex = Int(third >> 4)
    guard version != 1, layer < 4, rateIndex < 3, (1...14).contains(bitrateIndex), fourth & 3 != 2
    else { return nil }
    let isFirst = version == 3
    let row = isFirst ? layer - 1 : layer == 1 ? 3 : 4
    let bitrate = MPEGFrameHeader.bitrates[row][bitrateIndex] * 1000
    let rate = [44_100, 48_000, 32_000][rateIndex] >> (isFirst ? 0 : version == 2 ? 1 : 2)
    let padding = Int(third >> 1 & 1)
    length =
      switch layer {
      case 1: (12 * bitrate / rate + padding) * 4
      case 2: 144 * bitrate / rate + padding
      default: (isFirst ? 144 : 72) * bitrate / rate + padding
      }
    let isMono = fourth >> 6 == 3
    sideBytes = isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17)
    hasChecksum = second & 1 == 0
    isLayerThree = layer == 3
    kind = Int(second & 0x1e) << 2 | rateIndex
  }

  /// Whether bytes start with a frame that another of its kind, or the end, follows. A frame of layer
  /// III may be cut short; the mark of UTF-16 looks like one of layer I.
  static func starts(_ bytes: Span<UInt8>) -> Bool {
    guard let first = MPEGFrameHeader(bytes, at: 0) else { return false }
    if first.length >= bytes.count { return first.length == bytes.count || first.isLayerThree }
    return MPEGFrameHeader(bytes, at: first.length)?.kind == first.kind
  }
}
