// One setting: a name in three spellings, a checked form, a default that is safe in production.

package import JSONText

/// The description of a setting.
package struct Setting: Sendable {
  /// What values it takes.
  package enum Form: Sendable {
    /// A text of at most so many bytes.
    case text(bytesMax: Int)
    /// One of the words.
    case choice([String])
    /// A whole number in the range, in the unit that the name ends in.
    case integer(ClosedRange<Int64>)
    /// `true` or `false`.
    case truth
    /// A list of texts; in variables and flags separated by commas.
    case texts(countMax: Int)
    /// A list of objects; only in the file.
    case objects(countMax: Int)
  }

  /// The name in the file: members joined by a dot, such as `object_store.region`.
  package let name: String

  package let form: Form

  /// What holds where nobody says otherwise.
  package let fallback: JSONValue

  /// One line for help and documentation, without a full stop.
  package let summary: String

  init(_ name: String, _ form: Form, _ fallback: JSONValue, _ summary: String) {
    self.name = name
    self.form = form
    self.fallback = fallback
    self.summary = summary
  }

  /// The name of the environment variable, such as `POSTERN_OBJECT_STORE_REGION`.
  package var variable: String {
    "POSTERN_" + String(decoding: name.utf8.map(Setting.variableByte), as: UTF8.self)
  }

  /// The name of the flag without dashes, such as `object-store-region`.
  package var flag: String {
    String(
      decoding: name.utf8.map { byte in
        byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".") ? UInt8(ascii: "-") : byte
      }, as: UTF8.self)
  }

  /// Whether it can be given as a variable or a flag.
  package var hasTextForm: Bool {
    if case .objects = form { false } else { true }
  }

  /// Checks a value of the file.
  package func check(_ value: JSONValue) throws(ConfigurationError) {
    switch (form, value) {
    case (.text(let bytesMax), .string(let text)):
      guard text.utf8.count <= bytesMax else { throw invalid("at most \(bytesMax) bytes") }
      guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
        throw invalid("no control characters")
      }
    case (.choice(let words), .string(let text)):
      guard words.contains(text) else {
        throw invalid("one of \(words.joined(separator: ", "))")
      }
    case (.integer(let range), .integer(let number)):
      guard range.contains(number) else {
        throw invalid("from \(range.lowerBound) to \(range.upperBound)")
      }
    case (.truth, .bool): break
    case (.texts(let countMax), .array(let elements)):
      guard elements.count <= countMax, value.stringsValue != nil else {
        throw invalid("at most \(countMax) texts")
      }
    case (.objects(let countMax), .array(let elements)):
      guard elements.count <= countMax, elements.allSatisfy({ $0.objectValue != nil }) else {
        throw invalid("at most \(countMax) objects")
      }
    default: throw invalid(expectation)
    }
  }

  /// Reads the text of a variable or flag.
  package func parse(_ text: String) throws(ConfigurationError) -> JSONValue {
    let value: JSONValue
    switch form {
    case .text, .choice: value = .string(text)
    case .integer:
      guard let number = Int64(text) else { throw invalid(expectation) }
      value = .integer(number)
    case .truth:
      guard text == "true" || text == "false" else { throw invalid(expectation) }
      value = .bool(text == "true")
    case .texts:
      value = .array(text.split(separator: ",").map { .string(String($0)) })
    case .objects:
      throw ConfigurationError(.invalidSetting, "\(name) can only be set in the file")
    }
    try check(value)
    return value
  }

  private var expectation: String {
    switch form {
    case .text: "a text"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .truth: "true or false"
    case .texts: "a list of texts"
    case .objects: "a list of objects"
    }
  }

  private func invalid(_ expected: String) -> ConfigurationError {
    ConfigurationError(.invalidSetting, "\(name) must be \(expected)")
  }

  private static func variableByte(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "."): UInt8(ascii: "_")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
    default: byte
    }
  }
}
