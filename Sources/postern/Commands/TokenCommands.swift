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

  static let tokenRevoke = Command(
    "token revoke", "end a token before its time",
    arguments: [ArgumentSpec("jti", "the token's identifier, as `token issue` printed it")],
    options: [
      .value("issuer", "NAME", "its issuer; the gateway's own if absent"),
      .value("expires-at", "TIME", "when it would have ended"),
    ] + ServerLocation.options
  ) { invocation throws(CommandError) in
    let id = invocation.arguments[0]
    let body = TokenRevocationBody(
      id: id, issuer: invocation.value("issuer"), expiresAt: invocation.value("expires-at"))
    let scope = try await TenantScope.find(invocation)
    _ = try await scope.client.call(
      .post, scope.path("tokens", "revocations"), body: body.json())
    invocation.console.print(
      invocation.isJSON
        ? JSONWriter.object { $0.member("revoked", id) } : "revoked \(Plain.text(id))")
  }
}
