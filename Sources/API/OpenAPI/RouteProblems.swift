// The problems that a route can answer with because of its kind: how it authenticates, takes its body,
// pages, revalidates. What belongs to HTTP itself stands in the description of the whole.

import Wire

enum RouteProblems {
  /// Every route below `/v1`.
  static let all: [ProblemCode] = [
    .tokenMissing, .tokenRefused, .rateLimited, .notFound, .routeNotFound, .parameterUnknown,
    .parameterInvalid, .encodingUnsupported, .requestMalformed, .requestTimeout, .headTooLarge,
    .targetTooLong, .bodyTooLarge, .storeUnavailable, .storeFull, .overloaded, .draining,
    .unexpected,
  ]

  private static let json: [ProblemCode] = [
    .bodyMalformed, .memberUnknown, .memberMissing, .memberInvalid, .mediaTypeUnsupported,
    .bodyTooLarge, .lengthRequired,
  ]

  /// All problems of a route, each once, by status and code.
  static func of(
    _ route: RouteDescription, _ endpoint: Endpoint, template: String
  ) -> [ProblemCode] {
    var codes = all + route.problems
    if !route.scopes.isEmpty { codes += [.scopeMissing, .tenantRequired] }
    if template.contains("{tenant}") { codes += [.tenantNotFound] }
    if template.contains("{") { codes += [.identifierMalformed] }
    if endpoint.parameters.contains("limit") { codes += [.limitOutOfRange, .cursorInvalid] }
    if endpoint.isIdempotent {
      codes += [.headerInvalid, .idempotencyKeyReused, .idempotencyInFlight]
    }
    if route.isRevalidated { codes += [.preconditionFailed] }
    switch endpoint.body {
    case .none: break
    case .json: codes += json
    case .upload: codes += [.lengthRequired]
    }
    // A version or a recipient in the body has an identifier's form too.
    if route.request != nil { codes += [.identifierMalformed] }
    return ProblemCode.allCases.filter { codes.contains($0) }
  }
}
