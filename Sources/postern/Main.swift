// The entry point: finds the command, parses its words, runs it, and turns a failure into the lines
// and exit code of STYLE rule 26. Commands live in `Commands/`, one file each.

import Base
import Gateway
import Glibc

@main
struct Main {
  static func main() async {
    // A reader that goes away (`postern ls | head`) must not kill an upload half-way.
    signal(SIGPIPE, SIG_IGN)
    let environment = Environment.current
    let words = Array(CommandLine.arguments.dropFirst())
    CrashReport.close(
      CommandLine.arguments, present: environment[CrashReport.variable],
      restarts: words.first == "serve" || words.first == "seal")
    let code = await run(
      words,
      console: Console.standard(environment: environment), environment: environment)
    exit(code.rawValue)
  }

  /// Runs one command line and returns its exit code.
  static func run(
    _ words: [String], console: Console, environment: [String: String]
  ) async -> ExitCode {
    let commands = CommandTable.all
    do throws(CommandError) {
      let words = expanded(words)
      guard let command = try find(words, among: commands, console: console) else { return .done }
      let invocation = try Invocation(
        command, words: words.dropFirst(command.path.count), console: console,
        environment: environment)
      if invocation.hasFlag("help") {
        console.printRaw(Help.page(of: command, style: console.style))
        return .done
      }
      try await command.run(invocation)
      return .done
    } catch {
      guard !error.isShown else { return error.exit }
      if words.prefix(while: { $0 != "--" }).contains("--json") {
        console.print(error.json)
      } else {
        console.show(error)
      }
      return error.exit
    }
  }

  /// `ls` and `rm` as the second word of a group, as people know them from elsewhere.
  private static func expanded(_ words: [String]) -> [String] {
    let names = ["ls": "list", "rm": "remove"]
    guard words.count > 1, !words[0].hasPrefix("-"), let name = names[words[1]],
      CommandTable.all.contains(where: { $0.path == [words[0], name] })
    else { return words }
    return [words[0], name] + words.dropFirst(2)
  }

  /// The command that the words name; nothing when only help was asked for and has been printed.
  private static func find(
    _ words: [String], among commands: [Command], console: Console
  ) throws(CommandError) -> Command? {
    let matching = commands.filter { words.starts(with: $0.path) }
    if let command = matching.max(by: { $0.path.count < $1.path.count }) { return command }
    let path = Array(words.prefix { !$0.hasPrefix("-") })
    let isGroup = path.isEmpty || commands.contains { $0.path.starts(with: path) }
    if isGroup, path.isEmpty || words.contains("--help") || words.contains("-h") {
      console.printRaw(Help.overview(of: commands, prefix: path, style: console.style))
      return nil
    }
    if isGroup {
      throw .usage(
        "\(path.joined(separator: " ")) needs a subcommand",
        hint: "postern \(path.joined(separator: " ")) --help")
    }
    throw unknown(path, among: commands)
  }

  /// A word that names no command, with the one that was probably meant.
  private static func unknown(_ path: [String], among commands: [Command]) -> CommandError {
    let group = commands.filter { $0.path.count > 1 && $0.path[0] == path[0] }
    guard group.isEmpty || path.count < 2 else {
      let near = Spelling.nearest(to: path[1], among: group.map { $0.path[1] })
      return .usage(
        "unknown command \"\(Plain.text(path[0] + " " + path[1]))\"",
        hint: near.map { "did you mean \(path[0]) \($0)?" } ?? "postern \(path[0]) --help")
    }
    let near = Spelling.nearest(
      to: path[0], among: Array(Set(commands.map { $0.path[0] })).sorted())
    return .usage(
      "unknown command \"\(Plain.text(path[0]))\"",
      hint: near.map { "did you mean \($0)?" } ?? "postern --help")
  }
}
