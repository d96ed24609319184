// Writes JSON text by appending bytes: commas, quotes and escapes are the writer's affair, balanced
// brackets the caller's. The minimal escapes are those of RFC 8785 section 3.2.2.2.

/// An append-only writer of one JSON text.
///
/// ```swift
/// var writer = JSONWriter()
/// writer.beginObject()
/// writer.member("id", "doc_1")
/// writer.member("size", 12)
/// writer.endObject()
/// send(writer.bytes)
/// ```
package struct JSONWriter: Sendable {
  /// The text so far.
  package private(set) var bytes: [UInt8] = []

  private let isPretty: Bool
  private var depth = 0
  private var needsComma = false
  private var followsName = false

  /// Creates a writer; `pretty` puts each entry on a line of its own, indented by two spaces.
  package init(capacity: Int = 256, pretty: Bool = false) {
    isPretty = pretty
    bytes.reserveCapacity(capacity)
  }

  /// Ends the writer and gives its text without a copy.
  package consuming func finish() -> [UInt8] { bytes }

  /// The text so far as a string.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// Opens an object.
  package mutating func beginObject() { begin(UInt8(ascii: "{")) }

  /// Closes the object that was opened last.
  package mutating func endObject() { end(UInt8(ascii: "}")) }

  /// Opens an array.
  package mutating func beginArray() { begin(UInt8(ascii: "[")) }

  /// Closes the array that was opened last.
  package mutating func endArray() { end(UInt8(ascii: "]")) }

  /// Names the member whose value is written next.
  package mutating func key(_ name: String) {
    beginValue()
    appendQuoted(name)
    bytes.append(UInt8(ascii: ":"))
    if isPretty { bytes.append(UInt8(ascii: " ")) }
    followsName = true
  }

  /// Writes a string.
  package mutating func string(_ text: String) {
    beginValue()
    appendQuoted(text)
  }

  /// Writes an integer.
  package mutating func integer(_ value: Int64) {
    beginValue()
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDecimal(value.magnitude)
  }

  /// Writes an integer.
  package mutating func integer(_ value: Int) { integer(Int64(value)) }

  /// Writes a number in the shortest form that reads back the same; `null` if it is not finite.
  package mutating func number(_ value: Double) {
    beginValue()
    bytes.append(contentsOf: (value.isFinite ? value.description : "null").utf8)
  }

  /// Writes `true` or `false`.
  package mutating func bool(_ value: Bool) {
    beginValue()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// Writes `null`.
  package mutating func null() {
    beginValue()
    bytes.append(contentsOf: "null".utf8)
  }

  /// Writes bytes that are one JSON value already; they are taken as they are.
  package mutating func verbatim(_ json: some Sequence<UInt8>) {
    beginValue()
    bytes.append(contentsOf: json)
  }

  /// Writes a string member; nothing is written for nothing.
  package mutating func member(_ name: String, _ text: String?) {
    guard let text else { return }
    key(name)
    string(text)
  }

  /// Writes an integer member; nothing is written for nothing.
  package mutating func member(_ name: String, _ value: Int64?) {
    guard let value else { return }
    key(name)
    integer(value)
  }

  /// Writes an integer member; nothing is written for nothing.
  package mutating func member(_ name: String, _ value: Int?) {
    member(name, value.map { Int64($0) })
  }

  /// Writes a truth member; nothing is written for nothing.
  package mutating func member(_ name: String, _ value: Bool?) {
    guard let value else { return }
    key(name)
    bool(value)
  }

  /// Writes a member with any value.
  package mutating func member(_ name: String, json value: JSONValue) {
    key(name)
    write(value)
  }

  /// Writes a member that is an array of strings.
  package mutating func member(_ name: String, _ texts: [String]) {
    key(name)
    beginArray()
    for text in texts { string(text) }
    endArray()
  }

  /// Writes any value; members keep their order.
  package mutating func write(_ value: JSONValue) {
    switch value {
    case .null: null()
    case .bool(let truth): bool(truth)
    case .integer(let number): integer(number)
    case .number(let number): self.number(number)
    case .string(let text): string(text)
    case .array(let elements):
      beginArray()
      for element in elements { write(element) }
      endArray()
    case .object(let object):
      beginObject()
      for member in object.members { self.member(member.name, json: member.value) }
      endObject()
    }
  }

  private mutating func begin(_ bracket: UInt8) {
    beginValue()
    bytes.append(bracket)
    depth += 1
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    precondition(depth > 0 && !followsName, "a JSON bracket is closed that was not opened")
    depth -= 1
    if isPretty, needsComma { appendNewline() }
    bytes.append(bracket)
    needsComma = true
  }

  // The comma and the line break before an entry, unless it follows its name.
  private mutating func beginValue() {
    if followsName {
      followsName = false
    } else {
      if needsComma { bytes.append(UInt8(ascii: ",")) }
      if isPretty, depth > 0 { appendNewline() }
    }
    needsComma = true
  }

  private mutating func appendNewline() {
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<depth { bytes.append(contentsOf: [0x20, 0x20]) }
  }

  private mutating func appendDecimal(_ magnitude: UInt64) {
    var divisor: UInt64 = 1
    while magnitude / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / divisor % 10))
      divisor /= 10
    }
  }

  // Text that needs an escape is rare: the scan has no early exit, so that it runs many bytes at a
  // time, and what it passes is appended as a whole.
  private mutating func appendQuoted(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      // The bytes are borrowed from the string for the time of the call.
      let span = unsafe utf8.span
      if JSONWriter.needsEscape(span) {
        for index in span.indices { appendEscaped(span[index]) }
      } else {
        unsafe bytes.append(contentsOf: utf8)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func needsEscape(_ bytes: Span<UInt8>) -> Bool {
    var found = false
    for index in bytes.indices {
      let byte = bytes[index]
      found = found || byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
    return found
  }

  private mutating func appendEscaped(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [0x5C, byte])
    case 0x08: bytes.append(contentsOf: "\\b".utf8)
    case 0x09: bytes.append(contentsOf: "\\t".utf8)
    case 0x0A: bytes.append(contentsOf: "\\n".utf8)
    case 0x0C: bytes.append(contentsOf: "\\f".utf8)
    case 0x0D: bytes.append(contentsOf: "\\r".utf8)
    case 0..<0x20:
      bytes.append(contentsOf: "\\u00".utf8)
      for digit in [byte >> 4, byte & 15] {
        bytes.append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
      }
    default: bytes.append(byte)
    }
  }
}

extension JSONValue {
  /// The value as JSON text.
  package func write(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(pretty: pretty)
    writer.write(self)
    return writer.bytes
  }
}
