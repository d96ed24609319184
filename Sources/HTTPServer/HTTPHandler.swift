// What an application gives to the server. A request meets `bodyMode`, then `now`, then, if that
// gave nothing, `respond`.

package import HTTPMessage

/// How the server treats the body of a request.
package enum BodyMode: Sendable {
  /// The handler wants no body. One of a known length up to 64 KiB is read and thrown away; any
  /// other is left unread, and the connection closes after the answer.
  case none
  /// The body is read whole before the handler sees the request; 413 above `limit` bytes.
  case buffered(limit: Int)
  /// The handler reads the body piece by piece; `body-too-large` above `limit` bytes.
  case stream(limit: Int64)
  /// The head alone is enough: this is the answer; a body is treated as for `none`.
  case answer(HTTPResponse)
}

/// The application behind a server.
package protocol HTTPHandler: Sendable {
  /// Decides from the head how the body is treated; may set `request.attachment`.
  ///
  /// Runs on the loop, once a request: it must not block.
  func bodyMode(for request: inout HTTPRequest, _ context: LoopContext) -> BodyMode

  /// Answers at once on the loop, or gives nothing to be asked again through `respond`.
  ///
  /// It must not block. A streamed body cannot be read here.
  func now(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) -> HTTPResponse?

  /// Answers in a task that prefers the executor of the loop; cancelled when the client leaves.
  ///
  /// It must not block. What it awaits may run elsewhere; it comes back to the loop.
  func respond(
    _ request: HTTPRequest, _ body: HTTPRequestBody, _ context: LoopContext
  ) async -> HTTPResponse
}

/// Why the server refused a request before the handler saw it, or in its place.
package enum RefusalCode: String, Sendable, CaseIterable {
  /// The head does not follow RFC 9112.
  case malformedRequest = "malformed-request"
  /// Content-Length and Transfer-Encoding contradict each other or themselves.
  case malformedFraming = "malformed-framing"
  /// The chunked body is broken.
  case malformedBody = "malformed-body"
  /// The target is over the limit.
  case targetTooLong = "target-too-long"
  /// The head is over the limit, or has too many fields.
  case headTooLarge = "head-too-large"
  /// The body is over the limit of its route.
  case bodyTooLarge = "body-too-large"
  /// The head or the body came too slowly.
  case requestTimeout = "request-timeout"
  /// The method is not known to the server.
  case methodUnknown = "method-unknown"
  /// A transfer coding other than chunked.
  case transferCodingUnknown = "transfer-coding-unknown"
  /// A version other than HTTP/1.0 and HTTP/1.1.
  case versionUnknown = "version-unknown"
  /// An expectation other than 100-continue.
  case expectationFailed = "expectation-failed"
  /// The request came in clear to a listener that speaks TLS.
  case tlsRequired = "tls-required"
  /// The handler gave an answer that cannot be sent.
  case internalError = "internal"

  /// The status that goes with the code.
  package var status: HTTPStatus {
    switch self {
    case .malformedRequest, .malformedFraming, .malformedBody, .tlsRequired: .badRequest
    case .targetTooLong: .uriTooLong
    case .headTooLarge: .requestHeaderFieldsTooLarge
    case .bodyTooLarge: .contentTooLarge
    case .requestTimeout: .requestTimeout
    case .methodUnknown, .transferCodingUnknown: .notImplemented
    case .versionUnknown: .httpVersionNotSupported
    case .expectationFailed: .expectationFailed
    case .internalError: .internalServerError
    }
  }
}
