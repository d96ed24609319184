// A scrubbed FLAC as the verifier expects it: the shape of the sound, perhaps a table for seeking and
// a layout of loudspeakers, then frames. The frames are taken apart bit by bit down to the residuals,
// without making samples of them: where the coded sound ends, its checksum stands and the next frame
// starts, so that no byte lies between.

/// Reads one FLAC file.
struct FLACProof {
  private let source: ByteSource
  private let limits: ScrubLimits

  init(_ source: ByteSource, limits: ScrubLimits) {
    self.source = source
    self.limits = limits
  }

  /// Passes over the whole file.
  func run() throws(ScrubError) {
    guard try source.bytes(4).elementsEqual("fLaC".utf8) else {
      throw ResidueVerifier.residue("no FLAC")
    }
    var seen: [UInt8] = []
    var shape: [UInt8] = []
    var isLast = false
    while !isLast {
      let header = try source.uint32()
      isLast = header >> 31 == 1
      let (kind, size) = (UInt8(header >> 24 & 0x7f), Int(header & 0xff_ffff))
      guard [0, 3, 4].contains(kind), !seen.contains(kind), (kind == 0) == seen.isEmpty,
        size <= limits.headerBytesMax
      else { throw ResidueVerifier.residue("a block that is not needed to play the sound") }
      seen.append(kind)
      let content = try source.bytes(size)
      switch kind {
      case 0:
        guard size == 34 else { throw ResidueVerifier.residue("a long description") }
        shape = content
      case 3: try FLACProof.checkSeekTable(content)
      default: try FLACProof.checkComments(content, mayBeEmpty: false)
      }
    }
    guard try source.hasAvailable(1) else { return }
    var frames = FLACFrameProof(source, depth: Int(shape[12] & 1) << 4 + Int(shape[13] >> 4) + 1)
    try frames.run()
  }

  /// Points of 18 bytes; one that is only a place has ones, then zeros.
  private static func checkSeekTable(_ content: [UInt8]) throws(ScrubError) {
    guard content.count > 0, content.count % 18 == 0 else {
      throw ResidueVerifier.residue("a broken table for seeking")
    }
    for start in stride(from: 0, to: content.count, by: 18) {
      let isPlace = content[start..<(start + 8)].allSatisfy { $0 == 255 }
      guard !isPlace || content[(start + 8)..<(start + 18)].allSatisfy({ $0 == 0 }) else {
        throw ResidueVerifier.residue("bytes in an unused place for seeking")
      }
    }
  }

  /// No name of a program and no comment, or only the layout of the loudspeakers.
  static func checkComments(_ content: [UInt8], mayBeEmpty: Bool) throws(ScrubError) {
    if mayBeEmpty, content == [UInt8](repeating: 0, count: 8) { return }
    let name = "WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x"
    let digits = content.dropFirst(12 + name.utf8.count)
    let start =
      [0, 0, 0, 0, 1, 0, 0, 0, UInt8(name.utf8.count + digits.count), 0, 0, 0] + name.utf8
    let isNumber = digits.allSatisfy { (48...57).contains($0) || (65...70).contains($0) }
    guard content.starts(with: start), (1...8).contains(digits.count), isNumber else {
      throw ResidueVerifier.residue("a comment")
    }
  }
}
