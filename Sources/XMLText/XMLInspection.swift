// A pass over the raw bytes before libxml2 sees them. It refuses what must never reach a parser
// (document types, entities, foreign encodings) and what makes libxml2 slow: it compares each
// attribute of a tag with all others, so a million of them would take hours.
//
// The pass knows tags, quotes, comments, CDATA and instructions, and nothing else: whether the
// document is well-formed is libxml2's question. Both agree up to the first malformed byte, where
// libxml2 stops.

struct XMLInspection {
  private let bytes: [UInt8]
  private let limits: XMLLimits
  private var position = 0
  private var depth = 0

  static func check(_ bytes: [UInt8], limits: XMLLimits) throws(XMLError) {
    guard bytes.count <= limits.bytesMax else {
      throw XMLError(.tooLarge, "the document has more than \(limits.bytesMax) bytes")
    }
    try checkEncoding(bytes)
    var inspection = XMLInspection(bytes: bytes, limits: limits)
    try inspection.run()
  }

  private init(bytes: [UInt8], limits: XMLLimits) {
    self.bytes = bytes
    self.limits = limits
  }

  private static func checkEncoding(_ bytes: [UInt8]) throws(XMLError) {
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw XMLError(.encodingRefused, "the document is not UTF-8")
    }
    // UTF-16 without a byte order mark is valid UTF-8 full of NUL, which XML forbids anyway.
    guard !bytes.contains(0) else {
      throw XMLError(.encodingRefused, "the document is not UTF-8 text")
    }
  }

  private mutating func run() throws(XMLError) {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    try checkDeclaration()
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "<"): try markup()
      case UInt8(ascii: "&"): try reference()
      default: position += 1
      }
    }
  }

  /// A declared encoding would be ignored later, so a wrong one is refused here.
  private func checkDeclaration() throws(XMLError) {
    guard starts(with: "<?xml"), let end = find("?>", from: position) else { return }
    let text = String(decoding: bytes[position..<end], as: UTF8.self).lowercased()
    guard let range = text.firstRange(of: "encoding") else { return }
    let value = text[range.upperBound...].drop { " \t\r\n='\"".contains($0) }
    let name = value.prefix { !"'\" ?".contains($0) }
    guard ["utf-8", "utf8", "us-ascii"].contains(name) else {
      throw XMLError(.encodingRefused, "the document declares another encoding than UTF-8")
    }
  }

  private mutating func markup() throws(XMLError) {
    if starts(with: "<!--") {
      try skip(past: "-->", from: position + 4)
    } else if starts(with: "<![CDATA[") {
      try skip(past: "]]>", from: position + 9)
    } else if starts(with: "<!") {
      throw XMLError(.doctypeRefused, "a document type declaration is not accepted")
    } else if starts(with: "<?") {
      try skip(past: "?>", from: position + 2)
    } else if starts(with: "</") {
      depth -= 1
      try skip(past: ">", from: position + 2)
    } else {
      try startTag()
    }
  }

  private mutating func startTag() throws(XMLError) {
    depth += 1
    guard depth <= limits.depthMax else {
      throw XMLError(.tooDeep, "elements are nested deeper than \(limits.depthMax)")
    }
    var attributes = 0
    var quote: UInt8?
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "&") {
        try reference()
        continue
      }
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      } else if byte == UInt8(ascii: "=") {
        attributes += 1
        guard attributes <= limits.attributesMax else {
          throw XMLError(
            .tooManyAttributes, "a tag has more than \(limits.attributesMax) attributes")
        }
      } else if byte == UInt8(ascii: ">") {
        if bytes[position - 1] == UInt8(ascii: "/") { depth -= 1 }
        position += 1
        return
      }
      position += 1
    }
    throw XMLError(.malformed, "the document ends inside a tag")
  }

  /// `&#10;`, `&#xA;` and the five names of XML section 4.6.
  private mutating func reference() throws(XMLError) {
    let nameStart = position + 1
    let window = bytes[nameStart..<min(nameStart + 12, bytes.count)]
    guard let end = window.firstIndex(of: UInt8(ascii: ";")) else {
      throw XMLError(.entityRefused, "an entity reference is not one of the predefined five")
    }
    let name = bytes[nameStart..<end]
    let isPredefined = XMLInspection.predefined.contains { $0.elementsEqual(name) }
    guard isPredefined || name.first == UInt8(ascii: "#") else {
      throw XMLError(.entityRefused, "an entity reference is not one of the predefined five")
    }
    position = end + 1
  }

  private static let predefined = ["amp", "lt", "gt", "quot", "apos"].map { Array($0.utf8) }

  private mutating func skip(past end: StaticString, from start: Int) throws(XMLError) {
    guard let found = find(end, from: start) else {
      throw XMLError(.malformed, "the document ends inside markup")
    }
    position = found + end.utf8CodeUnitCount
  }

  private func find(_ text: StaticString, from start: Int) -> Int? {
    let pattern = Array(text.description.utf8)
    var index = start
    while index + pattern.count <= bytes.count {
      if bytes[index] == pattern[0], bytes[index..<(index + pattern.count)].elementsEqual(pattern) {
        return index
      }
      index += 1
    }
    return nil
  }

  private func starts(with text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    return bytes[position..<(position + count)].elementsEqual(text.description.utf8)
  }
}
