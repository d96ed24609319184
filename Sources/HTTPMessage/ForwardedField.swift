// The Forwarded field (RFC 7239) with its quoted strings and obfuscated identifiers.

/// One element of a Forwarded field, that is one hop.
package struct ForwardedElement: Sendable, Hashable {
  /// A node identifier (RFC 7239 section 6).
  package enum Node: Sendable, Hashable {
    /// An address; the port is dropped.
    case address(IPAddress)
    /// `unknown` or an obfuscated `_name`: somebody, but no address.
    case hidden
  }

  /// Who made the request to this hop.
  package var client: Node?
  /// The scheme of the request to this hop, in lower case.
  package var scheme: String?

  /// The most elements in one message.
  package static let countMax = 32

  /// Parses the lines of the field, joined in order; nothing if any of it is malformed.
  package static func parse(_ lines: [String]) -> [ForwardedElement]? {
    let bytes = Array(lines.joined(separator: ",").utf8)
    guard bytes.count <= 4096 else { return nil }
    var scanner = Scanner(bytes: bytes)
    var elements = [ForwardedElement]()
    while true {
      guard elements.count < countMax, let element = scanner.element() else { return nil }
      elements.append(element)
      if scanner.isAtEnd { return elements }
      guard scanner.take(UInt8(ascii: ",")) else { return nil }
    }
  }

  /// Reads a node identifier: an address, with a port or without, or `unknown` or `_name`.
  static func node(_ text: String) -> Node? {
    if Characters.equalIgnoringCase(text.utf8, "unknown".utf8) { return .hidden }
    if text.utf8.first == UInt8(ascii: "_") {
      return text.utf8.count > 1 && text.utf8.dropFirst().allSatisfy(isObfuscated) ? .hidden : nil
    }
    return addressWithPort(text).map(Node.address)
  }

  /// Reads `a.b.c.d`, `a.b.c.d:port`, `[v6]` or `[v6]:port`.
  static func addressWithPort(_ text: String) -> IPAddress? {
    if text.utf8.first == UInt8(ascii: "[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || isPort(rest) else { return nil }
      let inner = text[text.index(after: text.startIndex)..<close]
      guard inner.contains(":") else { return nil }
      return IPAddress(inner)
    }
    guard let colon = text.firstIndex(of: ":") else { return IPAddress(text) }
    guard isPort(text[colon...]) else { return nil }
    return IPAddress(text[..<colon])
  }

  private static func isPort(_ text: Substring) -> Bool {
    let port = text.utf8.dropFirst()
    guard text.utf8.first == UInt8(ascii: ":"), !port.isEmpty else { return false }
    if port.first == UInt8(ascii: "_") {
      return port.count > 1 && port.dropFirst().allSatisfy(isObfuscated)
    }
    return port.count <= 5 && port.allSatisfy(Characters.isDigit)
  }

  private static func isObfuscated(_ byte: UInt8) -> Bool {
    Characters.isLetter(byte) || Characters.isDigit(byte) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  private struct Scanner {
    let bytes: [UInt8]
    var index = 0

    var isAtEnd: Bool { index == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
      guard index < bytes.count, bytes[index] == byte else { return false }
      index += 1
      return true
    }

    mutating func skipSpace() {
      while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 9 { index += 1 }
    }

    mutating func element() -> ForwardedElement? {
      var element = ForwardedElement()
      var seen = Set<String>()
      repeat {
        skipSpace()
        guard let name = token()?.lowercased(), take(UInt8(ascii: "=")), let value = value(),
          seen.insert(name).inserted
        else { return nil }
        switch name {
        case "for":
          guard let node = ForwardedElement.node(value) else { return nil }
          element.client = node
        case "by":
          guard ForwardedElement.node(value) != nil else { return nil }
        case "proto": element.scheme = value.lowercased()
        default: break
        }
        skipSpace()
      } while take(UInt8(ascii: ";"))
      return element
    }

    mutating func token() -> String? {
      let start = index
      while index < bytes.count, Characters.isToken(bytes[index]) { index += 1 }
      return index == start ? nil : String(decoding: bytes[start..<index], as: UTF8.self)
    }

    mutating func value() -> String? {
      guard take(UInt8(ascii: "\"")) else { return token() }
      var result = [UInt8]()
      while index < bytes.count {
        var byte = bytes[index]
        index += 1
        if byte == UInt8(ascii: "\"") { return String(validating: result, as: UTF8.self) }
        if byte == UInt8(ascii: "\\") {
          guard index < bytes.count else { return nil }
          byte = bytes[index]
          index += 1
        }
        guard Characters.isFieldValue(byte) else { return nil }
        result.append(byte)
      }
      return nil
    }
  }
}
