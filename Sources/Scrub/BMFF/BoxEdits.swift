// What is changed in a file of boxes without moving a byte: boxes become free space, fields become
// zero. What is clean already is left alone, so that a second scrub finds nothing to do.

/// The changes of one file, and the count of what they remove.
struct BoxEdits {
  let file: FileWindow
  private(set) var patches = PatchedCopy()
  var tally: CarrierTally

  /// - Parameter tally: An empty one, which collects pieces of what is removed if they are wanted.
  init(_ file: FileWindow, _ tally: CarrierTally) { (self.file, self.tally) = (file, tally) }

  /// Makes the box free space of the same size.
  mutating func drop(_ box: Box, as carrier: CarrierClass) throws(ScrubError) {
    patches.replace(at: box.start + 4, with: BoxType("free").bytes)
    if try !file.isZero(box.content) { patches.zero(box.content) }
    tally.add(carrier)
    try show(box.content, carrier)
  }

  /// Puts other bytes of the same number in the place of those that are there.
  mutating func replace(at place: Int, with bytes: [UInt8]) {
    patches.replace(at: place, with: bytes)
  }

  /// Makes the bytes zero without counting them.
  mutating func zero(_ range: Range<Int>) { patches.zero(range) }

  /// Makes the bytes zero and counts them as one, if any is not zero yet.
  mutating func blank(_ range: Range<Int>, as carrier: CarrierClass) throws(ScrubError) {
    if try file.isZero(range) { return }
    patches.zero(range)
    tally.add(carrier)
    try show(range, carrier)
  }

  /// Keeps the readable part of what goes, if pieces are wanted. Times and tables of samples are
  /// numbers, of which none is readable.
  mutating func show(_ range: Range<Int>, _ carrier: CarrierClass) throws(ScrubError) {
    guard tally.collectsExcerpts, carrier != .time, carrier != .timedMetadata else { return }
    let bytes = try file.copy(range.prefix(ExcerptText.bytesMax))
    let isPacket = bytes.firstIndex(of: UInt8(ascii: "<")).map { bytes[$0...].contains(0x3e) }
    let start = bytes.firstRange(of: Array("<x:xmpmeta".utf8))?.lowerBound
    guard isPacket == true, let start else { return tally.show(carrier, bytes) }
    tally.show(carrier, bytes[start...], as: .markup)
  }

  /// Writes other bytes of the same number.
  mutating func write(
    _ bytes: [UInt8], at place: Int, as carrier: CarrierClass
  ) throws(ScrubError) {
    if try file.copy(place..<(place + bytes.count)) == bytes { return }
    patches.replace(at: place, with: bytes)
    tally.add(carrier)
  }
}

/// Stretches of a file that a kept picture or track names; what of the media data lies in none of
/// them is seen by nobody.
struct ByteRanges {
  private static let rangesMax = 1 << 20
  private(set) var ranges: [Range<Int>] = []

  /// Adds a stretch; `too-many-parts` once there are too many that do not touch.
  mutating func add(_ range: Range<Int>) throws(ScrubError) {
    guard !range.isEmpty else { return }
    if let last = ranges.last, last.upperBound == range.lowerBound {
      ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      return
    }
    guard ranges.count < ByteRanges.rangesMax else {
      throw ScrubError(.tooManyParts, "The file has too many pieces of media data.")
    }
    ranges.append(range)
  }

  mutating func add(_ other: ByteRanges) throws(ScrubError) {
    for range in other.ranges { try add(range) }
  }

  /// In order, and those that touch or overlap as one.
  func merged() -> OrderedRanges {
    var result: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound {
        let end = max(last.upperBound, range.upperBound)
        result[result.count - 1] = last.lowerBound..<end
      } else {
        result.append(range)
      }
    }
    return OrderedRanges(result)
  }
}

/// Stretches of a file in order and apart from each other.
struct OrderedRanges {
  let ranges: [Range<Int>]

  init(_ ranges: [Range<Int>]) { self.ranges = ranges }

  /// The first stretch that ends behind `place`.
  private func index(behind place: Int) -> Int {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether one stretch holds all of `range`.
  func holds(_ range: Range<Int>) -> Bool {
    let index = index(behind: range.lowerBound)
    return ranges.indices.contains(index) && ranges[index].lowerBound <= range.lowerBound
      && range.upperBound <= ranges[index].upperBound
  }

  /// Whether a stretch shares a byte with `range`.
  func meets(_ range: Range<Int>) -> Bool {
    let index = index(behind: range.lowerBound)
    return ranges.indices.contains(index) && ranges[index].lowerBound < range.upperBound
  }

  /// What of `area` lies in none of the stretches.
  func gaps(in area: Range<Int>) -> [Range<Int>] {
    var gaps: [Range<Int>] = []
    var place = area.lowerBound
    var index = index(behind: place)
    while index < ranges.count, ranges[index].lowerBound < area.upperBound {
      if ranges[index].lowerBound > place { gaps.append(place..<ranges[index].lowerBound) }
      place = ranges[index].upperBound
      index += 1
    }
    if place < area.upperBound { gaps.append(place..<area.upperBound) }
    return gaps
  }
}
