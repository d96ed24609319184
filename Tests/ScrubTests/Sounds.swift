// Files of sound as recorders and players write them, with invented names in every place that holds
// some, and the same files without. The sound is a few frames of nearly nothing.

import Testing

/// One format of sound.
struct Sound: CustomTestStringConvertible, Sendable {
  let name: String
  let mediaType: String
  let planted: [UInt8]
  let clean: [UInt8]

  var testDescription: String { name }

  /// A name that is in every planted place.
  static let secret = "Erika Mustermann"

  static let all = [
    Sound(
      name: "mp3", mediaType: "audio/mpeg",
      planted: id3 + id3 + [UInt8](repeating: 0, count: 50) + MP3.info(encoder: "LAME3.100")
        + MP3.frame(1) + id3 + MP3.frame(2) + MP3.frame(3) + lyrics + ape + id3v1,
      clean: MP3.info(encoder: nil) + MP3.frame(1) + MP3.frame(2) + MP3.frame(3)),
    Sound(
      name: "flac", mediaType: "audio/flac",
      planted: id3
        + FLAC.file(
          blocks: [
            (3, FLAC.seekTable(filling: 7)), (4, comments(["ARTIST=\(secret)"])),
            (6, Array(secret.utf8)), (2, Array("riff\(secret)".utf8)), (5, Array(secret.utf8)),
            (1, Array(secret.utf8)),
          ]) + ape + id3v1,
      clean: FLAC.file(blocks: [(3, FLAC.seekTable(filling: 0))])),
    Sound(
      name: "vorbis", mediaType: "audio/ogg",
      planted: Ogg.vorbis(serial: 0x1234_5678, comments: comments(["ARTIST=\(secret)"]))
        + Array(secret.utf8),
      clean: Ogg.vorbis(serial: 1, comments: none)),
    Sound(
      name: "opus", mediaType: "audio/ogg",
      planted: Ogg.opus(serial: 77, comments: comments(["ARTIST=\(secret)"]) + secret.utf8),
      clean: Ogg.opus(serial: 1, comments: none)),
    Sound(
      name: "speex", mediaType: "audio/ogg",
      planted: Ogg.speex(serial: 3, version: secret, comments: comments(["AUTHOR=\(secret)"])),
      clean: Ogg.speex(serial: 1, version: "", comments: none)),
    Sound(
      name: "flac in ogg", mediaType: "audio/ogg",
      planted: Ogg.flac(
        serial: 9,
        blocks: [(4, comments(["ARTIST=\(secret)"])), (6, Array(secret.utf8))]),
      clean: Ogg.flac(serial: 1, blocks: [(4, none)])),
    Sound(
      name: "wav", mediaType: "audio/wav",
      planted: WAV.file([
        ("JUNK", Array(secret.utf8)), ("bext", Array(secret.utf8)), ("fmt ", WAV.pcm + [0, 0]),
        ("LIST", Array("INFOIART".utf8) + [16, 0, 0, 0] + secret.utf8), ("data", WAV.sound),
        ("id3 ", id3), ("iXML", Array(secret.utf8)), ("_PMX", Array(secret.utf8)),
      ]) + Array(secret.utf8),
      clean: WAV.file([("fmt ", WAV.pcm), ("data", WAV.sound)])),
  ]

  // MARK: Tags

  /// ID3v2.3 with one text frame.
  static let id3: [UInt8] = {
    let frame = Array("TPE1".utf8) + big(17) + [0, 0, 0] + secret.utf8
    return Array("ID3".utf8) + [3, 0, 0, 0, 0, 0, UInt8(frame.count)] + frame
  }()

  /// ID3v2.4 behind the sound: header, frame, footer.
  static let appendedID3: [UInt8] = {
    let tail: [UInt8] = [4, 0, 0x10, 0, 0, 0, 27]
    let frame = Array("TPE1".utf8) + [0, 0, 0, 17, 0, 0, 0] + secret.utf8
    return Array("ID3".utf8) + tail + frame + Array("3DI".utf8) + tail
  }()

