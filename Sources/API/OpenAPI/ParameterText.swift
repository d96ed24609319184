// Parameters of paths, queries and headers. Their names come from the route table; what they may be
// stands here.

import Delivery
import JSONText
import Wire

enum ParameterText {
  /// The name of a path parameter, without the dots of the rest of a path.
  static func pathNames(_ template: String) -> [String] {
    template.split(separator: "/").filter { $0.hasPrefix("{") }
      .map { String($0.dropFirst().prefix { $0 != "." && $0 != "}" }) }
  }

  /// A parameter of the path.
  static func path(_ name: String) -> JSONValue {
    let schema: ValueSchema =
      switch name {
      case "tenant": .text(tenant)
      case "document": .id("doc")
      case "version": .id("ver")
      case "link": .id("lnk")
      case "upload": .id("upl")
      case "grant": .id("grt")
      case "hold": .id("hld")
      case "event": .id("evt")
      case "pseudonym": .text(TextForm(pattern: "^[0-9a-f]{16}$", format: "pseudonym"))
      default: .text(TextForm(pattern: "^[0-9a-z./]{1,64}$", format: "tile-path"))
      }
    return [
      "name": .string(name), "in": "path", "required": true,
      "schema": SchemaText.value(schema),
    ]
  }

  private static var tenant: TextForm {
    var form = TextForm.slug(63)
    form.format = "tenant-id"
    return form
  }

  /// A parameter of the query.
  static func query(_ name: String, of operation: String) -> JSONValue {
    let isRequired = operation == "explainGrants" && name == "document"
    let (value, note) = queryValue(name, of: operation)
    var parameter = JSONObject()
    parameter["name"] = .string(name)
    parameter["in"] = "query"
    if isRequired { parameter["required"] = true }
    parameter["description"] = .string(note)
    parameter["schema"] = SchemaText.value(value)
    return .object(parameter)
  }

  private static func queryValue(
    _ name: String, of operation: String
  ) -> (ValueSchema, String) {
    switch name {
    case "limit":
      (.integer(1...Int64(PageLimit.max)), "Items on a page; \(PageLimit.standard) if absent.")
    case "cursor":
      (
        .text(TextForm(format: "cursor")),
        "`next_cursor` of the page before, beside the same other parameters."
      )
    case "type" where operation.hasSuffix("Events"):
      (.words(AuditKind.allCases.map(\.rawValue)), "Only events of this kind.")
    case "type": (.slug(64), "Only documents of this type.")
    case "label":
      (
        .text(TextForm(pattern: labels, format: nil)),
        "Only documents with all of these labels, joined by commas."
      )
    case "q":
      (
        .text(TextForm(format: "words", bytes: 1...DocumentQuery.textBytesMax)),
        "Only documents whose titles have words that begin so; at least one word."
      )
    case "period": (.text(.period), "Only documents of this period.")
    case "updated_since": (.moment, "Only documents that changed since.")
    case "created_from": (.moment, "Only documents created then or later.")
    case "created_before": (.moment, "Only documents created before.")
    case "current": (.truth, "Whether there is a version to deliver.")
    case "sort":
      (
        .words(DocumentSort.Key.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }),
        "The order; a hyphen turns it round."
      )
    case "document": (.id("doc"), "The document.")
    case "link": (.id("lnk"), "Only events about this link.")
    case "subject" where operation == "listPeople": (.printable(255), "Only this person.")
    case "subject": (.printable(255), "Whose rights.")
    case "roles":
      (
        .text(TextForm(format: "role-list")),
        "Roles of the subject, joined by commas, at most 64; only beside a subject."
      )
    case "valid_from": (.moment, "From when the version may be delivered.")
    case "valid_until": (.moment, "Until when the version may be delivered.")
    case "scrub":
      (
        .text(TextForm(format: "scrub-answers")),
        "Stricter answers to scrub rules than the policy has, such as `comments=refuse`, joined by "
          + "commas; or laxer ones as far as the policy has them. `signed=keep` delivers a signed PDF "
          + "unscrubbed, approved by the caller, who needs `tenant:admin`."
      )
    default: (.text, "")
    }
  }

  private static let labels: String = {
    let label = "[a-z0-9][a-z0-9-]{0,63}"
    return "^\(label)(,\(label)){0,\(DocumentQuery.labelsMax - 1)}$"
  }()

  /// The header fields that a route reads.
  static func headers(_ route: RouteDescription, _ endpoint: Endpoint) -> [JSONValue] {
    var found = [JSONValue]()
    if route.isRevalidated {
      found.append(header("If-None-Match", .text, "An `ETag`; 304 if it is still the same."))
    }
    if route.id == "putPolicy" {
      found.append(header("If-Match", .text, "The `ETag` of the policy that is replaced."))
    }
    if endpoint.isIdempotent {
      found.append(
        header(
          "Idempotency-Key",
          .text(TextForm(pattern: "^[!-~]{1,255}$", format: "idempotency-key")),
          "A repeated request with the same key and body gets the first answer again."))
    }
    if case .upload = endpoint.body {
      found += [
        header(
          "Content-Disposition", .text, "`attachment; filename=\"a.png\"` names the version."),
        header(
          "Repr-Digest",
          .text(
            TextForm(
              pattern: "^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$",
              format: "repr-digest")),
          "The SHA-256 of the bytes (RFC 9530); checked.",
          example: "sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:"),
        header(
          "Prefer", .text(TextForm(format: "prefer")),
          "`wait=N` waits up to N seconds, 0 to 600, for the outcome (RFC 7240)."),
      ]
    }
    return found
  }

  private static func header(
    _ name: String, _ value: ValueSchema, _ note: String, example: String? = nil
  ) -> JSONValue {
    var parameter = JSONObject()
    parameter["name"] = .string(name)
    parameter["in"] = "header"
    parameter["description"] = .string(note)
    parameter["schema"] = SchemaText.value(value)
    parameter["example"] = example.map { .string($0) }
    return .object(parameter)
  }
}
