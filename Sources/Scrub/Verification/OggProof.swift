// A scrubbed Ogg as the verifier expects it: streams numbered from one in the order in which they
// start, pages without gaps between them, first packets of known shapes, comments that are empty, and
// packets of sound behind them. Pages are read by offset, checksums bit table by byte.

/// Reads one Ogg file.
struct OggProof {
  /// What the next packet of a stream must be.
  private enum Expected: Equatable {
    case comments, codeBooks, sound, nothing
  }

  private struct Stream {
    let codec: String
    var expected = Expected.comments
    var packet: [UInt8] = []
    var isOpen = false
    var sequence: Int
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte) << 24) { value, _ in
      value >> 31 == 1 ? value << 1 ^ 0x04c1_1db7 : value << 1
    }
  }

  private let source: ByteSource
  private let limits: ScrubLimits
  private var streams: [Int: Stream] = [:]
  private var streamCount = 0

  init(_ source: ByteSource, limits: ScrubLimits) {
    self.source = source
    self.limits = limits
  }

  /// Passes over all pages.
  mutating func run() throws(ScrubError) {
    while try source.hasAvailable(1) { try page() }
    guard streamCount > 0,
      streams.values.allSatisfy({ $0.expected == .sound || $0.expected == .nothing })
    else { throw residue("no sound") }
  }

  private mutating func page() throws(ScrubError) {
    let header = try source.bytes(27)
    guard header.starts(with: Array("OggS\0".utf8)), header[5] < 8 else {
      throw residue("bytes between the pages")
    }
    let pieces = try source.bytes(Int(header[26]))
    let body = try source.bytes(pieces.reduce(0) { $0 + Int($1) })
    func field(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(header[place + $1]) << (8 * $1) }
    }
    var code: UInt32 = 0
    for bytes in [header[..<22] + [0, 0, 0, 0, header[26]], pieces[...], body[...]] {
      for byte in bytes { code = code << 8 ^ OggProof.table[Int(code >> 24) ^ Int(byte)] }
    }
    guard Int(code) == field(22) else { throw residue("a wrong checksum") }
    let serial = field(14)
    if header[5] & 2 != 0 {
      try begin(serial, header, pieces: pieces, body)
    } else {
      guard var stream = streams[serial], (header[5] & 1 != 0) == stream.isOpen,
        stream.expected != .nothing, stream.expected == .sound || field(18) == stream.sequence + 1
      else { throw residue("a misplaced page") }
      streams[serial] = nil
      stream.sequence = field(18)
      try accept(&stream, pieces, body)
      if header[5] & 4 != 0 {
        guard stream.expected == .sound else { throw residue("a stream without sound") }
        stream.expected = .nothing
      }
      streams[serial] = stream
    }
  }

  private mutating func begin(
    _ serial: Int, _ header: [UInt8], pieces: [UInt8], _ body: [UInt8]
  ) throws(ScrubError) {
    streamCount += 1
    guard serial == streamCount, header[5] == 2, header[6..<14].allSatisfy({ $0 == 0 }),
      header[18..<22].allSatisfy({ $0 == 0 }), pieces == [UInt8(body.count)], body.count < 255,
      let codec = OggProof.codec(body)
    else { throw residue("a stream of an unknown coding") }
    streams = streams.filter { $0.value.expected != .nothing }
    streams[serial] = Stream(codec: codec, sequence: 0)
  }

  /// The shapes of the first packets.
  private static func codec(_ packet: [UInt8]) -> String? {
    func has(_ place: Int, _ bytes: [UInt8]) -> Bool { packet.dropFirst(place).starts(with: bytes) }
    let zeros = [UInt8](repeating: 0, count: 20)
    if has(0, [1] + "vorbis".utf8) { return packet.count == 30 ? "vorbis" : nil }
    if has(0, Array("OpusHead".utf8)), packet.count > 18 {
      return packet.count == (packet[18] == 0 ? 19 : 21 + Int(packet[9])) ? "opus" : nil
    }
    if has(0, Array("Speex   ".utf8)) {
      return packet.count == 80 && has(8, zeros) && has(68, [0, 0, 0, 0]) ? "speex" : nil
    }
    guard has(0, [0x7f] + "FLAC".utf8), has(7, [0, 1] + "fLaC".utf8 + [0, 0, 0, 34]) else {
      return nil
    }
    return packet.count == 51 ? "flac" : nil
  }

  private mutating func accept(
    _ stream: inout Stream, _ pieces: [UInt8], _ body: [UInt8]
  ) throws(ScrubError) {
    var place = 0
    for piece in pieces {
      let part = body[place..<(place + Int(piece))]
      place += Int(piece)
      if stream.expected == .sound {
        if !stream.isOpen, !OggProof.isSound(part.first, stream.codec) {
          throw residue("a packet that is no sound")
        }
      } else {
        stream.packet += part
        guard stream.packet.count <= 16 * limits.headerBytesMax else {
          throw residue("a long header")
        }
      }
      stream.isOpen = piece == 255
      if !stream.isOpen, stream.expected != .sound { try finishPacket(&stream) }
    }
  }

  private func finishPacket(_ stream: inout Stream) throws(ScrubError) {
    let packet = stream.packet
    stream.packet = []
    if stream.expected == .codeBooks {
      guard packet.starts(with: [5] + "vorbis".utf8) else { throw residue("a header packet") }
      stream.expected = .sound
      return
    }
    let none = [UInt8](repeating: 0, count: 8)
    let isEmpty =
      switch stream.codec {
      case "vorbis": packet == [3] + "vorbis".utf8 + none + [1]
      case "opus": packet == "OpusTags".utf8 + none
      case "speex": packet == none
      default:
        packet.count >= 4 && packet[0] == 0x84 && packet[1] == 0 && packet[2] == 0
          && Int(packet[3]) == packet.count - 4
      }
    guard isEmpty else { throw residue("a comment") }
    if stream.codec == "flac" {
      try FLACProof.checkComments(Array(packet.dropFirst(4)), mayBeEmpty: true)
    }
    stream.expected = stream.codec == "vorbis" ? .codeBooks : .sound
  }

  /// The first byte of a packet of sound.
  private static func isSound(_ first: UInt8?, _ codec: String) -> Bool {
    guard let first else { return true }
    return codec == "vorbis" ? first % 2 == 0 : codec != "flac" || first == 0xff
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }
}
