// Rules that hold for every route, over the route table itself: a route that is added without its
// row here fails the first test.

import API
import Base
import Delivery
import Foundation
import HTTPMessage
import JSONText
import TestSupport
import Testing

/// The identifiers that a route's template asks for.
struct Names: Sendable {
  let document, version, link, upload, grant, hold, event, pseudonym: String

  func fill(_ template: String) -> String {
    let values = [
      "document": document, "version": version, "link": link, "upload": upload, "grant": grant,
      "hold": hold, "event": event, "pseudonym": pseudonym, "path...": "0/000", "tenant": "acme",
    ]
    return values.reduce(template) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
  }
}

@Suite struct RouteMatrixTests {
  /// The scopes of which one is needed, by method and template below `/v1`.
  static let scopes: [String: [String]] = [
    "GET /documents": ["documents:read"],
    "POST /documents": ["documents:write"],
    "GET /documents/{document}": ["documents:read"],
    "PATCH /documents/{document}": ["documents:write"],
    "DELETE /documents/{document}": ["documents:write"],
    "GET /documents/{document}/holds": ["tenant:admin"],
    "POST /documents/{document}/holds": ["tenant:admin"],
    "DELETE /documents/{document}/holds/{hold}": ["tenant:admin"],
    "GET /documents/{document}/versions": ["documents:read"],
    "POST /documents/{document}/versions": ["documents:write"],
    "GET /documents/{document}/versions/{version}": ["documents:read"],
    "PATCH /documents/{document}/versions/{version}": ["documents:write"],
    "DELETE /documents/{document}/versions/{version}": ["documents:write"],
    "GET /documents/{document}/versions/{version}/receipt": ["documents:read"],
    "GET /documents/{document}/links": ["documents:read"],
    "POST /documents/{document}/links": ["links:create"],
    "POST /documents/{document}/presigned-urls": ["presigned:create"],
    "GET /links/{link}": ["documents:read", "links:create"],
    "DELETE /links/{link}": ["links:revoke"],
    "POST /link-revocations": ["links:revoke"],
    "GET /uploads/{upload}": ["documents:write"],
    "GET /grants": ["tenant:admin"],
    "POST /grants": ["tenant:admin"],
    "DELETE /grants/{grant}": ["tenant:admin"],
    "GET /policy": ["tenant:admin"],
    "PUT /policy": ["tenant:admin"],
    "GET /policy/versions": ["tenant:admin"],
    "GET /grants/explanation": ["tenant:admin"],
    "GET /audit/events": ["audit:read"],
    "GET /audit/events/{event}": ["audit:read"],
    "GET /audit/events/{event}/receipt": ["audit:read"],
    "GET /audit/people": ["audit:read"],
    "GET /audit/people/{pseudonym}": ["audit:read"],
    "DELETE /audit/people/{pseudonym}": ["tenant:admin"],
    "GET /audit/log/checkpoint": ["audit:read"],
    "GET /audit/log/tile/{path...}": ["audit:read"],
  ]

  static let operatorOnly: Set<String> = [
    "GET /v1/tenants", "POST /v1/tenants", "GET /v1/tenants/{tenant}",
    "POST /v1/tenants/{tenant}/tokens", "GET /v1/tenants/{tenant}/tokens",
    "GET /v1/system/keys", "POST /v1/system/keys/changes", "POST /v1/system/keys/reload",
    "POST /v1/system/tokens/revocations", "POST /v1/tenants/{tenant}/tokens/revocations",
    "GET /v1/system/audit/events", "GET /v1/system/audit/events/{event}",
    "GET /v1/system/audit/events/{event}/receipt", "GET /v1/system/audit/log/checkpoint",
    "GET /v1/system/audit/log/tile/{path...}",
  ]

  /// Bodies that are right for routes which take one; `NAME` members are filled in.
  static let bodies: [String: String] = [
    "POST /documents": #"{"title":"New"}"#,
    "PATCH /documents/{document}": #"{"title":"Newer"}"#,
    "PATCH /documents/{document}/versions/{version}": #"{"valid_until":null}"#,
    "POST /documents/{document}/holds": #"{"name":"case 7"}"#,
    "POST /documents/{document}/links": "{}",
    "POST /documents/{document}/presigned-urls": "{}",
    "POST /link-revocations": #"{"document":"{document}"}"#,
    "POST /grants": #"{"subject":"everyone","documents":"{document}","actions":["read"]}"#,
    "PUT /policy": policy,
  ]

  static let policy =
    #"{"version":1,"link_seconds":{"min":60,"default":600,"max":900},"object_url_seconds":300,"#
    + #""presigned_allowed":true,"presigned_seconds":{"min":120,"default":300,"max":900},"#
    + #""landing":"auto","downloads_max":100,"page_title":false,"upload_bytes_max":1000,"#
    + #""superseded_allowed":true,"delete_withdrawn":true}"#

  /// One request of the matrix.
  struct Cell {
    let method: HTTPMethod
    let template: String
    var path: String
    var body: String?
    var key: String { "\(method.rawValue) \(template)" }
  }

