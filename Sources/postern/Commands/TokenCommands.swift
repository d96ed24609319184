// `postern token`: tokens of the gateway's own issuer, for portals without an identity provider.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let tokenIssue = Command(
    "token issue", "issue a token for a portal's backend",
    discussion: """
      The token is a secret. --out writes it to a file that only you can read; otherwise it goes to
      standard output.
      """,
    options: [
      .value("subject", "NAME", "who will use it"),
      .value("scope", "SCOPE", "what it may do; also with commas", repeatable: true),
      .value("role", "NAME", "a role for grants; also with commas", repeatable: true),
      .value("expires-in", "SPAN", "such as 15m, 12h or 30d; one hour if absent"),
      .value("out", "FILE", "write the token to this new file"),
    ] + ServerLocation.options,
    examples: [
      "postern token issue --tenant acme --subject portal --scope links:create,documents:read "
        + "--out portal.token"
    ]
  ) { invocation throws(CommandError) in
    let scopes = invocation.list("scope")
    guard !scopes.isEmpty else { throw .usage("--scope is missing") }
    let out = invocation.value("out")
    if let out, LocalFile.exists(out) {
      throw CommandError(.failed, "\(Plain.text(out)) exists", hint: "name a new file")
    }
    let roles = invocation.list("role")
    let body = TokenRequestBody(
      subject: try invocation.required("subject"), scopes: scopes,
      roles: roles.isEmpty ? nil : roles,
      expiresInSeconds: try invocation.seconds("expires-in"))
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.post, scope.path("tokens"), body: body.json())
    let token = try answer.read(TokenBody.self)
    let console = invocation.console
    if let out {
      try LocalFile.create(out, Array((token.token + "\n").utf8))
      console.print(
        invocation.isJSON
          ? JSONWriter.object { writer in
            writer.member("file", out)
            writer.member("jti", token.id)
            writer.member("expires_at", token.expiresAt)
          } : "wrote \(Plain.text(out)): token \(token.id), expires \(token.expiresAt)")
    } else if invocation.isJSON {
      console.print(answer.text)
    } else {
      console.print(Plain.text(token.token))
      console.note(Plain.text("token \(token.id), expires \(token.expiresAt)"))
    }
  }

  static let tokenList = Command(
    "token list", "list the tokens that were issued",
    discussion: "The tokens themselves are kept nowhere.",
    options: Paging.options + ServerLocation.options
  ) { invocation throws(CommandError) in
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("tokens"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<IssuedTokenBody>.self)
    let rows = page.items.map { token in
      [
        token.id, token.state, token.subject, token.scopes.joined(separator: ","),
        token.roles.isEmpty ? "-" : token.roles.joined(separator: ","), token.issuedAt,
        token.expiresAt,
      ]
    }
    invocation.console.printRaw(
      Table.text(
        ["TOKEN", "STATE", "SUBJECT", "SCOPES", "ROLES", "ISSUED", "EXPIRES"], rows,
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let tokenRevoke = Command(
    "token revoke", "end tokens before their time",
    discussion: """
      Names one token by its identifier, or, with --subject, all of a subject, or, with --issuer
      alone, all of an issuer. The next request with such a token is refused. Tokens issued later
      work; a token of the very second of the end does not.
      """,
    arguments: [
      ArgumentSpec(
        "jti", "one token, as `token issue` or `token list` printed it", count: .optional)
    ],
    options: [
      .value("subject", "NAME", "every token of this subject"),
      .value("issuer", "NAME", "their issuer; the gateway's own if absent"),
      .value("before", "TIME", "only tokens issued up to this moment; now if absent"),
      .value("expires-at", "TIME", "when the one token would have ended"),
      .flag("every-tenant", "tokens of every tenant, not only of one"),
    ] + ServerLocation.options,
    examples: [
      "postern token revoke tok_01m7yy6n5vfgmbcsmyghyjmg3x --tenant acme",
      "postern token revoke --subject portal --tenant acme",
      "postern token revoke --issuer https://idp.example.com --every-tenant",
    ]
  ) { invocation throws(CommandError) in
    let (id, subject) = (invocation.arguments.first, invocation.value("subject"))
    let issuer = invocation.value("issuer")
    guard id == nil || subject == nil else {
      throw .usage("<jti> and --subject exclude each other")
    }
    guard let what = id ?? subject ?? issuer else {
      throw .usage("name a <jti>, --subject or --issuer", hint: "postern token list")
    }
    let body = TokenRevocationBody(
      id: id, subject: subject, issuer: issuer, issuedBefore: invocation.value("before"),
      expiresAt: invocation.value("expires-at"))
    if invocation.hasFlag("every-tenant") {
      guard invocation.value("tenant") == nil else {
        throw .usage("--tenant and --every-tenant exclude each other")
      }
      let client = try ServerClient(try ServerLocation.find(invocation))
      _ = try await client.call(.post, "/v1/system/tokens/revocations", body: body.json())
    } else {
      let scope = try await TenantScope.find(invocation)
      _ = try await scope.client.call(
        .post, scope.path("tokens", "revocations"), body: body.json())
    }
    let kind = id != nil ? "" : subject != nil ? "the tokens of " : "the tokens of issuer "
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { $0.member("revoked", what) } : "revoked \(kind)\(Plain.text(what))")
  }
}
