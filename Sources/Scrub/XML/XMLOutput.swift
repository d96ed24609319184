// The canonical form in which all XML is written: UTF-8, double quotes, no comments, instructions or
// CDATA, empty elements as one tag. What was written since a mark can be taken back.

import ScrubContract

/// Bytes of a document under construction.
struct XMLOutput {
  /// Bytes that may wait because something written before may be taken back.
  static let heldBytesMax = 64 << 20
  private static let pieceBytes = 64 * 1024
  static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  private(set) var bytes = Array(XMLOutput.declaration.utf8)
  private(set) var written = 0
  private let emit: ([UInt8]) throws(ScrubError) -> Void

  init(_ emit: @escaping ([UInt8]) throws(ScrubError) -> Void) {
    self.emit = emit
    bytes.reserveCapacity(2 * XMLOutput.pieceBytes)
  }

  /// Where the next byte goes.
  var position: Int { written + bytes.count }

  mutating func append(_ byte: UInt8) { bytes.append(byte) }

  mutating func append(_ text: StaticString) {
    // A static string is alive as long as the program.
    unsafe bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a name.
  mutating func append(name: UnsafeBufferPointer<UInt8>) {
    unsafe bytes.append(contentsOf: name)
  }

  mutating func append(name: String) { bytes.append(contentsOf: name.utf8) }

  /// Appends text with what XML reserves written as references.
  mutating func append(escaping text: UnsafeBufferPointer<UInt8>, isAttribute: Bool) {
    var start = 0
    for index in 0..<text.count {
      guard let reference = XMLOutput.reference(unsafe text[index], isAttribute: isAttribute)
      else { continue }
      unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<index]))
      append(reference)
      start = index + 1
    }
    unsafe bytes.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<text.count]))
  }

  mutating func append(escaping text: String, isAttribute: Bool) {
    var text = text
    text.withUTF8 { unsafe append(escaping: $0, isAttribute: isAttribute) }
  }

  private static func reference(_ byte: UInt8, isAttribute: Bool) -> StaticString? {
    switch byte {
    case 0x26: "&amp;"
    case 0x3c: "&lt;"
    case 0x3e: "&gt;"
    // A parser would turn a bare carriage return into a line feed (XML section 2.11).
    case 0x0d: "&#13;"
    // A parser would turn these into spaces inside an attribute (section 3.3.3).
    case 0x22 where isAttribute: "&quot;"
    case 0x09 where isAttribute: "&#9;"
    case 0x0a where isAttribute: "&#10;"
    default: nil
    }
  }

  /// Takes back what was written since `position`, which was never flushed.
  mutating func takeBack(to position: Int) {
    bytes.removeLast(self.position - position)
  }

  /// Passes on what can no longer be taken back.
  mutating func flush(isHeld: Bool) throws(ScrubError) {
    if isHeld {
      guard bytes.count <= XMLOutput.heldBytesMax else {
        throw ScrubError(.tooLarge, "A structure of the document is too large.")
      }
    } else if bytes.count >= XMLOutput.pieceBytes {
      try finish()
    }
  }

  /// Passes on the rest.
  mutating func finish() throws(ScrubError) {
    try emit(bytes)
    written += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }
}