  static func isForOperators(_ template: String) -> Bool {
    template.hasPrefix("/v1/tenants") || template.hasPrefix("/v1/system")
  }

  /// Every route of a tenant's own, filled with names.
  static func cells(_ names: Names) -> [Cell] {
    RouteTable.all.filter { !isForOperators($0.template) }.map { method, template in
      let short = String(template.dropFirst(3))
      let query = short == "/grants/explanation" ? "?document=\(names.document)" : ""
      return Cell(
        method: method, template: short, path: names.fill(template) + query,
        body: bodies["\(method.rawValue) \(short)"].map(names.fill))
    }
  }

  /// The names of a tenant's things, all of which exist.
  static func names(in tenant: TenantID, _ house: House) async throws -> Names {
    let (document, version, grant) = try await house.openDocument(in: tenant, title: "Of \(tenant)")
    let link = try await house.stage.issue(document, house.stage.operatorAccess(in: tenant))
    let upload = try await house.stage.beginUpload(of: document)
    let event = await house.store.recorded(in: .tenant(tenant))[0].id
    let hold = house.stage.id(HoldKind.self)
    _ = try await house.store.addHold(
      Hold(
        id: hold, tenant: tenant, document: document.id, name: "Of \(tenant)",
        placedAt: house.time.now, placedBy: Stage.person("root")),
      event: house.stage.event(.holdAdd, in: .tenant(tenant), document: document.id))
    return Names(
      document: "\(document.id)", version: "\(version.id)", link: "\(link.id)",
      upload: "\(upload.id)", grant: "\(grant)", hold: "\(hold)", event: "\(event)",
      pseudonym: try await pseudonym(in: tenant, house))
  }

  /// Names that nothing has.
  static func absentNames(_ house: House) -> Names {
    let stage = house.stage
    return Names(
      document: "\(stage.id(DocumentKind.self))", version: "\(stage.id(VersionKind.self))",
      link: "\(stage.id(LinkKind.self))", upload: "\(stage.id(UploadKind.self))",
      grant: "\(stage.id(GrantKind.self))", hold: "\(stage.id(HoldKind.self))",
      event: "\(stage.id(EventKind.self))",
      pseudonym: "00000000000000aa")
  }

  /// The pseudonym of the actor of the newest event that has one.
  static func pseudonym(in tenant: TenantID, _ house: House) async throws -> String {
    let leaves = try await house.store.leaves(of: .tenant(tenant), from: 0, limit: 100)
    for leaf in leaves.reversed() {
      let value = try JSONValue(parsing: leaf, limits: .request)
      if let text = value["actor"]?["p"]?.stringValue { return text }
    }
    throw BadConstant()
  }

  @Test func `every route is in the matrix`() {
    let known = Set(
      Self.scopes.keys.flatMap { key in
        let parts = key.split(separator: " ")
        return ["\(parts[0]) /v1\(parts[1])", "\(parts[0]) /v1/tenants/{tenant}\(parts[1])"]
      })
    let all = Set(RouteTable.all.map { "\($0.method.rawValue) \($0.template)" })
    #expect(all == known.union(Self.operatorOnly))
  }

  @Test func `each route opens with its scope alone and stays closed with all others`() async throws
  {
    let house = try await House()
    try await house.open { door in
      let everything = Set(Scope.allCases.map(\.rawValue)).subtracting(["operator"])
      for cell in Self.cells(try await Self.names(in: house.acme, house)) {
        let needed = try #require(Self.scopes[cell.key])
        let others = everything.subtracting(needed).sorted()
        let closed = try await door.ask(
          cell.method.rawValue, cell.path, token: house.token(subject: "poor", scopes: others),
          json: cell.body)
        #expect(closed.status == 403 && closed.code == "scope-missing", "\(cell.key)")
        for scope in needed {
          let open = try await door.ask(
            cell.method.rawValue, cell.path,
            token: house.token(subject: "rich", scopes: [scope]), json: cell.body)
          #expect(![401, 403].contains(open.status), "\(cell.key) \(open.text)")
        }
      }
    }
  }

  @Test func `what belongs to another tenant is absent on every route`() async throws {
    let house = try await House()
    _ = try await house.openDocument()
    let foreign = try await Self.names(in: house.other, house)
    let absent = Self.absentNames(house)
    try await house.open { door in
      for (theirs, nothing) in zip(Self.cells(foreign), Self.cells(absent)) {
        try await Self.expectEqual(door, theirs, nothing, foreign, absent)
      }
      let root = try house.token(subject: "root", tenant: nil, scopes: ["operator"])
      for (theirs, nothing) in zip(Self.cells(foreign), Self.cells(absent))
      where theirs.path != nothing.path {
        let prefix = "/v1/tenants/acme"
        let (left, right) = (theirs.path.dropFirst(3), nothing.path.dropFirst(3))
        var (theirs, nothing) = (theirs, nothing)
        theirs.path = prefix + left
        nothing.path = prefix + right
        try await Self.expectEqual(door, theirs, nothing, foreign, absent, token: root)
      }
    }
  }

