// Problem details for requests that the server refused before the API saw them.

import API
package import HTTPMessage
package import HTTPServer
import Wire

/// Answers for what the server refuses itself.
package enum Refusals {
  /// The answer to a refused request. It may have been one for a link, so it is protected as those
  /// are.
  package static func answer(_ code: RefusalCode, _ id: RequestID) -> HTTPResponse {
    var response = Problem(problem(code)).response(to: id)
    Protection.add(to: &response)
    return response
  }

  /// The problem that a refusal is.
  static func problem(_ code: RefusalCode) -> ProblemCode {
    switch code {
    case .malformedRequest, .malformedFraming, .malformedBody: .requestMalformed
    case .tlsRequired: .tlsRequired
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
