// Style sheets and style attributes of a drawing: comments go, references are looked at one by one.
// What could hide one, such as escapes, counts as a script.

/// Rewrites one piece of CSS.
struct SVGStyle {
  /// What loads or runs something without a reference, or writes a reference in another way.
  static let activeWords = [
    "\\", "@import", "expression(", "javascript:", "-moz-binding", "image-set(", "src(",
  ]

  /// What stands in place of a reference; nothing to take it out.
  let reference: (_ text: Substring) throws(ScrubError) -> String?
  /// Says whether a script, or what may hide one, stays.
  let active: () throws(ScrubError) -> Bool

  /// The style as it is written.
  func cleaned(_ text: String) throws(ScrubError) -> String {
    let plain = SVGStyle.withoutComments(text)
    let lower = plain.lowercased()
    if SVGStyle.activeWords.contains(where: lower.contains), try !active() { return "" }
    var result = ""
    var rest = plain[...]
    while let start = SVGStyle.firstURL(in: rest) {
      result += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ")") else {
        // Readers close it at the end of the style; nothing that we write needs that.
        return try active() ? result + rest[start...] : result
      }
      let inner = rest[rest.index(start, offsetBy: 4)..<end]
      let quotes: Set<Character> = ["\"", "'", " ", "\t", "\n", "\r\n"]
      let bare = inner.drop { quotes.contains($0) }
      let count = bare.reversed().prefix { quotes.contains($0) }.count
      let value = try reference(bare.dropLast(count)) ?? ""
      result += value.isEmpty ? "none" : "url(\(value))"
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// Where `url(` stands, however it is written.
  static func firstURL(in text: Substring) -> Substring.Index? {
    var place = text.startIndex
    while let found = text[place...].firstIndex(where: { $0 == "u" || $0 == "U" }) {
      if text[found...].prefix(4).lowercased() == "url(" { return found }
      place = text.index(after: found)
    }
    return nil
  }

  private static func withoutComments(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "/*") {
      result += rest[..<start.lowerBound]
      guard let end = rest[start.upperBound...].firstRange(of: "*/") else { return result }
      rest = rest[end.upperBound...]
    }
    return result + rest
  }
}
