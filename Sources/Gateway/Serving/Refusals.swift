// Problem details for requests that the server refused before the API saw them.

import API
import HTTPMessage
import HTTPServer
import Wire

enum Refusals {
  /// The answer to a refused request.
  static func answer(_ code: RefusalCode, _ id: RequestID) -> HTTPResponse {
    Problem(problem(code)).response(to: id)
  }

  private static func problem(_ code: RefusalCode) -> ProblemCode {
    switch code {
    case .malformedRequest, .malformedFraming, .malformedBody: .requestMalformed
    case .targetTooLong: .targetTooLong
    case .headTooLarge: .headTooLarge
    case .bodyTooLarge: .bodyTooLarge
    case .requestTimeout: .requestTimeout
    case .methodUnknown, .transferCodingUnknown: .methodNotImplemented
    case .versionUnknown: .versionNotSupported
    case .expectationFailed: .expectationFailed
    case .internalError: .unexpected
    }
  }
}
