// A scrubbed WebP as the verifier expects it, read from the first byte to the last: one picture, or a
// header and behind it profile, animation or picture, and orientation, each if and only if announced.

/// Reads one WebP against the grammar.
struct WebPProof {
  private let source: ByteSource
  private let limits: ScrubLimits
  private let rules: ScrubRules
  /// Bytes of the form that are still to come.
  private var left = 0

  init(_ source: ByteSource, limits: ScrubLimits, rules: ScrubRules) {
    self.source = source
    self.limits = limits
    self.rules = rules
  }

  /// Passes over the whole picture; the source then stands behind it.
  mutating func run() throws(ScrubError) {
    guard try source.bytes(4).elementsEqual("RIFF".utf8) else { throw foreign }
    left = try number(source.bytes(4)) - 4
    guard left.isMultiple(of: 2), try source.bytes(4).elementsEqual("WEBP".utf8) else {
      throw foreign
    }
    let (name, count) = try header()
    if name == "VP8X" {
      try readExtended(count)
    } else {
      try skipPicture(name, count)
    }
    guard left == 0 else { throw foreign }
  }

  private var foreign: ScrubError {
    ResidueVerifier.residue("a WebP chunk that is not needed to show the picture")
  }

  private mutating func readExtended(_ count: Int) throws(ScrubError) {
    guard count == 10 else { throw foreign }
    let fields = try take(10)
    let flags = fields[0]
    guard flags & ~0x3a == 0, fields[1..<4].allSatisfy({ $0 == 0 }) else {
      throw ResidueVerifier.residue("reserved bits in a WebP header")
    }
    if flags & 0x20 != 0 {
      let length = try expect("ICCP")
      guard length <= limits.profileBytesMax else { throw foreign }
      try ProfileProof.check(try take(length))
    }
    if flags & 0x02 != 0 {
      guard try expect("ANIM") == 6 else { throw foreign }
      _ = try take(6)
      var frames = 0
      repeat {
        frames += 1
        try readFrame(try expect("ANMF"))
      } while try frames < limits.framesMax ? isNext("ANMF") : false
    } else {
      try readPicture()
    }
    if flags & 0x08 != 0 { try ExifProof.check(tiff: try take(try expect("EXIF")), rules) }
  }

  private mutating func readFrame(_ count: Int) throws(ScrubError) {
    let behind = left - count
    guard behind >= 0, count >= 16, try take(16)[15] & ~3 == 0 else {
      throw ResidueVerifier.residue("reserved bits in a WebP frame")
    }
    try readPicture()
    guard left == behind else { throw foreign }
  }

  private mutating func readPicture() throws(ScrubError) {
    var (name, count) = try header()
    if name == "ALPH" {
      try skip(count)
      (name, count) = try header()
      guard name == "VP8 " else { throw foreign }
    }
    try skipPicture(name, count)
  }

  private mutating func skipPicture(_ name: String, _ count: Int) throws(ScrubError) {
    let start = try source.peek(6)
    switch name {
    case "VP8 " where start.count == 6 && start[3..<6] == [0x9d, 0x01, 0x2a]: break
    case "VP8L" where start.first == 0x2f: break
    default: throw foreign
    }
    try skip(count)
  }

  private func isNext(_ name: String) throws(ScrubError) -> Bool {
    if left == 0 { return false }
    return try source.peek(4).elementsEqual(name.utf8)
  }

  private mutating func expect(_ name: String) throws(ScrubError) -> Int {
    let (found, count) = try header()
    guard found == name else { throw foreign }
    return count
  }

  private mutating func header() throws(ScrubError) -> (name: String, count: Int) {
    let bytes = try take(8)
    return (String(decoding: bytes[..<4], as: UTF8.self), number(Array(bytes[4...])))
  }

  /// The payload of a small chunk, or a piece of even length; the padding must be zero.
  private mutating func take(_ count: Int) throws(ScrubError) -> [UInt8] {
    guard count + count % 2 <= left else { throw foreign }
    left -= count + count % 2
    let bytes = try source.bytes(count)
    try checkPadding(count)
    return bytes
  }

  private mutating func skip(_ count: Int) throws(ScrubError) {
    guard count + count % 2 <= left else { throw foreign }
    left -= count + count % 2
    try source.forEach(count) { _ in }
    try checkPadding(count)
  }

  private func checkPadding(_ count: Int) throws(ScrubError) {
    if count.isMultiple(of: 2) { return }
    guard try source.byte() == 0 else { throw ResidueVerifier.residue("padding that is not zero") }
  }

  private func number(_ bytes: [UInt8]) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
