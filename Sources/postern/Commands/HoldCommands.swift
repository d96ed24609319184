// `postern hold add`, `hold list`, `hold remove`: what must be kept because somebody said so.

import HTTPMessage
import JSONText
import Wire

extension Command {
  static let holdAdd = Command(
    "hold add", "put a document under a legal hold: nobody can delete it",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [.value("name", "TEXT", "what it is for, such as the number of a case")]
      + ServerLocation.options,
    examples: ["postern hold add doc_... --name \"case 2026-7\""]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let body = HoldRequestBody(name: try invocation.required("name"))
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .post, scope.path("documents", id, "holds"), body: body.json())
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let hold = try answer.read(HoldBody.self)
    invocation.console.printRaw(
      Table.facts(
        [("hold", hold.id), ("document", hold.documentID), ("name", hold.name)],
        style: invocation.console.style))
  }

  static let holdList = Command(
    "hold list", "list the legal holds of a document",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: Paging.options + ServerLocation.options, examples: ["postern hold list doc_..."]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .get, scope.path("documents", id, "holds"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let console = invocation.console
    let page = try answer.read(PageBody<HoldBody>.self)
    let rows = page.items.map { hold in
      [
        hold.id, Moments.text(hold.placedAt, console) ?? "-", hold.placedBy ?? "-", hold.name,
      ]
    }
    console.printRaw(
      Table.text(
        ["ID", "PLACED", "BY", "NAME"], rows, style: console.style, width: console.width))
    Paging.note(page.nextCursor, invocation)
  }

  static let holdRemove = Command(
    "hold remove", "lift a legal hold",
    arguments: [
      ArgumentSpec("document", "the document's identifier"),
      ArgumentSpec("hold", "the hold's identifier"),
    ],
    options: ServerLocation.options, examples: ["postern hold remove doc_... hld_..."]
  ) { invocation throws(CommandError) in
    let document = try Identifier.document(invocation.arguments[0])
    let hold = try Identifier.hold(invocation.arguments[1])
    let scope = try await TenantScope.find(invocation, probe: ["documents", document])
    _ = try await scope.client.call(.delete, scope.path("documents", document, "holds", hold))
    invocation.console.print(
      invocation.isJSON ? JSONWriter.object { $0.member("removed", hold) } : "removed \(hold)")
  }
}