  static let id3v1 = Array("TAG".utf8) + padded(30) + padded(95)

  static let enhanced = Array("TAG+".utf8) + padded(223) + id3v1

  static let ape: [UInt8] = {
    let item = little(16) + little(0) + Array("Artist\0".utf8) + secret.utf8
    func mark(_ flags: [UInt8]) -> [UInt8] {
      Array("APETAGEX".utf8) + little(2000) + little(item.count + 32) + little(1) + flags
        + [UInt8](repeating: 0, count: 8)
    }
    return mark([0, 0, 0, 0xa0]) + item + mark([0, 0, 0, 0x80])
  }()

  static let lyrics: [UInt8] = {
    let text = "LYRICSBEGININD0000211EAR00016\(secret)"
    let digits = String(text.utf8.count)
    return Array(
      (text + String(repeating: "0", count: 6 - digits.count) + digits + "LYRICS200").utf8)
  }()

  static let oldLyrics = Array("LYRICSBEGIN\(secret)LYRICSEND".utf8)

  private static func padded(_ count: Int) -> [UInt8] {
    secret.utf8 + [UInt8](repeating: 0, count: count - 16)
  }

  /// A block of Vorbis comments with the name of a program.
  static func comments(_ entries: [String]) -> [UInt8] {
    entries.reduce(little(16) + secret.utf8 + little(entries.count)) {
      $0 + little($1.utf8.count) + $1.utf8
    }
  }

  static let none = [UInt8](repeating: 0, count: 8)
}

/// A cyclic code, most significant bit first.
func crc(_ bytes: [UInt8], _ polynomial: Int, bits: Int) -> Int {
  bytes.reduce(0) { code, byte in
    (0..<8).reduce(code ^ Int(byte) << (bits - 8)) { value, _ in
      value >> (bits - 1) & 1 == 1 ? value << 1 & (1 << bits - 1) ^ polynomial : value << 1
    }
  }
}

/// MPEG 1 layer III, 128 kbit/s, 44.1 kHz, stereo: frames of 417 bytes.
enum MP3 {
  static let header: [UInt8] = [0xff, 0xfb, 0x90, 0x04]

  static func frame(_ filling: UInt8) -> [UInt8] {
    header + [UInt8](repeating: filling, count: 413)
  }

  /// The information frame; without the name of an encoder as it is after scrubbing.
  static func info(encoder: String?, flags: UInt8 = 15) -> [UInt8] {
    var frame = header + [UInt8](repeating: 0, count: 32) + Array("Info".utf8)
    frame += [0, 0, 0, flags]
    if flags & 1 != 0 { frame += big(3) }
    if flags & 2 != 0 { frame += big(4 * 417) }
    if flags & 4 != 0 { frame += (0..<100).map { UInt8($0) } }
    if flags & 8 != 0 { frame += big(encoder == nil ? 0 : 78) }
    var tag = [UInt8](repeating: encoder == nil ? 0 : 0x5a, count: 36)
    tag.replaceSubrange(0..<9, with: Array((encoder ?? "Lavf\0\0\0\0\0").utf8))
    // Loudness, then 576 samples before and 1000 behind.
    tag.replaceSubrange(11..<19, with: [0x3f, 0x80, 0, 0, 0x2c, 0x12, 0x4c, 0x12])
    tag.replaceSubrange(21..<24, with: [0x24, 0x03, 0xe8])
    let code = reflected(frame + tag[..<34])
    tag.replaceSubrange(34..<36, with: [UInt8(code >> 8), UInt8(code & 255)])
    frame += tag
    let rest = encoder == nil ? [] : Array(Sound.secret.utf8)
    return frame + rest + [UInt8](repeating: 0, count: 417 - frame.count - rest.count)
  }

