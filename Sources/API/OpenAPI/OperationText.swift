// One operation of `openapi.json`: parameters, body, successes and problems of a route.

import Delivery
import HTTPMessage
import JSONText
import Wire

enum OperationText {
  /// The operation of a route.
  static func operation(
    _ route: RouteDescription, _ endpoint: Endpoint, template: String
  ) -> JSONValue {
    let isInTenant = RouteDescriptions.isInTenant(template) && !route.scopes.isEmpty
    var operation = JSONObject()
    operation["operationId"] = .string(route.id + (isInTenant ? "InTenant" : ""))
    operation["tags"] = [.string(route.tag)]
    operation["summary"] = .string(route.summary)
    operation["security"] = security(route, isForOperators: isInTenant || endpoint.isForOperators)
    let parameters =
      ParameterText.pathNames(template).map { ParameterText.path($0) }
      + endpoint.parameters.map { ParameterText.query($0, of: route.id) }
      + ParameterText.headers(route, endpoint)
    if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
    operation["requestBody"] = requestBody(route, endpoint)
    var responses = JSONObject()
    for answer in route.answers {
      responses[String(answer.status)] = success(answer, route)
    }
    if route.isRevalidated {
      responses["304"] = [
        "description": "It is still what `If-None-Match` names.", "headers": ["ETag": tag],
      ]
    }
    add(RouteProblems.of(route, endpoint, template: template), to: &responses)
    operation["responses"] = .object(responses)
    return .object(operation)
  }

  /// The problems of an operation, one response for each status.
  static func add(_ codes: [ProblemCode], to responses: inout JSONObject) {
    for status in Set(codes.map(\.status)).sorted() {
      responses[String(status)] = ProblemResponses.reference(
        status, codes.filter { $0.status == status })
    }
  }

  private static func security(
    _ route: RouteDescription, isForOperators: Bool
  ) -> JSONValue {
    guard !isForOperators else { return [["bearer": ["operator"]]] }
    return .array(route.scopes.map { ["bearer": [.string($0.rawValue)]] })
  }

  private static func requestBody(
    _ route: RouteDescription, _ endpoint: Endpoint
  ) -> JSONValue? {
    switch endpoint.body {
    case .none: return nil
    case .upload:
      let bytes: JSONValue = ["schema": [:]]
      return [
        "required": true, "description": "The bytes of the file.",
        "content": ["application/octet-stream": bytes, "image/jpeg": bytes, "image/png": bytes],
      ]
    case .json:
      guard let body = route.request else { return nil }
      // An absent body stands for an object without members.
      let isRequired = body.members.contains { $0.isRequired } || !body.forms.isEmpty
      return [
        "required": .bool(isRequired),
        "content": ["application/json": ["schema": SchemaText.reference(body)]],
      ]
    }
  }

  private static func success(
    _ answer: AnswerDescription, _ route: RouteDescription
  ) -> JSONValue {
    var headers = standardHeaders
    var response = JSONObject()
    switch answer {
    case .object(let status, let body, let hasLocation):
      response["description"] = .string(
        status == 202 ? "The work goes on; ask for the upload." : body.summary)
      response["content"] = ["application/json": ["schema": SchemaText.reference(body)]]
      if hasLocation { headers["Location"] = header("Where it is found.", isRequired: true) }
    case .page(let body):
      response["description"] = "One page."
      response["content"] = ["application/json": ["schema": SchemaText.page(body)]]
    case .empty:
      response["description"] = "Done."
    case .file(let type):
      response["description"] = "The file."
      let schema: JSONValue = type.hasPrefix("text/") ? ["type": "string"] : [:]
      response["content"] = .object(object([(type, ["schema": schema])]))
    }
    if route.isRevalidated || route.id == "putPolicy" { headers["ETag"] = tag }
    response["headers"] = .object(headers)
    return .object(response)
  }

  /// What every answer carries.
  static let standardHeaders = object([
    ("X-Request-Id", reference("RequestID")), ("Cache-Control", reference("CacheControl")),
  ])

  private static let tag = reference("ETag")

  /// `components/headers`.
  static let headers = object([
    ("RequestID", header("The request's identifier.", isRequired: true)),
    ("CacheControl", header("Who may keep the answer.", isRequired: true)),
    ("ETag", header("The state's tag for `If-None-Match` and `If-Match`.", isRequired: true)),
    ("Challenge", header("`Bearer` (RFC 6750).", isRequired: true)),
    (
      "RetryAfter",
      [
        "description": "Seconds to wait.", "required": false,
        "schema": ["type": "integer", "minimum": 1],
      ]
    ),
    (
      "RetryAfterAlways",
      [
        "description": "Seconds to wait.", "required": true,
        "schema": ["type": "integer", "minimum": 1],
      ]
    ),
  ])

  /// A reference to one of them.
  static func reference(_ name: String) -> JSONValue {
    ["$ref": .string("#/components/headers/" + name)]
  }

  static func header(_ note: String, isRequired: Bool) -> JSONValue {
    [
      "description": .string(note), "required": .bool(isRequired), "schema": ["type": "string"],
    ]
  }

  private static func object(_ pairs: [(String, JSONValue)]) -> JSONObject {
    var object = JSONObject()
    for (name, value) in pairs { object[name] = value }
    return object
  }
}
