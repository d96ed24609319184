// JPEG (ITU-T T.81) rewritten without metadata and without touching the picture. Every segment up to
// the end of the image is walked, those between scans too; only what a decoder needs is copied.
// Memory holds the tables before the first scan and one segment. Pixels are never decoded.

import Glibc

/// Walks one JPEG stream and writes the scrubbed one.
struct JPEGScrubber {
  private let source: ByteSource
  private let sink: ByteSink
  private let limits: ScrubLimits
  private var header: JPEGHeader
  private var frame: JPEGFrame?
  private var lines: Int?
  private var scans = 0
  private var parts = 0
  var tally = CarrierTally()

  init(
    _ source: ByteSource, _ sink: ByteSink, limits: ScrubLimits, rules: ScrubRules = .standard
  ) {
    header = JPEGHeader(rules: rules)
    self.source = source
    self.sink = sink
    self.limits = limits
  }

  /// Reads the whole input; the output is complete once this returns.
  mutating func run() throws(ScrubError) {
    guard try source.bytes(2) == [0xff, JPEGMarker.startOfImage] else {
      throw malformed("The start marker is missing.")
    }
    while true {
      let marker = try nextMarker()
      parts += 1
      guard parts <= limits.partsMax else {
        throw ScrubError(.tooManyParts, "The JPEG has more than \(limits.partsMax) segments.")
      }
      if marker == JPEGMarker.endOfImage { return try finish() }
      try step(marker)
    }
  }

  private mutating func step(_ marker: UInt8) throws(ScrubError) {
    if JPEGMarker.isUnsupportedCoding(marker) {
      throw ScrubError(.encodingNotSupported, "Lossless and hierarchical JPEG are not accepted.")
    }
    if JPEGMarker.isApplication(marker) || marker == JPEGMarker.comment {
      return try dropOrGather(marker, payload: segment())
    }
    guard marker >= 0xc0, !JPEGMarker.isRestart(marker), marker != JPEGMarker.startOfImage,
      marker != 0xc8, marker < 0xf0
    else { throw malformed("A marker stands where none is allowed.") }
    let payload = try segment()
    if JPEGMarker.isFrame(marker) {
      try startFrame(payload)
    } else if !JPEGTables.isWellFormed(marker, payload) {
      throw malformed("A table segment does not have the length of its tables.")
    }
    switch marker {
    case JPEGMarker.startOfScan: try copyScan(payload)
    case JPEGMarker.numberOfLines: try setLines(payload)
    default: try keep(marker, payload)
    }
  }

  private mutating func startFrame(_ payload: [UInt8]) throws(ScrubError) {
    guard frame == nil, let frame = JPEGFrame(payload) else {
      throw malformed("The frame header is not valid.")
    }
    self.frame = frame
    try checkPixels(width: frame.width, height: frame.height)
  }

  /// A height of zero is allowed if the number of lines follows the first scan (B.2.5).
  private mutating func setLines(_ payload: [UInt8]) throws(ScrubError) {
    guard let frame, scans == 1, lines == nil else { throw malformed("A line count is misplaced.") }
    let count = Int(payload[0]) << 8 | Int(payload[1])
    guard count > 0, frame.height == 0 || frame.height == count else {
      throw malformed("The line count contradicts the frame header.")
    }
    lines = count
    try checkPixels(width: frame.width, height: count)
    try keep(JPEGMarker.numberOfLines, payload)
  }

  private func checkPixels(width: Int, height: Int) throws(ScrubError) {
    guard width * height <= limits.pixelsMax else {
      throw ScrubError(.tooManyPixels, "The picture has more than \(limits.pixelsMax) pixels.")
    }
  }

  /// Application segments and comments: none is copied, a few are read for what replaces them.
  private mutating func dropOrGather(_ marker: UInt8, payload: [UInt8]) throws(ScrubError) {
    if scans == 0 {
      try header.gather(marker, payload, tally: &tally, profileBytesMax: limits.profileBytesMax)
    } else {
      JPEGHeader.count(marker, payload, tally: &tally)
    }
  }

  private mutating func keep(_ marker: UInt8, _ payload: [UInt8]) throws(ScrubError) {
    if scans == 0 {
      header.append(marker, payload)
      guard header.tableBytes <= limits.headerBytesMax else {
        throw ScrubError(
          .tooLarge, "The tables before the picture exceed \(limits.headerBytesMax) bytes.")
      }
    } else {
      try sink.append(JPEGHeader.segment(marker, payload))
    }
  }

  private mutating func copyScan(_ payload: [UInt8]) throws(ScrubError) {
    guard let frame else { throw malformed("A scan stands before the frame header.") }
    guard payload[0] <= frame.components else { throw malformed("A scan header is not valid.") }
    if scans == 0 {
      try sink.append([0xff, JPEGMarker.startOfImage])
      try sink.append(header.assembled(components: frame.components, tally: &tally))
    }
    scans += 1
    try sink.append(JPEGHeader.segment(JPEGMarker.startOfScan, payload))
    var isInScan = true
    while isInScan { isInScan = try copyEntropy() }
  }

  /// Copies entropy-coded bytes of one window; false once a marker that ends the scan is next.
  /// Fill bytes (B.1.1.2) are left out: they are optional and could carry a message by their count.
  private func copyEntropy() throws(ScrubError) -> Bool {
    var isInScan = true
    let sink = sink
    try source.advance(atLeast: 2) { (window: Span<UInt8>) throws(ScrubError) in
      var start = 0
      var place = 0
      while let found = JPEGScrubber.indexOfFF(in: window, from: place), found + 1 < window.count {
        let next = window[found + 1]
        if next == 0 || JPEGMarker.isRestart(next) {
          place = found + 2
        } else if next == 0xff {
          try sink.append(window.extracting(start..<found))
          start = found + 1
          place = found + 1
        } else {
          isInScan = false
          try sink.append(window.extracting(start..<found))
          return found
        }
      }
      // The last byte may be the first half of a pair: it waits for the next window.
      let last = window.count - 1
      let end = place <= last && window[last] == 0xff ? last : window.count
      try sink.append(window.extracting(start..<end))
      return end
    }
    return isInScan
  }

  static func indexOfFF(in bytes: Span<UInt8>, from start: Int) -> Int? {
    unsafe bytes.withUnsafeBufferPointer { buffer in
      guard start < buffer.count, let base = buffer.baseAddress else { return nil }
      // The searched length is what remains of the buffer behind `start`.
      guard let found = unsafe memchr(base + start, 0xff, buffer.count - start) else { return nil }
      return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }
  }

  private mutating func finish() throws(ScrubError) {
    guard let frame, scans > 0 else { throw malformed("The file has no picture.") }
    guard frame.height > 0 || lines != nil else { throw malformed("The picture has no height.") }
    try sink.append([0xff, JPEGMarker.endOfImage])
    if try source.drain() > 0 { tally.add(.trailer) }
  }

  private func nextMarker() throws(ScrubError) -> UInt8 {
    guard try source.byte() == 0xff else {
      throw malformed("There are bytes between the segments.")
    }
    var marker = try source.byte()
    while marker == 0xff { marker = try source.byte() }
    return marker
  }

  private func segment() throws(ScrubError) -> [UInt8] {
    let length = try source.uint16()
    guard length >= 2 else { throw malformed("A segment is shorter than its length field.") }
    return try source.bytes(length - 2)
  }

  private func malformed(_ sentence: String) -> ScrubError {
    ScrubError(.malformedJPEG, sentence)
  }
}
