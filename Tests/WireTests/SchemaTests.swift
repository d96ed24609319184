// The descriptions of bodies say what the parser takes and what the writer writes: nothing more, nothing
// less.

import JSONText
import Testing
import Wire

@Suite struct SchemaTests {
  /// An object with the given members, each with a value of its form.
  static func sample(_ body: BodySchema, _ names: [String]) -> JSONObject {
    var object = JSONObject()
    for member in body.members where names.contains(member.name) {
      object[member.name] = sample(member.value)
    }
    return object
  }

  static func sample(_ value: ValueSchema) -> JSONValue {
    switch value {
    case .text(let form): .string(form.sample)
    case .words(let words): .string(words[0])
    case .integer(let range): .integer(min(max(range.lowerBound, 7), range.upperBound))
    case .truth, .affirmation: true
    case .list(let element, _, _): [sample(element)]
    case .map(let names, let element):
      .object(
        {
          var object = JSONObject()
          object[names.sample] = sample(element)
          return object
        }())
    case .body(let body): .object(sample(body, body.members.map(\.name)))
    case .removable(let inner): sample(inner)
    }
  }

  /// The sets of members that may stand together.
  static func forms(_ body: BodySchema) -> [[String]] {
    body.forms.isEmpty ? [body.members.map(\.name)] : body.forms
  }

  /// Each member with those that it may stand beside.
  static func places(_ body: BodySchema) -> [(MemberSchema, [String])] {
    forms(body).flatMap { form in
      body.members.filter { form.contains($0.name) }.map { ($0, form) }
    }
  }

  static func required(_ body: BodySchema) -> [String] {
    body.members.filter(\.isRequired).map(\.name)
  }

  static let requests = BodySchemas.all.filter { $0.direction == .request }
  static let answers = BodySchemas.all.filter { $0.direction == .answer }

  static func reread(_ body: BodySchema, _ object: JSONObject) throws -> JSONObject {
    let bytes = try body.reread(JSONValue.object(object).write())
    return try #require(try JSONValue(parsing: bytes, limits: .request).objectValue)
  }

  @Test func `each name stands for one body`() {
    let names = BodySchemas.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 40)
  }

  @Test(arguments: BodySchemas.all.indices)
  func `every documented member is read and written`(index: Int) throws {
    let body = BodySchemas.all[index]
    for form in Self.forms(body) {
      let object = Self.sample(body, form)
      let again = try Self.reread(body, object)
      #expect(JSONValue.object(again) == .object(object), "\(body.name)")
    }
  }

  @Test(arguments: Self.requests.indices)
  func `a request refuses what is not documented`(index: Int) throws {
    let body = Self.requests[index]
    var object = Self.sample(body, Self.forms(body)[0])
    object["undocumented"] = 1
    let error = #expect(throws: WireError.self, "\(body.name)") {
      try body.reread(JSONValue.object(object).write())
    }
    #expect(error?.code == .unknownMember, "\(body.name)")
  }

  @Test(arguments: Self.requests.indices)
  func `a request needs its required members and takes null for the others`(index: Int) throws {
    let body = Self.requests[index]
    for (member, form) in Self.places(body) {
      var absent = Self.sample(body, form)
      absent[member.name] = nil
      var null = absent
      null[member.name] = .null
      for object in [absent, null] {
        let bytes = JSONValue.object(object).write()
        if member.isRequired {
          let error = #expect(throws: WireError.self, "\(body.name).\(member.name)") {
            try body.reread(bytes)
          }
          #expect(error?.code == .missingMember, "\(body.name).\(member.name)")
        } else {
          _ = try body.reread(bytes)
        }
      }
    }
  }

  @Test(arguments: Self.requests.indices)
  func `a request refuses values of another type`(index: Int) throws {
    let body = Self.requests[index]
    for (member, form) in Self.places(body) {
      var object = Self.sample(body, form)
      switch member.value {
      case .truth, .affirmation: object[member.name] = 1
      default: object[member.name] = true
      }
      let error = #expect(throws: WireError.self, "\(body.name).\(member.name)") {
        try body.reread(JSONValue.object(object).write())
      }
      #expect(error?.code == .invalidMember, "\(body.name).\(member.name)")
    }
  }

  @Test(arguments: Self.answers.indices)
  func `an answer always has its required members and may have others`(index: Int) throws {
    let body = Self.answers[index]
    var object = Self.sample(body, Self.required(body))
    // A body that travels both ways is read strictly both ways: what was read is sent back.
    if !Self.requests.contains(where: { $0.name == body.name + "Request" && $0.isTwin(of: body) }) {
      object["later"] = "new"
    }
    let again = try Self.reread(body, object)
    #expect(Set(again.names).isSuperset(of: Self.required(body)), "\(body.name)")
    #expect(again.count == Self.required(body).count, "\(body.name)")
  }
}

extension BodySchema {
  /// Whether one body of the program serves both descriptions: each reads what the other does.
  fileprivate func isTwin(of other: BodySchema) -> Bool {
    let object = SchemaTests.sample(self, SchemaTests.required(self))
    return (try? other.reread(JSONValue.object(object).write())) != nil
  }
}
