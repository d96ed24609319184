// An http or https origin: scheme, host, port. Links and presigned URLs start with one; it comes
// from the settings only, never from a Host field (security research, threat 7).

/// A URL of scheme, host and optional port, without path, query or user.
package struct Origin: Sendable, Hashable, CustomStringConvertible {
  /// The text without a final slash.
  package let description: String

  /// Whether the scheme is https.
  package let isSecure: Bool

  /// The host without port and brackets.
  package var host: String {
    let rest = description.dropFirst(isSecure ? 8 : 7)
    if rest.first == "[" { return String(rest.dropFirst().prefix { $0 != "]" }) }
    return String(rest.prefix { $0 != ":" })
  }

  /// Reads an origin; nothing for other text. One final slash is dropped.
  package init?(_ text: String) {
    let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
    let isSecure = trimmed.hasPrefix("https://")
    guard isSecure || trimmed.hasPrefix("http://") else { return nil }
    let rest = trimmed.dropFirst(isSecure ? 8 : 7)
    let isPlain = rest.utf8.allSatisfy { byte in
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        || [
          UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["),
          UInt8(ascii: "]"),
        ].contains(byte)
    }
    guard !rest.isEmpty, isPlain else { return nil }
    if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
      guard UInt16(rest[rest.index(after: colon)...]) != nil else { return nil }
    }
    description = trimmed
    self.isSecure = isSecure
  }
}
