// The `traceparent` field (W3C Trace Context, section 3.2).

enum TraceParent {
  /// The trace id of a well-formed field; nothing for anything else.
  static func traceID(_ field: String?) -> String? {
    guard let field else { return nil }
    let parts = field.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "00", parts[1].utf8.count == 32,
      parts[2].utf8.count == 16, parts[3].utf8.count == 2,
      parts.allSatisfy({ $0.utf8.allSatisfy(isHexDigit) }),
      [parts[1], parts[2]].allSatisfy({ $0.utf8.contains { $0 != UInt8(ascii: "0") } })
    else { return nil }
    return String(parts[1])
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
