// The table of commands, its parser, its help and its completion.

import Base
import Testing

@testable import postern

@Suite struct CommandLineTests {
  @Test func `command names are unique and every command has a summary without a full stop`() {
    let names = CommandTable.all.map(\.name)
    #expect(Set(names).count == names.count)
    let wrong = CommandTable.all.filter {
      $0.summary.isEmpty || $0.summary.hasSuffix(".") || $0.summary.contains("\n")
    }
    #expect(wrong.map(\.name) == [])
  }

  @Test func `no command has two options of one name`() {
    let wrong = CommandTable.all.filter {
      Set($0.allOptions.map(\.name)).count != $0.allOptions.count
    }
    #expect(wrong.map(\.name) == [])
  }

  @Test func `every example parses`() throws {
    for command in CommandTable.all {
      for example in command.examples where example.hasPrefix("postern ") {
        let words = Self.words(example).dropFirst()
        #expect(words.starts(with: command.path), "\(example)")
        #expect(throws: Never.self, "\(example)") {
          try Invocation(
            command, words: words.dropFirst(command.path.count),
            console: Harness.console(Lock(("", ""))), environment: [:])
        }
      }
    }
  }

  @Test(
    arguments: [
      ("90", 90), ("90s", 90), ("15m", 900), ("2h", 7200), ("7d", 604_800),
    ] as [(String, Int64)])
  func `a time span is read with its unit`(text: String, seconds: Int64) throws {
    let invocation = try Harness.invocation(
      ["--span", text], options: [.value("span", "SPAN", "a span")])
    #expect(try invocation.seconds("span") == seconds)
  }

  @Test(arguments: ["0", "-1", "m", "1.5h", "1w", "", "9999999999"])
  func `anything else is no time span`(text: String) throws {
    let invocation = try Harness.invocation(
      ["--span", text], options: [.value("span", "SPAN", "a span")])
    let error = #expect(throws: CommandError.self) { try invocation.seconds("span") }
    #expect(error?.exit == .usage)
  }

  @Test func `a repeatable option is also read with commas`() throws {
    let invocation = try Harness.invocation(
      ["--scope", "a,b", "--scope=c,\u{301}d"],
      options: [.value("scope", "S", "scopes", repeatable: true)])
    #expect(invocation.list("scope") == ["a", "b", "c", "\u{301}d"])
  }

  @Test func `two dashes end the options`() throws {
    let invocation = try Harness.invocation(["--", "--json", "-x"])
    #expect(invocation.arguments == ["--json", "-x"])
    #expect(!invocation.isJSON)
  }

  @Test func `a usage error is JSON if JSON was asked for, even where parsing stopped`() async {
    let outcome = await Harness.run(["ls", "--json", "--nothing"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.isEmpty)
    #expect(outcome.output.hasPrefix(#"{"error":{"code":"usage","message":"unknown option"#))
  }

  @Test func `exit codes are the numbers that scripts rely on`() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
  }

  @Test(arguments: Completion.shells)
  func `completion names every command and option`(shell: String) {
    let script = Completion.script(for: shell, commands: CommandTable.all)
    for command in CommandTable.all {
      for word in command.path + command.options.map(\.name) {
        #expect(script.contains(word), "\(word)")
      }
    }
  }

  /// Words as a shell splits them, with quotes.
  private static func words(_ line: String) -> [String] {
    var words = [String]()
    var current = ""
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { current.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == " " {
        words.append(current)
        current = ""
      } else {
        current.append(character)
      }
    }
    return words + [current]
  }
}
