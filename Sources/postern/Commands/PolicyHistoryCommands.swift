// `postern policy history`, `diff` and `edit`: which policies there were, what changed, and a change
// in an editor that no other change is lost by.

import Base
import Glibc
import HTTPClient
import HTTPMessage
import JSONText
import Wire

extension Command {
  static let policyHistory = Command(
    "policy history", "list the policies that a tenant had",
    options: Paging.options + ServerLocation.options
  ) { invocation throws(CommandError) in
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(
      .get, scope.path("policy", "versions"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<PolicyRevisionBody>.self)
    let rows = page.items.map { item in
      [
        String(item.policy.version), item.changedAt ?? "-", item.changedBy ?? "-",
        item.eventID ?? "-",
      ]
    }
    invocation.console.printRaw(
      Table.text(["VERSION", "CHANGED", "BY", "EVENT"], rows, style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let policyDiff = Command(
    "policy diff", "show what changed between two policies of a tenant",
    discussion: """
      Without numbers the last change is shown; with one, what changed since then. --file compares
      the present policy with a file; `-` is standard input.
      """,
    arguments: [
      ArgumentSpec("from", "the number of a version", count: .optional),
      ArgumentSpec("to", "another one; the present version if absent", count: .optional),
    ],
    options: [.value("file", "FILE", "a whole policy to compare with")] + ServerLocation.options,
    examples: ["postern policy diff --tenant acme", "postern policy diff 3 5 --tenant acme"]
  ) { invocation throws(CommandError) in
    let file = try invocation.value("file").map { path throws(CommandError) in
      try PolicyText.read(path)
    }
    let scope = try await TenantScope.find(invocation)
    let present = try PolicyText.parse(try await scope.client.call(.get, scope.path("policy")).body)
    let change: PolicyChange
    if let file {
      guard invocation.arguments.isEmpty else { throw .usage("--file goes without numbers") }
      change = PolicyChange(present, file)
    } else {
      let last = Int(present["version"]?.integerValue ?? 0)
      let numbers = try invocation.arguments.map { text throws(CommandError) in
        guard let number = Int(text), number >= 0 else {
          throw .usage("\"\(Plain.text(text))\" is no number of a version")
        }
        return number
      }
      let from = numbers.first ?? max(0, last - 1)
      change = PolicyChange(
        from == last ? present : try await PolicyHistory.version(from, scope),
        numbers.count > 1 ? try await PolicyHistory.version(numbers[1], scope) : present)
    }
    change.show(invocation)
  }

  static let policyEdit = Command(
    "policy edit", "change a tenant's policy in an editor",
    discussion: """
      Opens $VISUAL, $EDITOR or vi. --file takes the policy from a file or, with `-`, from standard
      input instead; its version must be the present one. The change is refused if somebody else
      changed the policy meanwhile, and what you wrote is kept.

      postern policy show --json | jq '.downloads_max=5' | postern policy edit --file -
      """,
    options: [.value("file", "FILE", "a whole policy instead of an editor")]
      + ServerLocation.options,
    examples: [
      "postern policy edit --tenant acme", "postern policy edit --tenant acme --file new.json",
    ]
  ) { invocation throws(CommandError) in
    let given = try invocation.value("file").map { path throws(CommandError) in
      try PolicyText.read(path)
    }
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("policy"))
    guard let tag = answer.fields[.etag] else {
      throw CommandError(.failed, "the server gives the policy no tag", code: "answer-unexpected")
    }
    let present = try PolicyText.parse(answer.body)
    if let given {
      guard given["version"] == present["version"] else {
        throw CommandError(
          .refused, "the file was made of another version of the policy",
          hint: "postern policy diff --file FILE shows the difference", code: "conflict")
      }
      try await PolicyEdit.put(given, over: present, tag, scope, invocation)
      return
    }
    let draft = try PolicyEdit.draft(PolicyText.pretty(present), invocation)
    do throws(CommandError) {
      let edited = try PolicyText.parse(
        try LocalFile.read(draft, bytesMax: PolicyText.bytesMax))
      try await PolicyEdit.put(edited, over: present, tag, scope, invocation)
    } catch {
      let kept = "what you wrote is in \(Plain.text(draft))"
      throw CommandError(
        error.exit, error.message, hint: error.hint.map { "\($0); \(kept)" } ?? kept,
        code: error.code)
    }
    unsafe unlink(draft)
  }
}

/// What differs between two policies.
struct PolicyChange {
  private let lines: [(name: String, old: String?, new: String?)]

  init(_ old: JSONValue, _ new: JSONValue) {
    let (before, after) = (
      PolicyText.flat(old, prefix: ""), PolicyText.flat(new, prefix: "")
    )
    let names =
      before.map(\.0)
      + after.map(\.0).filter { name in
        !before.contains { $0.0 == name }
      }
    lines = names.compactMap { name in
      let (old, new) = (
        before.first { $0.0 == name }?.1, after.first { $0.0 == name }?.1
      )
      return old == new ? nil : (name, old, new)
    }
  }

  /// Whether more than the number of the version differs.
  var isEmpty: Bool { !lines.contains { $0.name != "version" } }

  func show(_ invocation: Invocation) {
    let console = invocation.console
    if invocation.isJSON {
      console.print(
        JSONWriter.object { writer in
          writer.objects("changes", lines) { line, writer in
            writer.member("member", line.name)
            writer.member("old", line.old)
            writer.member("new", line.new)
          }
        })
      return
    }
    for line in lines {
      if let old = line.old {
        console.print(console.style.red(Plain.text("- \(line.name) \(old)")))
      }
      if let new = line.new {
        console.print(console.style.green(Plain.text("+ \(line.name) \(new)")))
      }
    }
    if lines.isEmpty { console.note("no difference") }
  }
}

enum PolicyHistory {
  /// One version of the history, whose first is the default, version 0.
  static func version(
    _ number: Int, _ scope: TenantScope
  ) async throws(CommandError) -> JSONValue {
    // The page that begins with the version: cursors are the number before.
    let cursor = Base64.encode(Array(String(number + 1).utf8), .url)
    let answer = try await scope.client.call(
      .get, scope.path("policy", "versions"), query: [("limit", "1"), ("cursor", cursor)])
    let page = try PolicyText.parse(answer.body)
    guard let policy = page["items"]?.arrayValue?.first?["policy"],
      policy["version"]?.integerValue == Int64(number)
    else {
      throw CommandError(
        .notFound, "there is no version \(number) of the policy",
        hint: "postern policy history", code: "not-found")
    }
    return policy
  }
}

private enum PolicyEdit {
  /// Puts a policy in place of the one that has the tag.
  static func put(
    _ policy: JSONValue, over present: JSONValue, _ tag: String, _ scope: TenantScope,
    _ invocation: Invocation
  ) async throws(CommandError) {
    let change = PolicyChange(present, policy)
    guard !change.isEmpty else {
      invocation.console.note("nothing was changed")
      return
    }
    let answer = try await scope.client.send(
      .put, scope.path("policy"), .bytes(policy.write()),
      fields: [(.contentType, "application/json"), (.ifMatch, tag)])
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    change.show(invocation)
    let version = try answer.read(PolicyBody.self).version
    invocation.console.print("policy is version \(version) now")
  }

  /// Lets a person edit the text; gives the path of the file with the result.
  static func draft(_ text: String, _ invocation: Invocation) throws(CommandError) -> String {
    let environment = invocation.environment
    let parent = environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let path = parent + "/postern-policy-\(getpid()).json"
    try LocalFile.create(path, Array(text.utf8))
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    // Editors are command lines, such as `code --wait`; the shell takes them apart.
    let words = ["sh", "-c", editor + " \"$1\"", "sh", path]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      unsafe environment.map { unsafe strdup("\($0.key)=\($0.value)") } + [nil]
    defer {
      for index in unsafe arguments.indices { unsafe free(arguments[index]) }
      for index in unsafe variables.indices { unsafe free(variables[index]) }
    }
    guard unsafe run(&arguments, &variables) else {
      let isChanged = try LocalFile.read(path, bytesMax: PolicyText.bytesMax) != Array(text.utf8)
      if !isChanged { unsafe unlink(path) }
      throw CommandError(
        .failed, "the editor \(editor) did not end well",
        hint: isChanged
          ? "the policy is as it was; what you wrote is in \(path)"
          : "nothing was changed; EDITOR names another one", code: "editor-failed")
    }
    return path
  }

  /// Runs a shell to its end; whether it went well. Meanwhile the keys that interrupt belong to the
  /// editor: many use them for something else, and we must still be there when it ends.
  private static func run(
    _ arguments: inout [UnsafeMutablePointer<CChar>?],
    _ variables: inout [UnsafeMutablePointer<CChar>?]
  ) -> Bool {
    let taken = [SIGINT, SIGQUIT]
    let before = taken.map { signal($0, SIG_IGN) }
    defer { for (number, handler) in zip(taken, before) { signal(number, handler) } }
    var attributes = posix_spawnattr_t()
    var defaults = sigset_t()
    guard unsafe posix_spawnattr_init(&attributes) == 0 else { return false }
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    unsafe sigemptyset(&defaults)
    // What is ignored here would be ignored there too, also the closed pipe.
    for number in taken + [SIGPIPE] { unsafe sigaddset(&defaults, number) }
    unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    var process: pid_t = 0
    var status: Int32 = 0
    guard
      unsafe posix_spawn(&process, "/bin/sh", nil, &attributes, &arguments, &variables) == 0
    else { return false }
    while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
    return status == 0
  }
}
