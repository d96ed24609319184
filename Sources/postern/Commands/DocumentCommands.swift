// `postern ls`, `show`, `versions`, `withdraw`.

import HTTPMessage
import Wire

/// The options and the query of a command that shows one page of a list.
enum Paging {
  static let options: [OptionSpec] = [
    .value("limit", "N", "items to show, 1 to 200; 50 if absent"),
    .value("cursor", "TEXT", "go on where the page before ended"),
  ]

  static func query(_ invocation: Invocation) throws(CommandError) -> [(String, String?)] {
    let limit = try invocation.number("limit", in: 1...200)
    return [("limit", limit.map(String.init)), ("cursor", invocation.value("cursor"))]
  }

  /// Says how to get the next page.
  static func note(_ cursor: String?, _ invocation: Invocation) {
    if let cursor { invocation.console.note("more: --cursor \(Plain.text(cursor))") }
  }
}

extension Command {
  static let list = Command(
    "ls", "list documents, the newest first",
    options: [
      .value("type", "WORD", "only documents of this type"),
      .value("label", "WORD", "only documents with this label"),
      .value("search", "TEXT", "only documents whose title contains this"),
      .value(
        "updated-since", "TIME", "only documents that changed since, such as 2026-11-21T09:00:00Z"),
    ] + Paging.options + ServerLocation.options,
    examples: ["postern ls --tenant acme --type invoice"]
  ) { invocation throws(CommandError) in
    let query =
      [
        ("type", invocation.value("type")), ("label", invocation.value("label")),
        ("q", invocation.value("search")), ("updated_since", invocation.value("updated-since")),
      ] + (try Paging.query(invocation))
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("documents"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<DocumentBody>.self)
    let rows = page.items.map { document in
      [
        document.id, document.type, document.currentVersion.map { "\($0.number)" } ?? "-",
        document.currentVersion?.size.map(Sizes.text) ?? "-", document.updatedAt, document.title,
      ]
    }
    invocation.console.printRaw(
      Table.text(
        ["ID", "TYPE", "VERSION", "SIZE", "UPDATED", "TITLE"], rows,
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let show = Command(
    "show", "show a document",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: ServerLocation.options, examples: ["postern show doc_..."]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(.get, scope.path("documents", id))
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let document = try answer.read(DocumentBody.self)
    let version = document.currentVersion
    invocation.console.printRaw(
      Table.facts(
        [
          ("document", document.id), ("title", document.title), ("type", document.type),
          ("labels", document.labels.isEmpty ? nil : document.labels.joined(separator: ", ")),
          ("created", document.createdAt), ("updated", document.updatedAt),
          ("version", version.map { "\($0.id) (number \($0.number))" } ?? "none yet"),
          ("file name", version?.filename), ("media type", version?.mediaType),
          ("size", version?.size.map(Sizes.text)), ("sha256", version?.sha256),
          ("removed", version?.receipt.map { Removed.text($0.removed) }),
        ], style: invocation.console.style))
  }

  static let versions = Command(
    "versions", "list the versions of a document, the newest first",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: Paging.options + ServerLocation.options, examples: ["postern versions doc_..."]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    let query = try Paging.query(invocation)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(
      .get, scope.path("documents", id, "versions"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let page = try answer.read(PageBody<VersionBody>.self)
    let rows = page.items.map { version in
      [
        "\(version.number)", version.id, version.state, version.mediaType ?? "-",
        version.size.map(Sizes.text) ?? "-", version.createdAt,
        version.receipt.map { Removed.text($0.removed) } ?? "-",
      ]
    }
    invocation.console.printRaw(
      Table.text(
        ["NUMBER", "ID", "STATE", "TYPE", "SIZE", "CREATED", "REMOVED"], rows,
        style: invocation.console.style))
    Paging.note(page.nextCursor, invocation)
  }

  static let withdraw = Command(
    "withdraw", "withdraw a version: no link delivers it from now on",
    arguments: [
      ArgumentSpec("document", "the document's identifier"),
      ArgumentSpec("version", "the version's identifier"),
    ],
    options: ServerLocation.options, examples: ["postern withdraw doc_... ver_..."]
  ) { invocation throws(CommandError) in
    let document = try Identifier.document(invocation.arguments[0])
    let version = try Identifier.version(invocation.arguments[1])
    let scope = try await TenantScope.find(invocation, probe: ["documents", document])
    let answer = try await scope.client.call(
      .delete, scope.path("documents", document, "versions", version))
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let body = try answer.read(WithdrawalBody.self)
    invocation.console.print("withdrawn \(version) at \(Plain.text(body.withdrawnAt))")
    Residual.note(body.residualExposureSeconds, invocation)
  }
}

/// What a revocation cannot take back.
enum Residual {
  static func note(_ seconds: Int64, _ invocation: Invocation) {
    guard seconds > 0 else { return }
    invocation.console.note(
      "a download that was handed out before can still go on for \(seconds) s")
  }
}