  /// Fraunhofer's table with two entries of two bytes.
  static func table(behind rest: [UInt8]) -> [UInt8] {
    let frame =
      header + [UInt8](repeating: 0, count: 32) + Array("VBRI".utf8)
      + [0, 1, 0x0d, 0xb1, 0, 75] + big(3 * 417) + big(2) + [0, 2, 0, 1, 0, 2, 0, 1, 1, 1, 2, 2]
    return frame + rest + [UInt8](repeating: 0, count: 417 - frame.count - rest.count)
  }

  private static func reflected(_ bytes: [UInt8]) -> Int {
    bytes.reduce(0) { code, byte in
      (0..<8).reduce(code ^ Int(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xa001 : value >> 1
      }
    }
  }
}

/// Mono FLAC of 16 bits at 44.1 kHz in blocks of four samples.
enum FLAC {
  static let streamInfo: [UInt8] =
    [0, 16, 0, 16, 0, 0, 0, 0, 0, 0, 0x0a, 0xc4, 0x40, 0xf0, 0, 0, 0, 12]
    + [UInt8](repeating: 0xab, count: 16)

  static func block(_ kind: UInt8, _ content: [UInt8], isLast: Bool = false) -> [UInt8] {
    [kind | (isLast ? 0x80 : 0)] + big(content.count).dropFirst() + content
  }

  static func file(
    blocks: [(UInt8, [UInt8])], frames: [[UInt8]] = [frame(0), frame(1), frame(2)]
  ) -> [UInt8] {
    let all = [(0, streamInfo)] + blocks
    return all.enumerated().reduce(Array("fLaC".utf8)) {
      $0 + block($1.element.0, $1.element.1, isLast: $1.offset == all.count - 1)
    } + frames.flatMap(\.self)
  }

  /// One point at the start, and one unused place.
  static func seekTable(filling: UInt8) -> [UInt8] {
    [UInt8](repeating: 0, count: 17) + [4] + [UInt8](repeating: 255, count: 8)
      + [UInt8](repeating: filling, count: 10)
  }

  /// Samples that are all the same (a constant), coded residuals, plain samples, or a prediction.
  static let subframes = [
    "00000000" + "0000000001011010",
    "0" + "001000" + "0" + "00" + "0000" + "0010" + "101" + "0110" + "00100" + "100",
    "0" + "000001" + "0" + String(repeating: "0000111100001111", count: 4),
    "0" + "100000" + "0" + "0000000000000011" + "0010" + "00001" + "011" + "01" + "0000" + "11111"
      + "00010" + "101010",
  ]

  static func frame(_ number: UInt8, behind bits: String = "") -> [UInt8] {
    var frame: [UInt8] = [0xff, 0xf8, 0x69, 0x08, number, 3]
    frame.append(UInt8(crc(frame, 0x07, bits: 8)))
    let text = subframes[Int(number) % subframes.count] + bits
    let whole = text + String(repeating: "0", count: (8 - text.count % 8) % 8)
    for place in stride(from: 0, to: whole.count, by: 8) {
      frame.append(UInt8(whole.dropFirst(place).prefix(8), radix: 2) ?? 0)
    }
    let code = crc(frame, 0x8005, bits: 16)
    return frame + [UInt8(code >> 8), UInt8(code & 255)]
  }
}

/// Pages and streams of Ogg.
enum Ogg {
  static func page(
    _ packets: [[UInt8]], flags: UInt8 = 0, position: Int = 0, serial: Int, sequence: Int
  ) -> [UInt8] {
    let pieces = packets.flatMap {
      [UInt8](repeating: 255, count: $0.count / 255) + [UInt8($0.count % 255)]
    }
    return page(
      pieces: pieces, packets.flatMap(\.self), flags: flags, position: position, serial: serial,
      sequence: sequence)
  }

