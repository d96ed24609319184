// The configuration of a decoder as it stands in pictures and tracks. Parameter sets stay as they are;
// messages that encoders leave in it about themselves are overwritten, in the same size.

/// Scrubs decoder configuration records.
enum CodecConfiguration {
  /// The record with free messages overwritten and zero behind its end.
  static func scrubbed(
    _ type: BoxType, _ record: [UInt8], tally: inout CarrierTally
  ) throws(ScrubError) -> [UInt8] {
    var result = record
    switch type {
    case "hvcC", "lhvC": try units(type == "hvcC" ? 22 : 5, in: &result)
    case "av1C": try av1(&result)
    case "avcC": guard record.count >= 7 else { throw BoxReader.malformed }
    default: guard record.count >= 4 else { throw BoxReader.malformed }
    }
    if result != record { tally.add(.vendor) }
    return result
  }

  /// ISO 14496-15 section 8.3.2: arrays of parameter sets and messages.
  private static func units(_ header: Int, in record: inout [UInt8]) throws(ScrubError) {
    guard record.count > header else { throw BoxReader.malformed }
    var place = header + 1
    for _ in 0..<record[header] {
      guard place + 3 <= record.count else { throw BoxReader.malformed }
      let type = record[place] & 0x3f
      let count = Int(record[place + 1]) << 8 | Int(record[place + 2])
      place += 3
      for _ in 0..<count {
        guard place + 2 <= record.count else { throw BoxReader.malformed }
        let end = place + 2 + (Int(record[place]) << 8 | Int(record[place + 1]))
        guard end <= record.count else { throw BoxReader.malformed }
        // 39 and 40 are messages before and behind the picture; their header has two bytes.
        if type == 39 || type == 40 { FreeMessages.overwrite(in: &record, (place + 4)..<end) }
        place = end
      }
    }
    for index in place..<record.count { record[index] = 0 }
  }

  /// Open bitstream units: a metadata unit (type 5) becomes padding (type 15).
  private static func av1(_ record: inout [UInt8]) throws(ScrubError) {
    guard record.count >= 4 else { throw BoxReader.malformed }
    var place = 4
    while place < record.count {
      let header = record[place]
      let start = place + (header & 4 == 0 ? 1 : 2)
      guard header & 2 != 0 else { return }
      var (size, width) = (0, 0)
      while true {
        guard start + width < record.count, width < 5 else { throw BoxReader.malformed }
        let byte = record[start + width]
        size |= Int(byte & 0x7f) << (7 * width)
        width += 1
        if byte & 0x80 == 0 { break }
      }
      let end = start + width + size
      guard end <= record.count else { throw BoxReader.malformed }
      if header >> 3 & 15 == 5 {
        record[place] = header & 0x87 | 15 << 3
        for index in (start + width)..<end { record[index] = index == end - 1 ? 0x80 : 0 }
      }
      place = end
    }
  }
}

/// Messages of H.264 and HEVC streams that belong to whoever made the encoder (`user_data_unregistered`,
/// ITU-T H.264 section D.1.7): decoders pass over them.
enum FreeMessages {
  private static let registered = 4
  private static let unregistered = 5

  /// Overwrites the identifier and text of such messages with ones, which need no escapes.
  /// - Parameter range: The messages of one unit, without the unit's header.
  static func overwrite(in bytes: inout [UInt8], _ range: Range<Int>) {
    var cursor = EscapedBytes(place: range.lowerBound, end: range.upperBound)
    while let kind = number(bytes, &cursor), let size = number(bytes, &cursor) {
      for _ in 0..<size {
        guard let place = cursor.next(in: bytes) else { return }
        // A byte in front of an escape stays, or the escape would become part of the message.
        if kind == unregistered, !cursor.isBeforeEscape(in: bytes) { bytes[place] = 0xff }
      }
      // What follows is the stop bit.
      if cursor.end - cursor.place <= 1 { return }
    }
  }

  /// How many messages of user data a unit holds, registered or not (types 4 and 5).
  /// - Parameter bytes: The unit without its header, or the beginning of one that is long.
  static func userDataCount(in bytes: [UInt8]) -> Int {
    var cursor = EscapedBytes(place: 0, end: bytes.count)
    var count = 0
    while let kind = number(bytes, &cursor), let size = number(bytes, &cursor) {
      if kind == registered || kind == unregistered { count += 1 }
      for _ in 0..<size where cursor.next(in: bytes) == nil { return count }
      // What follows is the stop bit.
      if cursor.end - cursor.place <= 1 { break }
    }
    return count
  }

  private static func number(_ bytes: [UInt8], _ cursor: inout EscapedBytes) -> Int? {
    var value = 0
    while let place = cursor.next(in: bytes) {
      value += Int(bytes[place])
      if bytes[place] != 0xff { return value }
    }
    return nil
  }
}

/// Walks the bytes of a unit and passes over the 3 of each 0 0 3.
private struct EscapedBytes {
  private(set) var place: Int
  let end: Int
  private var zeros = 0

  init(place: Int, end: Int) {
    self.place = place
    self.end = end
  }

  mutating func next(in bytes: [UInt8]) -> Int? {
    if zeros >= 2, place < end, bytes[place] == 3 {
      zeros = 0
      place += 1
    }
    guard place < end else { return nil }
    zeros = bytes[place] == 0 ? zeros + 1 : 0
    place += 1
    return place - 1
  }

  /// Whether the byte that was just read is one of the two zeros of an escape.
  func isBeforeEscape(in bytes: [UInt8]) -> Bool {
    func byte(_ index: Int) -> UInt8? { index < end ? bytes[index] : nil }
    guard zeros > 0 else { return false }
    return zeros >= 2 && byte(place) == 3 || byte(place) == 0 && byte(place + 1) == 3
  }
}
