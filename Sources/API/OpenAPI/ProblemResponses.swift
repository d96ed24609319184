// `components/responses` of `openapi.json`: sets of problems with one status. Operations share them, since
// most differ in few codes; the name says in which.

import JSONText
import Wire

enum ProblemResponses {
  private static let start = "#/components/responses/"

  /// A reference to the response with these codes.
  static func reference(_ status: Int, _ codes: [ProblemCode]) -> JSONValue {
    ["$ref": .string(start + name(status, codes))]
  }

  /// Every response that the paths refer to.
  static func components(of paths: JSONObject) -> JSONObject {
    var names = Set<String>()
    for path in paths.members {
      for operation in path.value.objectValue?.members ?? [] {
        for response in operation.value["responses"]?.objectValue?.members ?? [] {
          if let target = response.value["$ref"]?.stringValue { names.insert(target) }
        }
      }
    }
    var components = JSONObject()
    for name in names.map({ String($0.dropFirst(start.count)) }).sorted() {
      let parts = name.split(separator: ".").map(String.init)
      guard let status = parts.first.flatMap({ Int($0) }) else { continue }
      let named = parts.dropFirst().compactMap { ProblemCode(rawValue: $0) }
      let common = parts.contains(only) ? [] : common(status)
      components[name] = response(
        status, ProblemCode.allCases.filter { (common + named).contains($0) })
    }
    return components
  }

  /// The response of a status with these codes.
  static func response(_ status: Int, _ codes: [ProblemCode]) -> JSONValue {
    var headers = OperationText.standardHeaders
    switch status {
    case 401: headers["WWW-Authenticate"] = OperationText.reference("Challenge")
    case 429: headers["Retry-After"] = OperationText.reference("RetryAfterAlways")
    case 503: headers["Retry-After"] = OperationText.reference("RetryAfter")
    default: break
    }
    let lines = codes.map { "`\($0.rawValue)`: \($0.title)." }
    return [
      "description": .string(lines.joined(separator: "\n")),
      "headers": .object(headers),
      "content": [
        "application/problem+json": [
          "schema": [
            "allOf": [
              SchemaText.reference(BodySchemas.problem),
              ["properties": ["code": ["enum": .array(codes.map { .string($0.rawValue) })]]],
            ]
          ]
        ]
      ],
    ]
  }

  /// Stands in the name of a set without what all routes below `/v1` share.
  private static let only = "only"

  private static func common(_ status: Int) -> [ProblemCode] {
    RouteProblems.all.filter { $0.status == status }
  }

  private static func name(_ status: Int, _ codes: [ProblemCode]) -> String {
    let common = common(status)
    let isWhole = common.allSatisfy { codes.contains($0) }
    let named = isWhole ? codes.filter { !common.contains($0) } : codes
    return ([String(status)] + (isWhole ? [] : [only]) + named.map(\.rawValue))
      .joined(separator: ".")
  }
}
