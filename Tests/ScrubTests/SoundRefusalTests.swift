// Files of sound that are refused, each with its code, and what the second reading finds.

import Scrub
import Testing

@Suite struct SoundRefusalTests {
  typealias Case = RefusalTests.Case

  static let refused: [Case] = {
    let (mp3, flac, ogg) = (Sound.all[0].clean, Sound.all[1].clean, Sound.all[2].clean)
    let theora = Ogg.page([[0x80] + "theora".utf8], flags: 2, serial: 2, sequence: 0)
    func wav(_ chunks: [(String, [UInt8])]) -> [UInt8] { WAV.file(chunks) }
    let plain = [("fmt ", WAV.pcm), ("data", WAV.sound)]
    let speex = Ogg.speex(serial: 1, version: "", comments: Sound.none)
    return [
      Case("a tag and no sound", .typeNotSupported, Sound.id3 + "no sound at all".utf8),
      Case("a tag in front of a page", .typeNotSupported, Sound.id3 + ogg),
      Case("a frame alone behind a tag", nil, Sound.id3 + mp3[417..<517]),
      Case("a tag that is longer than the file", .truncated, Array(Sound.id3.dropLast(5))),
      Case("no description", .malformedFile, Array("fLaC".utf8) + FLAC.block(4, Sound.none)),
      Case(
        "two descriptions", .malformedFile,
        FLAC.file(blocks: [(0, FLAC.streamInfo)])),
      Case("a forbidden block", .malformedFile, FLAC.file(blocks: [(127, [])])),
      Case("blocks cut off", .truncated, Array(flac[..<30])),
      Case("a frame cut off", .crcMismatch, Array(flac.dropLast())),
      Case("bytes behind the frames", .crcMismatch, flac + [1]),
      Case(
        "bytes between the frames", .crcMismatch,
        FLAC.file(
          blocks: [], frames: [FLAC.frame(0), [1], FLAC.frame(1)])),
      Case("no frame", .malformedFile, FLAC.file(blocks: [], frames: [[1, 2, 3, 4, 5, 6, 7]])),
      Case("a flipped page", .crcMismatch, Array(ogg[..<70]) + [ogg[70] ^ 1] + ogg[71...]),
      Case("no header", .truncated, Array(ogg[..<58])),
      Case("pictures beside the sound", .encodingNotSupported, ogg[..<58] + theora + ogg[58...]),
      Case("bytes between the pages", .malformedFile, ogg.inserting([1], at: ogg.count - 34)),
      Case(
        "a packet that is no sound", .malformedFile,
        Ogg.vorbis(
          serial: 1, comments: Sound.none, sound: [[1, 2]])),
      Case("the first page twice", .malformedFile, ogg[..<58] + ogg),
      Case("another version of pages", .encodingNotSupported, Array(ogg[..<4]) + [1] + ogg[5...]),
      Case(
        "more header packets", .encodingNotSupported,
        Ogg.page(
          [speex[28..<96] + [1, 0, 0, 0] + speex[100..<108]], flags: 2, serial: 1, sequence: 0)),
      Case("no WAV", .malformedFile, wav([("fmt ", WAV.pcm)])),
      Case("sound twice", .malformedFile, wav(plain + [("data", WAV.sound)])),
      Case(
        "an unknown coding", .encodingNotSupported,
        wav([
          ("fmt ", [0x55] + WAV.pcm[1...]), ("data", WAV.sound),
        ])),
      Case("a scene", .encodingNotSupported, wav([("axml", [60, 62])] + plain)),
      Case(
        "a list of pieces", .encodingNotSupported,
        wav(
          [("fmt ", WAV.pcm), ("LIST", Array("wavl".utf8))])),
      Case("a WAV cut off", .truncated, Array(wav(plain).dropLast(4))),
    ]
  }()

  @Test(arguments: refused)
  func `a broken file is refused with its code`(item: Case) throws {
    #expect(try refusal(item.bytes) == item.code)
  }

