// How a command fails: an exit code from the table, an `error:` line and, if known, a `hint:` line.

import JSONText

/// The exit codes of `postern`; scripts may rely on them.
enum ExitCode: Int32, Sendable, CaseIterable {
  case done = 0
  case failed = 1
  case usage = 2
  case refused = 3
  case notFound = 4
  case verificationFailed = 5

  var meaning: String {
    switch self {
    case .done: "done"
    case .failed: "failed: a fault here, in the network or at the server"
    case .usage: "usage: the command line is wrong"
    case .refused: "refused: policy, permission or the file's content"
    case .notFound: "not found: no such thing, or none that you may see"
    case .verificationFailed: "verification failed: the log, a receipt or a checksum is wrong"
    }
  }
}

/// A failure that the person at the terminal sees.
struct CommandError: Error {
  let exit: ExitCode

  /// What went wrong: one line, no secrets.
  let message: String

  /// What to do next.
  let hint: String?

  /// The stable code for `--json`, such as `usage` or a problem code of the server.
  let code: String

  /// Whether the command has printed it already, so that only the exit code is left to give.
  private(set) var isShown = false

  /// The exit code of a failure whose details the command has printed.
  static func shown(_ exit: ExitCode) -> CommandError {
    var error = CommandError(exit, "see above")
    error.isShown = true
    return error
  }

  init(_ exit: ExitCode, _ message: String, hint: String? = nil, code: String? = nil) {
    self.exit = exit
    self.message = message
    self.hint = hint
    self.code = code ?? Self.defaultCode(exit)
  }

  /// The failure as the one document that `--json` prints.
  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("error")
    writer.beginObject()
    writer.member("code", code)
    writer.member("message", message)
    writer.member("hint", hint)
    writer.endObject()
    writer.endObject()
    return writer.text
  }

  static func usage(_ message: String, hint: String? = nil) -> CommandError {
    CommandError(.usage, message, hint: hint)
  }

  private static func defaultCode(_ exit: ExitCode) -> String {
    switch exit {
    case .done: "done"
    case .failed: "failed"
    case .usage: "usage"
    case .refused: "refused"
    case .notFound: "not-found"
    case .verificationFailed: "verification-failed"
    }
  }
}
