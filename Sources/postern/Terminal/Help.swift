// Help texts, made from the command table.

enum Help {
  /// The usage line of a command without `usage:`.
  static func usage(of command: Command) -> String {
    var words = ["postern"] + command.path
    words += command.arguments.map(\.usage)
    if !command.options.isEmpty { words.append("[options]") }
    return words.joined(separator: " ")
  }

  /// The help page of one command.
  static func page(of command: Command, style: Style) -> String {
    var text =
      command.summary.prefix(1).uppercased() + command.summary.dropFirst() + ".\n\n"
      + style.bold("usage: ") + usage(of: command) + "\n"
    if !command.discussion.isEmpty { text += "\n" + command.discussion + "\n" }
    if !command.arguments.isEmpty {
      text += "\n" + style.bold("arguments") + "\n"
      text += table(command.arguments.map { ($0.usage, $0.summary) })
    }
    text += "\n" + style.bold("options") + "\n"
    text += table(
      command.allOptions.map { option in
        let choices =
          option.choices.isEmpty ? "" : " (\(option.choices.joined(separator: ", ")))"
        return (
          "--" + option.name + (option.value.map { " " + $0 } ?? ""), option.summary + choices
        )
      })
    if !command.examples.isEmpty {
      text += "\n" + style.bold("examples") + "\n"
      text += command.examples.map { "  " + $0 + "\n" }.joined()
    }
    return text
  }

  /// The page for `postern` alone or for a group such as `postern audit`.
  static func overview(of commands: [Command], prefix: [String], style: Style) -> String {
    let shown = commands.filter { $0.path.starts(with: prefix) }
    var text = "Hands out files by expiring links, scrubbed and audited.\n\n"
    text +=
      style.bold("usage: ") + (["postern"] + prefix + ["<command> ..."]).joined(separator: " ")
    text += "\n\n" + style.bold("commands") + "\n"
    text += table(shown.map { ($0.path.joined(separator: " "), $0.summary) })
    text += "\n" + style.bold("exit codes") + "\n"
    text += table(ExitCode.allCases.map { ("\($0.rawValue)", $0.meaning) })
    text += "\npostern <command> --help tells more.\n"
    return text
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = min(30, rows.map { $0.0.count }.max() ?? 0)
    return rows.map { row in
      let gap = String(repeating: " ", count: max(2, width - row.0.count + 2))
      return "  " + row.0 + gap + row.1 + "\n"
    }.joined()
  }
}
