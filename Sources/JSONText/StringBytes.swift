// Swift compares strings by canonical equivalence: U+212A KELVIN SIGN equals "K". Names and
// identifiers that came from outside are compared by their bytes instead.

extension String {
  /// Says whether both texts have the same UTF-8 bytes.
  package func hasSameBytes(as other: String) -> Bool {
    let mine = utf8
    let others = other.utf8
    return mine.count == others.count && mine.elementsEqual(others)
  }

  /// What follows a prefix, compared by its bytes; nothing if the text begins otherwise.
  ///
  /// A combining mark behind a colon makes one character with it: `hasPrefix` would not see it.
  package func after(_ prefix: String) -> String? {
    guard utf8.starts(with: prefix.utf8) else { return nil }
    return String(unicodeScalars.dropFirst(prefix.unicodeScalars.count))
  }
}

/// A text that is equal to another only if both have the same bytes. Types that wrap a name from
/// outside keep it in one, and their synthesized equality is right.
@propertyWrapper
package struct ExactText: Sendable, Hashable {
  /// The text.
  package var wrappedValue: String

  /// Wraps a text.
  package init(wrappedValue: String) {
    self.wrappedValue = wrappedValue
  }

  package static func == (left: ExactText, right: ExactText) -> Bool {
    left.wrappedValue.hasSameBytes(as: right.wrappedValue)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(bytesOf: wrappedValue) }
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
