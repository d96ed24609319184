// Writes XML into bytes: no indentation, always UTF-8, always well-formed. A character that XML 1.0
// cannot carry is refused; a caller that must send one encodes it first (S3: `encoding-type=url`).

/// Builds one document.
///
///     var writer = XMLWriter()
///     try writer.start("Error")
///     try writer.element("Code", "NoSuchKey")
///     writer.end()
///     let bytes = writer.finish()
package struct XMLWriter: Sendable {
  private var bytes: [UInt8]
  private var open: [String] = []

  /// Starts a document, with the declaration unless `declaration` is false.
  package init(declaration: Bool = true) {
    bytes = declaration ? Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) : []
  }

  /// Opens an element.
  ///
  /// Throws `xml-name-refused` for a name that is none and `xml-character-refused` for a value.
  package mutating func start(_ name: String, attributes: KeyValuePairs<String, String> = [:])
    throws(XMLError)
  {
    try XMLWriter.check(name: name)
    bytes.append(UInt8(ascii: "<"))
    bytes.append(contentsOf: name.utf8)
    for (attribute, value) in attributes {
      try XMLWriter.check(name: attribute)
      bytes.append(UInt8(ascii: " "))
      bytes.append(contentsOf: attribute.utf8)
      bytes.append(contentsOf: "=\"".utf8)
      try append(escaping: value, isAttribute: true)
      bytes.append(UInt8(ascii: "\""))
    }
    bytes.append(UInt8(ascii: ">"))
    open.append(name)
  }

  /// Closes the element that was opened last.
  package mutating func end() {
    guard let name = open.popLast() else {
      preconditionFailure("an element is closed that was never opened")
    }
    bytes.append(contentsOf: "</".utf8)
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: ">"))
  }

  /// Writes text into the open element; throws `xml-character-refused`.
  package mutating func text(_ text: some StringProtocol) throws(XMLError) {
    try append(escaping: text, isAttribute: false)
  }

  /// Writes an element that holds only text; throws as `start` and `text` do.
  package mutating func element(_ name: String, _ content: some StringProtocol) throws(XMLError) {
    try start(name)
    try text(content)
    end()
  }

  /// The document; every element must be closed.
  package consuming func finish() -> [UInt8] {
    precondition(open.isEmpty, "an element is still open")
    return bytes
  }

  /// Whether XML 1.0 can carry every character of `text` (section 2.2).
  package static func canCarry(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.allSatisfy { isAllowed($0.value) }
  }

  private static func isAllowed(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09, 0x0a, 0x0d: true
    case 0..<0x20, 0xfffe, 0xffff: false
    default: true
    }
  }

  private mutating func append(escaping text: some StringProtocol, isAttribute: Bool)
    throws(XMLError)
  {
    guard XMLWriter.canCarry(text) else {
      throw XMLError(.characterRefused, "the text has a character that XML cannot carry")
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
      case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
      // Needed in `]]>` only, done always.
      case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
      // Quotes come as references in text too: S3 writes ETags that way.
      case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
      // A parser would turn a bare carriage return into a line feed (section 2.11).
      case 0x0d: bytes.append(contentsOf: "&#13;".utf8)
      // A parser would turn these into spaces inside an attribute (section 3.3.3).
      case 0x09 where isAttribute: bytes.append(contentsOf: "&#9;".utf8)
      case 0x0a where isAttribute: bytes.append(contentsOf: "&#10;".utf8)
      default: bytes.append(byte)
      }
    }
  }

  /// ASCII names with at most one colon inside; that is all this package writes.
  private static func check(name: String) throws(XMLError) {
    func isLetter(_ byte: UInt8) -> Bool {
      (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }
    let parts = name.utf8.split(separator: 0x3a, omittingEmptySubsequences: false)
    let isName =
      parts.count <= 2
      && parts.allSatisfy { part in
        part.first.map(isLetter) == true
          && part.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x2e
          }
      }
    guard isName else { throw XMLError(.nameRefused, "the name is not an XML name") }
  }
}
