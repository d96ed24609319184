// Problems of the server as lines and exit codes.

import HTTPClient
import PosternClient
import ScrubContract
import Testing
import Wire

@testable import postern

@Suite struct ProblemTests {
  @Test func `every problem code has an exit code, a message with the code, and a hint`() {
    for code in ProblemCode.allCases {
      let error = ServerProblem.error(
        status: code.status, body: ProblemBody(code: code, detail: "A detail.").json())
      #expect(error.exit != .done && error.exit != .usage && error.exit != .verificationFailed)
      #expect(error.message == "A detail [\(code.rawValue)]")
      #expect(error.hint?.isEmpty == false)
      #expect(error.code == code.rawValue)
      let isAbsent = code.rawValue.hasSuffix("-not-found") || code == .notFound
      #expect((error.exit == .notFound) == isAbsent, "\(code.rawValue)")
    }
  }

  @Test(arguments: [
    (401, ExitCode.refused), (403, .refused), (409, .refused), (410, .refused), (413, .refused),
    (422, .refused), (404, .notFound), (400, .failed), (429, .failed), (500, .failed),
    (503, .failed), (302, .failed),
  ])
  func `a status has its exit code`(status: Int, code: ExitCode) {
    #expect(ServerProblem.exit(status: status, code: "x") == code)
  }

  @Test func `every reason of the scrubber is explained`() {
    let reasons = ScrubError.Code.allCases.map(\.rawValue) + ["worker-failed", "worker-timeout"]
    #expect(reasons.filter { RefusalReasons.explanation[$0] == nil } == [])
  }

  @Test func `a refusal explains its reason`() {
    let error = ServerProblem.error(
      status: 422, body: ProblemBody(code: .scrubRefused, reason: "truncated").json())
    #expect(error.message == "The file cannot be proved clean (truncated) [scrub-refused]")
    #expect(error.hint == RefusalReasons.explanation["truncated"])
    #expect(error.exit == .refused)
  }

  @Test func `a fault of the server names the request`() {
    let error = ServerProblem.error(
      status: 500, body: ProblemBody(code: .unexpected, instance: "req-1").json())
    #expect(error.hint?.hasSuffix("The request was req-1.") == true)
  }

  @Test(arguments: ["", "<html>", "[]", "{}", "{\"status\":404}"])
  func `an answer that is no problem is not taken for one`(body: String) {
    let error = ServerProblem.error(status: 404, body: Array(body.utf8))
    #expect(error.code == "answer-unexpected")
    #expect(error.exit == .notFound)
  }

  @Test func `a problem cannot steer the terminal`() {
    let error = ServerProblem.error(
      status: 403, body: ProblemBody(code: .scopeMissing, detail: "a\u{1b}[2Jb").json())
    #expect(!error.message.contains("\u{1b}"))
  }

  @Test func `every failure of the exchange is exit 1 with its code`() {
    for code in HTTPClientError.Code.allCases {
      let error = ServerProblem.error(
        PosternError(HTTPClientError(code, "No.")), at: .adminSocket(folder: "postern-data"))
      #expect(error.exit == .failed && error.code == code.rawValue)
    }
  }
}
