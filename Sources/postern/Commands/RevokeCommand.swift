// `postern revoke`: takes back one link, or all of a document, a subject, the tenant.

import HTTPMessage
import Wire

extension Command {
  static let revoke = Command(
    "revoke", "revoke a link, or all links of a document, a subject or the tenant",
    discussion: """
      A revoked link delivers nothing more, and a running download by way of the gateway is cut. A
      presigned URL that was handed out before works until it ends; the answer says how long. Links
      that are issued afterwards work. --subject means the person whose grants a link hangs on: whom
      it was issued for, else who issued it.
      """,
    arguments: [ArgumentSpec("link", "the link's identifier", count: .optional)],
    options: [
      .value("document", "ID", "all links to this document"),
      .value("subject", "NAME", "all links that hang on this subject's grants"),
      .flag("all", "all links of the tenant"),
      .flag("yes", "really revoke all; nothing is done without it"),
    ] + ServerLocation.options,
    examples: [
      "postern revoke lnk_...", "postern revoke --document doc_...",
      "postern revoke --subject anna --tenant acme", "postern revoke --all --yes --tenant acme",
    ]
  ) { invocation throws(CommandError) in
    switch try RevokeTarget(invocation) {
    case .one(let id):
      let scope = try await TenantScope.find(invocation, probe: ["links", id])
      let answer = try await scope.client.call(.delete, scope.path("links", id))
      if invocation.isJSON {
        invocation.console.print(answer.text)
        return
      }
      let body = try answer.read(RevocationBody.self)
      invocation.console.print("revoked \(id) at \(Plain.text(body.revokedAt))")
      Residual.note(body.residualExposureSeconds, invocation)
    case .many(let wish, let probe, let name):
      let scope = try await TenantScope.find(invocation, probe: probe)
      let answer = try await scope.client.call(
        .post, scope.path("link-revocations"), body: wish.json())
      if invocation.isJSON {
        invocation.console.print(answer.text)
        return
      }
      let body = try answer.read(LinkRevocationBody.self)
      let count = body.links.map { $0 == 1 ? "1 live link" : "\($0) live links" } ?? "all links"
      invocation.console.print(
        Plain.text("revoked \(count) of \(name) at \(body.revokedAt)"))
      Residual.note(body.residualExposureSeconds, invocation)
    }
  }
}

/// What the words of the command mean.
private enum RevokeTarget {
  case one(String)
  case many(LinkRevocationRequestBody, probe: [String], name: String)

  init(_ invocation: Invocation) throws(CommandError) {
    let (document, subject) = (invocation.value("document"), invocation.value("subject"))
    let isAll = invocation.hasFlag("all")
    let link = invocation.arguments.first
    let named = [link != nil, document != nil, subject != nil, isAll].filter { $0 }.count
    guard named > 0 else {
      throw .usage("name a <link>, --document, --subject or --all", hint: "postern links doc_...")
    }
    guard named == 1 else {
      throw .usage("<link>, --document, --subject and --all exclude each other")
    }
    if let link {
      self = .one(try Identifier.link(link))
    } else if let document {
      let id = try Identifier.document(document)
      self = .many(.document(id), probe: ["documents", id], name: id)
    } else if let subject {
      self = .many(.subject(subject), probe: [], name: subject)
    } else {
      guard invocation.hasFlag("yes") else {
        throw .usage(
          "all links of the tenant would end, and that cannot be taken back", hint: "add --yes")
      }
      self = .many(.everything, probe: [], name: "the tenant")
    }
  }
}
