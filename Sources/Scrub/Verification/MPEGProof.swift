// A scrubbed MP3 as the verifier expects it: frames of one kind after another from the first byte to
// the last, nothing between them, and an information frame that holds numbers only. Lengths come from
// the formula of the standard, slot by slot, and not from the scrubber's table of cases.

/// Reads MPEG audio frame by frame.
struct MPEGProof {
  private let source: ByteSource

  init(_ source: ByteSource) { self.source = source }

  /// Whether the source starts with a frame; the mark of UTF-16 looks like one of layer I, so that
  /// another must follow it.
  static func begins(_ source: ByteSource) throws(ScrubError) -> Bool {
    let start = try source.peek(4096)
    guard start.count >= 4, start[0] == 0xff, start[1] >= 0xe0 else { return false }
    guard start[1] == 0xfe else { return true }
    guard (1...14).contains(start[2] >> 4), start[2] >> 2 & 3 < 3, start[3] & 3 != 2 else {
      return false
    }
    let next = try start.dropFirst(length(Array(start[..<4])))
    return next.starts(with: [0xff, 0xfe])
  }

  /// Passes over all frames.
  func run() throws(ScrubError) {
    var isFirst = true
    while try source.hasAvailable(1) {
      let header = try source.peek(4)
      guard header.count == 4 else {
        throw ResidueVerifier.residue("bytes behind the sound")
      }
      let length = try MPEGProof.length(header)
      let frame = try source.bytes(
        try source.hasAvailable(length) ? length : source.peek(length).count)
      try checkNumbers(frame, isFirst: isFirst)
      isFirst = false
    }
    guard !isFirst else { throw ResidueVerifier.residue("no sound") }
  }

  /// Samples of a frame times bits a second, by samples a second, in whole slots.
  private static func length(_ header: [UInt8]) throws(ScrubError) -> Int {
    let word = header.reduce(0) { $0 << 8 | Int($1) }
    func bits(_ shift: Int, _ count: Int) -> Int { word >> shift & (1 << count - 1) }
    let (version, layer, rate, padding) = (bits(19, 2), bits(17, 2), bits(10, 2), bits(9, 1))
    guard bits(21, 11) == 0x7ff, version != 1, layer != 0, rate != 3, bits(0, 2) != 2,
      let speed = speed(index: bits(12, 4), isFirst: version == 3, layer: layer)
    else { throw ResidueVerifier.residue("bytes between the frames of sound") }
    let samplesPerSecond =
      [44_100, 48_000, 32_000][rate] / [3: 1, 2: 2, 0: 4][version, default: 1]
    let samples = layer == 3 ? 384 : layer == 1 && version != 3 ? 576 : 1152
    let slot = layer == 3 ? 4 : 1
    return (samples / 8 / slot * speed * 1000 / samplesPerSecond + padding) * slot
  }

  /// Kilobits a second; the tables rise by steps that double, but for their beginnings.
  private static func speed(index: Int, isFirst: Bool, layer: Int) -> Int? {
    guard (1...14).contains(index) else { return nil }
    switch (isFirst, layer) {
    case (true, 3): return 32 * index
    case (true, 2):
      return [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384][index - 1]
    case (true, _):
      return [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320][index - 1]
    case (false, 3):
      return [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256][index - 1]
    case (false, _): return index < 9 ? 8 * index : 16 * (index - 4)
    }
  }

  /// An information frame may hold the numbers of Xing or Fraunhofer, loudness and delays.
  private func checkNumbers(_ frame: [UInt8], isFirst: Bool) throws(ScrubError) {
    guard frame[1] & 0x06 == 0x02 else { return }
    let sound = frame[1] & 1 == 0 ? 6 : 4
    for name in ["Xing", "Info", "VBRI"] {
      for start in [13, 15, 21, 23, 36, 38]
      where frame.dropFirst(start).starts(with: name.utf8)
        && isPlace(start, of: frame, isTable: name == "VBRI")
      {
        let isSilent = frame[sound..<start].allSatisfy { $0 == 0 }
        guard isFirst || isSilent && name != "VBRI" else { continue }
        guard isSilent, rest(of: frame, start, name).allSatisfy({ $0 == 0 }) else {
          throw ResidueVerifier.residue("a name or settings of an encoder")
        }
        return
      }
    }
  }

  /// Where players look: behind the side information, or for the table at a fixed place.
  private func isPlace(_ start: Int, of frame: [UInt8], isTable: Bool) -> Bool {
    if isTable { return start == 36 }
    let (isFull, isMono) = (frame[1] & 8 != 0, frame[3] >> 6 == 3)
    let side = isFull ? (isMono ? 21 : 36) : (isMono ? 13 : 21)
    return start == side || frame[1] & 1 == 0 && start == side + 2
  }

  /// The bytes that must be zero.
  private func rest(of frame: [UInt8], _ start: Int, _ name: String) -> [UInt8] {
    func short(_ place: Int) -> Int {
      place + 1 < frame.count ? Int(frame[place]) << 8 | Int(frame[place + 1]) : 0
    }
    if name == "VBRI" {
      return Array(frame.dropFirst(start + 26 + short(start + 18) * short(start + 22)))
    }
    guard start + 8 <= frame.count else { return Array(frame.dropFirst(start + 4)) }
    let flags = frame[start + 7]
    var place = start + 8
    var zero = Array(frame[(start + 4)..<(start + 7)]) + [flags & 0xf0]
    if flags & 1 != 0 { place += 4 }
    if flags & 2 != 0 { place += 4 }
    if flags & 4 != 0 { place += 100 }
    if flags & 8 != 0 {
      zero += frame.dropFirst(place).prefix(4)
      place += 4
    }
    var tail = Array(frame.dropFirst(place))
    guard tail.count >= 36, tail[..<36].contains(where: { $0 != 0 })
    else { return zero + tail }
    let isObeyed = tail.starts(with: "Lavf".utf8)
    let code = MPEGProof.code(frame[..<(place + 34)])
    guard isObeyed || tail[0] == 0, [UInt8(code >> 8), UInt8(code & 255)] == tail[34...35] else {
      return [1]
    }
    for range in [0..<4, 11..<19, 21..<24, 34..<36] {
      for index in range where isObeyed || range != 0..<4 { tail[index] = 0 }
    }
    return zero + tail
  }

  /// CRC-16 by long division, least significant bit first.
  private static func code(_ bytes: ArraySlice<UInt8>) -> Int {
    var code = 0
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (code ^ Int(byte) >> bit) & 1 == 1
        code = code >> 1 ^ (isOdd ? 0xa001 : 0)
      }
    }
    return code
  }
}
