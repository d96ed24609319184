// JSON: whatever is accepted is within the limits, reads back the same after writing, and its
// canonical form is stable.

import JSONText

extension FuzzTarget {
  static let json = FuzzTarget(
    name: "json",
    dictionary: [
      "{\"", "\":", "\\u", "\\ud83d\\ude02", "null", "true", "false", "1e", "-0", "/*", "*/", "//",
      "\u{FEFF}", "9223372036854775808",
    ]
  ) { input in
    let limits = JSONLimits(bytesMax: 4096, depthMax: 16, numberBytesMax: 32, entriesMax: 64)
    let strict = read(input, limits, false)
    let relaxed = read(input, limits, true)
    precondition(strict == nil || strict == relaxed, "comments changed a value without comments")
    guard let value = relaxed else { return }
    precondition(input.count <= limits.bytesMax, "a text beyond the limit was read")
    // Escapes can make the written text longer, and comments can make it shorter.
    let wide = JSONLimits(bytesMax: 65_536, depthMax: 16, numberBytesMax: 400, entriesMax: 64)
    for pretty in [false, true] {
      precondition(read(value.write(pretty: pretty), wide, false) == value, "write changed a value")
    }
    if let canonical = canonicalForm(of: value) {
      let again = read(canonical, wide, false).flatMap { canonicalForm(of: $0) }
      precondition(again == canonical, "the canonical form is not stable")
    }
  }

  private static func read(_ input: [UInt8], _ limits: JSONLimits, _ comments: Bool) -> JSONValue? {
    do throws(JSONError) {
      return try JSONValue(parsing: input, limits: limits, allowComments: comments)
    } catch {
      precondition(error.column >= 0 && error.line >= 0, "an error lies outside the text")
      return nil
    }
  }

  private static func canonicalForm(of value: JSONValue) -> [UInt8]? {
    do throws(JSONError) {
      return try CanonicalJSON.encode(value)
    } catch {
      precondition(error.code == .notCanonical, "a canonical form failed for another reason")
      return nil
    }
  }
}
