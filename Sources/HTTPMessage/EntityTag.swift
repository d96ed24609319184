// Entity tags and conditional requests (RFC 9110 sections 8.8.3 and 13), as pure functions.

/// An entity tag: an opaque value and whether it is weak.
package struct EntityTag: Sendable, Hashable, CustomStringConvertible {
  /// The characters between the quotes.
  package let value: String
  /// Whether only semantic equality is promised.
  package let isWeak: Bool

  /// Creates a tag; `value` must be made of `etagc` characters (no quote, space or control).
  package init(_ value: String, isWeak: Bool = false) {
    precondition(value.utf8.allSatisfy(EntityTag.isTagCharacter), "not an entity tag")
    self.value = value
    self.isWeak = isWeak
  }

  /// Parses `"value"` or `W/"value"`; nothing for other text.
  package init?(parsing text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    isWeak = bytes.starts(with: "W/".utf8)
    if isWeak { bytes = bytes.dropFirst(2) }
    guard bytes.count >= 2, bytes.first == UInt8(ascii: "\""), bytes.last == UInt8(ascii: "\"")
    else { return nil }
    let inner = bytes.dropFirst().dropLast()
    guard inner.allSatisfy(EntityTag.isTagCharacter) else { return nil }
    value = String(decoding: inner, as: UTF8.self)
  }

  package var description: String { (isWeak ? "W/\"" : "\"") + value + "\"" }

  /// Strong comparison: both strong and equal (section 8.8.3.2).
  package func matchesStrongly(_ other: EntityTag) -> Bool {
    !isWeak && !other.isWeak && value == other.value
  }

  /// Weak comparison: the values are equal.
  package func matchesWeakly(_ other: EntityTag) -> Bool { value == other.value }

  private static func isTagCharacter(_ byte: UInt8) -> Bool {
    byte == 0x21 || byte >= 0x23 && byte != 0x7f
  }
}

/// A list of tags or `*`, as If-Match and If-None-Match have it.
package enum EntityTagList: Sendable, Hashable {
  /// `*`: any current representation.
  case any
  /// These tags.
  case tags([EntityTag])

  /// The most tags in one list.
  package static let countMax = 64

  /// Parses the lines of one field; nothing if one is malformed or there are too many.
  package init?(_ lines: [String]) {
    let text = lines.joined(separator: ",")
    if text.utf8.elementsEqual("*".utf8) {
      self = .any
      return
    }
    var tags = [EntityTag]()
    var rest = Array(text.utf8)[...]
    while true {
      while let byte = rest.first, byte == 0x20 || byte == 9 || byte == UInt8(ascii: ",") {
        rest = rest.dropFirst()
      }
      if rest.isEmpty { break }
      // A comma may stand inside of the quotes, so the end is the second quote.
      guard let open = rest.firstIndex(of: UInt8(ascii: "\"")),
        let close = rest[(open + 1)...].firstIndex(of: UInt8(ascii: "\"")),
        let tag = EntityTag(parsing: String(decoding: rest[...close], as: UTF8.self)),
        tags.count < EntityTagList.countMax
      else { return nil }
      tags.append(tag)
      rest = rest[(close + 1)...]
      while let byte = rest.first, byte == 0x20 || byte == 9 { rest = rest.dropFirst() }
      guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { return nil }
    }
    guard !tags.isEmpty else { return nil }
    self = .tags(tags)
  }

  func contains(_ tag: EntityTag?, by matches: (EntityTag, EntityTag) -> Bool) -> Bool {
    guard let tag else { return false }
    switch self {
    case .any: return true
    case .tags(let tags): return tags.contains { matches($0, tag) }
    }
  }
}
