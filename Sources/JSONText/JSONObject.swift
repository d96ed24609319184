// The members of a JSON object in order, found by name, and typed access for decoding bodies and
// settings: each accessor says what it wanted in the error.

/// A JSON object: named values, in order, each name once.
package struct JSONObject: Sendable, Equatable {
  /// A name and its value.
  package struct Member: Sendable, Equatable {
    /// The name, unescaped.
    package let name: String
    /// The value.
    package var value: JSONValue

    package static func == (left: Member, right: Member) -> Bool {
      left.name.hasSameBytes(as: right.name) && left.value == right.value
    }
  }

  /// All members in the order of the text.
  package private(set) var members: [Member]

  /// Creates an empty object.
  package init() { members = [] }

  /// Creates an object of members whose names the caller knows to differ.
  init(unchecked members: [Member]) { self.members = members }

  /// The number of members.
  package var count: Int { members.count }

  /// The names in order.
  package var names: [String] { members.map(\.name) }

  /// The value of a member, compared by bytes; setting nothing removes it. Cost: linear.
  package subscript(name: String) -> JSONValue? {
    get {
      for member in members where member.name.hasSameBytes(as: name) { return member.value }
      return nil
    }
    set {
      let position = members.firstIndex { $0.name.hasSameBytes(as: name) }
      switch (position, newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): members.remove(at: position)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// Refuses members that are not listed: `json-unknown-member`.
  package func allow(only known: String...) throws(JSONError) {
    for member in members where !known.contains(where: { $0.hasSameBytes(as: member.name) }) {
      throw JSONError(.unknownMember, "unknown member \(JSONObject.quoted(member.name))")
    }
  }

  /// The value of a member that must be there and not `null`: `json-missing-member`.
  package func required(_ name: String) throws(JSONError) -> JSONValue {
    guard let value = self[name], !value.isNull else {
      throw JSONError(.missingMember, "member \"\(name)\" is missing")
    }
    return value
  }

  /// A string member; nothing if absent or `null`, `json-wrong-type` if of another type,
  /// `json-value-out-of-range` if longer than `bytesMax` UTF-8 bytes.
  package func string(_ name: String, bytesMax: Int = .max) throws(JSONError) -> String? {
    guard let value = self[name], !value.isNull else { return nil }
    guard case .string(let text) = value else { throw wrongType(name, "a string") }
    guard text.utf8.count <= bytesMax else {
      throw JSONError(.outOfRange, "member \"\(name)\" is longer than \(bytesMax) bytes")
    }
    return text
  }

  /// An integer member inside `range`; nothing if absent or `null`, else `json-wrong-type` or
  /// `json-value-out-of-range`.
  package func integer(
    _ name: String, in range: ClosedRange<Int64> = .min ... .max
  ) throws(JSONError) -> Int64? {
    guard let value = self[name], !value.isNull else { return nil }
    guard let number = value.wholeNumber else { throw wrongType(name, "an integer") }
    guard range.contains(number) else {
      throw JSONError(
        .outOfRange,
        "member \"\(name)\" must be from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A truth member; nothing if absent or `null`, `json-wrong-type` if of another type.
  package func bool(_ name: String) throws(JSONError) -> Bool? {
    guard let value = self[name], !value.isNull else { return nil }
    guard case .bool(let truth) = value else { throw wrongType(name, "true or false") }
    return truth
  }

  /// An object member; nothing if absent or `null`, `json-wrong-type` if of another type.
  package func object(_ name: String) throws(JSONError) -> JSONObject? {
    guard let value = self[name], !value.isNull else { return nil }
    guard case .object(let object) = value else { throw wrongType(name, "an object") }
    return object
  }

  /// An array member; nothing if absent or `null`, `json-wrong-type` if of another type.
  package func array(_ name: String) throws(JSONError) -> [JSONValue]? {
    guard let value = self[name], !value.isNull else { return nil }
    guard case .array(let elements) = value else { throw wrongType(name, "an array") }
    return elements
  }

  /// A member that is an array of strings; nothing if absent or `null`, else `json-wrong-type`.
  package func strings(_ name: String) throws(JSONError) -> [String]? {
    guard let value = self[name], !value.isNull else { return nil }
    guard let texts = value.stringsValue else { throw wrongType(name, "an array of strings") }
    return texts
  }

  /// A string member that must be there.
  package func requiredString(_ name: String, bytesMax: Int = .max) throws(JSONError) -> String {
    _ = try required(name)
    return try string(name, bytesMax: bytesMax) ?? ""
  }

  /// An integer member that must be there.
  package func requiredInteger(
    _ name: String, in range: ClosedRange<Int64> = .min ... .max
  ) throws(JSONError) -> Int64 {
    _ = try required(name)
    return try integer(name, in: range) ?? range.lowerBound
  }

  private func wrongType(_ name: String, _ wanted: String) -> JSONError {
    JSONError(.wrongType, "member \"\(name)\" must be \(wanted)")
  }

  // The name comes from outside: at most 64 printable ASCII characters of it are repeated.
  private static func quoted(_ name: String) -> String {
    let printable = name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    return printable && name.utf8.count <= 64 ? "\"\(name)\"" : "with an unusual name"
  }
}
