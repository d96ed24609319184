// The readable part of arbitrary bytes, as `strings` finds it: for a person who looks at what a file
// of theirs gives away. Never decides anything.

import ScrubContract

/// Finds text in bytes.
enum ExcerptText {
  /// How text is looked for.
  enum Kind {
    /// Text, or text between other bytes.
    case plain
    /// XML: what stands between tags and in attributes.
    case markup
  }

  /// Bytes that are looked at; more of a carrier need not be read.
  static let bytesMax = 16 * 1024
  /// The shortest piece between other bytes that is taken for text.
  private static let pieceMin = 4

  /// Printable text of at most `CarrierExcerpt.charactersMax` characters; empty if there is none.
  static func read(_ bytes: some Collection<UInt8>, _ kind: Kind) -> String {
    let bytes = Array(bytes.prefix(bytesMax))
    let scalars = decoded(bytes).unicodeScalars
    switch kind {
    case .plain: return cut(joined(pieces(scalars)))
    case .markup: return cut(joined(marked(scalars)))
    }
  }

  /// Only the printable characters of a text.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter(CarrierExcerpt.isPrintable)))
  }

  /// At most `CarrierExcerpt.charactersMax` characters; an ellipsis stands for the rest.
  static func cut(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard scalars.count > CarrierExcerpt.charactersMax else { return text }
    return String(scalars.prefix(CarrierExcerpt.charactersMax - 1)) + "…"
  }

  /// UTF-16 where a byte order mark says so, else UTF-8; what is neither becomes U+FFFD.
  private static func decoded(_ bytes: [UInt8]) -> String {
    let isBig = bytes.starts(with: [0xfe, 0xff])
    guard isBig || bytes.starts(with: [0xff, 0xfe]) else {
      return String(decoding: bytes, as: UTF8.self)
    }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isBig ? first << 8 | second : second << 8 | first
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// Runs of printable characters; short ones are noise unless they are all there is.
  private static func pieces(_ scalars: String.UnicodeScalarView) -> [String] {
    let runs = scalars.split { !CarrierExcerpt.isPrintable($0) }.map { trimmed(String($0)) }
      .filter { !$0.isEmpty }
    return runs.count == 1 ? runs : runs.filter { $0.unicodeScalars.count >= pieceMin }
  }

  /// The text between tags, and attributes as `name=value` but for those that only name vocabularies.
  private static func marked(_ scalars: String.UnicodeScalarView) -> [String] {
    var found: [String] = []
    for part in scalars.split(separator: "<") {
      let halves = part.split(separator: ">", maxSplits: 1, omittingEmptySubsequences: false)
      if let tag = halves.first, tag.first != "?", tag.first != "/" { found += attributes(tag) }
      if halves.count == 2 { found += pieces(String.UnicodeScalarView(halves[1])) }
    }
    return found
  }

  private static func attributes(_ tag: Substring.UnicodeScalarView) -> [String] {
    let quoted = tag.split(omittingEmptySubsequences: false) { $0 == "\"" || $0 == "'" }
    // Name, value, name, value: what stands before a quote ends in `name=`.
    return stride(from: 0, to: quoted.count - 2, by: 2).compactMap { index in
      let words = quoted[index].split { $0 == " " || $0 == "\n" || $0 == "\t" || $0 == "\r" }
      guard let word = words.last, word.last == "=" else { return nil }
      let name = String(word.dropLast()).split(separator: ":")
      let isVocabulary = name.first == "xmlns" || name.first == "rdf" || name.first == "xml"
      guard !isVocabulary, let last = name.last else { return nil }
      let value = trimmed(printable(String(quoted[index + 1])))
      return value.isEmpty ? nil : printable(String(last)) + "=" + value
    }
  }

  private static func joined(_ pieces: [String]) -> String {
    pieces.joined(separator: " · ")
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars.drop { $0 == " " }
    return String(
      scalars.prefix(
        upTo: scalars.lastIndex { $0 != " " }.map(scalars.index(after:)) ?? scalars.startIndex))
  }
}
