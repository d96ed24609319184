// The key of an object in the bucket. We make it; no part of it comes from a request, a title or a
// file name, and it is short ASCII that needs no escaping anywhere.

import Base

/// `v1/<random prefix of the tenant>/<version id>`.
package struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
  /// The key.
  package let text: String

  /// Makes the key of a version.
  package init(prefix: ObjectPrefix, version: VersionID) {
    text = "v1/\(prefix.text)/\(version)"
  }

  /// Reads a stored key; nothing for text of another form.
  package init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].elementsEqual("v1".utf8),
      ObjectPrefix(String(Substring(parts[1]))) != nil, VersionID(Substring(parts[2])) != nil
    else { return nil }
    self.text = text
  }

  package var description: String { text }
}

/// 16 lower-case hexadecimal digits that stand for a tenant in object keys.
///
/// The slug itself would tell the owner of the bucket who our customers are, and would tie a
/// renamed tenant to its old name.
package struct ObjectPrefix: Sendable, Hashable, CustomStringConvertible {
  /// The digits.
  package let text: String

  /// Makes a new prefix from random bits.
  package init(random: UInt64) {
    text = Hex.encode((0..<8).map { UInt8(truncatingIfNeeded: random >> UInt64($0 * 8)) })
  }

  /// Reads a stored prefix; nothing for other text.
  package init?(_ text: String) {
    guard text.utf8.count == 16, Hex.decode(text) != nil else { return nil }
    self.text = text
  }

  package var description: String { text }
}
