// The small questions of the reader of plain XML: attributes, the start of a document, addresses of
// namespaces, references.

/// An attribute as it is written.
struct XMLPlainAttribute {
  struct Marks: OptionSet {
    let rawValue: UInt8
    /// It declares a namespace.
    static let declares = Marks(rawValue: 1)
    /// Its value has references.
    static let isEncoded = Marks(rawValue: 2)
    /// It is not written in the form in which everything is written.
    static let odd = Marks(rawValue: 4)
    /// Its value has a byte that every path has.
    static let mayBePath = Marks(rawValue: 8)
  }

  var name = 0..<0
  var hash: UInt32 = 0
  /// Without the quotes.
  var value = 0..<0
  var marks: Marks = []
  /// Its place among the known ones.
  var known = 0
}

/// The start of a document.
enum XMLPlainStart {
  static func isUTF8(_ text: Span<UInt8>) -> Bool {
    (try? UTF8Span(validating: text)) != nil
  }

  /// Where the root may begin: behind a declaration, if there is one of a known form.
  static func end(of text: Span<UInt8>) -> Int {
    var start = 0
    if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf { start = 3 }
    let mark = Array("<?xml ".utf8)
    guard text.count >= start + 6, (0..<6).allSatisfy({ text[start + $0] == mark[$0] }),
      let end = (start..<min(text.count - 1, start + 100)).first(where: {
        text[$0] == UInt8(ascii: "?") && text[$0 + 1] == UInt8(ascii: ">")
      })
    else { return start }
    let words = String(decoding: (start + 6..<end).map { text[$0] }, as: UTF8.self)
      .replacing("'", with: "\"").split(separator: " ")
    let encodings = ["encoding=\"utf-8\"", "encoding=\"UTF-8\""]
    let standalone = ["standalone=\"yes\"", "standalone=\"no\""]
    var rest = words[...]
    guard rest.popFirst() == "version=\"1.0\"" else { return start }
    if let word = rest.first, encodings.contains(String(word)) { rest.removeFirst() }
    if let word = rest.first, standalone.contains(String(word)) { rest.removeFirst() }
    return rest.isEmpty ? end + 2 : start
  }

  /// U+FFFE and U+FFFF (XML section 2.2).
  static func isNoCharacter(_ text: Span<UInt8>, _ place: Int) -> Bool {
    guard text[place] == 0xef, place + 2 < text.count else { return false }
    return text[place + 1] == 0xbf && text[place + 2] >= 0xbe
  }

  /// Whether an address is of a form that libxml2 takes without a warning.
  static func isPlainAddress(_ text: Span<UInt8>) -> Bool {
    let address = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    func isPlain(_ part: Substring, _ more: String) -> Bool {
      part.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x7a).contains($0 | 0x20) || more.utf8.contains($0)
      }
    }
    if address.hasPrefix("urn:") { return isPlain(address.dropFirst(4), ":._-") }
    guard let scheme = ["http://", "https://"].first(where: { address.hasPrefix($0) }) else {
      return false
    }
    let rest = address.dropFirst(scheme.count)
    let host = rest.prefix { $0 != "/" }
    let path = rest[host.endIndex...]
    return !host.isEmpty && isPlain(host, ".-") && isPlain(path, "/._-#")
      && path.filter { $0 == "#" }.count <= 1
  }
}

/// References to characters.
enum XMLReference {
  private static let bytesMax = 12

  /// The character of a reference and how long the reference is; nothing if it is not plain.
  static func read(
    _ text: Span<UInt8>, at place: Int, end: Int
  ) -> (scalar: Unicode.Scalar, count: Int)? {
    let last = min(end, place + bytesMax)
    guard let close = (place..<last).first(where: { text[$0] == UInt8(ascii: ";") }) else {
      return nil
    }
    let name = String(decoding: (place + 1..<close).map { text[$0] }, as: UTF8.self)
    let count = close + 1 - place
    switch name {
    case "amp": return ("&", count)
    case "lt": return ("<", count)
    case "gt": return (">", count)
    case "quot": return ("\"", count)
    case "apos": return ("'", count)
    default: break
    }
    let isHex = name.hasPrefix("#x")
    let digits = name.dropFirst(isHex ? 2 : 1)
    // A sign would be read as part of the number.
    guard name.hasPrefix("#"), digits.first.map({ $0 != "+" && $0 != "-" }) == true,
      let value = UInt32(digits, radix: isHex ? 16 : 10), let scalar = Unicode.Scalar(value),
      value >= 0x20 || [9, 10, 13].contains(value), value != 0xfffe, value != 0xffff
    else { return nil }
    return (scalar, count)
  }
}
