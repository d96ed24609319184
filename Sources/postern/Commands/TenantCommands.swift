// `postern tenant` and `postern grant`.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let tenantCreate = Command(
    "tenant create", "create a tenant",
    arguments: [ArgumentSpec("name", "a-z, 0-9 and hyphens, at most 63 characters")],
    options: [.value("title", "TEXT", "what people call it")] + serverOnly,
    examples: ["postern tenant create acme --title \"Acme Corporation\""]
  ) { invocation throws(CommandError) in
    let client = try ServerClient(try ServerLocation.find(invocation))
    let body = TenantBody(id: invocation.arguments[0], title: invocation.value("title"))
    let answer = try await client.call(.post, "/v1/tenants", body: body.json())
    let tenant = try answer.read(TenantBody.self)
    invocation.console.print(
      invocation.isJSON ? answer.text : "created \(Plain.text(tenant.id))")
  }

  static let tenantList = Command(
    "tenant list", "list tenants", options: Paging.options + serverOnly
  ) { invocation throws(CommandError) in
    let query = try Paging.query(invocation)
    let client = try ServerClient(try ServerLocation.find(invocation))
    let answer = try await client.call(.get, "/v1/tenants", query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<TenantBody>.self)
    invocation.console.printRaw(
      Table.text(
        ["NAME", "CREATED", "TITLE"],
        page.items.map { [$0.id, $0.createdAt ?? "-", $0.title ?? "-"] },
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let tenantShow = Command(
    "tenant show", "show a tenant, how many grants it has and which policy",
    arguments: [ArgumentSpec("name", "the tenant's name")], options: serverOnly,
    examples: ["postern tenant show acme"]
  ) { invocation throws(CommandError) in
    let client = try ServerClient(try ServerLocation.find(invocation))
    let path = "/v1/tenants/" + PercentCoding.encode(invocation.arguments[0])
    let answer = try await client.call(.get, path)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let tenant = try answer.read(TenantBody.self)
    let policy = try await client.call(.get, path + "/policy").read(PolicyBody.self)
    let grants = try await client.call(.get, path + "/grants", query: [("limit", "200")])
      .read(PageBody<GrantBody>.self)
    let version = policy.version == 0 ? "the default" : "version \(policy.version)"
    invocation.console.printRaw(
      Table.facts(
        [
          ("name", tenant.id), ("title", tenant.title), ("created", tenant.createdAt),
          ("policy", version),
          ("grants", grants.nextCursor == nil ? "\(grants.items.count)" : "over 200"),
        ], style: invocation.console.style))
  }

  static let grantAdd = Command(
    "grant add", "say who may do what to which documents",
    options: [
      .value("to", "WHO", "everyone, role:NAME or user:NAME"),
      .value("documents", "WHICH", "all, type:NAME, label:NAME or a document's identifier"),
      .value("action", "WORD", "read, issue or write; also with commas", repeatable: true),
      .value("until", "TIME", "when it ends, such as 2027-01-01T00:00:00Z"),
    ] + ServerLocation.options,
    examples: ["postern grant add --to role:auditor --documents label:annual --action read,issue"]
  ) { invocation throws(CommandError) in
    let actions = invocation.list("action")
    guard !actions.isEmpty else { throw .usage("--action is missing") }
    let body = GrantBody(
      subject: try invocation.required("to"), documents: try invocation.required("documents"),
      actions: actions, validUntil: invocation.value("until"))
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.post, scope.path("grants"), body: body.json())
    let grant = try answer.read(GrantBody.self)
    invocation.console.print(
      invocation.isJSON ? answer.text : "granted \(Plain.text(grant.id ?? ""))")
  }

  static let grantList = Command(
    "grant list", "list grants", options: Paging.options + ServerLocation.options
  ) { invocation throws(CommandError) in
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("grants"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<GrantBody>.self)
    let rows = page.items.map { grant in
      [
        grant.id ?? "-", grant.subject, grant.documents, grant.actions.joined(separator: ","),
        grant.validUntil ?? "-",
      ]
    }
    invocation.console.printRaw(
      Table.text(
        ["ID", "TO", "DOCUMENTS", "ACTIONS", "UNTIL"], rows, style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let grantRemove = Command(
    "grant remove", "take a grant back",
    discussion: "Links that hang on it stop at once.",
    arguments: [ArgumentSpec("grant", "the grant's identifier")],
    options: ServerLocation.options, examples: ["postern grant remove grt_... --tenant acme"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.grant(invocation.arguments[0])
    let scope = try await TenantScope.find(invocation)
    _ = try await scope.client.call(.delete, scope.path("grants", id))
    invocation.console.print(
      invocation.isJSON ? JSONWriter.object { $0.member("removed", id) } : "removed \(id)")
  }

  /// The options that find the server, for commands that are about no one tenant.
  static let serverOnly = ServerLocation.options.filter { $0.name != "tenant" }
}
