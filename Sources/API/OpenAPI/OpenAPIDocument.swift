// `openapi.json` (OpenAPI 3.1): made from the route table, the endpoints, the descriptions of bodies
// and the catalogue of problems. A copy lies in the documentation; a test holds the two together.

import HTTPMessage
import HTTPServer
package import JSONText
import Wire

/// The description of the whole interface for machines.
package enum OpenAPIDocument {
  /// The path where it is served, without a token.
  package static let path = "/openapi.json"

  /// The document.
  package static let document: JSONValue = [
    "openapi": "3.1.0",
    "info": [
      "title": "Postern", "version": "1",
      "description": .string(introduction),
      "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
    ],
    "tags": .array(tags.map { ["name": .string($0)] }),
    "paths": .object(paths),
    "components": [
      "schemas": .object(schemas), "headers": .object(OperationText.headers),
      "responses": .object(ProblemResponses.components(of: paths)),
      "securitySchemes": [
        "bearer": [
          "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
          "description": .string(
            "A token of a configured issuer, or of the gateway's own. The names beside it are the "
              + "scopes that the token needs; one of the alternatives is enough."),
        ]
      ],
    ],
  ]

  /// Answers a request for it; throws `method-not-allowed`.
  static func answer(_ request: HTTPRequest) throws(Problem) -> HTTPResponse {
    guard request.method == .get || request.method == .head else {
      throw Problem(.methodNotAllowed, allow: "GET, HEAD")
    }
    return HTTPResponse(
      .ok,
      fields: HTTPFields([
        (.contentType, "application/json"), (.cacheControl, "public, max-age=3600"),
        (.xContentTypeOptions, "nosniff"),
      ]), body: .bytes(bytes))
  }

  private static let bytes = document.write()

  private static let tags = [
    "Documents", "Versions", "Holds", "Links", "Customers", "Grants", "Policy", "Audit", "Tenants",
    "Tokens", "Keys", "Catalogue",
  ]

  private static let introduction = """
    Links to documents that end, can be revoked and are written down.

    The tenant is that of the token; routes below `/v1/tenants/{tenant}` and `/v1/system` are for \
    operators. Unknown members and parameters are refused, and `null` stands for an absent optional \
    member. Answers may get new members: readers pass over what they do not know.

    Errors are problem details (RFC 9457); branch on `code`. Each response lists the codes that it can \
    carry; `/problems/{code}` explains one. A 400 is about the form of a request and a 422 about its \
    contents. Beside them stand those of HTTP itself, whatever the route: `method-not-allowed`, \
    `method-not-implemented`, `expectation-failed`, `version-not-supported`, `tls-required`.

    Formats that JSON Schema does not know: `printable` is text without control, format and \
    unassigned characters, whose length is counted in bytes of UTF-8; `date-time` is RFC 3339 in UTC \
    with `Z`; `period` is a year, a month or a day of the calendar; `words` is text with a letter or a \
    digit; `cursor` is opaque; `doc-id` and its like are identifiers.
    """

  private static let schemas: JSONObject = {
    var schemas = JSONObject()
    for body in BodySchemas.all { schemas[body.name] = SchemaText.object(body) }
    return schemas
  }()

  private static let paths: JSONObject = {
    var paths = JSONObject()
    for route in RouteTable.router.routes {
      guard let description = RouteDescriptions.find(route.method, route.template) else { continue }
      let path = route.template.replacing("...}")
      var item = paths[path]?.objectValue ?? JSONObject()
      item[route.method.rawValue.lowercased()] = OperationText.operation(
        description, route.value, template: route.template)
      paths[path] = .object(item)
    }
    for (path, item) in PublicPaths.items { paths[path] = item }
    return paths
  }()
}

extension String {
  /// The text with `...}` as `}`.
  fileprivate func replacing(_ rest: String) -> String {
    hasSuffix(rest) ? dropLast(rest.count) + "}" : self
  }
}
