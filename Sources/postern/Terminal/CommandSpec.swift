// What a command looks like from outside: one table feeds parsing, help and shell completion, so
// that the three cannot disagree.

/// A named option such as `--tenant NAME` or `--json`.
struct OptionSpec: Sendable {
  /// The long name without dashes.
  let name: String

  /// The placeholder of the value in help; nothing for a flag.
  let value: String?

  /// What it does, one line without a full stop.
  let summary: String

  /// May be given more than once.
  let isRepeatable: Bool

  /// The values that completion offers and parsing accepts; empty means any.
  let choices: [String]

  static func flag(_ name: String, _ summary: String) -> OptionSpec {
    OptionSpec(name: name, value: nil, summary: summary, isRepeatable: false, choices: [])
  }

  static func value(
    _ name: String, _ value: String, _ summary: String, repeatable: Bool = false,
    choices: [String] = []
  ) -> OptionSpec {
    OptionSpec(
      name: name, value: value, summary: summary, isRepeatable: repeatable, choices: choices)
  }
}

/// A positional argument.
struct ArgumentSpec: Sendable {
  /// How many values it takes.
  enum Count: Sendable {
    case one
    case optional
    case oneOrMore
    case optionalMany
  }

  /// The placeholder in help, in lower case.
  let name: String
  let summary: String
  let count: Count

  /// Whether completion offers file names.
  let isFile: Bool

  init(_ name: String, _ summary: String, count: Count = .one, isFile: Bool = false) {
    self.name = name
    self.summary = summary
    self.count = count
    self.isFile = isFile
  }

  var usage: String {
    switch count {
    case .one: "<\(name)>"
    case .optional: "[<\(name)>]"
    case .oneOrMore: "<\(name)>..."
    case .optionalMany: "[<\(name)>...]"
    }
  }
}

/// One command of `postern`, such as `audit verify`.
struct Command: Sendable {
  /// The words after `postern`.
  let path: [String]

  /// One line, present tense, no full stop.
  let summary: String

  /// Paragraphs after the usage line.
  let discussion: String

  let arguments: [ArgumentSpec]
  let options: [OptionSpec]

  /// Command lines that work as they stand.
  let examples: [String]

  /// Does the work; prints its result itself.
  let run: @Sendable (Invocation) async throws(CommandError) -> Void

  init(
    _ path: String, _ summary: String, discussion: String = "", arguments: [ArgumentSpec] = [],
    options: [OptionSpec] = [], examples: [String] = [],
    run: @escaping @Sendable (Invocation) async throws(CommandError) -> Void
  ) {
    self.path = path.split(separator: " ").map(String.init)
    self.summary = summary
    self.discussion = discussion
    self.arguments = arguments
    self.options = options
    self.examples = examples
    self.run = run
  }

  var name: String { path.joined(separator: " ") }

  /// Options that every command takes.
  static let commonOptions: [OptionSpec] = [
    .flag("json", "print one JSON document instead of text"),
    .flag("help", "show this help"),
  ]

  var allOptions: [OptionSpec] { options + Self.commonOptions }
}
