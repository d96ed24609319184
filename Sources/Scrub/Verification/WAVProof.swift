// A scrubbed WAV as the verifier expects it: a format of one of the known lengths, perhaps a count of
// samples, the sound, and nothing else.

/// Reads one WAV file.
struct WAVProof {
  private let source: ByteSource

  init(_ source: ByteSource) { self.source = source }

  /// Passes over the whole file.
  func run() throws(ScrubError) {
    guard try source.bytes(4).elementsEqual("RIFF".utf8) else { throw residue("no WAV") }
    let total = try number()
    guard try source.bytes(8).elementsEqual("WAVEfmt ".utf8) else { throw residue("a chunk") }
    let size = try number()
    guard (16...1024).contains(size) else { throw residue("a long format") }
    let format = try source.bytes(size)
    try check(format)
    var counted = 4 + 8 + size
    var name = try source.bytes(4)
    if name.elementsEqual("fact".utf8) {
      let isPlain = [1, 0xfe].contains(format[0]) && [0, 0xff].contains(format[1])
      guard try number() == 4, !isPlain else { throw residue("a count of samples") }
      _ = try source.bytes(4)
      counted += 12
      name = try source.bytes(4)
    }
    guard name.elementsEqual("data".utf8) else { throw residue("a chunk that is no sound") }
    let sound = try number()
    guard counted + 8 + sound + sound % 2 == total else { throw residue("bytes behind the sound") }
    try source.forEach(sound) { _ in }
    guard sound % 2 == 1 else { return }
    guard try source.byte() == 0 else { throw residue("a byte behind the sound") }
  }

  /// Each coding has one length.
  private func check(_ format: [UInt8]) throws(ScrubError) {
    let coding = Int(format[0]) | Int(format[1]) << 8
    let known = [1: 16, 3: 18, 6: 18, 7: 18, 0x11: 20, 0x31: 20, 0xfffe: 40]
    if coding == 2 {
      guard format.count >= 22, format.count == 22 + 4 * (Int(format[20]) | Int(format[21]) << 8)
      else { throw residue("a long format") }
    } else {
      guard format.count == known[coding] else { throw residue("a long format") }
    }
    guard format.count == 16 || Int(format[16]) | Int(format[17]) << 8 == format.count - 18 else {
      throw residue("a long format")
    }
    guard
      coding != 0xfffe
        || format[28...].elementsEqual([0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113])
    else { throw residue("an unknown coding") }
  }

  private func number() throws(ScrubError) -> Int { Int(try source.uint32().byteSwapped) }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }
}
