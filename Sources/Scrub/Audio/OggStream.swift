// One stream of an Ogg file: its header packets are gathered and written anew, which moves them to
// other pages; the pages of sound behind them keep their packets and get new numbers.

/// The state of one stream.
struct OggStream {
  private let codec: OggCodec
  private let serial: UInt32
  private let packetBytesMax: Int
  private var packets: [[UInt8]]
  private var isInPacket = false
  private var isWritten = false
  private var nextSequence: UInt32 = 1
  /// What is added to the number of a page of sound; gaps stay, as decoders hear them.
  private var shift: UInt32?
  private(set) var hasEnded = false

  /// Begins with the first page; nothing if it is not the one packet of a codec that we know.
  /// - Parameter serial: The number that the stream gets.
  init?(_ page: OggPage, serial: UInt32, packetBytesMax: Int) {
    guard page.pieces.count == 1, page.endsPacket, let codec = OggCodec(page.body) else {
      return nil
    }
    self.codec = codec
    self.serial = serial
    self.packetBytesMax = packetBytesMax
    packets = [page.body]
  }

  /// The first page as it is written.
  var firstPage: OggPage {
    let packet = codec.first(packets[0])
    return OggPage(
      flags: .first, position: 0, serial: serial, sequence: 0, pieces: [UInt8(packet.count)],
      body: packet)
  }

  /// Whether the first packet holds something that is not written.
  var dropsOfFirst: Bool { codec == .speex && codec.first(packets[0]) != packets[0] }

  /// Whether all header packets were there.
  var isPlayable: Bool { isWritten }

  /// Takes a page and writes what is ready.
  /// - Parameter tally: Counts the comments.
  mutating func add(
    _ page: OggPage, to sink: ByteSink, tally: inout CarrierTally
  ) throws(ScrubError) {
    guard !page.flags.contains(.first), !hasEnded, page.flags.contains(.continued) == isInPacket
    else { throw OggStream.malformed("A page stands at the wrong place.") }
    if page.flags.contains(.last) { hasEnded = true }
    if isWritten {
      try copy(page, to: sink)
    } else {
      try gather(page)
      guard codec.isComplete(packets), !isInPacket else {
        guard !hasEnded else { throw OggStream.malformed("The header is not complete.") }
        return
      }
      try writeHeader(to: sink, tally: &tally)
    }
  }

  /// Writes what the end of the file left unfinished: FLAC that ends among its header packets has no
  /// sound and needs no more of them than the comments.
  mutating func finish(to sink: ByteSink, tally: inout CarrierTally) throws(ScrubError) {
    guard !isWritten, case .flac = codec, packets.count > 1, !isInPacket else { return }
    try writeHeader(to: sink, tally: &tally)
  }

  private mutating func gather(_ page: OggPage) throws(ScrubError) {
    for part in page.packets() {
      if !isInPacket {
        guard !codec.isComplete(packets) else {
          throw OggStream.malformed("Sound starts on a page of the header.")
        }
        packets.append([])
      }
      isInPacket = !part.isWhole
      guard packets[packets.count - 1].count + part.bytes.count <= packetBytesMax else {
        throw ScrubError(.tooLarge, "A header packet has more than \(packetBytesMax) bytes.")
      }
      packets[packets.count - 1] += part.bytes
    }
  }

  private mutating func writeHeader(
    to sink: ByteSink, tally: inout CarrierTally
  ) throws(ScrubError) {
    guard let written = codec.followers(packets) else {
      throw OggStream.malformed("A header packet is not of its kind.")
    }
    if !packets.dropFirst().elementsEqual(written) {
      tally.add(.tags)
      for packet in packets.dropFirst().prefix(1) {
        tally.show(comments: packet.dropFirst(codec.commentStart))
      }
    }
    var pieces: [UInt8] = []
    for packet in written {
      pieces += [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
    }
    var body = written.flatMap(\.self)[...]
    var flags: OggPage.Flags = []
    while !pieces.isEmpty {
      let part = Array(pieces.prefix(255))
      pieces.removeFirst(part.count)
      let size = part.reduce(0) { $0 + Int($1) }
      let isEnd = part.contains { $0 < 255 }
      let isFinal = pieces.isEmpty && hasEnded
      try OggPage(
        flags: isFinal ? flags.union(.last) : flags, position: isEnd ? 0 : UInt64.max,
        serial: serial, sequence: nextSequence, pieces: part, body: Array(body.prefix(size))
      ).write(to: sink)
      nextSequence += 1
      body = body.dropFirst(size)
      flags = part.last == 255 ? .continued : []
    }
    packets = []
    isWritten = true
  }

  private mutating func copy(_ page: OggPage, to sink: ByteSink) throws(ScrubError) {
    var isContinued = isInPacket
    for part in page.packets() {
      guard isContinued || codec.isSound(part.bytes.first) else {
        throw OggStream.malformed("A packet among the sound is no sound.")
      }
      isContinued = false
      isInPacket = !part.isWhole
    }
    let shift = self.shift ?? nextSequence &- page.sequence
    self.shift = shift
    var copy = page
    copy.serial = serial
    copy.sequence = page.sequence &+ shift
    try copy.write(to: sink)
  }

  static func malformed(_ sentence: String) -> ScrubError { ScrubError(.malformedFile, sentence) }
}
