// What is done where dropping something changes what a document means or says. Each rule has a safe
// default; a set of rules has a name, which receipts, versions and the audit log carry.

/// A question that a file can raise and a policy answers.
@nonexhaustive
public enum ScrubRule: String, Sendable, CaseIterable {
  /// Tracked changes of an office document.
  case trackedChanges = "tracked-changes"
  /// Comments of an office document and marks on the pages of a PDF.
  case comments
  /// A signature inside a document.
  case signed
  /// The program of an XFA form.
  case xfa
  /// A restriction that an empty password puts on a PDF.
  case restrictions
  /// Files attached to a PDF.
  case attachments
  /// Macros of an office document.
  case macros
  /// Scripts, event handlers and outside references of an SVG drawing.
  case scripts
  /// The place on earth that a GeoTIFF shows.
  case geography
  /// Titles and descriptions inside a drawing or a picture.
  case descriptions
  /// Copyright notices in pictures.
  case copyright
  /// Hidden sheets, slides and text.
  case hidden
  /// Text tracks of films: subtitles, chapters, and what recorders write there.
  case timedText = "timed-text"
  /// The claim that a PDF follows PDF/A or PDF/UA.
  case conformance

  /// What may be done. The order is how much it lets through: a smaller one is stricter.
  @nonexhaustive
  public enum Choice: String, Sendable, CaseIterable, Comparable {
    /// The file is refused.
    case refuse
    /// The thing is taken out.
    case drop
    /// The thing stays, itself scrubbed where it is a file.
    case keep
    /// Insertions stay, deletions go, and nothing says that they were changes.
    case accept
    /// Of attached files only the XML of an electronic invoice (Factur-X, ZUGFeRD) stays.
    case invoice

    private var laxity: Int {
      switch self {
      case .refuse: 0
      case .drop, .accept: 1
      case .invoice: 2
      case .keep: 3
      }
    }

    public static func < (left: Choice, right: Choice) -> Bool { left.laxity < right.laxity }
  }

  /// The answers that the rule knows, the default first.
  public var choices: [Choice] {
    switch self {
    case .trackedChanges: [.accept, .refuse]
    case .comments: [.drop, .refuse]
    case .signed: [.refuse, .drop, .keep]
    case .xfa, .restrictions, .macros: [.refuse, .drop]
    case .attachments: [.drop, .invoice, .refuse]
    case .scripts: [.refuse, .drop, .keep]
    case .geography, .descriptions, .copyright, .conformance: [.drop, .keep]
    case .hidden: [.keep, .refuse]
    case .timedText: [.drop, .keep, .refuse]
    }
  }

  /// What the rule is about and why its default is safe, in one line.
  public var explanation: String {
    switch self {
    case .trackedChanges:
      "changes are accepted, so that the text reads as last written and names no editor"
    case .comments: "comments are for those who wrote the document, not for those who receive it"
    case .signed:
      "scrubbing breaks a signature; keep delivers a PDF unscrubbed, with a named approver"
    case .xfa: "the pages of an XFA form are made by a program in it, which cannot be proved clean"
    case .restrictions: "taking off a restriction is a decision of whoever set it"
    case .attachments: "an attached file is seen by nobody who looks at the pages"
    case .macros: "a macro is a program, and its project names its author"
    case .scripts: "a drawing that runs a script is a program in the reader's browser"
    case .geography: "coordinates tell where; maps that need them keep them by policy"
    case .descriptions: "titles and descriptions are free text that the picture does not show"
    case .copyright: "a copyright notice names a person; agencies that need it keep it by policy"
    case .conformance: "archives that check the claim keep it; it stands in a packet of metadata"
    case .hidden: "hidden content is content; refuse where nobody may receive it unseen"
    case .timedText:
      "cameras and drones write time and place as subtitles; films that need theirs keep them"
    }
  }
}

/// One answer to each rule.
public struct ScrubRules: Sendable, Hashable {
  /// The name that the safe defaults have; a change of what they keep changes it.
  public static let standardName = "strict-1"

  private var chosen: [ScrubRule: ScrubRule.Choice] = [:]

  /// The safe defaults.
  public init() {}

  /// The safe defaults.
  public static let standard = ScrubRules()

  /// The answer to a rule. Setting one that the rule does not know is a programming error.
  public subscript(rule: ScrubRule) -> ScrubRule.Choice {
    get { chosen[rule] ?? rule.choices[0] }
    set {
      precondition(rule.choices.contains(newValue), "the rule does not know this answer")
      chosen[rule] = newValue == rule.choices[0] ? nil : newValue
    }
  }

  /// The answers that are not the defaults, in the order of the rules' names.
  public var answers: ScrubAnswers { ScrubAnswers(chosen) }

  /// The name of the rules: `strict-1`, and behind it each answer that is not the default, such as
  /// `strict-1+comments=refuse+signed=drop`, in the order of the rules' names.
  public var name: String {
    answers.texts.map { "+" + $0 }.reduce(ScrubRules.standardName, +)
  }

  /// Reads a name, in any order of the answers; nothing if a rule or an answer is unknown or twice.
  public init?(name: String) {
    let parts = name.split(separator: "+", omittingEmptySubsequences: false)
    guard parts.first.map(String.init) == ScrubRules.standardName else { return nil }
    do throws(ScrubAnswers.Fault) {
      var answers = ScrubAnswers()
      for part in parts.dropFirst() { try answers.add(String(part)) }
      self.init(answers)
    } catch {
      return nil
    }
  }

  /// The safe defaults, but for some answers.
  public init(_ answers: ScrubAnswers) {
    for (rule, choice) in answers.chosen { self[rule] = choice }
  }

  /// What contradicts itself, in words: a signed document that is kept as it is keeps all that
  /// another answer refuses.
  public var contradiction: String? {
    guard self[.signed] == .keep else { return nil }
    let refused = answers.texts.filter { $0.hasSuffix("=" + ScrubRule.Choice.refuse.rawValue) }
    return refused.first.map { "signed=keep keeps what \($0) refuses" }
  }
}
