// The small questions of the reader of plain XML: kinds of bytes, the start of a document, references,
// addresses of namespaces.

/// What a byte may be part of; one bit each.
@safe struct XMLByteClasses {
  private static let name: UInt8 = 1
  private static let textEnd: UInt8 = 4
  private static let valueEnd: UInt8 = 8
  private static let path: UInt8 = 16
  private static let blank: UInt8 = 32
  private static let nameStart: UInt8 = 64

  // One entry for each byte, made once, then only read, never freed. A table inside this value would be
  // copied wherever it is asked.
  nonisolated(unsafe) private static let shared: UnsafePointer<UInt8> = {
    let entries = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    for byte in 0..<256 { unsafe entries[byte] = classes(UInt8(byte)) }
    return unsafe UnsafePointer(entries)
  }()

  private let table = unsafe XMLByteClasses.shared

  private static func classes(_ byte: UInt8) -> UInt8 {
    var classes: UInt8 = 0
    if startsName(byte) { classes |= name | nameStart }
    if (0x30...0x3a).contains(byte) || byte == 0x2d || byte == 0x2e { classes |= name }
    let isBlank = [0x20, 0x09, 0x0a, 0x0d].contains(byte)
    if isBlank { classes |= blank }
    // 0xef begins the two characters of UTF-8 that XML does not have.
    let isSpecial = [0x26, 0x3c, 0x3e, 0xef].contains(byte)
    if isSpecial || (byte < 0x20 && byte != 0x09 && byte != 0x0a) { classes |= textEnd }
    if isSpecial || byte < 0x20 || byte == 0x22 { classes |= valueEnd }
    if [0x2f, 0x3a, 0x5c].contains(byte) { classes |= path }
    return classes
  }

  /// Letters and the underscore; names in other scripts are left to libxml2.
  static func startsName(_ byte: UInt8) -> Bool {
    (0x61...0x7a).contains(byte | 0x20) || byte == 0x5f
  }

  func startsName(_ byte: UInt8) -> Bool { unsafe table[Int(byte)] & XMLByteClasses.nameStart != 0 }
  func isInName(_ byte: UInt8) -> Bool { unsafe table[Int(byte)] & XMLByteClasses.name != 0 }
  func isBlank(_ byte: UInt8) -> Bool { unsafe table[Int(byte)] & XMLByteClasses.blank != 0 }
  func endsText(_ byte: UInt8) -> Bool { unsafe table[Int(byte)] & XMLByteClasses.textEnd != 0 }

  // The three below run as long as bytes are of a kind, without a look at the end of the document:
  // its last byte is `>`, which is in no name, text or value. `place` lies before it.

  /// The end of the name that begins at a place, with a hash of it.
  @inline(__always)
  func nameEnd(_ text: Span<UInt8>, from place: Int) -> (end: Int, hash: UInt32) {
    var (place, hash) = (place, UInt32(2_166_136_261))
    var byte = unsafe text[unchecked: place]
    guard startsName(byte) else { return (place, hash) }
    repeat {
      hash = (hash ^ UInt32(byte)) &* 16_777_619
      place += 1
      byte = unsafe text[unchecked: place]
    } while isInName(byte)
    return (place, hash)
  }

  /// Where the text at a place ends or is not plain.
  @inline(__always)
  func textEnd(_ text: Span<UInt8>, from place: Int) -> Int {
    var place = place
    while unsafe !endsText(text[unchecked: place]) { place += 1 }
    return place
  }

  /// Where the value at a place ends or is not plain, and what is collected for `isInPath`.
  @inline(__always)
  func valueEnd(_ text: Span<UInt8>, from place: Int) -> (end: Int, kinds: UInt8) {
    var (place, kinds) = (place, UInt8(0))
    while true {
      let kind = unsafe table[Int(text[unchecked: place])]
      if kind & XMLByteClasses.valueEnd != 0 { return (place, kinds) }
      kinds |= kind
      place += 1
    }
  }

  /// Whether one of the collected bytes may be part of a path.
  func isInPath(_ collected: UInt8) -> Bool { collected & XMLByteClasses.path != 0 }
}

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
