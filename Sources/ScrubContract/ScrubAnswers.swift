// Answers to some of the rules, as an upload, a tenant's policy or a command line gives them.

/// Some rules with their answers; unlike in `ScrubRules`, a default that was asked for is told from
/// one that was not.
public struct ScrubAnswers: Sendable, Hashable {
  /// Why an answer is not understood.
  public enum Fault: Error, Sendable, Hashable {
    /// There is no such rule.
    case unknownRule
    /// The rule does not know this answer.
    case unknownAnswer(ScrubRule)
    /// The rule is answered already.
    case answeredTwice(ScrubRule)

    /// One sentence for people, without the text that was not understood.
    public var detail: String {
      switch self {
      case .unknownRule:
        "The rules are " + ScrubRule.allCases.map(\.rawValue).joined(separator: ", ") + "."
      case .unknownAnswer(let rule):
        "\(rule.rawValue) is one of " + rule.choices.map(\.rawValue).joined(separator: ", ") + "."
      case .answeredTwice(let rule): "\(rule.rawValue) is answered twice."
      }
    }
  }

  /// The answers.
  public private(set) var chosen: [ScrubRule: ScrubRule.Choice] = [:]

  /// No answers.
  public init() {}

  init(_ chosen: [ScrubRule: ScrubRule.Choice]) { self.chosen = chosen }

  /// Adds an answer, such as `comments=refuse`.
  public mutating func add(_ text: String) throws(Fault) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    try add(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
  }

  /// Adds the answer to a rule.
  public mutating func add(_ name: String, _ answer: String) throws(Fault) {
    guard let rule = ScrubRule(rawValue: name) else { throw .unknownRule }
    guard let choice = ScrubRule.Choice(rawValue: answer), rule.choices.contains(choice) else {
      throw .unknownAnswer(rule)
    }
    guard chosen[rule] == nil else { throw .answeredTwice(rule) }
    chosen[rule] = choice
  }

  /// The answers as they are written, such as `comments=refuse`, in the order of the rules' names.
  public var texts: [String] {
    chosen.map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted()
  }
}
