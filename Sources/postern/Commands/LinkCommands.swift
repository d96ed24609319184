// `postern link`, `presign`, `links`.

import HTTPMessage
import Wire

extension Command {
  private static let recipientOptions: [OptionSpec] = [
    .value("recipient", "ID", "the person that it is for; kept as a pseudonym in the log"),
    .value("recipient-role", "NAME", "a role of that person for grants", repeatable: true),
  ]

  static let link = Command(
    "link", "make an expiring link to a document",
    discussion: """
      Where standard output is no terminal, the URL alone is printed. The URL is a secret: whoever
      has it gets the file until the link expires or is revoked.
      """,
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [
      .value("expires-in", "SPAN", "such as 90, 15m, 2h or 7d; cut to the tenant's bounds"),
      .value("max-downloads", "N", "how often it may be used, 1 to 1000"),
      .value(
        "landing", "WORD", "redirect at once or show a page first",
        choices: ["direct", "page", "auto"]),
      .value("filename", "NAME", "the name that the browser proposes"),
      .value("disposition", "WORD", "save or show the file", choices: ["attachment", "inline"]),
      .value("version", "ID", "this version instead of the current one"),
    ] + recipientOptions + ServerLocation.options,
    examples: [
      "postern link doc_...", "curl -L -OJ \"$(postern link doc_... --expires-in 10m)\"",
    ]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    var body = LinkRequestBody()
    body.expiresInSeconds = try invocation.seconds("expires-in")
    body.downloadsMax = try invocation.number("max-downloads", in: 1...1000).map(Int64.init)
    body.landing = invocation.value("landing")
    if let version = invocation.value("version"), version != "current" {
      body.version = try Identifier.version(version)
    }
    body.disposition = invocation.value("disposition")
    body.filename = invocation.value("filename")
    body.recipient = try recipient(invocation)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .post, scope.path("documents", id, "links"), body: body.json())
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let created = try answer.read(LinkCreatedBody.self)
    let console = invocation.console
    guard console.isInteractive else {
      console.print(Plain.text(created.url))
      return
    }
    console.print(console.style.bold(Plain.text(created.url)))
    console.printRaw(
      Table.facts(
        [
          ("link", created.id),
          ("expires", "\(created.expiresAt) (\(created.expiresReason))"),
          ("document", created.document.title),
          ("file", "\(created.version.filename), \(Sizes.text(created.version.size))"),
          ("sha256", created.version.sha256),
        ], style: console.style))
    console.note("take it back: postern revoke \(Plain.text(created.id))")
  }

  static let presign = Command(
    "presign", "make a raw presigned URL, which nobody can revoke",
    discussion: "The tenant's policy must allow it. Prefer `postern link`.",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [
      .value("expires-in", "SPAN", "such as 90, 15m or 1h; cut to the tenant's bounds"),
      .value("disposition", "WORD", "save or show the file", choices: ["attachment", "inline"]),
    ] + recipientOptions + ServerLocation.options,
    examples: ["postern presign doc_... --expires-in 5m"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let body = PresignedRequestBody(
      expiresInSeconds: try invocation.seconds("expires-in"),
      disposition: invocation.value("disposition"), recipient: try recipient(invocation))
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .post, scope.path("documents", id, "presigned-urls"), body: body.json())
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let created = try answer.read(PresignedCreatedBody.self)
    invocation.console.print(Plain.text(created.url))
    if invocation.console.isInteractive {
      invocation.console.note(
        Plain.text("expires \(created.expiresAt) (\(created.expiresReason)); it cannot be revoked"))
    }
  }

  static let links = Command(
    "links", "list the links to a document, the newest first",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: Paging.options + ServerLocation.options, examples: ["postern links doc_..."]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .get, scope.path("documents", id, "links"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<LinkBody>.self)
    let rows = page.items.map { link in
      [
        link.id, link.state, link.landing, link.createdAt, link.expiresAt,
        link.usesLeft.map(String.init) ?? "-",
      ]
    }
    invocation.console.printRaw(
      Table.text(
        ["ID", "STATE", "LANDING", "CREATED", "EXPIRES", "USES LEFT"], rows,
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  private static func recipient(_ invocation: Invocation) throws(CommandError) -> RecipientBody? {
    let roles = invocation.list("recipient-role")
    guard let id = invocation.value("recipient") else {
      guard roles.isEmpty else { throw .usage("--recipient-role needs --recipient") }
      return nil
    }
    return RecipientBody(id: id, roles: roles.isEmpty ? nil : roles)
  }
}
