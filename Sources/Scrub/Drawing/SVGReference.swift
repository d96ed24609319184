// Where a reference in a drawing leads: to another part of it, to data inside it, to an address that a
// reader may follow, or outside, where loading it would tell that somebody looks at the drawing.

import Base

/// A reference, read from an attribute or a style sheet.
enum SVGReference {
  case inside
  /// A file in the text itself.
  case data([UInt8])
  /// An address of the web or of a mailbox.
  case address
  /// A file, a script, anything else.
  case outside

  init(_ text: some StringProtocol) {
    let value = text.trimmingSpace()
    let lower = value.prefix(16).lowercased()
    if value.isEmpty || value.hasPrefix("#") {
      self = .inside
    } else if lower.hasPrefix("data:image/") {
      self = SVGReference.decoded(value).map { .data($0) } ?? .outside
    } else if ["http://", "https://", "mailto:"].contains(where: lower.hasPrefix) {
      self = .address
    } else {
      self = .outside
    }
  }

  /// `data:TYPE;base64,...` or percent-encoded text behind the comma.
  private static func decoded(_ value: some StringProtocol) -> [UInt8]? {
    guard let comma = value.firstIndex(of: ",") else { return nil }
    let body = value[value.index(after: comma)...].utf8
    let isBase64 = value[..<comma].lowercased().hasSuffix(";base64")
    guard isBase64 else { return percentDecoded(Array(body)) }
    var text = body.filter { !(0x09...0x0d).contains($0) && $0 != 0x20 }
    // Browsers do not ask for the padding.
    while text.last == UInt8(ascii: "=") { text.removeLast() }
    text += [UInt8](repeating: UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
    return Base64.decode(text, .standard)
  }

  private static func percentDecoded(_ text: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    var place = 0
    while place < text.count {
      if text[place] == UInt8(ascii: "%") {
        guard place + 2 < text.count,
          let byte = UInt8(
            String(decoding: text[(place + 1)...(place + 2)], as: UTF8.self), radix: 16)
        else { return nil }
        result.append(byte)
        place += 3
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }

  /// A file as it is written into an attribute.
  static func text(_ bytes: [UInt8], mediaType: String) -> String {
    "data:\(mediaType);base64," + Base64.encode(bytes, .standard)
  }
}

extension StringProtocol {
  /// Without the white space of XML at both ends.
  fileprivate func trimmingSpace() -> SubSequence {
    let space: Set<Character> = [" ", "\t", "\n", "\r", "\r\n"]
    let start = firstIndex { !space.contains($0) } ?? endIndex
    let end = lastIndex { !space.contains($0) }.map { index(after: $0) } ?? start
    return self[start..<end]
  }
}