  private static func expectEqual(
    _ door: Door, _ theirs: Cell, _ nothing: Cell, _ foreign: Names, _ absent: Names,
    token: String? = nil
  ) async throws {
    let left = try await door.ask(
      theirs.method.rawValue, theirs.path, token: token, json: theirs.body)
    let right = try await door.ask(
      nothing.method.rawValue, nothing.path, token: token, json: nothing.body)
    if theirs.path != nothing.path || theirs.body != nothing.body {
      #expect(left.masked == right.masked, "\(theirs.key)")
      #expect(left.status == 404 || left.status == 403, "\(theirs.key) \(left.status)")
    }
    // The own log names what the caller asked for, and nothing else of a stranger.
    let names = [
      foreign.document, foreign.version, foreign.link, foreign.upload, foreign.grant, foreign.hold,
      foreign.event, foreign.pseudonym,
    ]
    let isLog = theirs.key.contains(" /audit/events")
    for secret in (isLog ? [] : names) + ["Of other", "log of other", "\"log\":\"other\""] {
      #expect(!left.text.contains(secret), "\(theirs.key)")
    }
  }

  @Test func `a foreign name in a body, a filter or beside an own one is absent too`() async throws
  {
    let house = try await House()
    let own = try await Self.names(in: house.acme, house)
    let foreign = try await Self.names(in: house.other, house)
    let absent = Self.absentNames(house)
    try await house.open { door in
      let links = "/v1/documents/\(own.document)/links"
      let versions = "/v1/documents/\(own.document)/versions/"
      let pairs: [(String, String, String, String?, String?)] = [
        (
          "POST", links, links, #"{"version":"\#(foreign.version)"}"#,
          #"{"version":"\#(absent.version)"}"#
        ),
        ("GET", versions + foreign.version, versions + absent.version, nil, nil),
        ("DELETE", versions + foreign.version, versions + absent.version, nil, nil),
        (
          "GET", "/v1/audit/events?document=\(foreign.document)",
          "/v1/audit/events?document=\(absent.document)", nil, nil
        ),
        (
          "GET", "/v1/audit/events?link=\(foreign.link)", "/v1/audit/events?link=\(absent.link)",
          nil, nil
        ),
      ]
      // Reading the log is itself recorded once: do that before comparing.
      _ = try await door.ask("GET", "/v1/audit/events")
      for (method, left, right, leftBody, rightBody) in pairs {
        let theirs = try await door.ask(method, left, json: leftBody)
        let nothing = try await door.ask(method, right, json: rightBody)
        #expect(theirs.masked == nothing.masked, "\(method) \(left)")
      }
    }
  }

  @Test func `routes of operators are not there for others`() async throws {
    let house = try await House()
    let names = try await Self.names(in: house.acme, house)
    try await house.open { door in
      let nowhere = try await door.ask("GET", "/v1/nowhere")
      #expect(nowhere.code == "route-not-found")
      for (method, template) in RouteTable.all where Self.isForOperators(template) {
        for query in ["", "?x=1"] {
          let answer = try await door.ask(method.rawValue, names.fill(template) + query)
          #expect(answer.masked == nowhere.masked, "\(method) \(template)")
        }
      }
      let absent = try await door.command("GET", "/v1/tenants/nobody/documents")
      #expect(absent.code == "tenant-not-found")
      #expect(try await door.command("GET", "/v1/tenants/acme/documents").status == 200)
      let operatorAtHome = try await door.command("GET", "/v1/documents")
      #expect(operatorAtHome.code == "tenant-required")
    }
    #expect(await house.store.recorded(in: .tenant(try Stage.tenant("nobody"))).isEmpty)
  }

  @Test func `other methods get 405 with Allow, HEAD is a GET without its body`() async throws {
    let house = try await House()
    let names = try await Self.names(in: house.acme, house)
    try await house.open { door in
      var allowed = [String: Set<String>]()
      for (method, template) in RouteTable.all {
        allowed[template, default: []].insert(method.rawValue)
        if method == .get { allowed[template, default: []].insert("HEAD") }
      }
      for (template, methods) in allowed where !template.hasPrefix("/v1/tenants/{tenant}/") {
        let other = methods.contains("PATCH") ? "PUT" : "PATCH"
        let answer = try await door.ask(other, names.fill(template))
        #expect(answer.status == 405)
        #expect(answer["Allow"] == methods.sorted().joined(separator: ", "), "\(template)")
      }
      let path = "/v1/documents/\(names.document)"
      let (get, head) = (try await door.ask("GET", path), try await door.ask("HEAD", path))
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(head["Content-Length"] == String(get.body.count) && head["ETag"] == get["ETag"])
      #expect(try await door.knock("BREW", "/v1/documents").status == 501)
      #expect(try await door.ask("GET", path + "/").code == "route-not-found")
    }
  }
}
