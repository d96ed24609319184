// Shell completion, made from the command table: `postern completion bash` prints a script to source.

enum Completion {
  static let shells = ["bash", "zsh", "fish"]

  /// The script for one of `shells`.
  static func script(for shell: String, commands: [Command]) -> String {
    switch shell {
    case "zsh": "autoload -U +X bashcompinit && bashcompinit\n" + bash(commands)
    case "fish": fish(commands)
    default: bash(commands)
    }
  }

  /// One case per command path; the longest path that matches the words wins.
  private static func bash(_ commands: [Command]) -> String {
    var script = """
      _postern() {
        local current="${COMP_WORDS[COMP_CWORD]}" path="" word
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          [[ "$word" == -* ]] || path="$path${path:+ }$word"
        done
        local words=""
        case "$path" in

      """
    for (path, words) in candidates(commands) {
      let pattern = path.isEmpty ? "\"\"" : "\"\(path)\"*"
      script += "    \(pattern)) words=\"\(words.joined(separator: " "))\" ;;\n"
    }
    script += """
        esac
        COMPREPLY=($(compgen -W "$words" -- "$current"))
        [[ ${#COMPREPLY[@]} -gt 0 || "$current" == -* ]] || COMPREPLY=($(compgen -f -- "$current"))
      }
      complete -o filenames -F _postern postern

      """
    return script
  }

  private static func fish(_ commands: [Command]) -> String {
    var script = "complete -c postern -f\n"
    for command in commands {
      let (first, rest) = (command.path[0], command.path.dropFirst())
      if let second = rest.first {
        script += "complete -c postern -n '__fish_seen_subcommand_from \(first)' -a \(second)"
      } else {
        script += "complete -c postern -n __fish_use_subcommand -a \(first)"
      }
      script += " -d '\(quoted(command.summary))'\n"
      for option in command.allOptions {
        script += "complete -c postern -n '__fish_seen_subcommand_from \(command.path.last ?? "")'"
        script += " -l \(option.name) -d '\(quoted(option.summary))'"
        script += option.value == nil ? "\n" : " -r\n"
      }
    }
    return script
  }

  /// Longest paths first, so that `audit verify` is tried before `audit`.
  private static func candidates(_ commands: [Command]) -> [(String, [String])] {
    var found: [String: Set<String>] = [:]
    for command in commands {
      for length in 0..<command.path.count {
        found[command.path.prefix(length).joined(separator: " "), default: []]
          .insert(command.path[length])
      }
      found[command.name, default: []].formUnion(command.allOptions.map { "--" + $0.name })
    }
    return found.map { ($0.key, $0.value.sorted()) }
      .sorted { ($0.0.count, $1.0) > ($1.0.count, $0.0) }
  }

  private static func quoted(_ text: String) -> String {
    text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
  }
}
