// Archives for the tests, written member by member, so that each fault can be planted exactly.

import Scrub

/// A ZIP under construction.
struct ZipSample {
  struct Member {
    var name: String
    var bytes: [UInt8]
    var isDeflated = true
    var flags = 0
    var time = 0x5a21_6b3c
    var extra: [UInt8] = []
    var comment: [UInt8] = []
    /// What the local header says instead of the truth.
    var localName: String?
    /// What both headers add to the size and the checksum.
    var sizeError = 0
    var crcError = 0
    /// Packed bytes that are missing at the end.
    var cutBytes = 0
    /// What follows the packed bytes and is counted with them.
    var tail: [UInt8] = []
    /// Bytes between this member and the one before.
    var gap: [UInt8] = []
  }

  var members: [Member]
  var comment: [UInt8] = []
  var trailer: [UInt8] = []

  init(_ members: [(String, [UInt8])]) {
    self.members = members.map { Member(name: $0.0, bytes: $0.1) }
  }

  init(texts: [(String, String)]) {
    self.init(texts.map { ($0.0, Array($0.1.utf8)) })
  }

  /// The file.
  var bytes: [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      file += member.gap
      let packed =
        (member.isDeflated ? ZipSample.deflated(member.bytes) : member.bytes)
        .dropLast(member.cutBytes) + member.tail
      let crc = Int(Zlib.crc32(0, member.bytes.span)) ^ member.crcError
      let shared =
        little(member.flags, 2) + little(member.isDeflated ? 8 : 0, 2) + little(member.time, 4)
        + little(crc, 4) + little(packed.count, 4)
        + little(member.bytes.count + member.sizeError, 4)
      let name = Array(member.name.utf8)
      let local = Array((member.localName ?? member.name).utf8)
      directory += little(0x0201_4b50, 4) + little(0x031e, 2) + little(20, 2) + shared
      directory += little(name.count, 2) + little(member.extra.count, 2)
      directory += little(member.comment.count, 2) + little(0, 4) + little(0x81a4_0000, 4)
      directory += little(file.count, 4) + name + member.extra + member.comment
      file += little(0x0403_4b50, 4) + little(20, 2) + shared + little(local.count, 2)
      file += little(member.extra.count, 2) + local + member.extra + packed
    }
    let end =
      little(0x0605_4b50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
      + little(directory.count, 4) + little(file.count, 4) + little(comment.count, 2) + comment
    return file + directory + end + trailer
  }

  /// Names and unpacked bytes of an archive whose members follow each other, in their order.
  static func unpacked(_ file: [UInt8]) -> [(name: String, bytes: [UInt8])] {
    func number(_ place: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) }
    }
    var result: [(String, [UInt8])] = []
    var place = 0
    while file.count >= place + 30, number(place, 4) == 0x0403_4b50 {
      let name = place + 30
      let data = name + number(place + 26, 2) + number(place + 28, 2)
      let packed = Array(file[data..<(data + number(place + 18, 4))])
      let bytes =
        number(place + 8, 2) == 0
        ? packed : Zlib.inflateRaw(packed, bytesMax: number(place + 22, 4) + 1) ?? []
      result.append(
        (String(decoding: file[name..<(name + number(place + 26, 2))], as: UTF8.self), bytes))
      place = data + packed.count
    }
    return result
  }

  /// Everything that an archive says, as one text.
  static func text(_ file: [UInt8]) -> String {
    unpacked(file).map { $0.name + "\n" + String(decoding: $0.bytes, as: UTF8.self) }
      .joined(separator: "\n")
  }

  /// A zlib stream without its header and checksum.
  private static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    Array((Zlib.deflate(bytes) ?? []).dropFirst(2).dropLast(4))
  }
}
