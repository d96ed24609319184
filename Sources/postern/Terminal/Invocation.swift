// One parsed command line. The parser is strict: an unknown option, a missing value or a surplus
// argument is a usage error that names the nearest right spelling.

/// The values that a command was called with.
struct Invocation: Sendable {
  let command: Command
  let console: Console

  /// The variables of the process.
  let environment: [String: String]

  private(set) var arguments: [String] = []
  private(set) var flags: Set<String> = []
  private(set) var values: [String: [String]] = [:]

  var isJSON: Bool { flags.contains("json") }

  func hasFlag(_ name: String) -> Bool { flags.contains(name) }

  /// The last value of an option; nothing when it was not given.
  func value(_ name: String) -> String? { values[name]?.last }

  /// Every value of a repeatable option in order.
  func allValues(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of an option that must be there.
  func required(_ name: String) throws(CommandError) -> String {
    guard let value = value(name) else {
      throw .usage("--\(name) is missing", hint: "postern \(command.name) --help")
    }
    return value
  }

  /// The values of a repeatable option that may also be written with commas.
  func list(_ name: String) -> [String] {
    allValues(name).flatMap { $0.unicodeScalars.split(separator: ",") }.map { String($0) }
  }

  /// A whole number within `range`; nothing when the option was not given.
  func number(_ name: String, in range: ClosedRange<Int>) throws(CommandError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        "--\(name) expects a number from \(range.lowerBound) to \(range.upperBound), not \"\(text)\""
      )
    }
    return number
  }

  /// A time span such as `90`, `15m`, `2h` or `7d` in seconds; nothing when it was not given.
  func seconds(_ name: String) throws(CommandError) -> Int64? {
    guard let text = value(name) else { return nil }
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    let unit = text.last.flatMap { units[$0] }
    let digits = unit == nil ? text[...] : text.dropLast()
    guard let number = Int64(digits), number > 0, number <= 1_000_000_000 else {
      throw .usage("--\(name) expects a time span such as 90, 15m, 2h or 7d, not \"\(text)\"")
    }
    return number * (unit ?? 1)
  }

  /// Parses the words after the command's path.
  init(
    _ command: Command, words: some Sequence<String>, console: Console,
    environment: [String: String]
  ) throws(CommandError) {
    self.command = command
    self.console = console
    self.environment = environment
    var iterator = words.makeIterator()
    var optionsEnded = false
    while let word = iterator.next() {
      if optionsEnded || word == "-" || !word.hasPrefix("-") {
        arguments.append(word)
      } else if word == "--" {
        optionsEnded = true
      } else if word == "-h" {
        flags.insert("help")
      } else {
        try parseOption(word, next: { iterator.next() })
      }
    }
    if !hasFlag("help") { try checkCount() }
  }

  private mutating func parseOption(
    _ word: String, next: () -> String?
  ) throws(CommandError) {
    let pieces = word.drop { $0 == "-" }.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(pieces.first ?? "")
    guard word.hasPrefix("--"), let option = command.allOptions.first(where: { $0.name == name })
    else {
      let near = Spelling.nearest(to: name, among: command.allOptions.map(\.name))
      throw .usage(
        "unknown option \(word.split(separator: "=").first ?? "")",
        hint: near.map { "did you mean --\($0)?" } ?? "postern \(command.name) --help")
    }
    guard option.value != nil else {
      guard pieces.count == 1 else { throw .usage("--\(name) takes no value") }
      flags.insert(name)
      return
    }
    guard let value = pieces.count == 2 ? String(pieces[1]) : next() else {
      throw .usage("--\(name) needs a value: --\(name) \(option.value ?? "")")
    }
    guard option.choices.isEmpty || option.choices.contains(value) else {
      throw .usage("--\(name) is one of \(option.choices.joined(separator: ", "))")
    }
    guard option.isRepeatable || values[name] == nil else {
      throw .usage("--\(name) is given twice")
    }
    values[name, default: []].append(value)
  }

  private func checkCount() throws(CommandError) {
    let required = command.arguments.filter { $0.count == .one || $0.count == .oneOrMore }.count
    let isOpen = command.arguments.contains { $0.count == .oneOrMore || $0.count == .optionalMany }
    let hint = "usage: \(Help.usage(of: command))"
    guard arguments.count >= required else {
      throw .usage("<\(command.arguments[arguments.count].name)> is missing", hint: hint)
    }
    guard isOpen || arguments.count <= command.arguments.count else {
      throw .usage("unexpected argument \"\(arguments[command.arguments.count])\"", hint: hint)
    }
  }
}
