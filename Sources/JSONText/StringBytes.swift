// Swift compares strings by canonical equivalence: U+212A KELVIN SIGN equals "K". Names and
// identifiers that came from outside are compared by their bytes instead.

extension String {
  /// Says whether both texts have the same UTF-8 bytes.
  package func hasSameBytes(as other: String) -> Bool {
    let mine = utf8
    let others = other.utf8
    return mine.count == others.count && mine.elementsEqual(others)
  }
}

extension Hasher {
  /// Feeds the UTF-8 bytes of a text, so that texts have one hash only if they have the same bytes.
  package mutating func combine(bytesOf text: String) {
    var text = text
    text.withUTF8 { unsafe combine(bytes: UnsafeRawBufferPointer($0)) }
    // No text has this byte: two texts in a row are not one.
    combine(UInt8.max)
  }
}
