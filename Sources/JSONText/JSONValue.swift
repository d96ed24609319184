// A JSON text as a tree of values. Reading is strict (RFC 8259 and I-JSON, RFC 7493): see
// `JSONParser`; writing is in `JSONWriter`.

/// A JSON value.
package enum JSONValue: Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number written without fraction and exponent that fits 64 bits.
  case integer(Int64)
  /// Any other number; always finite when it was read.
  case number(Double)
  /// A string.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object, its members in the order of the text.
  case object(JSONObject)

  /// Reads one JSON text.
  ///
  /// Refused, beside what RFC 8259 refuses: duplicate members (after unescaping), a byte order
  /// mark, UTF-8 that is not well formed, escapes of lone surrogates, and whatever exceeds `limits`.
  /// - Parameters:
  ///   - bytes: The whole text.
  ///   - limits: Bounds of size, depth, number length and entries.
  ///   - allowComments: Lets `//` and `/* */` stand for white space; for the configuration file.
  /// - Throws: A `JSONError` with line and column.
  package init(parsing bytes: [UInt8], limits: JSONLimits, allowComments: Bool = false)
    throws(JSONError)
  {
    self = try JSONParser.parse(bytes, limits: limits, allowComments: allowComments)
  }

  /// The truth value; nothing for other types.
  package var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The value as a whole number; nothing for any other value. `1.0` and `1e2` are whole numbers
  /// (JSON Schema 2020-12 section 6.1.1) as long as a double holds them exactly.
  var wholeNumber: Int64? {
    switch self {
    case .integer(let number): number
    case .number(let number) where number.rounded() == number && abs(number) < 0x1p53:
      Int64(number)
    default: nil
    }
  }

  /// The integer; nothing for other types, also for `1.0`.
  package var integerValue: Int64? {
    if case .integer(let value) = self { value } else { nil }
  }

  /// The number, integers included (rounded beyond 2^53); nothing for other types.
  package var numberValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The string; nothing for other types.
  package var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The elements; nothing for other types.
  package var arrayValue: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The object; nothing for other types.
  package var objectValue: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// Says whether the value is `null`.
  package var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The strings of an array of strings; nothing for other types or mixed arrays.
  package var stringsValue: [String]? {
    guard case .array(let elements) = self else { return nil }
    var strings = [String]()
    strings.reserveCapacity(elements.count)
    for element in elements {
      guard case .string(let text) = element else { return nil }
      strings.append(text)
    }
    return strings
  }

  /// The member of an object; nothing if absent or if this is no object.
  package subscript(name: String) -> JSONValue? {
    objectValue?[name]
  }
}

extension JSONValue: Equatable {
  /// Equal type and value; strings by bytes, objects by members in the same order.
  package static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let one), .bool(let other)): one == other
    case (.integer(let one), .integer(let other)): one == other
    case (.number(let one), .number(let other)): one == other
    case (.string(let one), .string(let other)): one.hasSameBytes(as: other)
    case (.array(let one), .array(let other)): one == other
    case (.object(let one), .object(let other)): one == other
    default: false
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

  /// An object of the pairs, in order; of two pairs with one name the last stays.
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (name, value) in elements { object[name] = value }
    self = .object(object)
  }
}
