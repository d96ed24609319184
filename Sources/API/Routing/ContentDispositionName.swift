// The file name in a request's Content-Disposition (RFC 6266 section 4.3, RFC 8187): `filename*`
// goes before `filename`. A name is only a wish; what cannot be read is as good as absent.

import HTTPMessage

/// Reads the file name of a Content-Disposition.
package enum ContentDispositionName {
  /// The name; nothing if the field has none that can be read.
  package static func read(_ field: String) -> String? {
    let parameters = parameters(of: field)
    if let extended = parameters["filename*"] {
      let parts = extended.utf8.split(
        separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
      if parts.count == 3, Substring(parts[0]).lowercased() == "utf-8" {
        do throws(HTTPMessageError) {
          return try PercentCoding.decodeText(ArraySlice(Array(parts[2])))
        } catch {
          return nil
        }
      }
    }
    return parameters["filename"]
  }

  /// The parameters behind the first semicolon; the first of two with one name counts. By scalars: a
  /// combining mark at the beginning of a name makes one character with the quote before it.
  private static func parameters(of field: String) -> [String: String] {
    var result = [String: String]()
    var rest = field.unicodeScalars[...]
    guard let first = rest.firstIndex(of: ";") else { return result }
    rest = rest[rest.index(after: first)...]
    while let equals = rest.firstIndex(of: "=") {
      let name = Substring(rest[..<equals]).trimmingSpaces().lowercased()
      rest = rest[rest.index(after: equals)...]
      let value: String
      if rest.first == "\"" {
        (value, rest) = quoted(rest.dropFirst())
      } else {
        let end = rest.firstIndex(of: ";") ?? rest.endIndex
        value = Substring(rest[..<end]).trimmingSpaces()
        rest = rest[end...]
      }
      if result[name] == nil { result[name] = value }
      guard let next = rest.firstIndex(of: ";") else { break }
      rest = rest[rest.index(after: next)...]
    }
    return result
  }

  /// A quoted string behind its first quote, and what follows it.
  private static func quoted(
    _ text: Substring.UnicodeScalarView
  ) -> (String, Substring.UnicodeScalarView) {
    var value = String.UnicodeScalarView()
    var rest = text
    while let scalar = rest.popFirst() {
      if scalar == "\"" { break }
      if scalar == "\\", let escaped = rest.popFirst() {
        value.append(escaped)
      } else {
        value.append(scalar)
      }
    }
    return (String(value), rest)
  }
}
