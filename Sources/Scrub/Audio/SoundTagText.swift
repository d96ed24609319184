// What tags of sound say, for a person who looks at what a file gives away: the texts of ID3v2 frames and
// of Vorbis comments. What is broken ends the list; nothing is decided here.

/// Reads the texts of a tag.
enum SoundTagText {
  private static let countMax = 64

  /// The frames of text of an ID3v2 tag, by their names; nothing for another tag.
  static func id3(_ tag: [UInt8]) -> [(name: String, text: [UInt8])] {
    guard tag.count > 10, tag.starts(with: "ID3".utf8) else { return [] }
    let isOld = tag[3] < 3
    let (nameBytes, headerBytes) = isOld ? (3, 6) : (4, 10)
    var found: [(String, [UInt8])] = []
    var place = 10
    while found.count < countMax, place + headerBytes < tag.count, tag[place] != 0 {
      let sizes = tag[(place + nameBytes)..<(place + 2 * nameBytes)]
      // Version 4 has seven bits in each byte (ID3v2.4 section 4).
      let shift = tag[3] == 4 ? 7 : 8
      let size = sizes.reduce(0) { $0 << shift | Int($1) }
      let start = place + headerBytes
      guard size > 0, size <= tag.count - start else { break }
      let name = String(decoding: tag[place..<(place + nameBytes)], as: UTF8.self)
      let body = Array(tag[start..<(start + size)])
      if name.hasPrefix("T") || name.hasPrefix("COM") || name.hasPrefix("USLT") {
        found.append((name, text(body, hasLanguage: !name.hasPrefix("T"))))
      } else if name.hasPrefix("W") || name == "PRIV" || name == "UFID" || name == "OWNE" {
        found.append((name, body))
      }
      place = start + size
    }
    return found
  }

  /// Entries `NAME=value`, each behind its length, with the name of the program in front.
  static func vorbis(_ comments: [UInt8]) -> [[UInt8]] {
    var found: [[UInt8]] = []
    var place = 0
    func length() -> Int? {
      guard place + 4 <= comments.count else { return nil }
      defer { place += 4 }
      return (0..<4).reduce(0) { $0 | Int(comments[place + $1]) << (8 * $1) }
    }
    while found.count < countMax, let count = length(), count <= comments.count - place {
      found.append(Array(comments[place..<(place + count)]))
      place += count
      // The number of entries stands behind the first text.
      if found.count == 1 { _ = length() }
    }
    return found
  }

  /// The text of a frame as UTF-8, or as UTF-16 behind a mark.
  private static func text(_ body: [UInt8], hasLanguage: Bool) -> [UInt8] {
    let rest = Array(body.dropFirst(hasLanguage ? 4 : 1))
    switch body[0] {
    case 0: return Array(String(rest.map { Character(Unicode.Scalar($0)) }).utf8)
    case 2: return [0xfe, 0xff] + rest
    default: return rest
    }
  }
}

extension CarrierTally {
  /// Keeps the texts of a tag, if pieces are wanted; of one that is no ID3v2 what is readable.
  mutating func show(tag: [UInt8]) {
    guard collectsExcerpts else { return }
    let texts = SoundTagText.id3(tag)
    if texts.isEmpty { show(.tags, tag) }
    for (name, text) in texts { show(.tags, text, named: name) }
  }

  /// Keeps the entries of Vorbis comments, if pieces are wanted.
  mutating func show(comments: ArraySlice<UInt8>) {
    guard collectsExcerpts else { return }
    for entry in SoundTagText.vorbis(Array(comments.prefix(ExcerptText.bytesMax))) {
      show(.tags, entry)
    }
  }
}
