// `postern completion SHELL`.

extension Command {
  static let completion = Command(
    "completion", "print a shell completion script",
    arguments: [ArgumentSpec("shell", Completion.shells.joined(separator: ", "))],
    examples: ["source <(postern completion bash)"]
  ) { invocation throws(CommandError) in
    let shell = invocation.arguments[0]
    guard Completion.shells.contains(shell) else {
      throw .usage("no completion for \"\(shell)\"", hint: "one of bash, zsh, fish")
    }
    invocation.console.printRaw(Completion.script(for: shell, commands: CommandTable.all))
  }
}
