// The metadata blocks of FLAC (RFC 9639 section 8), in a file of its own and inside Ogg: the shape of
// the sound and the table for seeking stay; of the comments only the layout of the loudspeakers.

/// One metadata block and what is kept of it.
enum FLACBlocks {
  /// Kinds of blocks.
  enum Kind: UInt8 {
    case streamInfo = 0
    case padding = 1
    case application = 2
    case seekTable = 3
    case comment = 4
    case cueSheet = 5
    case picture = 6
  }

  static let streamInfoBytes = 34
  private static let seekPointBytes = 18
  private static let layoutName = Array("WAVEFORMATEXTENSIBLE_CHANNEL_MASK".utf8)
  /// The layouts that a count of channels means by itself (RFC 9639 section 9.1.3).
  private static let usualLayouts: [UInt32] = [
    0, 0x4, 0x3, 0x7, 0x33, 0x37, 0x3f, 0x70f, 0x63f,
  ]

  /// A block with its header; its content is shorter than 16 MiB, as one field is.
  static func block(_ kind: Kind, _ content: [UInt8], isLast: Bool) -> [UInt8] {
    let size = [16, 8, 0].map { UInt8(truncatingIfNeeded: content.count >> $0) }
    return [kind.rawValue | (isLast ? 0x80 : 0)] + size + content
  }

  /// How many channels the shape of the sound tells.
  static func channels(_ streamInfo: [UInt8]) -> Int { Int(streamInfo[12] >> 1 & 7) + 1 }

  /// Seek points as they are, but zeros where a point is only a place for one; nothing if the table
  /// is broken, as players then seek without it.
  static func seekTable(_ content: [UInt8]) -> [UInt8]? {
    guard content.count.isMultiple(of: seekPointBytes), !content.isEmpty else { return nil }
    var result = content
    for place in stride(from: 0, to: content.count, by: seekPointBytes)
    where content[place..<(place + 8)].allSatisfy({ $0 == 0xff }) {
      for index in (place + 8)..<(place + seekPointBytes) { result[index] = 0 }
    }
    return result
  }

  /// What is written in place of the comments: no name of a program, and at most one comment, the
  /// layout of the loudspeakers, if it is another than the usual one for so many channels.
  static func comments(_ content: [UInt8], channels: Int) -> [UInt8] {
    let none = [UInt8](repeating: 0, count: 8)
    guard let mask = layout(content), mask != 0, mask != usualLayouts[channels] else { return none }
    let text = layoutName + Array("=0x\(String(mask, radix: 16, uppercase: true))".utf8)
    return none[..<4] + [1, 0, 0, 0, UInt8(text.count), 0, 0, 0] + text
  }

  /// Reads `vendor`, then entries of the form `NAME=value`, each behind its length.
  private static func layout(_ content: [UInt8]) -> UInt32? {
    var place = 0
    func length() -> Int? {
      guard place + 4 <= content.count else { return nil }
      defer { place += 4 }
      let value = (0..<4).reduce(0) { $0 | Int(content[place + $1]) << (8 * $1) }
      return value
    }
    guard let vendor = length(), vendor <= content.count - place else { return nil }
    place += vendor
    guard length() != nil else { return nil }
    // Broken counts do no harm: the entries end with the block.
    while let count = length(), count <= content.count - place {
      let entry = content[place..<(place + count)]
      place += count
      guard let equals = entry.firstIndex(of: UInt8(ascii: "=")),
        entry[..<equals].elementsEqual(layoutName, by: { $0 & 0xdf == $1 & 0xdf })
      else { continue }
      let value = String(decoding: entry[(equals + 1)...], as: UTF8.self)
      guard value.hasPrefix("0x") || value.hasPrefix("0X") else { return nil }
      return UInt32(value.dropFirst(2), radix: 16)
    }
    return nil
  }
}
