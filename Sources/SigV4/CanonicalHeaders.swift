// The canonical headers of a request: lower-case names in order, trimmed values, repeated ones
// joined.

/// Headers in canonical form.
struct CanonicalHeaders: Sendable {
  /// `name:value\n` for each header.
  let lines: [UInt8]
  /// The names joined by `;`.
  let names: [UInt8]

  /// Takes lower-case names with their values in order of appearance.
  init(_ headers: [(name: [UInt8], value: some Collection<UInt8>)]) {
    // Not stable, so the position breaks ties: repeated headers keep their order.
    var order = Array(headers.indices)
    if order.count > 1 {
      order.sort { left, right in
        headers[left].name == headers[right].name
          ? left < right : headers[left].name.lexicographicallyPrecedes(headers[right].name)
      }
    }
    var lines = [UInt8]()
    var names = [UInt8]()
    lines.reserveCapacity(headers.reduce(0) { $0 + $1.name.count + $1.value.count + 2 })
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
      CanonicalHeaders.append(trimmed: value, to: &lines)
      lines.append(UInt8(ascii: "\n"))
      last = name
    }
    self.lines = lines
    self.names = names
  }

  /// The value without outer blanks, inner runs of blanks as one space.
  static func trimmed(_ value: some Collection<UInt8>) -> [UInt8] {
    var output = [UInt8]()
    append(trimmed: value, to: &output)
    return output
  }

  private static func append(trimmed value: some Collection<UInt8>, to output: inout [UInt8]) {
    let start = output.count
    var isBlankPending = false
    for byte in value {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        isBlankPending = output.count > start
      } else {
        if isBlankPending { output.append(UInt8(ascii: " ")) }
        isBlankPending = false
        output.append(byte)
      }
    }
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
