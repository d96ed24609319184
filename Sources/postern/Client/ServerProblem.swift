// From an answer that is an error to the lines and exit code of the command.

import HTTPMessage
import PosternClient
import Wire

enum ServerProblem {
  /// The failure that an answer with an error status stands for.
  static func error(status: Int, body: [UInt8]) -> CommandError {
    error(PosternError(status: status, body: body), status: status)
  }

  private static func error(_ failure: PosternError, status: Int) -> CommandError {
    guard let problem = failure.problem else {
      return CommandError(
        exit(status: status, code: ""), "the server answers \(HTTPStatus(status))",
        hint: "is this the address of a Postern gateway?", code: failure.code)
    }
    let known = ProblemCode(rawValue: problem.code)
    var hint = problem.reason.flatMap { RefusalReasons.explanation[$0] } ?? known?.advice
    if status >= 500, let instance = problem.instance {
      hint = [hint, "The request was \(instance)."].compactMap(\.self).joined(separator: " ")
    }
    if problem.code == ProblemCode.routeNotFound.rawValue {
      hint = "a token belongs to one tenant: leave out --tenant; operators use the admin socket"
    }
    return CommandError(
      exit(status: status, code: problem.code),
      Plain.text(message(problem)),
      hint: hint.map(Plain.text), code: problem.code)
  }

  /// Such as `No such document [document-not-found]`.
  private static func message(_ problem: ProblemBody) -> String {
    var text = problem.detail ?? problem.title
    while text.hasSuffix(".") { text.removeLast() }
    if let reason = problem.reason, !text.contains(reason) { text += " (\(reason))" }
    return "\(text) [\(problem.code)]"
  }

  /// The exit code that goes with a status and a problem code.
  static func exit(status: Int, code: String) -> ExitCode {
    switch status {
    case 404: .notFound
    case 401, 403, 409, 410, 412, 413, 415, 422: .refused
    default: code.hasSuffix("-not-found") ? .notFound : .failed
    }
  }

  /// The failure of a call.
  static func error(_ error: PosternError, at location: ServerLocation) -> CommandError {
    if let status = error.status { return self.error(error, status: status) }
    let hint: String? =
      switch (error.code, location) {
      case ("connect-failed", .adminSocket(let folder)),
        ("timeout-connect", .adminSocket(let folder)):
        "is the gateway running? postern serve --data \(folder)"
      case ("connect-failed", _), ("timeout-connect", _), ("host-unknown", _):
        "is the address right, and the gateway running?"
      case ("tls-failed", _): "the server's certificate could not be verified"
      default: nil
      }
    return CommandError(.failed, "no answer: \(error.detail)", hint: hint, code: error.code)
  }
}
