// A scrubbed GIF as the verifier expects it: the screen, then loop counts, one profile and frames with
// at most one control block each, and the trailer.

/// Reads one GIF against the grammar.
struct GIFProof {
  private let source: ByteSource
  private let limits: ScrubLimits

  init(_ source: ByteSource, limits: ScrubLimits) {
    self.source = source
    self.limits = limits
  }

  /// Passes over the whole picture; the source then stands behind the trailer.
  func run() throws(ScrubError) {
    let screen = try source.bytes(13)
    guard ["GIF87a", "GIF89a"].contains(String(decoding: screen[..<6], as: UTF8.self)) else {
      throw ResidueVerifier.residue("no GIF")
    }
    try skipColors(screen[10])
    var frames = 0
    var hasProfile = false
    for _ in 0..<limits.partsMax {
      let mark = try source.byte()
      if mark == 0x3b && frames > 0 { return }
      if mark == 0x2c {
        frames += 1
        try readImage()
        continue
      }
      guard mark == 0x21 else { throw ResidueVerifier.residue("bytes between GIF blocks") }
      let label = try source.byte()
      if label == 0xf9 {
        // A control block belongs to the image that follows at once.
        let control = try source.bytes(7)
        guard control[0] == 4, control[5] == 0, control[6] == 0x2c else {
          throw ResidueVerifier.residue("a GIF control block without its image")
        }
        frames += 1
        try readImage()
        continue
      }
      guard label == 0xff, try source.byte() == 11 else { throw foreign }
      let name = String(decoding: try source.bytes(11), as: UTF8.self)
      if name == "ICCRGBG1012", !hasProfile {
        hasProfile = true
        try ProfileProof.check(try subBlocks())
      } else {
        try readLoop(name)
      }
    }
    throw ResidueVerifier.residue("too many blocks")
  }

  private var foreign: ScrubError {
    ResidueVerifier.residue("a GIF block that is not needed to show the picture")
  }

  private func readLoop(_ name: String) throws(ScrubError) {
    let loop = try source.bytes(5)
    guard name == "NETSCAPE2.0" || name == "ANIMEXTS1.0", loop[0] == 3, loop[1] == 1, loop[4] == 0
    else { throw foreign }
  }

  private func readImage() throws(ScrubError) {
    try skipColors(try source.bytes(9)[8])
    _ = try source.byte()
    while case let count = Int(try source.byte()), count > 0 {
      try source.forEach(count) { _ in }
    }
  }

  private func subBlocks() throws(ScrubError) -> [UInt8] {
    var bytes: [UInt8] = []
    while case let count = Int(try source.byte()), count > 0 {
      bytes += try source.bytes(count)
      guard bytes.count <= limits.profileBytesMax else {
        throw ResidueVerifier.residue("a profile of another length")
      }
    }
    return bytes
  }

  private func skipColors(_ flags: UInt8) throws(ScrubError) {
    guard flags & 0x80 != 0 else { return }
    _ = try source.bytes(3 * (2 << Int(flags & 7)))
  }
}
