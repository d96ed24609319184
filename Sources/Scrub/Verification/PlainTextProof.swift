// A text as the verifier expects it: characters of one encoding, decoded by the standard library, with
// no control characters, and no beginning that a browser, a shell or a mail program acts on.

/// Reads one text.
struct PlainTextProof {
  private static let sampleBytes = 64 * 1024

  private let source: ByteSource
  private let rules: ScrubRules

  init(_ source: ByteSource, rules: ScrubRules) {
    self.source = source
    self.rules = rules
  }

  /// Passes over the whole text and returns its media type.
  func run() throws(ScrubError) -> String {
    let start = try source.peek(PlainTextProof.sampleBytes)
    guard TextStart.otherType(start) == nil else { throw residue("text that is more than text") }
    let isWide = start.starts(with: [0xff, 0xfe]) || start.starts(with: [0xfe, 0xff])
    var scan = TextScan()
    var pending: [UInt8] = []
    var isUnicode = true
    while try source.hasAvailable(1) {
      var bytes: [UInt8] = []
      let count =
        try source.hasAvailable(PlainTextProof.sampleBytes)
        ? PlainTextProof.sampleBytes : source.peek(PlainTextProof.sampleBytes).count
      bytes = try source.bytes(count)
      scan.add(bytes.span)
      if isWide {
        try check(wide: bytes, isLittleEndian: start[0] == 0xff)
      } else {
        isUnicode = isUnicode && isUTF8(&pending, bytes)
        try check(bytes)
      }
    }
    guard let kind = scan.finish(), isUnicode && pending.isEmpty || kind != .json else {
      throw residue("bytes that are no text")
    }
    guard rules[.hidden] != .refuse || !scan.hasHiddenMarks else { throw residue("hidden marks") }
    return kind.rawValue
  }

  /// No controls but line ends, tabs and form feeds.
  private func check(_ bytes: [UInt8]) throws(ScrubError) {
    let isClean = bytes.allSatisfy { byte in
      byte >= 0x20 && byte != 0x7f || (0x09...0x0d).contains(byte) && byte != 0x0b
    }
    guard isClean else { throw residue("control characters") }
  }

  /// Pieces have an even length, as all but the last are a power of two.
  private func check(wide bytes: [UInt8], isLittleEndian: Bool) throws(ScrubError) {
    for place in stride(from: 0, to: bytes.count - 1, by: 2) {
      let (high, low) = (
        bytes[place + (isLittleEndian ? 1 : 0)], bytes[place + (isLittleEndian ? 0 : 1)]
      )
      if high == 0 { try check([low >= 0x80 && low < 0xa0 && low != 0x85 ? 0 : max(low, 9)]) }
      guard high != 0 || low >= 9 else { throw residue("control characters") }
    }
  }

  /// Whether the bytes go on with UTF-8; a character that is cut in two waits for the next piece.
  private func isUTF8(_ pending: inout [UInt8], _ bytes: [UInt8]) -> Bool {
    var all = pending + bytes
    pending = []
    // The last three bytes may belong to a character that goes on.
    for count in 1...3 where all.count >= count {
      let byte = all[all.count - count]
      guard byte & 0xc0 != 0x80 else { continue }
      let needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
      if needed > count {
        pending = Array(all.suffix(count))
        all.removeLast(count)
      }
      break
    }
    return String(validating: all, as: UTF8.self) != nil
  }

  private func residue(_ what: String) -> ScrubError { ResidueVerifier.residue(what) }
}
