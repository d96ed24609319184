// From the descriptions of bodies to JSON Schema 2020-12, as OpenAPI 3.1 uses it.

import JSONText
import Wire

enum SchemaText {
  /// A reference to a body's schema.
  static func reference(_ body: BodySchema) -> JSONValue {
    ["$ref": .string("#/components/schemas/" + body.name)]
  }

  /// A page of bodies.
  static func page(_ body: BodySchema) -> JSONValue {
    [
      "type": "object", "required": ["items"],
      "properties": [
        "items": ["type": "array", "items": reference(body)],
        "next_cursor": [
          "type": "string",
          "description": "Pass it as `cursor` to get the next page; absent on the last one.",
        ],
      ],
    ]
  }

  /// The schema of a body.
  static func object(_ body: BodySchema) -> JSONValue {
    guard body.forms.isEmpty else {
      let forms = body.forms.map { names in
        let members = names.compactMap { name in body.members.first { $0.name == name } }
        return object(body, members, required: Array(names.prefix(1)))
      }
      return ["description": .string(body.summary), "anyOf": .array(forms)]
    }
    var schema =
      object(
        body, body.members, required: body.members.filter(\.isRequired).map(\.name)
      ).objectValue ?? JSONObject()
    schema["description"] = .string(body.summary)
    return .object(schema)
  }

  private static func object(
    _ body: BodySchema, _ members: [MemberSchema], required: [String]
  ) -> JSONValue {
    var properties = JSONObject()
    for member in members {
      // In requests `null` is as good as absent, unless the member has to be there.
      let isNullable = body.direction == .request && !required.contains(member.name)
      properties[member.name] = value(member.value, note: member.note, isNullable: isNullable)
    }
    var schema = JSONObject()
    schema["type"] = "object"
    if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
    schema["properties"] = .object(properties)
    if body.direction == .request { schema["additionalProperties"] = false }
    return .object(schema)
  }

  /// The schema of a value.
  static func value(
    _ value: ValueSchema, note: String? = nil, isNullable: Bool = false
  ) -> JSONValue {
    var schema = JSONObject()
    switch value {
    case .text where isNullable:
      // Apart, so that nobody takes form and length for those of `null`.
      schema["anyOf"] = [self.value(value), ["type": "null"]]
    case .text(let form):
      schema["type"] = "string"
      schema["format"] = form.format.map { .string($0) }
      schema["pattern"] = form.pattern.map { .string($0) }
      if let bytes = form.bytes {
        // Characters are at most as many as bytes; the server counts bytes.
        schema["minLength"] = .integer(Int64(bytes.lowerBound))
        schema["maxLength"] = .integer(Int64(bytes.upperBound))
      }
    case .words(let words):
      schema["type"] = type("string", isNullable)
      schema["enum"] = .array(words.map { .string($0) } + (isNullable ? [.null] : []))
    case .integer(let range):
      schema["type"] = type("integer", isNullable)
      schema["format"] = "int64"
      schema["minimum"] = .integer(range.lowerBound)
      schema["maximum"] = .integer(range.upperBound)
    case .truth:
      schema["type"] = type("boolean", isNullable)
    case .affirmation:
      schema["type"] = type("boolean", isNullable)
      schema["enum"] = .array([true] + (isNullable ? [.null] : []))
    case .list(let element, let countMin, let countMax):
      schema["type"] = type("array", isNullable)
      if countMin > 0 { schema["minItems"] = .integer(Int64(countMin)) }
      schema["maxItems"] = countMax.map { .integer(Int64($0)) }
      schema["items"] = self.value(element)
    case .map(let names, let element):
      schema["type"] = type("object", isNullable)
      schema["propertyNames"] = self.value(.text(names))
      schema["additionalProperties"] = self.value(element)
    case .body(let body):
      if isNullable {
        schema["anyOf"] = [reference(body), ["type": "null"]]
      } else {
        schema = reference(body).objectValue ?? schema
      }
    case .removable(let inner):
      schema = self.value(inner, isNullable: true).objectValue ?? schema
    }
    schema["description"] = note.map { .string($0) }
    return .object(schema)
  }

  private static func type(_ name: String, _ isNullable: Bool) -> JSONValue {
    isNullable ? [.string(name), "null"] : .string(name)
  }
}
