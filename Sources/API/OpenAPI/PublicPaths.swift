// The paths without a bearer token: the customer's side of a link, the catalogue of problems, and this
// description itself.

import JSONText
import Wire

enum PublicPaths {
  static let items: [(String, JSONValue)] = [
    (
      "/d/{token}",
      [
        "parameters": [
          [
            "name": "token", "in": "path", "required": true,
            "description": "The secret part of a link's URL.",
            "schema": ["type": "string", "format": "link-token"],
          ]
        ],
        "get": customer(
          "followLink", "Follow a link: redirects, sends the file or shows a page",
          successes: [200, 206, 303, 304]),
        "head": customer("inspectLink", "Look at a link without using it", successes: [200, 304]),
        "options": asked,
        "post": customer(
          "useLink", "Press the button of a link's page", successes: [303],
          form: [
            "type": "object", "required": ["nonce"], "additionalProperties": false,
            "properties": ["nonce": ["type": "string", "description": "The page's nonce."]],
          ]),
      ]
    ),
    (
      "/problems",
      [
        "get": document(
          "listProblems", "List all problem codes", ["type": "array", "items": entry])
      ]
    ),
    (
      "/problems/{code}",
      [
        "get": document(
          "getProblem", "Explain a problem code", entry,
          parameters: [
            [
              "name": "code", "in": "path", "required": true,
              "schema": [
                "type": "string",
                "enum": .array(ProblemCode.allCases.map { .string($0.rawValue) }),
              ],
            ]
          ])
      ]
    ),
    (
      OpenAPIDocument.path,
      ["get": document("getDescription", "This description", ["type": "object"])]
    ),
    (
      ReceiptFile.keysPath,
      [
        "get": document(
          "getReceiptKeys", "The public keys of signed receipts, former ones included (RFC 7517)",
          keySet, mediaType: "application/jwk-set+json")
      ]
    ),
  ]

  private static let keySet: JSONValue = [
    "type": "object", "required": ["keys"],
    "properties": [
      "keys": [
        "type": "array",
        "items": [
          "type": "object", "required": ["kty", "crv", "x", "kid", "use", "alg"],
          "properties": [
            "kty": ["type": "string", "enum": ["OKP"]],
            "crv": ["type": "string", "enum": ["Ed25519"]],
            "x": ["type": "string"], "kid": ["type": "string"],
            "use": ["type": "string", "enum": ["sig"]],
            "alg": ["type": "string", "enum": ["EdDSA"]],
          ],
        ],
      ]
    ],
  ]

  /// An entry of the catalogue.
  private static let entry: JSONValue = [
    "type": "object", "required": ["type", "code", "status", "title", "advice"],
    "properties": [
      "type": ["type": "string"], "code": ["type": "string"], "status": ["type": "integer"],
      "title": ["type": "string"], "advice": ["type": "string"],
    ],
  ]

  private static let customerProblems: [ProblemCode] = [
    .linkNotFound, .linkExpired, .linkRevoked, .linkUsedUp, .linkUnavailable, .versionSuperseded,
    .versionWithdrawn, .versionNotYetValid, .rateLimited, .requestMalformed, .requestTimeout,
    .headTooLarge,
    .targetTooLong, .bodyTooLarge, .objectStoreUnavailable, .storeUnavailable, .storeFull,
    .overloaded, .draining, .unexpected, .downloadsBusy, .conflict,
  ]

  private static func customer(
    _ id: String, _ summary: String, successes: [Int], form: JSONValue? = nil
  ) -> JSONValue {
    var operation = JSONObject()
    operation["operationId"] = .string(id)
    operation["tags"] = ["Customers"]
    operation["summary"] = .string(summary)
    operation["security"] = []
    var codes = customerProblems
    if let form {
      operation["requestBody"] = [
        "required": true,
        "content": ["application/x-www-form-urlencoded": ["schema": form]],
      ]
      codes += [.formRefused, .mediaTypeUnsupported, .lengthRequired]
    } else {
      codes += [.preconditionFailed, .rangeUnsatisfiable]
    }
    var responses = JSONObject()
    for status in successes {
      var headers = OperationText.standardHeaders
      var response = JSONObject()
      if status == 303 {
        headers["Location"] = OperationText.header(
          "A presigned URL, or the link itself: a secret.", isRequired: true)
        response["description"] = "The file is at `Location` for some minutes."
      } else if status == 304 {
        response["description"] = "The file is the one that the client has."
      } else if status == 206 {
        response["description"] = "A part of the file, where the gateway sends it."
        headers["Content-Range"] = OperationText.header("Which part.", isRequired: true)
        response["content"] = ["*/*": ["schema": [:]]]
      } else {
        response["description"] =
          "A page with a button, the file where the gateway sends it, or what HEAD tells of it."
        if id != "inspectLink" {
          response["content"] = [
            "text/html": ["schema": ["type": "string"]], "*/*": ["schema": [:]],
          ]
        }
      }
      response["headers"] = .object(headers)
      responses[String(status)] = .object(response)
    }
    // Browsers get pages where programs that accept JSON get problem details; HEAD gets neither.
    for status in Set(codes.map(\.status)).sorted() {
      var response =
        ProblemResponses.response(status, codes.filter { $0.status == status }).objectValue
        ?? JSONObject()
      var content = response["content"]?.objectValue ?? JSONObject()
      content["text/html"] = ["schema": ["type": "string"]]
      response["content"] = id == "inspectLink" ? nil : .object(content)
      responses[String(status)] = .object(response)
    }
    operation["responses"] = .object(responses)
    return .object(operation)
  }

  private static let asked: JSONValue = {
    var (headers, responses) = (OperationText.standardHeaders, JSONObject())
    headers["Allow"] = OperationText.header("What a link answers.", isRequired: true)
    responses["204"] = [
      "description": "The methods of links; the same for all, whether they are there or not.",
      "headers": .object(headers),
    ]
    let codes: [ProblemCode] = [
      .rateLimited, .requestMalformed, .requestTimeout, .headTooLarge, .targetTooLong,
      .storeUnavailable, .storeFull, .overloaded, .draining, .unexpected,
    ]
    OperationText.add(codes, to: &responses)
    return [
      "operationId": "askLink", "tags": ["Customers"],
      "summary": "Ask what may be done with a link; uses nothing", "security": [],
      "responses": .object(responses),
    ]
  }()

  private static func document(
    _ id: String, _ summary: String, _ schema: JSONValue, parameters: JSONValue? = nil,
    mediaType: String = "application/json"
  ) -> JSONValue {
    var operation = JSONObject()
    operation["operationId"] = .string(id)
    operation["tags"] = ["Catalogue"]
    operation["summary"] = .string(summary)
    operation["security"] = []
    operation["parameters"] = parameters
    var (responses, content) = (JSONObject(), JSONObject())
    content[mediaType] = ["schema": schema]
    responses["200"] = [
      "description": "The document.", "headers": .object(OperationText.standardHeaders),
      "content": .object(content),
    ]
    OperationText.add(
      [.routeNotFound, .requestMalformed, .requestTimeout, .headTooLarge, .targetTooLong],
      to: &responses)
    operation["responses"] = .object(responses)
    return .object(operation)
  }
}
