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
