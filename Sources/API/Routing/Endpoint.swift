// One entry of the route table: what a route accepts, and what it does.

import Delivery
import HTTPMessage

/// How a route takes its body.
enum EndpointBody: Sendable {
  /// None.
  case none
  /// JSON of at most `Endpoint.jsonBytesMax` bytes.
  case json
  /// The bytes of a version, streamed, up to the configured size.
  case upload
}

/// A route of the interface.
struct Endpoint: Sendable {
  /// The most bytes of a JSON body.
  static let jsonBytesMax = 65_536

  /// The query parameters that it knows.
  let parameters: [String]

  let body: EndpointBody

  /// Whether `Idempotency-Key` is honoured.
  let isIdempotent: Bool

  /// Whether only an operator may call it.
  let isForOperators: Bool

  /// Answers a call.
  let answer: @Sendable (Call, Services) async throws(Problem) -> HTTPResponse

  init(
    parameters: [String] = [], body: EndpointBody = .none, isIdempotent: Bool = false,
    isForOperators: Bool = false,
    _ answer: @escaping @Sendable (Call, Services) async throws(Problem) -> HTTPResponse
  ) {
    self.parameters = parameters
    self.body = body
    self.isIdempotent = isIdempotent
    self.isForOperators = isForOperators
    self.answer = answer
  }
}
