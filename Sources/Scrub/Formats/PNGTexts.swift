// The text chunks of a PNG that a rule keeps: title, description and copyright, each once, without the
// compression and the language that may hide something.

import ScrubContract

/// Chooses and cleans text chunks.
struct PNGTexts {
  private static let plain = PNGChunkType("tEXt")
  private static let compressed = PNGChunkType("zTXt")
  private static let international = PNGChunkType("iTXt")

  /// What is kept.
  let rules: ScrubRules
  private var keywords: Set<[UInt8]> = []

  init(_ rules: ScrubRules) {
    self.rules = rules
    let descriptions = rules[.descriptions] == .keep ? ["Title", "Description"] : []
    let copyright = rules[.copyright] == .keep ? ["Copyright"] : []
    keywords = Set((descriptions + copyright).map { Array($0.utf8) })
  }

  /// False for what is no text, too long, or kept by no rule.
  func mayKeep(_ type: PNGChunkType, count: Int) -> Bool {
    !keywords.isEmpty && count <= KeptText.fieldBytesMax
      && [PNGTexts.plain, PNGTexts.compressed, PNGTexts.international].contains(type)
  }

  /// The chunk in its plainest form; nothing if it goes.
  mutating func kept(
    _ type: PNGChunkType, _ payload: [UInt8]
  ) -> (type: PNGChunkType, payload: [UInt8])? {
    let keyword = Array(payload.prefix { $0 != 0 })
    guard keywords.contains(keyword), payload.count > keyword.count,
      let text = text(type, payload.dropFirst(keyword.count + 1)),
      let cleaned = KeptText.cleaned(text)
    else { return nil }
    keywords.remove(keyword)
    if type == PNGTexts.international {
      return (type, keyword + [0, 0, 0, 0, 0] + cleaned)
    }
    return (PNGTexts.plain, keyword + [0] + cleaned)
  }

  private func text(_ type: PNGChunkType, _ rest: ArraySlice<UInt8>) -> [UInt8]? {
    switch type {
    case PNGTexts.plain: return Array(rest)
    case PNGTexts.compressed:
      // The method, which is always 0, and a zlib stream.
      return rest.first == 0 ? Zlib.inflate(rest.dropFirst(), bytesMax: KeptText.bytesMax) : nil
    default:
      // Whether the text is compressed, the method, two names that end with a zero.
      guard let isCompressed = rest.first, rest.count >= 4,
        let language = rest.dropFirst(2).firstIndex(of: 0),
        let translation = rest[(language + 1)...].firstIndex(of: 0)
      else { return nil }
      let text = rest[(translation + 1)...]
      return isCompressed == 1
        ? Zlib.inflate(text, bytesMax: KeptText.bytesMax) : Array(text)
    }
  }
}
