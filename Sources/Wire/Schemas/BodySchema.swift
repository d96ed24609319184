// What a body consists of, in words that `openapi.json` is made from. Stands beside the bodies and is
// held to them by tests: what is written here is what the parser takes and the writer writes.

/// The description of one JSON object of the contract.
package struct BodySchema: Sendable {
  /// Which way the object travels.
  package enum Direction: Sendable {
    /// From the client: unknown members are refused, `null` stands for an absent optional one.
    case request
    /// To the client: the contract grows, readers pass over what they do not know.
    case answer
  }

  /// The name in `components/schemas`.
  package let name: String
  /// Which way it travels.
  package let direction: Direction
  /// What it is, one sentence.
  package let summary: String
  /// Its members in the order in which they are written.
  package let members: [MemberSchema]
  /// The sets of members that may stand together, the first of each being required; one set with all
  /// members where nothing excludes anything.
  package let forms: [[String]]
  /// Reads an object and gives it as it would be written.
  package let reread: @Sendable (_ json: [UInt8]) throws(WireError) -> [UInt8]

  init<Body: WireObject>(
    _ name: String, _ direction: Direction, _: Body.Type, _ summary: String,
    _ members: [MemberSchema], forms: [[String]] = []
  ) {
    self.name = name
    self.direction = direction
    self.summary = summary
    self.members = members
    self.forms = forms
    reread = { json throws(WireError) in try Body(json: json).json() }
  }
}

/// One member of an object.
package struct MemberSchema: Sendable {
  /// Its name.
  package let name: String
  /// What its value may be.
  package let value: ValueSchema
  /// Whether it is always there.
  package let isRequired: Bool
  /// What it means.
  package let note: String

  static func required(_ name: String, _ value: ValueSchema, _ note: String) -> MemberSchema {
    MemberSchema(name: name, value: value, isRequired: true, note: note)
  }

  static func optional(_ name: String, _ value: ValueSchema, _ note: String) -> MemberSchema {
    MemberSchema(name: name, value: value, isRequired: false, note: note)
  }
}

/// What a value may be.
package indirect enum ValueSchema: Sendable {
  /// Text of a form.
  case text(TextForm)
  /// One of some words.
  case words([String])
  /// A whole number.
  case integer(ClosedRange<Int64>)
  /// True or false.
  case truth
  /// True and nothing else.
  case affirmation
  /// An array of `countMin` to `countMax` values; of any number if there is no greatest one.
  case list(ValueSchema, countMin: Int = 0, countMax: Int?)
  /// An object whose names have a form.
  case map(TextForm, ValueSchema)
  /// Another object of the contract.
  case body(BodySchema)
  /// A value that `null` takes away.
  case removable(ValueSchema)

  /// Any text.
  package static let text = ValueSchema.text(TextForm())
  /// A moment.
  package static let moment = ValueSchema.text(.moment)
  /// A whole number from 0.
  package static let count = ValueSchema.integer(0...Int64.max)
  /// Text of 1 to `bytesMax` bytes that a reader can see.
  package static func printable(_ bytesMax: Int) -> ValueSchema { .text(.printable(bytesMax)) }
  /// A word of `a-z`, `0-9` and `-`.
  package static func slug(_ bytesMax: Int) -> ValueSchema { .text(.slug(bytesMax)) }
  /// An identifier of a kind, such as `doc`.
  package static func id(_ prefix: String) -> ValueSchema { .text(.id(prefix)) }
}

/// The form of a text.
package struct TextForm: Sendable {
  /// A regular expression of the whole text (ECMA-262).
  package var pattern: String?
  /// The name of a format: of JSON Schema, or one that `openapi.json` explains.
  package var format: String?
  /// The fewest and the most bytes, where no pattern says so.
  package var bytes: ClosedRange<Int>?
  /// A text of the form.
  package var sample = "text"

  /// Puts a form together; any text without arguments.
  package init(
    pattern: String? = nil, format: String? = nil, bytes: ClosedRange<Int>? = nil,
    sample: String = "text"
  ) {
    self.pattern = pattern
    self.format = format
    self.bytes = bytes
    self.sample = sample
  }

  /// The regular expression of 26 characters of Crockford's base 32.
  package static let idDigits = "[0-7][0-9a-hjkmnp-tv-z]{25}"

  /// RFC 3339 in UTC, `Z` only, up to three digits of a fraction.
  package static let moment = TextForm(
    pattern: #"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,3})?Z$"#,
    format: "date-time", sample: "2026-11-21T09:00:00.000Z")

  /// A year, a month or a day.
  package static let period = TextForm(
    pattern: #"^(?!0000)[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"#,
    format: "period", sample: "2026-11")

  /// A SHA-256 in hexadecimal.
  package static let sha256 = TextForm(
    pattern: "^[0-9a-f]{64}$", sample: String(repeating: "0a", count: 32))

  /// A media type without parameters.
  package static let mediaType = TextForm(
    pattern: "^[a-z0-9.+-]{1,30}/[a-z0-9.+-]{1,69}$", sample: "image/png")

  /// 1 to `bytesMax` bytes of text without control, format and unassigned characters.
  package static func printable(_ bytesMax: Int) -> TextForm {
    TextForm(format: "printable", bytes: 1...bytesMax)
  }

  /// `[a-z0-9][a-z0-9-]*` of at most `bytesMax` bytes.
  package static func slug(_ bytesMax: Int) -> TextForm {
    TextForm(pattern: "^[a-z0-9][a-z0-9-]{0,\(bytesMax - 1)}$", sample: "word-1")
  }

  /// An identifier: its kind and 26 characters.
  package static func id(_ prefix: String) -> TextForm {
    TextForm(
      pattern: "^\(prefix)_\(idDigits)$", format: prefix + "-id",
      sample: prefix + "_01kafq0zv5e8c9w0yb3s7m2n4p")
  }
}
