// Kinds of bytes in plain XML, told by one look at a table, and the loops over bytes of one kind, in which
// most of the time of reading goes.

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
  private func isInName(_ byte: UInt8) -> Bool {
    unsafe table[Int(byte)] & XMLByteClasses.name != 0
  }
  func isBlank(_ byte: UInt8) -> Bool { unsafe table[Int(byte)] & XMLByteClasses.blank != 0 }
  private func endsText(_ byte: UInt8) -> Bool {
    unsafe table[Int(byte)] & XMLByteClasses.textEnd != 0
  }

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
