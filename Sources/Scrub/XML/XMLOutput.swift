// The canonical form in which all XML is written: UTF-8, double quotes, no comments, instructions or
// CDATA, empty elements as one tag. What was written since a mark can be taken back.

import ScrubContract

/// Bytes of a document under construction.
@safe struct XMLOutput {
  /// Bytes that may wait because something written before may be taken back.
  static let heldBytesMax = 64 << 20
  private static let pieceBytes = 64 * 1024
  static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  /// Room for what waits; `count` bytes of it are used.
  private var storage = [UInt8](repeating: 0, count: 2 * XMLOutput.pieceBytes)
  private var count = 0
  private(set) var written = 0
  private let emit: (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void

  init(_ emit: @escaping (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void) {
    unsafe self.emit = emit
    append(name: XMLOutput.declaration)
  }

  /// What was not passed on yet.
  var bytes: ArraySlice<UInt8> { storage[..<count] }

  /// Where the next byte goes.
  var position: Int { written + count }

  mutating func append(_ byte: UInt8) {
    if count == storage.count { grow(1) }
    storage[count] = byte
    count += 1
  }

  mutating func append(_ text: StaticString) {
    // A static string is alive as long as the program.
    unsafe append(name: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends a name.
  mutating func append(name: UnsafeBufferPointer<UInt8>) {
    guard let source = name.baseAddress else { return }
    if storage.count - count < name.count { grow(name.count) }
    unsafe storage.withUnsafeMutableBytes { target in
      // There is room for the whole name behind `count`.
      unsafe (target.baseAddress! + count).copyMemory(from: source, byteCount: name.count)
    }
    count += name.count
  }

  mutating func append(name: [UInt8]) {
    // Borrowed for the call.
    unsafe name.withUnsafeBufferPointer { unsafe append(name: $0) }
  }

  mutating func append(name: String) {
    var name = name
    // Borrowed for the call.
    name.withUTF8 { unsafe append(name: $0) }
  }

  private mutating func grow(_ added: Int) {
    storage += [UInt8](repeating: 0, count: max(added, storage.count))
  }

  /// Appends text with what XML reserves written as references.
  mutating func append(escaping text: UnsafeBufferPointer<UInt8>, isAttribute: Bool) {
    let reserved = isAttribute ? XMLOutput.reservedInAttributes : XMLOutput.reserved
    var start = 0
    for index in 0..<text.count {
      let byte = unsafe text[index]
      guard byte < 64, reserved & (1 &<< UInt64(byte)) != 0,
        let reference = XMLOutput.reference(byte, isAttribute: isAttribute)
      else { continue }
      unsafe append(name: UnsafeBufferPointer(rebasing: text[start..<index]))
      append(reference)
      start = index + 1
    }
    unsafe append(name: UnsafeBufferPointer(rebasing: text[start..<text.count]))
  }

  mutating func append(escaping text: String, isAttribute: Bool) {
    var text = text
    text.withUTF8 { unsafe append(escaping: $0, isAttribute: isAttribute) }
  }

  /// The bytes below 64 that are written as references, one bit each.
  private static let reserved: UInt64 = 1 << 0x26 | 1 << 0x3c | 1 << 0x3e | 1 << 0x0d
  private static let reservedInAttributes: UInt64 = reserved | 1 << 0x22 | 1 << 0x09 | 1 << 0x0a

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
    count -= self.position - position
    precondition(count >= 0, "only what was not passed on can be taken back")
  }

  /// Passes on what can no longer be taken back.
  mutating func flush(isHeld: Bool) throws(ScrubError) {
    if isHeld {
      guard count <= XMLOutput.heldBytesMax else {
        throw ScrubError(.tooLarge, "A structure of the document is too large.")
      }
    } else if count >= XMLOutput.pieceBytes {
      try finish()
    }
  }

  /// Passes on the rest.
  mutating func finish() throws(ScrubError) {
    try unsafe storage.withUnsafeBufferPointer { (all) throws(ScrubError) in
      // What is used of the room, borrowed for the call.
      try unsafe emit(UnsafeBufferPointer(rebasing: all[..<count]))
    }
    written += count
    count = 0
  }
}
