// Files of sound: MP3, FLAC, Ogg and WAV, told apart by their first bytes as everywhere.

extension FuzzTarget {
  /// The checksums of Ogg pages are repaired first: a fuzzer does not guess them.
  static let sound = FuzzTarget(
    name: "sound",
    dictionary: [
      "ID3\u{3}\0\0", "TAG", "TAG+", "APETAGEX", "LYRICSBEGIN", "LYRICS200", "3DI", "Xing", "Info",
      "VBRI", "LAME", "fLaC", "OggS\0", "OpusHead", "OpusTags", "\u{1}vorbis", "\u{3}vorbis",
      "\u{5}vorbis", "Speex   ", "fishead\0", "RIFF", "RF64", "WAVE", "fmt ", "data", "fact",
      "ds64",
      "LIST", "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x",
    ]
  ) { input in
    scrub(input)
    scrub(withPageChecksums(input))
  }

  private static func withPageChecksums(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    var place = 0
    while place + 27 <= bytes.count, bytes[place..<(place + 4)].elementsEqual("OggS".utf8) {
      let table = place + 27 + Int(bytes[place + 26])
      guard table <= bytes.count else { break }
      let end = bytes[(place + 27)..<table].reduce(table) { $0 + Int($1) }
      guard end <= bytes.count else { break }
      for index in 22..<26 { bytes[place + index] = 0 }
      var code: UInt32 = 0
      for byte in bytes[place..<end] {
        code ^= UInt32(byte) << 24
        for _ in 0..<8 { code = code >> 31 == 1 ? code << 1 ^ 0x04c1_1db7 : code << 1 }
      }
      for index in 0..<4 {
        bytes[place + 22 + index] = UInt8(truncatingIfNeeded: code >> (8 * UInt32(index)))
      }
      place = end
    }
    return bytes
  }
}
