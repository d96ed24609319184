// The canonical headers of a request: lower-case names in order, trimmed values, repeated ones
// joined.

/// Headers in canonical form.
struct CanonicalHeaders: Sendable {
  /// `name:value\n` for each header.
  let lines: [UInt8]
  /// The names joined by `;`.
  let names: [UInt8]

  /// Takes lower-case names with their values in order of appearance.
  init(_ headers: [(name: [UInt8], value: [UInt8])]) {
    if headers.count == 1 {
      let value = CanonicalHeaders.trimmed(headers[0].value)
      names = headers[0].name
      lines = names + [UInt8(ascii: ":")] + value + [UInt8(ascii: "\n")]
      return
    }
    // Not stable, so the position breaks ties: repeated headers keep their order.
    let order = headers.indices.sorted { left, right in
      headers[left].name == headers[right].name
        ? left < right : headers[left].name.lexicographicallyPrecedes(headers[right].name)
    }
    var lines = [UInt8]()
    var names = [UInt8]()
    var last: [UInt8]?
    for index in order {
      let (name, value) = headers[index]
      if name == last {
        lines[lines.count - 1] = UInt8(ascii: ",")
      } else {
        if last != nil { names.append(UInt8(ascii: ";")) }
        names += name
        lines += name
        lines.append(UInt8(ascii: ":"))
      }
      lines += CanonicalHeaders.trimmed(value)
      lines.append(UInt8(ascii: "\n"))
      last = name
    }
    self.lines = lines
    self.names = names
  }

  /// The value without outer blanks, inner runs of blanks as one space.
  static func trimmed(_ value: some Collection<UInt8>) -> [UInt8] {
    var output = [UInt8]()
    output.reserveCapacity(value.count)
    var isBlankPending = false
    for byte in value {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        isBlankPending = !output.isEmpty
      } else {
        if isBlankPending { output.append(UInt8(ascii: " ")) }
        isBlankPending = false
        output.append(byte)
      }
    }
    return output
  }

  /// Checks headers that the caller wants signed and lowers their names.
  ///
  /// Throws `header-invalid` for a name that is no token (RFC 9110 section 5.1) or one of
  /// `reserved`, `control-character` for a value with a control character other than a tab.
  static func checked(
    _ headers: [(name: String, value: String)], reserved: Set<String>
  ) throws(SigV4Error) -> [(name: [UInt8], value: [UInt8])] {
    var checked = [(name: [UInt8], value: [UInt8])]()
    for (name, value) in headers {
      let lower = name.lowercased()
      guard !lower.isEmpty, lower.utf8.allSatisfy(isToken), !reserved.contains(lower) else {
        throw SigV4Error(.headerInvalid, "A header's name is not allowed here.")
      }
      guard !value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else {
        throw SigV4Error(.controlCharacter, "A header's value holds a control character.")
      }
      checked.append((Array(lower.utf8), Array(value.utf8)))
    }
    return checked
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
