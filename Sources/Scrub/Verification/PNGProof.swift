// A scrubbed PNG as the verifier expects it: allowed chunks of the right size and checksum, an EXIF
// block with the orientation only, a profile that passes, and picture data that decompresses to
// exactly the picture: bytes behind the end of the compressed stream would be a hiding place.

/// Reads one PNG against the list of allowed chunks.
struct PNGProof {
  private static let sizes: [String: ClosedRange<Int>] = [
    "PLTE": 3...768, "tRNS": 1...256, "cHRM": 32...32, "gAMA": 4...4, "sBIT": 1...4,
    "sRGB": 1...1, "bKGD": 1...6, "hIST": 2...512, "pHYs": 9...9, "cICP": 4...4, "mDCV": 24...24,
    "cLLI": 8...8, "acTL": 8...8, "fcTL": 26...26,
  ]
  /// Chunks that may stand behind picture data.
  private static let late: Set<String> = ["fcTL", "eXIf"]

  private let source: ByteSource
  private let limits: ScrubLimits
  private let rules: ScrubRules
  private var picture: PNGPictureProof?
  private var seen: Set<String> = []
  private var last = ""

  init(_ source: ByteSource, limits: ScrubLimits, rules: ScrubRules = .standard) {
    self.source = source
    self.limits = limits
    self.rules = rules
  }

  /// Passes over the whole picture; the source then stands behind IEND.
  mutating func run() throws(ScrubError) {
    guard try source.bytes(8).elementsEqual([137, 80, 78, 71, 13, 10, 26, 10]) else {
      throw ResidueVerifier.residue("no PNG")
    }
    for _ in 0..<limits.partsMax {
      let count = Int(try source.uint32())
      let name = try source.bytes(4)
      let type = String(decoding: name, as: UTF8.self)
      guard seen.contains("IHDR") != (type == "IHDR") else {
        throw ResidueVerifier.residue("a PNG without one header")
      }
      try accept(type, name: name, count: count)
      if type == "IEND" { return try finish() }
      seen.insert(type)
      last = type
    }
    throw ResidueVerifier.residue("too many chunks")
  }

  private mutating func accept(_ type: String, name: [UInt8], count: Int) throws(ScrubError) {
    if type == "IDAT" || type == "fdAT" { return try readData(type, name: name, count: count) }
    if type == "tEXt" || type == "iTXt" { return try readText(type, name: name, count: count) }
    guard let range = allowedSize(of: type), range.contains(count) else {
      throw ResidueVerifier.residue("a chunk that is not needed to show the picture")
    }
    let isRepeated = seen.contains(type) && type != "fcTL"
    let isLate = seen.contains("IDAT") && type != "IEND" && !PNGProof.late.contains(type)
    guard !isRepeated, !isLate else { throw ResidueVerifier.residue("a misplaced chunk") }
    let payload = try source.bytes(count)
    try checkSum(Zlib.crc32(Zlib.crc32(0, name.span), payload.span))
    switch type {
    case "IHDR": picture = try PNGPictureProof(header: payload, pixelsMax: limits.pixelsMax)
    case "eXIf": try ExifProof.check(tiff: payload, rules)
    case "iCCP": try checkProfile(payload)
    case "fcTL": try picture?.startFrame(payload, isDefaultImage: !seen.contains("IDAT"))
    default: break
    }
  }

  /// A title, description or copyright that a rule keeps; each stands once and is not compressed.
  private mutating func readText(_ type: String, name: [UInt8], count: Int) throws(ScrubError) {
    let keywords: [String: ScrubRule] = [
      "Title": .descriptions, "Description": .descriptions, "Copyright": .copyright,
    ]
    guard count < 20_000 else { throw ResidueVerifier.residue("a text of another kind") }
    let payload = try source.bytes(count)
    try checkSum(Zlib.crc32(Zlib.crc32(0, name.span), payload.span))
    let keyword = String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
    let zeros = type == "iTXt" ? 5 : 1
    let text = payload.dropFirst(keyword.utf8.count)
    guard let rule = keywords[keyword], rules[rule] == .keep, seen.insert(keyword).inserted,
      text.count > zeros, text.prefix(zeros).allSatisfy({ $0 == 0 })
    else { throw ResidueVerifier.residue("a text chunk") }
    try TextProof.check(text.dropFirst(zeros))
  }

  private func checkProfile(_ payload: [UInt8]) throws(ScrubError) {
    guard payload[..<5].elementsEqual("ICC\0\0".utf8),
      let profile = Zlib.inflate(payload[5...], bytesMax: limits.profileBytesMax)
    else { throw ResidueVerifier.residue("a profile with a name of its own") }
    try ProfileProof.check(profile)
  }

  private mutating func readData(
    _ type: String, name: [UInt8], count: Int
  ) throws(ScrubError) {
    let isFrame = type == "fdAT"
    guard isFrame ? seen.contains("acTL") && count >= 4 : !seen.contains("IDAT") || last == "IDAT"
    else { throw ResidueVerifier.residue("misplaced picture data") }
    if !isFrame && !seen.contains("IDAT") { try picture?.startDefaultImage() }
    var crc = Zlib.crc32(0, name.span)
    if isFrame {
      let sequence = try source.bytes(4)
      crc = Zlib.crc32(crc, sequence.span)
    }
    guard let stream = picture?.stream else { throw ResidueVerifier.residue("no header") }
    try source.forEach(isFrame ? count - 4 : count) { (slice: Span<UInt8>) throws(ScrubError) in
      crc = Zlib.crc32(crc, slice)
      try stream.add(slice)
    }
    try checkSum(crc)
  }

  private func allowedSize(of type: String) -> ClosedRange<Int>? {
    switch type {
    case "IHDR": 13...13
    case "IEND": 0...0
    case "iCCP": 6...limits.profileBytesMax
    case "eXIf": ExifProof.blockBytes
    default: PNGProof.sizes[type]
    }
  }

  private func checkSum(_ crc: UInt32) throws(ScrubError) {
    guard try source.uint32() == crc else { throw ResidueVerifier.residue("a wrong checksum") }
  }

  private func finish() throws(ScrubError) {
    guard seen.contains("IDAT"), let picture else { throw ResidueVerifier.residue("no picture") }
    try picture.stream.finish()
  }
}
