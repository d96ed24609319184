// The canonical form in which all XML is written: UTF-8, double quotes, no comments, instructions or
// CDATA, empty elements as one tag. What was written since a mark can be taken back.

import ScrubContract

/// Bytes of a document under construction.
@safe struct XMLOutput: ~Copyable {
  /// Bytes that may wait because something written before may be taken back.
  static let heldBytesMax = 64 << 20
  /// At which size a piece is passed on.
  private static let pieceBytes = 64 * 1024
  static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  /// What waits: `count` bytes of a block of `room`. Allocated in `init` and by `grow`, freed in
  /// `deinit`, lent out for the length of a call only.
  private var storage: UnsafeMutablePointer<UInt8>
  private var room: Int
  private var count = 0
  /// How much of it can no longer be taken back.
  private var settled = 0
  private(set) var written = 0
  private let emit: (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void

  init(_ emit: @escaping (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Void) {
    unsafe self.emit = emit
    room = 2 * XMLOutput.pieceBytes
    unsafe storage = .allocate(capacity: room)
    append(name: XMLOutput.declaration)
  }

  deinit { unsafe storage.deallocate() }

  /// Shows what was not passed on yet, from a position on.
  func withBytes<Result>(
    from position: Int, to end: Int,
    _ body: (UnsafeBufferPointer<UInt8>) throws(ScrubError) -> Result
  ) throws(ScrubError) -> Result {
    precondition(written <= position && position <= end && end <= self.position, "still here")
    // Inside the block, as the line above says.
    return try unsafe body(
      UnsafeBufferPointer(start: storage + (position - written), count: end - position))
  }

  /// Where the next byte goes.
  var position: Int { written + count }

  mutating func append(_ byte: UInt8) {
    if count == room { grow(1) }
    // There is room for one.
    unsafe storage[count] = byte
    count += 1
  }

  mutating func append(_ text: StaticString) {
    // A static string is alive as long as the program.
    unsafe append(name: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Appends bytes as they are.
  mutating func append(name: UnsafeBufferPointer<UInt8>) {
    guard let source = name.baseAddress else { return }
    if room - count < name.count { grow(name.count) }
    // There is room for all of them.
    unsafe XMLOutput.copy(source, to: storage + count, name.count)
    count += name.count
  }

  /// Copies a few bytes without a call: names are short, and there are millions.
  @inline(__always)
  private static func copy(
    _ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int
  ) {
    func word<Word: FixedWidthInteger>(_ type: Word.Type, at place: Int) {
      let bytes = unsafe UnsafeRawPointer(source + place).loadUnaligned(as: type)
      unsafe UnsafeMutableRawPointer(target + place).storeBytes(of: bytes, as: type)
    }
    // Two words that may overlap, both inside the `count` bytes of either side.
    switch count {
    case 8...16:
      word(UInt64.self, at: 0)
      word(UInt64.self, at: count - 8)
    case 4..<8:
      word(UInt32.self, at: 0)
      word(UInt32.self, at: count - 4)
    case 0..<4: for place in 0..<count { unsafe target[place] = source[place] }
    default: unsafe target.update(from: source, count: count)
    }
  }

  mutating func append(name: Span<UInt8>) {
    // Borrowed for the call.
    unsafe name.withUnsafeBufferPointer { unsafe append(name: $0) }
  }

  mutating func append(name: [UInt8]) { append(name: name.span) }

  mutating func append(name: String) {
    var name = name
    // Borrowed for the call.
    name.withUTF8 { unsafe append(name: $0) }
  }

  private mutating func grow(_ added: Int) {
    room = max(2 * room, count + added)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: room)
    unsafe larger.update(from: storage, count: count)
    unsafe storage.deallocate()
    unsafe storage = larger
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

  static func reference(_ byte: UInt8, isAttribute: Bool) -> StaticString? {
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
    precondition(count >= settled, "only what was not passed on can be taken back")
  }

  /// Passes on what can no longer be taken back.
  mutating func flush(isHeld: Bool) throws(ScrubError) {
    if isHeld {
      guard count - settled <= XMLOutput.heldBytesMax else {
        throw ScrubError(.tooLarge, "A structure of the document is too large.")
      }
    } else {
      settled = count
      if count >= XMLOutput.pieceBytes { try finish() }
    }
  }

  /// Passes on the rest.
  mutating func finish() throws(ScrubError) {
    // What is used of the block, borrowed for the call.
    try unsafe emit(UnsafeBufferPointer(start: storage, count: count))
    written += count
    (count, settled) = (0, 0)
  }
}
