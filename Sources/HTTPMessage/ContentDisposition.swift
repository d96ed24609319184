// Content-Disposition for a download (RFC 6266, RFC 8187) from any file name that a person chose.
// The name is cleaned first: no controls, no text-direction or invisible format characters that
// could hide the true extension, no path separators, no second extension before the true one, no
// name that a system keeps for a device.

/// Builds Content-Disposition values.
package enum ContentDisposition {
  /// What the client should do with the content.
  package enum Kind: String, Sendable {
    case attachment
    case inline
  }

  /// The most UTF-8 bytes of a cleaned name, as file systems have it.
  package static let nameBytesMax = 255

  /// The value for a name; `fileExtension` (without dot) replaces none and follows any other.
  ///
  /// A forced extension comes last and alone: `a.pdf.exe` sent as `jpg` becomes `a_pdf_exe.jpg`, since
  /// systems hide the last extension and people read the one before.
  package static func value(
    _ kind: Kind, name: String, fileExtension: String? = nil
  ) -> String {
    let clean = cleanName(name, fileExtension: fileExtension)
    var output = Array(kind.rawValue.utf8)
    output += Array("; filename=\"".utf8)
    for scalar in clean.unicodeScalars {
      // Old clients decode `%XX` in the plain form, some take the backslash for a separator, and
      // some cut at each semicolon, whether it is quoted or not.
      let isPlain = scalar.isASCII && !breaking.contains(scalar)
      output.append(isPlain ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "_"))
    }
    output.append(UInt8(ascii: "\""))
    let isExact =
      clean.unicodeScalars.allSatisfy { $0.isASCII && !breaking.contains($0) }
    if !isExact {
      output += Array("; filename*=UTF-8''".utf8)
      for byte in clean.utf8 {
        if Characters.isAttribute(byte) {
          output.append(byte)
        } else {
          output += [
            UInt8(ascii: "%"), PercentCoding.upperDigit(byte >> 4),
            PercentCoding.upperDigit(byte & 15),
          ]
        }
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static let breaking: Set<Unicode.Scalar> = ["\"", "\\", "%", ";"]

  /// The name that a client will see: cleaned, 1...255 bytes, ending in the extension if given.
  package static func cleanName(_ name: String, fileExtension: String? = nil) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in name.unicodeScalars.prefix(4 * nameBytesMax) {
      if scalar == "/" || scalar == "\\" || scalar == ":" {
        scalars.append("_")
      } else if !isStripped(scalar) {
        scalars.append(scalar.properties.isWhitespace ? " " : scalar)
      }
    }
    // A leading dot hides the file, a dash makes it an option of a command, trailing dots and spaces
    // are dropped by some systems.
    while let first = scalars.first, first == "." || first == " " || first == "-" {
      scalars.removeFirst()
    }
    var stem = trimmed(scalars)
    var suffix = ""
    if let fileExtension, !fileExtension.isEmpty {
      let ending = "." + fileExtension
      suffix = ending
      if Characters.equalIgnoringCase(stem.utf8.suffix(ending.utf8.count), ending.utf8),
        stem.utf8.count > ending.utf8.count
      {
        stem = trimmed(stem.unicodeScalars.dropLast(ending.unicodeScalars.count))
      }
    }
    if FileEndings.isDevice(stem) { stem = "_" + stem }
    while stem.utf8.count + suffix.utf8.count > nameBytesMax, stem.unicodeScalars.count > 1 {
      stem.unicodeScalars.removeLast()
    }
    // Last, because a cut can make an ending; the length stays as it is.
    if !suffix.isEmpty { stem = FileEndings.joined(stem) }
    return stem + suffix
  }

  /// The name without dots and spaces at its end; `download` if nothing is left.
  private static func trimmed(_ scalars: some BidirectionalCollection<Unicode.Scalar>) -> String {
    let end = scalars.lastIndex { $0 != "." && $0 != " " }
    guard let end else { return "download" }
    return String(String.UnicodeScalarView(scalars[...end]))
  }

  // Controls (Cc), format characters (Cf: bidi, zero width, tags), line and paragraph separators,
  // private use, unassigned, the replacement character, and variation selectors.
  private static func isStripped(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
      .unassigned:
      return true
    default:
      return scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{FFFD}"
    }
  }
}