  static let residues: [Case] = {
    let (mp3, flac, ogg) = (Sound.all[0].clean, Sound.all[1].clean, Sound.all[2].clean)
    func wav(_ chunks: [(String, [UInt8])]) -> [UInt8] { WAV.file(chunks) }
    func oggPages(_ comments: [UInt8]) -> [UInt8] { Ogg.vorbis(serial: 1, comments: comments) }
    return Sound.all.map { Case("clean \($0.name)", nil, $0.clean) } + [
      Case("a tag in front", .residueFound, Sound.id3 + mp3),
      Case("a tag behind", .residueFound, mp3 + Sound.id3v1),
      Case("a byte behind", .residueFound, mp3 + [0]),
      Case("a byte between frames", .residueFound, mp3.inserting([0], at: 834)),
      Case("an encoder", .residueFound, MP3.info(encoder: "LAME3.100") + MP3.frame(1)),
      Case("a table with a tail", .residueFound, MP3.table(behind: [65]) + MP3.frame(1)),
      Case("a side table", .residueFound, Array(mp3[..<10]) + [1] + mp3[11...]),
      Case("a late encoder", .residueFound, MP3.frame(1) + MP3.info(encoder: "LAME3.100")),
      Case("a comment block", .residueFound, FLAC.file(blocks: [(4, Sound.none)])),
      Case("padding", .residueFound, FLAC.file(blocks: [(1, [0, 0])])),
      Case("a picture", .residueFound, FLAC.file(blocks: [(6, [0])])),
      Case("an unused place", .residueFound, FLAC.file(blocks: [(3, FLAC.seekTable(filling: 1))])),
      Case("bytes behind frames", .residueFound, flac + [0]),
      Case(
        "bits behind samples", .residueFound,
        FLAC.file(
          blocks: [], frames: [FLAC.frame(1, behind: "1")])),
      Case(
        "bytes behind samples", .residueFound,
        FLAC.file(
          blocks: [], frames: [FLAC.frame(0, behind: "0100000101000010")])),
      Case("a frame with a wrong checksum", .residueFound, Array(flac.dropLast()) + [1]),
      Case(
        "all kinds of subframes", nil,
        FLAC.file(
          blocks: [], frames: (0..<4).map { FLAC.frame($0) })),
      Case("the name of an encoder", .residueFound, oggPages(Sound.comments([]))),
      Case("a comment", .residueFound, oggPages(Sound.comments(["A=b"]))),
      Case("a number of its own", .residueFound, Ogg.vorbis(serial: 2, comments: Sound.none)),
      Case("bytes behind pages", .residueFound, ogg + [0]),
      Case("a version", .residueFound, Ogg.speex(serial: 1, version: "1.2", comments: Sound.none)),
      Case(
        "hidden packets", .residueFound,
        Ogg.vorbis(
          serial: 1, comments: Sound.none, sound: [[1, 65]])),
      Case(
        "a chunk", .residueFound,
        wav(
          [("fmt ", WAV.pcm), ("data", WAV.sound), ("LIST", [])])),
      Case(
        "a count of samples", .residueFound,
        wav(
          [("fmt ", WAV.pcm), ("fact", [9, 0, 0, 0]), ("data", WAV.sound)])),
      Case(
        "a long format", .residueFound, wav([("fmt ", WAV.pcm + [0, 0]), ("data", WAV.sound)])),
      Case("a byte of padding", .residueFound, Array(Sound.all[6].clean.dropLast()) + [65]),
      Case("a trailer", .residueFound, Sound.all[6].clean + [65]),
    ]
  }()

  @Test(arguments: residues)
  func `residue is found`(item: Case) {
    let code = residue(item.bytes)
    #expect((code == .truncated ? .residueFound : code) == item.code)
  }

  @Test func `frames that are text once nothing stands around them are refused`() throws {
    // Two frames of layer I of 68 and 136 bytes, all of whose bytes are letters of ISO 8859-1.
    let letters = [UInt8](repeating: UInt8(ascii: "c"), count: 200)
    let frames = [0xff, 0xff, 0x21, 0xc3] + letters.prefix(64) + [0xff, 0xff, 0x41, 0xff]
    let text = frames + letters.prefix(132)
    #expect(try refusal(text) == .typeMismatch)
    #expect(try refusal(text + [1, 2, 3, 4]) == .typeMismatch)
    let tag = Array("ID3\u{3}\0\0\0\0\0\u{4}".utf8) + [0, 0, 0, 0]
    #expect(try refusal(tag + text) == .typeMismatch)
  }

  @Test func `names of sound fit sound and nothing else`() throws {
    for sound in Sound.all {
      for name in ["a.mp3", "a.flac", "a.ogg", "a.opus", "a.wav", "a"] {
        #expect(try refusal(sound.clean, fileName: name) == nil)
      }
      for name in ["a.jpg", "a.pdf", "a.html", "a.zip"] {
        #expect(try refusal(sound.clean, fileName: name) == .typeMismatch)
      }
    }
  }

  @Test func `each limit holds from both sides`() throws {
    for sound in Sound.all {
      try expectLimit(sound.planted, \.inputBytesMax, sound.planted.count, .tooLarge)
    }
    // Two stretches of bytes between frames, seven blocks, two streams, eight chunks.
    let mp3 = Sound.all[0].clean + MP3.frame(4) + MP3.frame(5)
    let torn = mp3.inserting([1], at: 417 * 4).inserting([1], at: 417 * 2)
    try expectLimit(torn, \.partsMax, 2, .tooManyParts)
    try expectLimit(Sound.all[1].planted, \.partsMax, 7, .tooManyParts)
    try expectLimit(Sound.all[2].clean + Sound.all[3].planted, \.partsMax, 2, .tooManyParts)
    try expectLimit(Sound.all[6].planted, \.partsMax, 8, .tooManyParts)
  }
}
