// Tags that stand in front of or behind the sound, whatever the format in between: ID3v2 and zeros
// before, ID3v1, "TAG+", APEv2, Lyrics3 and appended ID3v2 behind. They are found by their own length
// fields; those behind from the end of the file on, as players find them.

/// Finds the tags around the sound.
enum SoundTags {
  /// Tags at either end that are looked for; nobody stacks more.
  static let countMax = 64

  /// The length of the ID3v2 tag that starts with these bytes; nothing if none does.
  static func leadingBytes(_ start: Span<UInt8>) -> Int? {
    guard start.count >= 10, start[0] == UInt8(ascii: "I"), start[1] == UInt8(ascii: "D"),
      start[2] == UInt8(ascii: "3"), start[3] < 0xff, start[4] < 0xff
    else { return nil }
    var length = 0
    for index in 6..<10 {
      guard start[index] < 0x80 else { return nil }
      length = length << 7 | Int(start[index])
    }
    // A footer repeats the header (ID3v2.4 section 3.4).
    return 10 + length + (start[3] >= 4 && start[5] & 0x10 != 0 ? 10 : 0)
  }

  /// Takes the tags in front of the sound and the zeros behind them.
  /// - Parameter tally: Keeps pieces of them, if they are wanted; they are counted by whoever knows
  ///   that the file is one of sound.
  /// - Returns: How many tags there were, and how many bytes were taken.
  static func takeLeading(
    from source: ByteSource, _ tally: inout CarrierTally
  ) throws(ScrubError) -> (count: Int, bytes: Int) {
    var (count, taken) = (0, 0)
    while count < countMax {
      let start = try source.peek(10)
      guard let length = leadingBytes(start.span) else { break }
      if tally.collectsExcerpts {
        tally.show(tag: try source.peek(min(length, ExcerptText.bytesMax)))
      }
      try source.forEach(length) { _ in }
      count += 1
      taken += length
    }
    while count > 0, try source.hasAvailable(1), try source.peek(1) == [0] {
      var zeros = 0
      try source.advance(atLeast: 1) { window in
        while zeros < window.count, window[zeros] == 0 { zeros += 1 }
        return zeros
      }
      taken += zeros
    }
    return (count, taken)
  }

  /// Where the sound ends and how many tags follow.
  static func trailing(
    in file: FileWindow, from start: Int
  ) throws(ScrubError) -> (count: Int, end: Int) {
    var (count, end) = (0, file.count)
    while count < countMax, let length = try trailingBytes(file, end), end - length >= start {
      count += 1
      end -= length
    }
    return (count, end)
  }

  /// The length of the tag that ends at `end`.
  private static func trailingBytes(_ file: FileWindow, _ end: Int) throws(ScrubError) -> Int? {
    func text(_ distance: Int, _ count: Int) throws(ScrubError) -> [UInt8] {
      end >= distance ? try file.copy((end - distance)..<(end - distance + count)) : []
    }
    if try text(128, 3).elementsEqual("TAG".utf8) { return 128 }
    if try text(227, 4).elementsEqual("TAG+".utf8) { return 227 }
    if try text(32, 8).elementsEqual("APETAGEX".utf8) { return apeBytes(try text(32, 32)) }
    if try text(9, 9).elementsEqual("LYRICS200".utf8) {
      return number(try text(15, 6)).map { $0 + 15 }
    }
    if try text(9, 9).elementsEqual("LYRICSEND".utf8) { return try lyricsBytes(file, end) }
    let footer = try text(10, 10)
    guard footer.starts(with: "3DI".utf8) else { return nil }
    let header = Array("ID3".utf8) + footer.dropFirst(3)
    return leadingBytes(header.span)
  }

  /// APEv2 footer: version, size of items and footer, count, flags; a header may stand in front.
  private static func apeBytes(_ footer: [UInt8]) -> Int? {
    func field(_ offset: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(footer[offset + $1]) << (8 * $1) }
    }
    let hasHeader = field(20) & 0x8000_0000 != 0
    return field(12) >= 32 ? field(12) + (hasHeader ? 32 : 0) : nil
  }

  /// Lyrics3 version 1 has no length: 5100 bytes of text at most behind its first word.
  private static func lyricsBytes(_ file: FileWindow, _ end: Int) throws(ScrubError) -> Int? {
    let start = max(0, end - 5100 - 20)
    let bytes = try file.copy(start..<end)
    let word = Array("LYRICSBEGIN".utf8)
    for place in stride(from: bytes.count - word.count, through: 0, by: -1)
    where bytes[place] == word[0] && bytes[place..<(place + word.count)].elementsEqual(word) {
      return bytes.count - place
    }
    return nil
  }

  private static func number(_ digits: [UInt8]) -> Int? {
    var value = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }
}
