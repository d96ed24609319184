// A page of Ogg (RFC 3533 section 6): a header of 27 bytes, a table of up to 255 piece lengths, and the
// pieces, of which those of 255 bytes go on in the next. A checksum covers all of it.

/// One page, as it was read or as it is to be written.
struct OggPage {
  static let mark = Array("OggS".utf8)
  private static let headerBytes = 27

  /// What a page says about its place in the stream.
  struct Flags: OptionSet {
    let rawValue: UInt8
    /// Its first packet began on an earlier page.
    static let continued = Flags(rawValue: 1)
    /// The first page of a stream.
    static let first = Flags(rawValue: 2)
    /// The last page of a stream.
    static let last = Flags(rawValue: 4)
  }

  var flags: Flags
  /// The time at the end of the page, in units of the codec; all ones if no packet ends on it.
  var position: UInt64
  var serial: UInt32
  var sequence: UInt32
  var pieces: [UInt8]
  var body: [UInt8]

  /// Reads the next page; nothing if none follows, or only a part of one, which no player plays.
  /// - Throws: `crc-mismatch`, `encoding-not-supported` for another version of the container.
  init?(_ source: ByteSource) throws(ScrubError) {
    let header = try source.peek(OggPage.headerBytes)
    guard header.count == OggPage.headerBytes, header.starts(with: OggPage.mark) else { return nil }
    let count = Int(header[26])
    let table = try source.peek(OggPage.headerBytes + count).dropFirst(OggPage.headerBytes)
    let size = table.reduce(0) { $0 + Int($1) }
    guard table.count == count, try source.hasAvailable(OggPage.headerBytes + count + size) else {
      return nil
    }
    guard header[4] == 0 else {
      throw ScrubError(.encodingNotSupported, "The pages are of an unknown version.")
    }
    func number(_ range: Range<Int>) -> UInt64 {
      header[range].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    flags = Flags(rawValue: header[5] & 7)
    position = number(6..<14)
    serial = UInt32(number(14..<18))
    sequence = UInt32(number(18..<22))
    pieces = Array(table)
    _ = try source.bytes(OggPage.headerBytes + count)
    body = try source.bytes(size)
    let checked = header[..<22] + [0, 0, 0, 0, header[26]] + table
    guard UInt64(OggPage.code(Array(checked), body)) == number(22..<26) else {
      throw ScrubError(.crcMismatch, "A page does not match its checksum.")
    }
  }

  /// A page to be written.
  init(
    flags: Flags, position: UInt64, serial: UInt32, sequence: UInt32, pieces: [UInt8],
    body: [UInt8]
  ) {
    self.flags = flags
    self.position = position
    self.serial = serial
    self.sequence = sequence
    self.pieces = pieces
    self.body = body
  }

  /// Appends the page with its checksum.
  func write(to sink: ByteSink) throws(ScrubError) {
    func little(_ value: UInt64, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
    var header = OggPage.mark + [0, flags.rawValue] + little(position, 8)
    header += little(UInt64(serial), 4) + little(UInt64(sequence), 4) + [0, 0, 0, 0]
    header += [UInt8(pieces.count)] + pieces
    header.replaceSubrange(22..<26, with: little(UInt64(OggPage.code(header, body)), 4))
    try sink.append(header)
    try sink.append(body)
  }

  /// Whether the last packet of the page ends on it.
  var endsPacket: Bool { pieces.last.map { $0 < 255 } ?? true }

  /// The packets, or parts of such, that lie on the page.
  func packets() -> [(bytes: ArraySlice<UInt8>, isWhole: Bool)] {
    var result: [(bytes: ArraySlice<UInt8>, isWhole: Bool)] = []
    var (start, end) = (0, 0)
    for (index, piece) in pieces.enumerated() {
      end += Int(piece)
      guard piece < 255 || index == pieces.count - 1 else { continue }
      result.append((body[start..<end], piece < 255))
      start = end
    }
    return result
  }

  private static func code(_ header: [UInt8], _ body: [UInt8]) -> UInt32 {
    SlicedCRC.oggPage.update(SlicedCRC.oggPage.update(0, header.span), body.span)
  }
}
