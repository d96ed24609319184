// The only place that turns errors into HTTP (RFC 9457). An error that nobody foresaw becomes
// `internal` without a detail; its cause goes to the log, never to the client.

package import Delivery
package import HTTPMessage
import JOSE
package import Wire

/// A failure on its way to the client.
package struct Problem: Error, Sendable {
  /// The stable code; status and title follow from it.
  package let code: ProblemCode

  /// A sentence for the client; nothing where it would tell too much.
  package let detail: String?

  /// The code of a deeper reason, such as why a file was refused.
  package var reason: String?

  /// Seconds for `Retry-After`.
  package var retryAfterSeconds: Int?

  /// The value of `Allow` for 405.
  package var allow: String?

  /// What caused it, for our log only.
  package var cause: (any Error)?

  /// Creates a problem.
  package init(
    _ code: ProblemCode, _ detail: String? = nil, reason: String? = nil,
    retryAfterSeconds: Int? = nil, allow: String? = nil, cause: (any Error)? = nil
  ) {
    self.code = code
    self.detail = detail
    self.reason = reason
    self.retryAfterSeconds = retryAfterSeconds ?? Problem.standardRetry(code)
    self.allow = allow
    self.cause = cause
  }

  /// A refusal of a use case. Its codes are problem codes; a test holds that.
  package init(_ error: DeliveryError) {
    self.init(
      ProblemCode(rawValue: error.code.rawValue) ?? .unexpected,
      error.code == .internal ? nil : error.detail, reason: error.reason?.text,
      cause: error.cause ?? error)
  }

  /// A body that is not as the contract says.
  package init(_ error: WireError) {
    self.init(ProblemCode(rawValue: error.code.rawValue) ?? .bodyMalformed, error.detail)
  }

  /// A body that could not be read.
  package init(_ error: HTTPMessageError) {
    switch error.code {
    case .bodyTooLarge: self.init(.bodyTooLarge, error.detail)
    case .bodyTimedOut: self.init(.requestTimeout)
    case .bodyCutOff, .bodyMalformed: self.init(.uploadIncomplete, error.detail)
    default: self.init(.requestMalformed, error.detail)
    }
  }

  /// The answer as `application/problem+json`.
  package func response(to request: RequestID) -> HTTPResponse {
    let body = ProblemBody(
      code: code, detail: detail, instance: request.description, reason: reason)
    var fields = HTTPFields([
      (.contentType, "application/problem+json"), (.cacheControl, "no-store"),
      (.xContentTypeOptions, "nosniff"),
    ])
    if let retryAfterSeconds { fields.append(.retryAfter, String(retryAfterSeconds)) }
    if let allow { fields.append(.allow, allow) }
    if code.status == 401 {
      // RFC 6750 section 3.1: without a token the challenge carries no error.
      let error = code == .tokenMissing ? "" : ", error=\"invalid_token\""
      fields.append(.wwwAuthenticate, "Bearer realm=\"postern\"" + error)
    }
    return HTTPResponse(
      HTTPStatus(code.status), fields: fields, body: .bytes(body.json()))
  }

  private static func standardRetry(_ code: ProblemCode) -> Int? {
    switch code {
    case .storeUnavailable, .objectStoreUnavailable, .overloaded, .draining, .scrubberUnavailable,
      .downloadsBusy:
      5
    // Scanners read their signatures anew for some ten seconds.
    case .scannerUnreachable: 15
    case .idempotencyInFlight: 1
    default: nil
    }
  }
}
