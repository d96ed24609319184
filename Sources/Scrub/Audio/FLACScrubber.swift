// FLAC rewritten without its comments, pictures and tags at either end. The frames of sound have no
// length: one ends where its checksum comes out and the frame of the next number starts, so every byte
// between the first and the end of the file is proved to belong to one. Memory holds the blocks kept.

/// Walks one FLAC file.
struct FLACScrubber {
  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private var left: Int
  var tally = CarrierTally()

  // The frame that is being read: how its number goes on, and the checksum so far.
  private var next: (number: UInt64, isVariable: Bool)?
  private var code: UInt32 = 0

  /// - Parameter soundBytes: How many bytes there are between the tags at both ends.
  init(_ source: ByteSource, _ sink: ByteSink, soundBytes: Int, limits: ScrubLimits) {
    self.source = source
    self.sink = sink
    self.limits = limits
    left = soundBytes
  }

  /// Reads up to the tags at the end; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    guard try take(4).elementsEqual("fLaC".utf8) else { throw malformed("The file has no mark.") }
    try copyBlocks()
    var this = self
    try source.walk(left, atLeast: 2 * FLACFrameHeader.bytesMax) {
      (window: Span<UInt8>, left: Int) throws(ScrubError) in
      return try this.walk(window, isLast: window.count == left)
    }
    self = this
    guard code == 0 else {
      throw ScrubError(.crcMismatch, "A frame of sound does not match its checksum.")
    }
  }

  private mutating func copyBlocks() throws(ScrubError) {
    var kept: [(kind: FLACBlocks.Kind, content: [UInt8])] = []
    var (count, isLast) = (0, false)
    while !isLast {
      let header = try take(4)
      isLast = header[0] & 0x80 != 0
      let size = header[1...].reduce(0) { $0 << 8 | Int($1) }
      let kind = FLACBlocks.Kind(rawValue: header[0] & 0x7f)
      count += 1
      guard count <= limits.partsMax else {
        throw ScrubError(.tooManyParts, "The file has more than \(limits.partsMax) blocks.")
      }
      guard header[0] & 0x7f != 0x7f, (kind == .streamInfo) == (count == 1),
        count > 1 || size == FLACBlocks.streamInfoBytes
      else { throw malformed("The block that describes the sound is not the first.") }
      let isRead = kind == .streamInfo || kind == .seekTable || kind == .comment
      guard isRead, size <= limits.headerBytesMax else {
        try skip(size)
        tally.add(FLACScrubber.carrier(kind))
        continue
      }
      try keep(kind, take(size), in: &kept)
    }
    try sink.append("fLaC".utf8)
    for (index, block) in kept.enumerated() {
      try sink.append(
        FLACBlocks.block(block.kind, block.content, isLast: index == kept.count - 1))
    }
  }

  private mutating func keep(
    _ kind: FLACBlocks.Kind?, _ content: [UInt8],
    in kept: inout [(kind: FLACBlocks.Kind, content: [UInt8])]
  ) throws(ScrubError) {
    switch kind {
    case .streamInfo: kept.append((.streamInfo, content))
    case .seekTable:
      guard let table = FLACBlocks.seekTable(content) else { return tally.add(.vendor) }
      guard !kept.contains(where: { $0.kind == .seekTable }) else {
        throw malformed("The table for seeking stands twice.")
      }
      kept.append((.seekTable, table))
    default:
      let comments = FLACBlocks.comments(
        content, channels: FLACBlocks.channels(kept[0].content))
      if comments != content {
        tally.add(.tags)
        tally.show(comments: content[...])
      }
      let isNeeded = comments[4] > 0 && !kept.contains { $0.kind == .comment }
      if isNeeded { kept.append((.comment, comments)) }
    }
  }

  private static func carrier(_ kind: FLACBlocks.Kind?) -> CarrierClass {
    switch kind {
    case .picture, .cueSheet, .comment: .tags
    case .padding: .misplaced
    default: .vendor
    }
  }

  /// Copies one window and returns how many bytes of it are done with.
  private mutating func walk(_ window: Span<UInt8>, isLast: Bool) throws(ScrubError) -> Int {
    // A header that starts in the last bytes may not be whole: it waits for the next window.
    let end = isLast ? window.count : window.count - FLACFrameHeader.bytesMax
    var checked = 0
    let isAtStart = next == nil
    if isAtStart {
      guard let header = FLACFrameHeader(window, at: 0) else {
        throw malformed("The sound does not start with a frame.")
      }
      next = (header.nextNumber, header.isVariable)
    }
    var place = isAtStart ? 1 : 0
    while place < end, let found = JPEGScrubber.indexOfFF(in: window, from: place), found < end {
      place = found + 1
      guard let header = FLACFrameHeader(window, at: found), let next,
        header.number == next.number, header.isVariable == next.isVariable
      else { continue }
      code = SlicedCRC.flacFrame.update(code, window.extracting(checked..<found))
      checked = found
      if code == 0 { self.next = (header.nextNumber, header.isVariable) }
    }
    code = SlicedCRC.flacFrame.update(code, window.extracting(checked..<end))
    try sink.append(window.extracting(0..<end))
    return end
  }

  private mutating func take(_ count: Int) throws(ScrubError) -> [UInt8] {
    guard count <= left else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
    left -= count
    return try source.bytes(count)
  }

  private mutating func skip(_ count: Int) throws(ScrubError) {
    guard count <= left else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
    left -= count
    try source.forEach(count) { _ in }
  }

  private func malformed(_ sentence: String) -> ScrubError { ScrubError(.malformedFile, sentence) }
}
