// All commands in the order of the help page.

enum CommandTable {
  static let all: [Command] = [
    .completion
  ]
}
