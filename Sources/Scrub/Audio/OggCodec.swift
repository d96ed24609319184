// The four codecs of sound that live in Ogg, and what their header packets become: the first stays, as
// it describes the sound; the second, the comments, is written anew without any; Vorbis has a third
// one, its code books, which stays.

/// A codec by its first packet.
enum OggCodec: Equatable {
  case vorbis
  case opus
  case speex
  /// With the count of header packets behind the first; 0 if the file does not say.
  case flac(followers: Int)

  private static let flacInfo = 13..<51

  /// Reads the first packet of a stream; nothing if it is no sound that we know.
  init?(_ packet: [UInt8]) {
    if packet.count == 30, packet.starts(with: "\u{1}vorbis".utf8) {
      self = .vorbis
    } else if packet.count >= 19, packet.starts(with: "OpusHead".utf8),
      packet.count == (packet[18] == 0 ? 19 : 21 + Int(packet[9]))
    {
      self = .opus
    } else if packet.count == 80, packet.starts(with: "Speex   ".utf8),
      // Further header packets, which nobody writes.
      packet[68..<72].allSatisfy({ $0 == 0 })
    {
      self = .speex
    } else if packet.count == 51, packet.starts(with: [0x7f] + Array("FLAC".utf8)),
      packet[9..<13].elementsEqual("fLaC".utf8), packet[13] & 0x7f == 0,
      packet[14..<17].elementsEqual([0, 0, UInt8(FLACBlocks.streamInfoBytes)])
    {
      self = .flac(followers: Int(packet[7]) << 8 | Int(packet[8]))
    } else {
      return nil
    }
  }

  /// Whether the header is complete with these packets.
  func isComplete(_ packets: [[UInt8]]) -> Bool {
    switch self {
    case .vorbis: packets.count == 3
    case .opus, .speex: packets.count == 2
    case .flac(let followers):
      followers > 0
        ? packets.count == followers + 1
        : packets.count > 1 && (packets.last?.first ?? 0) & 0x80 != 0
    }
  }

  /// The first packet as it is written.
  func first(_ packet: [UInt8]) -> [UInt8] {
    switch self {
    case .vorbis, .opus: packet
    // The name of the version; the number behind it counts.
    case .speex: packet[..<8] + [UInt8](repeating: 0, count: 20) + packet[28...]
    case .flac:
      packet[..<7] + [0, 1] + packet[9..<13] + [0] + packet[14...]
    }
  }

  /// The packets behind the first as they are written; nothing if they are not what they should be.
  func followers(_ packets: [[UInt8]]) -> [[UInt8]]? {
    let empty = [UInt8](repeating: 0, count: 8)
    switch self {
    case .vorbis:
      guard packets[1].starts(with: "\u{3}vorbis".utf8), packets[2].starts(with: "\u{5}vorbis".utf8)
      else { return nil }
      return [Array("\u{3}vorbis".utf8) + empty + [1], packets[2]]
    case .opus:
      guard packets[1].starts(with: "OpusTags".utf8) else { return nil }
      return [Array("OpusTags".utf8) + empty]
    case .speex: return [empty]
    case .flac:
      guard packets.dropFirst().allSatisfy({ $0.count >= 4 }),
        packets[1][0] & 0x7f == FLACBlocks.Kind.comment.rawValue
      else { return nil }
      let channels = FLACBlocks.channels(Array(packets[0][17...]))
      let comments = FLACBlocks.comments(Array(packets[1][4...]), channels: channels)
      return [FLACBlocks.block(.comment, comments, isLast: true)]
    }
  }

  /// Where the comments begin in the second packet.
  var commentStart: Int {
    switch self {
    case .vorbis: 7
    case .opus: 8
    case .speex: 0
    case .flac: 4
    }
  }

  /// Whether a packet with this first byte holds sound: decoders pass over others, so they may hide
  /// anything. An empty packet ends some streams.
  func isSound(_ first: UInt8?) -> Bool {
    guard let first else { return true }
    return switch self {
    case .vorbis: first & 1 == 0
    case .flac: first == 0xff
    case .opus, .speex: true
    }
  }
}
