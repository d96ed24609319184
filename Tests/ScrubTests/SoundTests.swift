// Files of sound: what goes, what stays, and that a second scrub has nothing left to do.

import Scrub
import Testing

@Suite struct SoundTests {
  @Test(arguments: Sound.all)
  func `no planted text survives and the result is proved clean`(sound: Sound) throws {
    #expect(sound.planted.contains(text: Sound.secret))
    let result = try scrubbed(sound.planted).get()
    #expect(!result.bytes.contains(text: Sound.secret))
    let proof = try ResidueVerifier().verify(.bytes(result.bytes))
    #expect(proof.sha256 == result.report.sha256After)
    #expect(proof.mediaType == sound.mediaType && result.report.mediaType == sound.mediaType)
  }

  @Test(arguments: Sound.all)
  func `what is left is the file without metadata, byte for byte`(sound: Sound) throws {
    #expect(try scrubbed(sound.planted).get().bytes == sound.clean)
    let again = try scrubbed(sound.clean).get()
    #expect(again.bytes == sound.clean)
    #expect(again.report.removed.isEmpty)
  }

  @Test(arguments: Sound.all)
  func `an original is never taken for clean`(sound: Sound) {
    #expect(throws: ScrubError.self) { try ResidueVerifier().verify(.bytes(sound.planted)) }
  }

  @Test func `a report counts classes`() throws {
    let expected: [String: [RemovedCarrier]] = [
      "mp3": [RemovedCarrier(.tags, count: 6), RemovedCarrier(.software, count: 1)],
      "flac": [
        RemovedCarrier(.vendor, count: 1), RemovedCarrier(.misplaced, count: 1),
        RemovedCarrier(.tags, count: 6),
      ],
      "vorbis": [
        RemovedCarrier(.trailer, count: 1), RemovedCarrier(.identifier, count: 1),
        RemovedCarrier(.tags, count: 1),
      ],
      "speex": [
        RemovedCarrier(.identifier, count: 1), RemovedCarrier(.tags, count: 1),
        RemovedCarrier(.software, count: 1),
      ],
      "wav": [
        RemovedCarrier(.xmp, count: 1), RemovedCarrier(.vendor, count: 1),
        RemovedCarrier(.trailer, count: 1), RemovedCarrier(.tags, count: 4),
      ],
    ]
    for sound in Sound.all {
      guard let classes = expected[sound.name] else { continue }
      #expect(try scrubbed(sound.planted).get().report.removed == classes, "\(sound.name)")
    }
  }

  @Test(arguments: [
    Sound.id3v1, Sound.enhanced, Sound.ape, Sound.lyrics, Sound.oldLyrics, Sound.appendedID3,
    Sound.ape + Sound.id3v1, Sound.lyrics + Sound.id3v1, Sound.appendedID3 + Sound.ape,
  ])
  func `tags behind the sound go, whatever their order`(tags: [UInt8]) throws {
    #expect(tags.contains(text: Sound.secret))
    for clean in [Sound.all[0].clean, Sound.all[1].clean] {
      #expect(try scrubbed(clean + tags).get().bytes == clean)
    }
  }

  @Test func `the samples that players cut off are told by the same numbers`() throws {
    let frame = MP3.info(encoder: "LAME3.100")
    let bytes = try scrubbed(frame + MP3.frame(1) + MP3.frame(2)).get().bytes
    // Behind header, side information, name, flags, frames, bytes, table and quality.
    let tag = 4 + 32 + 8 + 4 + 4 + 100 + 4
    #expect(Array(bytes[..<(tag - 4)]) == Array(frame[..<(tag - 4)]))
    #expect(bytes[(tag + 11)..<(tag + 19)] == frame[(tag + 11)..<(tag + 19)])
    #expect(bytes[(tag + 21)..<(tag + 24)] == [0x24, 0x03, 0xe8])
    #expect(bytes[tag..<(tag + 11)].elementsEqual("Lavf\0\0\0\0\0\0\0".utf8))
    let others = [19, 20, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33].map { bytes[tag + $0] }
    #expect(others.allSatisfy { $0 == 0 })
  }

