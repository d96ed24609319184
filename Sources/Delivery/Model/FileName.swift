// The name under which a customer saves a file. It is a suggestion that travels in a header, never a
// path: made harmless here once, quoted by HTTPMessage where it is sent.

/// A file name of 1 to 255 bytes without directory parts or hidden characters.
package struct FileName: Sendable, Hashable, CustomStringConvertible {
  /// The longest name in bytes of UTF-8, as common file systems have it.
  package static let bytesMax = 255

  /// The name. Personal data: it appears in no description, log or audit leaf.
  package let text: String

  /// Takes a name that is harmless as it stands; nothing for any other text.
  package init?(_ text: String) {
    guard Names.isPrintable(text, bytesMax: FileName.bytesMax), text != ".", text != "..",
      !text.utf8.contains(UInt8(ascii: "/")), !text.utf8.contains(UInt8(ascii: "\\"))
    else { return nil }
    self.text = text
  }

  /// Makes any text harmless: the last path part without hidden characters, cut to 255 bytes.
  ///
  /// What has nothing left is called `file`.
  package init(cleaning text: String) {
    // By scalars: a combining mark behind a slash makes one character with it.
    let last = text.unicodeScalars.split { $0 == "/" || $0 == "\\" }.last ?? "".unicodeScalars[...]
    var clean = String.UnicodeScalarView()
    var bytes = 0
    for scalar in last where !Names.isHidden(scalar) {
      bytes += UTF8.width(scalar)
      guard bytes <= FileName.bytesMax else { break }
      clean.append(scalar)
    }
    let name = String(clean)
    self.text = name.isEmpty || name == "." || name == ".." ? "file" : name
  }

  package var description: String { "a file name" }
}
