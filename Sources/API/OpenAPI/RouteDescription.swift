// What `openapi.json` says about a route beyond what its `Endpoint` knows: names, scopes, bodies and the
// problems of its own. Problems that follow from the kind of a route are added by `RouteProblems`.

package import Delivery
package import Wire

/// What one success looks like.
package enum AnswerDescription: Sendable {
  /// A JSON object.
  case object(Int, BodySchema, hasLocation: Bool = false)
  /// A page of objects.
  case page(BodySchema)
  /// Nothing.
  case empty
  /// Bytes of a published file.
  case file(String)

  /// The status.
  var status: Int {
    switch self {
    case .object(let status, _, _): status
    case .page, .file: 200
    case .empty: 204
    }
  }
}

/// What is said about one route.
package struct RouteDescription: Sendable {
  /// The name of the operation.
  package let id: String
  /// The group in the documentation.
  package let tag: String
  /// What it does, without a full stop.
  package let summary: String
  /// The scopes of which one is needed; empty where only operators may call.
  package let scopes: [Scope]
  /// The JSON body.
  package let request: BodySchema?
  /// The successes.
  package let answers: [AnswerDescription]
  /// Whether the answer has an `ETag` and is compared with `If-None-Match`.
  package let isRevalidated: Bool
  /// Problems of its own.
  package let problems: [ProblemCode]

  init(
    _ id: String, _ tag: String, _ summary: String, _ scopes: [Scope],
    request: BodySchema? = nil, _ answers: AnswerDescription..., isRevalidated: Bool = false,
    problems: [ProblemCode] = []
  ) {
    self.id = id
    self.tag = tag
    self.summary = summary
    self.scopes = scopes
    self.request = request
    self.answers = answers
    self.isRevalidated = isRevalidated
    self.problems = problems
  }

  /// A route for operators only.
  init(
    _ id: String, _ tag: String, _ summary: String, request: BodySchema? = nil,
    _ answer: AnswerDescription, isRevalidated: Bool = false, problems: [ProblemCode] = []
  ) {
    self.init(
      id, tag, summary, [], request: request, answer, isRevalidated: isRevalidated,
      problems: problems)
  }
}
