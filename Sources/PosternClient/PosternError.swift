// Why a call brought no result. Programs branch on `code`; a refusal of the gateway carries its problem
// details as they came.

internal import JSONText
public import Wire

/// A call that failed.
public struct PosternError: Error, Sendable, CustomStringConvertible {
  /// Who says that it failed.
  public enum Kind: Sendable, Hashable {
    /// The gateway answered with an error; `code` is a problem code.
    case refused
    /// There was no answer; whether the request had an effect is not known unless `isBeforeSending`.
    case unanswered
    /// The answer is none of a gateway of this release.
    case misunderstood
    /// The call or the client was put together wrongly; nothing was sent.
    case misused
  }

  /// Who says that it failed.
  public let kind: Kind

  /// The stable code: of the problem, such as `document-not-found`, or of the failed exchange, such as
  /// `connect-failed`.
  public let code: String

  /// A sentence for people; holds no secret.
  public let detail: String

  /// The HTTP status; nothing without an answer.
  public let status: Int?

  /// The problem details; nothing where the answer was not the gateway's, such as a proxy's page.
  public let problem: ProblemBody?

  /// How many seconds to wait before the same request is sent again; for 429 and 503.
  public let retryAfterSeconds: Int?

  /// Whether the gateway cannot have seen the request.
  public let isBeforeSending: Bool

  /// What caused it.
  public let cause: (any Error)?

  /// The problem code; nothing where it is of another release, or not of the gateway.
  public var problemCode: ProblemCode? {
    problem.flatMap { ProblemCode(rawValue: $0.code) }
  }

  public var description: String { "\(code): \(detail)" }

  init(
    _ kind: Kind, code: String, _ detail: String, status: Int? = nil,
    problem: ProblemBody? = nil, retryAfterSeconds: Int? = nil, isBeforeSending: Bool = false,
    cause: (any Error)? = nil
  ) {
    self.kind = kind
    self.code = code
    self.detail = detail
    self.status = status
    self.problem = problem
    self.retryAfterSeconds = retryAfterSeconds
    self.isBeforeSending = isBeforeSending
    self.cause = cause
  }

  /// The failure that an answer with an error status stands for.
  package init(status: Int, body: [UInt8], retryAfter: String? = nil) {
    let problem = PosternError.problem(in: body)
    self.init(
      problem == nil ? .misunderstood : .refused, code: problem?.code ?? "answer-unexpected",
      problem.map { $0.detail ?? $0.title } ?? "The answer has status \(status).",
      status: status, problem: problem, retryAfterSeconds: retryAfter.flatMap { Int($0) })
  }

  private static func problem(in body: [UInt8]) -> ProblemBody? {
    do throws(WireError) {
      return try ProblemBody(json: body)
    } catch {
      // Not the gateway's: a proxy's page, or nothing at all.
      return nil
    }
  }
}
