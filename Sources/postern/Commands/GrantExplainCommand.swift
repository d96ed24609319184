// `postern grant explain`: which grant allows what, on one document, to whom.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let grantExplain = Command(
    "grant explain", "say which grant allows what on a document",
    discussion: """
      With --to, what that subject may do and on account of which grant; roles count as the token
      or the portal would assert them. Without it, every grant that reaches the document.
      """,
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [
      .value("to", "NAME", "the subject in question"),
      .value("role", "NAME", "a role of the subject; also with commas", repeatable: true),
    ] + ServerLocation.options,
    examples: [
      "postern grant explain doc_01m7yy6n5vfgmbcsmyghyjmg3x --to anna@example.com --role clerk"
    ]
  ) { invocation throws(CommandError) in
    let document = try Identifier.document(invocation.arguments[0])
    let (subject, roles) = (invocation.value("to"), invocation.list("role"))
    guard subject != nil || roles.isEmpty else { throw .usage("--role goes with --to") }
    let scope = try await TenantScope.find(invocation, probe: ["documents", document])
    let answer = try await scope.client.call(
      .get, scope.path("grants", "explanation"),
      query: [
        ("document", document), ("subject", subject),
        ("roles", roles.isEmpty ? nil : roles.joined(separator: ",")),
      ])
    let console = invocation.console
    if invocation.isJSON {
      console.print(answer.text)
      return
    }
    let found = try answer.read(GrantExplanationBody.self)
    for right in found.rights {
      let until = right.validUntil.map { " until \($0)" } ?? ""
      console.print(
        right.isAllowed
          ? "\(console.style.green("✓")) \(right.action): \(right.grantID ?? "-")\(until)"
          : "\(console.style.red("✗")) \(right.action): no grant allows it")
    }
    let rows = found.grants.map { grant in
      let hasEnded = grant.validUntil.map { $0 <= found.at } ?? false
      return [
        grant.id ?? "-", grant.subject, grant.documents, grant.actions.joined(separator: ","),
        hasEnded ? "ended \(grant.validUntil ?? "")" : grant.validUntil ?? "-",
      ]
    }
    console.printRaw(
      Table.text(["GRANT", "TO", "DOCUMENTS", "ACTIONS", "UNTIL"], rows, style: console.style))
    if rows.isEmpty {
      console.note("no grant reaches \(Plain.text(found.document.title)) for them")
    }
    if found.isCut { console.note("there are more grants than are listed") }
  }
}