  @Test func `numbers without a table and Fraunhofer's numbers stay as well`() throws {
    for flags: UInt8 in 0..<16 {
      let file = MP3.info(encoder: "GOGO\0\0\0\0\0", flags: flags) + MP3.frame(1)
      let bytes = try scrubbed(file).get().bytes
      #expect(!bytes.contains(text: "GOGO") && !bytes.contains(text: Sound.secret))
      #expect(bytes.contains(text: "Info\0\0\0"))
      #expect(try scrubbed(bytes).get().bytes == bytes)
    }
    let table = MP3.table(behind: []) + MP3.frame(1)
    #expect(try scrubbed(table).get().bytes == table)
    let filled = MP3.table(behind: Array(Sound.secret.utf8)) + MP3.frame(1)
    #expect(try scrubbed(filled).get().bytes == table)
  }

  @Test func `bytes between frames go, also such that look like a mark`() throws {
    let clean = Sound.all[0].clean
    for junk in [[1, 2, 3], [0xff, 0xfb, 0xf0], [0xff, 0xff, 0xff], Array("ID3".utf8)] {
      let file = clean.inserting(junk, at: 417 * 2)
      #expect(try scrubbed(file).get().bytes == clean)
    }
  }

  @Test func `all versions and layers are walked, with and without padding`() throws {
    // Version 1, 2 and 2.5; the lengths by the formula of the standard.
    let cases: [(second: UInt8, third: UInt8, length: Int)] = [
      (0xfb, 0x90, 417), (0xfb, 0x92, 418), (0xfd, 0x90, 522), (0xff, 0x90, 312),
      (0xf3, 0x80, 208), (0xf3, 0x82, 209), (0xe3, 0x88, 576), (0xf5, 0xe8, 1440),
      (0xe5, 0xe8, 2880), (0xf7, 0xe2, 560), (0xfa, 0x90, 417),
    ]
    for item in cases {
      let frame: [UInt8] =
        [0xff, item.second, item.third, 0x04] + [UInt8](repeating: 1, count: item.length - 4)
      let file = frame + frame + frame
      #expect(try scrubbed(file + Sound.id3v1).get().bytes == file, "\(item)")
      #expect(throws: Never.self) { try ResidueVerifier().verify(.bytes(file)) }
    }
  }

  @Test func `the layout of loudspeakers stays if it is an unusual one`() throws {
    func file(_ mask: String) -> [UInt8] {
      FLAC.file(blocks: [
        (4, Sound.comments(["ARTIST=x", "WaveFormatExtensible_Channel_Mask=\(mask)"]))
      ])
    }
    let bytes = try scrubbed(file("0x10")).get().bytes
    #expect(bytes.contains(text: "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x10"))
    #expect(!bytes.contains(text: "ARTIST"))
    #expect(throws: Never.self) { try ResidueVerifier().verify(.bytes(bytes)) }
    #expect(try scrubbed(bytes).get().bytes == bytes)
    for mask in ["0x4", "0x0", "Erika", "0x", "0x123456789"] {
      #expect(try scrubbed(file(mask)).get().bytes == FLAC.file(blocks: []))
    }
  }