  static func page(
    pieces: [UInt8], _ body: [UInt8], flags: UInt8, position: Int, serial: Int, sequence: Int
  ) -> [UInt8] {
    var header = Array("OggS\0".utf8) + [flags] + little(position) + [0, 0, 0, 0]
    header += little(serial) + little(sequence) + [0, 0, 0, 0, UInt8(pieces.count)] + pieces
    let code = crc(header + body, 0x04c1_1db7, bits: 32)
    header.replaceSubrange(22..<26, with: little(code))
    return header + body
  }

  /// A first page, a page of headers, two pages of sound of which the second is the last.
  static func stream(
    serial: Int, first: [UInt8], headers: [[UInt8]], sound: [[UInt8]]
  ) -> [UInt8] {
    page([first], flags: 2, serial: serial, sequence: 0)
      + page(headers, serial: serial, sequence: 1)
      + page(sound, position: 960, serial: serial, sequence: 2)
      + page(sound, flags: 4, position: 1920, serial: serial, sequence: 3)
  }

  static let vorbisHead: [UInt8] =
    [1] + "vorbis".utf8 + [0, 0, 0, 0, 1, 0x44, 0xac, 0, 0] + [UInt8](repeating: 0, count: 12)
    + [0xb8, 1]
  static let codeBooks: [UInt8] = [5] + "vorbis".utf8 + [UInt8](repeating: 9, count: 600)

  static func vorbis(
    serial: Int, comments: [UInt8], sound: [[UInt8]] = [[0, 1, 2], [], [2]]
  ) -> [UInt8] {
    stream(
      serial: serial, first: vorbisHead,
      headers: [[3] + "vorbis".utf8 + comments + [1], codeBooks],
      sound: sound)
  }

  static func opus(serial: Int, comments: [UInt8]) -> [UInt8] {
    stream(
      serial: serial, first: Array("OpusHead".utf8) + [1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0],
      headers: ["OpusTags".utf8 + comments], sound: [[0xfc, 0xff, 0xfe]])
  }

  static func speex(serial: Int, version: String, comments: [UInt8]) -> [UInt8] {
    let name = version.utf8 + [UInt8](repeating: 0, count: 20 - version.utf8.count)
    let fields = [1, 80, 8000, 0, 4, 1, -1, 160, 0, 1, 0, 0, 0].flatMap { little($0) }
    return stream(
      serial: serial, first: "Speex   ".utf8 + name + fields, headers: [comments],
      sound: [[0x1e, 0x9d]])
  }

  static func flac(serial: Int, blocks: [(UInt8, [UInt8])]) -> [UInt8] {
    stream(
      serial: serial,
      first: [0x7f] + "FLAC".utf8 + [1, 0, 0, UInt8(blocks.count)] + "fLaC".utf8
        + FLAC.block(0, FLAC.streamInfo),
      headers: blocks.enumerated().map {
        FLAC.block($0.element.0, $0.element.1, isLast: $0.offset == blocks.count - 1)
      }, sound: [FLAC.frame(0)])
  }
}

/// Chunks of WAV.
enum WAV {
  static let pcm: [UInt8] = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x40, 0x1f, 0, 0, 1, 0, 8, 0]
  /// Nine samples, so that a byte of padding follows.
  static let sound: [UInt8] = [128, 130, 140, 150, 160, 150, 140, 130, 128]

  static func chunk(_ name: String, _ content: [UInt8], length: Int? = nil) -> [UInt8] {
    name.utf8 + little(length ?? content.count) + content
      + [UInt8](repeating: 0, count: content.count % 2)
  }

  static func file(_ chunks: [(String, [UInt8])]) -> [UInt8] {
    form(chunks.flatMap { chunk($0.0, $0.1) })
  }

  static func form(_ chunks: [UInt8], length: Int? = nil) -> [UInt8] {
    "RIFF".utf8 + little(length ?? chunks.count + 4) + "WAVE".utf8 + chunks
  }
}
