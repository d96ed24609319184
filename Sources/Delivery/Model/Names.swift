// What a name may consist of. One place, so that the store, the API and the command agree.

/// Rules for text that outsiders choose.
package enum Names {
  /// Whether `text` is `[a-z0-9][a-z0-9-]*` of at most `bytesMax` bytes.
  package static func isSlug(_ text: String, bytesMax: Int) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, first != UInt8(ascii: "-"), bytes.count <= bytesMax else {
      return false
    }
    return bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
  }

  /// Whether `text` has 1 to `bytesMax` bytes of UTF-8 and nothing that a reader cannot see.
  ///
  /// Control characters break logs; format characters (bidirectional overrides, zero widths) make a
  /// text look like another one.
  package static func isPrintable(_ text: String, bytesMax: Int) -> Bool {
    guard !text.isEmpty, text.utf8.count <= bytesMax else { return false }
    return text.unicodeScalars.allSatisfy { !isHidden($0) }
  }

  /// Whether a scalar is a control, a format character, a line separator or a non-character.
  static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      return true
    default: return false
    }
  }

  /// The longest start of `text` that fits into `bytesMax` bytes of UTF-8.
  package static func cut(_ text: String, bytesMax: Int) -> String {
    guard text.utf8.count > bytesMax else { return text }
    var bytes = 0
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      bytes += UTF8.width(scalar)
      guard bytes <= bytesMax else { break }
      kept.append(scalar)
    }
    return String(kept)
  }
}