  @Test func `streams of Ogg one after the other and side by side keep their sound`() throws {
    let (first, second) = (
      Ogg.vorbis(serial: 5, comments: Sound.comments(["A=b"])),
      Ogg.opus(serial: 6, comments: Sound.comments(["A=b"]))
    )
    let chained = try scrubbed(first + second).get()
    #expect(
      chained.bytes
        == Ogg.vorbis(serial: 1, comments: Sound.none) + Ogg.opus(serial: 2, comments: Sound.none))
    // The first pages come before all others, so they are taken out of both.
    let (head, tail) = (first.prefix(58), second.prefix(47))
    let mixed = Array(head) + tail + first.dropFirst(58) + second.dropFirst(47)
    let result = try scrubbed(mixed).get()
    #expect(result.report.removed.first { $0.carrier == .tags }?.count == 2)
    #expect(throws: Never.self) { try ResidueVerifier().verify(.bytes(result.bytes)) }
  }

  @Test func `a description of other streams goes, and so does a page that was cut off`() throws {
    let clean = Ogg.vorbis(serial: 1, comments: Sound.none)
    let skeleton = Array("fishead\0".utf8) + [UInt8](repeating: 3, count: 56)
    let first = Ogg.page([skeleton], flags: 2, serial: 99, sequence: 0)
    let last = Ogg.page([[]], flags: 4, serial: 99, sequence: 1)
    let described = first + clean[..<58] + last + clean[58...]
    #expect(try scrubbed(described).get().bytes == clean)
    let page = Ogg.page([[0, 9]], flags: 4, position: 2000, serial: 1, sequence: 4)
    let open = Ogg.page([[0, 1, 2], [], [2]], position: 960, serial: 1, sequence: 2)
    let start = try #require(clean.firstIndex(of: open)) + open.count
    for count in [1, 26, 28, page.count - 1] {
      let cut = Array(clean[..<start]) + page[..<count]
      #expect(try scrubbed(cut).get().bytes == Array(clean[..<start]))
    }
  }

  @Test func `pages of sound keep the gaps between their numbers`() throws {
    let comments = [UInt8](repeating: 65, count: 70_000)
    let head = Ogg.page([Ogg.vorbisHead], flags: 2, serial: 4, sequence: 0)
    let packet = [3] + "vorbis".utf8 + little(comments.count) + comments + [0, 0, 0, 0, 1]
    let bytes = packet + Ogg.codeBooks
    var pieces = [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
    pieces += [UInt8](repeating: 255, count: Ogg.codeBooks.count / 255)
    pieces.append(UInt8(Ogg.codeBooks.count % 255))
    let size = 255 * 255
    let headers =
      Ogg.page(
        pieces: Array(pieces[..<255]), Array(bytes[..<size]), flags: 0, position: -1, serial: 4,
        sequence: 1)
      + Ogg.page(
        pieces: Array(pieces[255...]), Array(bytes[size...]), flags: 1, position: 0, serial: 4,
        sequence: 2)
    let sound =
      Ogg.page([[0, 1]], position: 9, serial: 4, sequence: 3)
      + Ogg.page([[0, 2]], flags: 4, position: 10, serial: 4, sequence: 7)
    let result = try scrubbed(head + headers + sound).get().bytes
    let expected =
      Ogg.page([[0, 1]], position: 9, serial: 1, sequence: 2)
      + Ogg.page([[0, 2]], flags: 4, position: 10, serial: 1, sequence: 6)
    #expect(Array(result.suffix(expected.count)) == expected)
  }

  @Test func `a WAV without lengths and a long one come out as plain ones`() throws {
    let clean = Sound.all[6].clean
    let sound = WAV.sound + [7]
    let even = WAV.file([("fmt ", WAV.pcm), ("data", sound)])
    let unknown = Int(UInt32.max)
    let chunks = WAV.chunk("fmt ", WAV.pcm) + WAV.chunk("data", sound, length: unknown)
    for length in [unknown, 0] {
      #expect(try scrubbed(WAV.form(chunks, length: length)).get().bytes == even)
    }
    for mark in ["RF64", "BW64"] {
      let lengths =
        little(72) + little(0) + little(9) + little(0) + [UInt8](repeating: 0, count: 12)
      let rest =
        WAV.chunk("ds64", lengths) + WAV.chunk("fmt ", WAV.pcm)
        + WAV.chunk("data", WAV.sound, length: unknown)
      let long = mark.utf8 + little(unknown) + "WAVE".utf8 + rest + Array(Sound.secret.utf8)
      let measured = long.replacing(little(72), with: little(rest.count + 4))
      #expect(try scrubbed(measured).get().bytes == clean)
    }
  }

  @Test func `each coding of WAV keeps what it needs`() throws {
    func format(_ coding: Int, _ extra: [UInt8]) -> [UInt8] {
      Array(little(coding)[..<2]) + WAV.pcm[2...] + Array(little(extra.count)[..<2]) + extra
    }
    let mask: [UInt8] = [
      16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113,
    ]
    let coefficients = [244, 3] + [1, 0] + [0, 1, 0, 0] as [UInt8]
    for (coding, extra) in [
      (3, []), (6, []), (7, []), (0x11, [1, 2]), (0x31, [64, 1]), (2, coefficients),
      (0xfffe, mask),
    ] {
      var chunks = [("fmt ", format(coding, extra))]
      if coding != 0xfffe { chunks.append(("fact", [9, 0, 0, 0])) }
      let file = WAV.file(chunks + [("data", WAV.sound)])
      #expect(try scrubbed(file).get().bytes == file, "\(coding)")
      #expect(throws: Never.self) { try ResidueVerifier().verify(.bytes(file)) }
    }
  }
}
