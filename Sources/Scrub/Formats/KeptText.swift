// Free text that stays because a rule says so: titles, descriptions, copyright notices. What stays is
// what a person sees: one text, of a length that people write, without control characters.

/// Cleans kept text.
enum KeptText {
  /// Bytes of a text that is kept; longer ones are no texts of people.
  static let bytesMax = 16 * 1024

  /// Bytes of a field that may have such a text in it.
  static let fieldBytesMax = 2 * bytesMax

  /// The text of an ASCII field of TIFF or EXIF: the first part before a zero that is not blank.
  /// Nothing if there is none, or if it is too long.
  static func cleaned(_ bytes: some Collection<UInt8>) -> [UInt8]? {
    guard bytes.count <= fieldBytesMax else { return nil }
    let parts = bytes.split(separator: 0).map { printable(Array($0)) }
    return parts.first { $0.contains { $0 != 0x20 } }.flatMap { $0.count <= bytesMax ? $0 : nil }
  }

  /// The same number of bytes with a space in place of each control character.
  static func printable(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { isPrintable($0) ? $0 : 0x20 }
  }

  /// Letters of any encoding that contains ASCII, tabs and line ends.
  static func isPrintable(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7f || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }
}
