// `openapi.json` describes every route of the table, and its copy in the documentation is the one that
// the gateway serves. `UPDATE_TRANSCRIPTS=1` writes the copy anew.

import API
import Delivery
import Foundation
import HTTPMessage
import JSONText
import Testing
import Wire

@Suite struct ContractTests {
  static let copy: URL = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent("Sources/Gateway/Gateway.docc/openapi.json")
  }()

  static var paths: JSONObject { OpenAPIDocument.document["paths"]?.objectValue ?? JSONObject() }

  /// All operations with their names.
  static var operations: [(name: String, value: JSONValue)] {
    paths.members.flatMap { path in
      (path.value.objectValue?.members ?? []).filter { $0.name != "parameters" }
        .map { ("\($0.name.uppercased()) \(path.name)", $0.value) }
    }
  }

  @Test func `the copy in the documentation is what is generated`() throws {
    let text = OpenAPIDocument.document.write(pretty: true) + [UInt8(ascii: "\n")]
    if ProcessInfo.processInfo.environment["UPDATE_TRANSCRIPTS"] == "1" {
      try Data(text).write(to: Self.copy)
    }
    let isSame = try Data(contentsOf: Self.copy) == Data(text)
    #expect(isSame, "run the tests with UPDATE_TRANSCRIPTS=1 and look at the difference")
  }

  @Test func `every route is described, and nothing else`() {
    let described = Set(Self.operations.map(\.name))
    let routes = Set(
      RouteTable.all.map {
        "\($0.method.rawValue) \($0.template.replacingOccurrences(of: "...", with: ""))"
      })
    #expect(routes.subtracting(described).isEmpty)
    let beside = described.subtracting(routes).filter { $0.contains(" /v1") }
    #expect(beside.isEmpty)
    let names = Self.operations.compactMap { $0.value["operationId"]?.stringValue }
    #expect(Set(names).count == Self.operations.count)
  }

  @Test func `the scopes are those that the routes ask for`() throws {
    for (method, template) in RouteTable.all {
      let description = try #require(RouteDescriptions.find(method, template))
      let short = template.replacingOccurrences(of: "/v1/tenants/{tenant}", with: "/v1").dropFirst(
        3)
      let wanted = RouteMatrixTests.scopes["\(method.rawValue) \(short)"]
      let isOperators = RouteMatrixTests.operatorOnly.contains("\(method.rawValue) \(template)")
      let said = description.scopes.map(\.rawValue)
      #expect(said == (isOperators ? [] : wanted), "\(method.rawValue) \(template)")
    }
  }

  @Test func `every reference leads to a component, and every component is used`() {
    var found = Set<String>()
    func walk(_ value: JSONValue) {
      if let target = value["$ref"]?.stringValue { found.insert(target) }
      for member in value.objectValue?.members ?? [] { walk(member.value) }
      for element in value.arrayValue ?? [] { walk(element) }
    }
    walk(OpenAPIDocument.document)
    var known = Set<String>()
    for part in ["schemas", "headers", "responses"] {
      let names = OpenAPIDocument.document["components"]?[part]?.objectValue?.names ?? []
      known.formUnion(names.map { "#/components/\(part)/\($0)" })
    }
    #expect(found == known)
  }

  @Test func `a problem stands below its own status`() {
    for response in OpenAPIDocument.document["components"]?["responses"]?.objectValue?.members ?? []
    {
      let schema = response.value["content"]?["application/problem+json"]?["schema"]
      let codes = schema?["allOf"]?.arrayValue?.last?["properties"]?["code"]?["enum"]
      let statuses = Set(
        (codes?.arrayValue ?? []).map { code in
          code.stringValue.flatMap { ProblemCode(rawValue: $0) }?.status ?? 0
        })
      #expect(statuses.map(String.init) == [String(response.name.prefix(3))], "\(response.name)")
    }
  }

  @Test func `a name may begin with a combining mark`() async throws {
    let house = try await House()
    try await house.open { door in
      for subject in ["role:\u{1A68}x", "user:\u{301}x"] {
        let answer = try await door.ask(
          "POST", "/v1/grants",
          json: "{\"subject\":\"\(subject)\",\"documents\":\"all\",\"actions\":[\"read\"]}")
        #expect(answer.status == 201, "\(answer.text)")
        #expect(answer.member("subject") == subject)
      }
    }
  }

  @Test func `the gateway serves it to everybody`() async throws {
    let house = try await House()
    try await house.open { door in
      let answer = try await door.knock("GET", OpenAPIDocument.path)
      #expect(answer.status == 200)
      #expect(answer["Content-Type"] == "application/json")
      #expect(answer.json == OpenAPIDocument.document)
      let refused = try await door.knock("DELETE", OpenAPIDocument.path)
      #expect(refused.status == 405)
      #expect(refused["Allow"] == "GET, HEAD")
      let traced = try await door.knock("TRACE", "/v1/documents")
      #expect(traced.status == 405)
      #expect(traced["Allow"]?.contains("GET") == true)
    }
  }
}
