// Ogg with Vorbis, Opus, FLAC or Speex rewritten without comments, encoder names and the random serial
// numbers, one after the other or several at once. A Skeleton, which only describes the other streams,
// is dropped; pictures and anything else beside the sound are refused.

/// Walks the pages of one Ogg file.
struct OggScrubber {
  /// Streams at the same time.
  private static let openMax = 16

  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private var streams: [UInt32: OggStream] = [:]
  private var dropped: Set<UInt32> = []
  private var serials: UInt32 = 0
  private var isStarting = true
  var tally = CarrierTally()

  init(_ source: ByteSource, _ sink: ByteSink, limits: ScrubLimits) {
    self.source = source
    self.sink = sink
    self.limits = limits
  }

  /// Reads the whole input; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    while let page = try OggPage(source) {
      if page.flags.contains(.first) {
        try begin(page)
      } else if !dropped.contains(page.serial) {
        isStarting = false
        guard streams[page.serial] != nil else {
          throw OggStream.malformed("A page belongs to no stream.")
        }
        try streams[page.serial]?.add(page, to: sink, tally: &tally)
      }
    }
    for serial in streams.keys.sorted() { try streams[serial]?.finish(to: sink, tally: &tally) }
    guard serials > 0, streams.values.allSatisfy(\.isPlayable) else {
      throw ScrubError(.truncated, "The file ends in the middle of a structure.")
    }
    try dropRest()
  }

  /// All streams of one time begin before the first of them goes on (RFC 3533 section 4).
  private mutating func begin(_ page: OggPage) throws(ScrubError) {
    if !isStarting {
      guard streams.values.allSatisfy(\.hasEnded) else {
        throw OggStream.malformed("A stream starts among others.")
      }
      streams = [:]
      dropped = []
      isStarting = true
    }
    guard streams[page.serial] == nil, !dropped.contains(page.serial) else {
      throw OggStream.malformed("Two streams have one number.")
    }
    guard streams.count + dropped.count < OggScrubber.openMax, serials < limits.partsMax else {
      throw ScrubError(.tooManyParts, "The file has too many streams.")
    }
    if page.body.starts(with: "fishead\0".utf8) {
      dropped.insert(page.serial)
      return tally.add(.vendor)
    }
    let maximum = 16 * limits.headerBytesMax
    guard let stream = OggStream(page, serial: serials + 1, packetBytesMax: maximum) else {
      throw ScrubError(
        .encodingNotSupported, "The file holds a stream that is no sound of a known coding.",
        detectedType: page.body.dropFirst().starts(with: "theora".utf8) ? "video/ogg" : nil)
    }
    serials += 1
    if page.serial != serials { tally.add(.identifier) }
    if stream.dropsOfFirst { tally.add(.software) }
    streams[page.serial] = stream
    try stream.firstPage.write(to: sink)
  }

  /// What follows the last page is no page, or a part of one; a whole page behind it would be sound
  /// that some players reach.
  private mutating func dropRest() throws(ScrubError) {
    guard try source.hasAvailable(1) else { return }
    tally.add(.trailer)
    if try source.peek(4).elementsEqual(OggPage.mark) { _ = try source.bytes(4) }
    while try source.hasAvailable(4) {
      var isPage = false
      try source.advance(atLeast: 4) { window in
        for place in 0..<(window.count - 3) where window[place] == OggPage.mark[0] {
          isPage = isPage || (1..<4).allSatisfy { window[place + $0] == OggPage.mark[$0] }
        }
        return window.count - 3
      }
      guard !isPage else { throw OggStream.malformed("There are bytes between the pages.") }
    }
  }
}
