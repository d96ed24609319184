// The words of a title, by which documents are found and sorted. Made here, so that each store finds
// the same: letters in either case are one, what is neither letter, digit nor mark parts two words.
// Accents matter; there is no stemming and no guessing.

/// The words of a text in their order.
package struct TitleWords: Sendable, Hashable {
  /// The longest word in bytes; the rest of a longer one does not count.
  package static let wordBytesMax = 64

  /// The words in lower case, repeated ones too.
  package let list: [String]

  /// Takes the words out of a text.
  package init(_ text: String) {
    var words = [String]()
    var word = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      if TitleWords.isPart(scalar) {
        word.append(scalar)
      } else if !word.isEmpty {
        words.append(Names.cut(String(word), bytesMax: TitleWords.wordBytesMax))
        word = String.UnicodeScalarView()
      }
    }
    if !word.isEmpty { words.append(Names.cut(String(word), bytesMax: TitleWords.wordBytesMax)) }
    list = words
  }

  /// The words, each after a space: what titles are sorted by and searched in. A word of a title
  /// begins with `inv` if this contains ` inv`.
  package var text: String { list.map { " " + $0 }.joined() }

  /// Whether each of `prefixes` begins one of the words.
  package func match(_ prefixes: [String]) -> Bool {
    prefixes.allSatisfy { prefix in list.contains { $0.utf8.starts(with: prefix.utf8) } }
  }

  private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return (0x61...0x7a).contains(scalar.value) || (0x30...0x39).contains(scalar.value)
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      return true
    default: return false
    }
  }
}
