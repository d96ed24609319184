// `postern scrub`: the same sandboxed workers as the gateway's, for files on this machine.

import Delivery
import JSONText
import ScrubContract

extension Command {
  static let scrub = Command(
    "scrub", "remove metadata from files on this machine",
    discussion: """
      Writes photo.clean.jpg beside photo.jpg. Folders are scrubbed with all that is below them;
      symbolic links in them are passed over. What was removed is printed as classes and counts, and
      as values only with --show-values. A file that cannot be proved clean is refused: nothing is
      written for it, and the others go on. --check and a refusal tell themselves by the exit code.

      Where removing something would change what a document means, a rule decides; --explain lists
      the rules with their answers, --rule chooses one.
      """,
    arguments: [
      ArgumentSpec("file", "files and folders to scrub", count: .optionalMany, isFile: true)
    ],
    options: [
      .flag("check", "write nothing; exit 1 if anything would be removed"),
      .flag("in-place", "replace the file itself"),
      .value("output", "FILE", "where one file goes; - is standard output"),
      .flag("force", "replace an output file that is there"),
      RuleOption.spec,
      .flag("show-values", "show pieces of what is found"),
      .flag("explain", "list the rules, their answers and why"),
      .value("jobs", "N", "files at the same time; as many as processors if absent"),
      .value("program", "FILE", "the worker program; postern-scrub beside this one if absent"),
    ],
    examples: [
      "postern scrub photo.jpg", "postern scrub --check ~/Documents",
      "postern scrub --show-values --check photo.jpg",
      "postern scrub --rule comments=refuse --in-place contracts/",
      "postern scrub report.pdf --output - | lp",
    ]
  ) { invocation throws(CommandError) in
    if invocation.hasFlag("explain") { return try ScrubExplanation.show(invocation) }
    let order = try ScrubOrder(invocation)
    let targets = try ScrubTargets(invocation.arguments, order)
    let scrubbing = try await LocalScrubbing(order, fileCount: targets.paths.count)
    let listing = ScrubListing(order, invocation, count: targets.paths.count)
    await scrubbing.scrub(targets.paths) { listing.take($0) }
    await scrubbing.end()
    try listing.finish(passedOver: targets.passedOver)
  }
}

/// What a command line of `postern scrub` asks for.
struct ScrubOrder: Sendable {
  /// What becomes of a scrubbed file.
  enum Destination: Sendable, Equatable {
    /// `name.clean.ext` beside it.
    case beside
    /// Its own place.
    case inPlace
    /// A path that was named.
    case file(String)
    /// Standard output.
    case standardOutput
    /// It is thrown away.
    case nowhere
  }

  /// The most files at the same time.
  static let jobsMax = 64

  let destination: Destination
  let isForced: Bool
  let showsValues: Bool
  let rules: ScrubRules
  /// Files at the same time; nothing for as many as there are processors.
  let jobs: Int?
  let program: String?
  let spoolFolder: String

  init(_ invocation: Invocation) throws(CommandError) {
    guard !invocation.arguments.isEmpty else {
      throw .usage("<file> is missing", hint: "usage: \(Help.usage(of: invocation.command))")
    }
    destination = try Self.destination(invocation)
    isForced = invocation.hasFlag("force")
    showsValues = invocation.hasFlag("show-values")
    rules = ScrubRules(try RuleOption.answers(invocation))
    if let contradiction = rules.contradiction { throw .usage("--rule: \(contradiction)") }
    jobs = try invocation.number("jobs", in: 1...Self.jobsMax)
    program = invocation.value("program")
    spoolFolder = invocation.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  private static func destination(_ invocation: Invocation) throws(CommandError) -> Destination {
    let output = invocation.value("output")
    let chosen =
      ["check", "in-place"].filter(invocation.hasFlag) + (output == nil ? [] : ["output"])
    guard chosen.count < 2 else {
      throw .usage("--\(chosen[0]) and --\(chosen[1]) exclude each other")
    }
    if invocation.hasFlag("check") { return .nowhere }
    if invocation.hasFlag("in-place") { return .inPlace }
    guard let output else { return .beside }
    guard invocation.arguments.count == 1 else { throw .usage("--output takes one file") }
    guard output == "-" else { return .file(output) }
    guard !invocation.isJSON else {
      throw .usage("--json and the file cannot both go to standard output")
    }
    guard !invocation.console.isInteractive else {
      throw .usage(
        "standard output is a terminal", hint: "redirect it, or name a file with --output")
    }
    return .standardOutput
  }
}

/// `--rule`, for a file on this machine and for an upload.
enum RuleOption {
  static let spec = OptionSpec.value(
    "rule", "RULE=ANSWER", "an answer such as comments=refuse; postern scrub --explain lists them",
    repeatable: true)

  /// The answers of a command line, each rule at most once.
  static func answers(_ invocation: Invocation) throws(CommandError) -> ScrubAnswers {
    var answers = ScrubAnswers()
    for text in invocation.list("rule") {
      do throws(ScrubAnswers.Fault) {
        try answers.add(text)
      } catch {
        let name = String(text.prefix { $0 != "=" })
        let near = Spelling.nearest(to: name, among: ScrubRule.allCases.map(\.rawValue))
        throw .usage(
          "--rule \(Plain.text(text)) is not understood: \(error.detail)",
          hint: error == .unknownRule
            ? near.map { "did you mean \($0)?" } : "postern scrub --explain")
      }
    }
    return answers
  }
}

/// `postern scrub --explain`, made from the rules themselves.
enum ScrubExplanation {
  static func show(_ invocation: Invocation) throws(CommandError) {
    guard invocation.arguments.isEmpty else { throw .usage("--explain takes no files") }
    let console = invocation.console
    guard invocation.isJSON else {
      let rows = ScrubRule.allCases.map { rule in
        [
          rule.rawValue, rule.choices[0].rawValue,
          rule.choices.dropFirst().map(\.rawValue).joined(separator: ", "), rule.explanation,
        ]
      }
      console.printRaw(
        Table.text(["RULE", "DEFAULT", "OR", "WHY"], rows, style: console.style))
      console.print("")
      return console.printRaw(
        Table.text(
          ["STAYS", "WHY"], ContentClass.allCases.map { [$0.rawValue, $0.explanation] },
          style: console.style))
    }
    console.print(
      JSONWriter.object { writer in
        writer.member("name", ScrubRules.standardName)
        writer.objects("rules", ScrubRule.allCases) { rule, writer in
          writer.member("rule", rule.rawValue)
          writer.member("default", rule.choices[0].rawValue)
          writer.member("answers", rule.choices.map(\.rawValue))
          writer.member("why", rule.explanation)
        }
        writer.objects("stays", ContentClass.allCases) { content, writer in
          writer.member("class", content.rawValue)
          writer.member("why", content.explanation)
        }
      })
  }
}
