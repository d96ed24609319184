// `postern show`, `versions`, `withdraw`.

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
  static let show = Command(
    "show", "show a document",
    arguments: [ArgumentSpec("document", "the document's identifier")],
    options: [ReceiptDownload.option] + ServerLocation.options,
    examples: ["postern show doc_...", "postern show doc_... --receipt photo.receipt"]
  ) { invocation throws(CommandError) in
    let id = try Identifier.document(invocation.arguments[0])
    try ReceiptDownload.check(invocation)
    let scope = try await TenantScope.find(invocation, probe: ["documents", id])
    let answer = try await scope.client.call(.get, scope.path("documents", id))
    let document = try answer.read(DocumentBody.self)
    let version = document.currentVersion
    try await ReceiptDownload.write(version, of: id, scope, invocation)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let console = invocation.console
    console.printRaw(
      Table.facts(
        [
          ("document", document.id), ("title", document.title), ("type", document.type),
          ("labels", document.labels.isEmpty ? nil : document.labels.joined(separator: ", ")),
          ("period", document.period), ("created", Moments.text(document.createdAt, console)),
          ("updated", Moments.text(document.updatedAt, console)),
          ("delivered", Delivered.text(document.deliveries, document.lastDeliveryAt, console)),
          ("kept by", Kept.text(document, console)),
          ("version", version.map { "\($0.id) (number \($0.number))" } ?? "none yet"),
          ("file name", version?.filename), ("media type", version?.mediaType),
          ("size", version?.size.map(Sizes.text)), ("sha256", version?.sha256),
          ("valid until", Moments.text(version?.validUntil, console)),
          ("removed", version?.receipt.map(Removed.text)),
          ("stays", version?.receipt.flatMap { Removed.staying($0.staying) }),
          ("malware scan", version?.receipt?.scan.map { Scanned.text($0) }),
        ], style: console.style))
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
    let console = invocation.console
    let rows = page.items.map { version in
      [
        "\(version.number)", version.id, version.state, version.mediaType ?? "-",
        version.size.map(Sizes.text) ?? "-", Moments.text(version.createdAt, console) ?? "-",
        version.releasedBy ?? "-", Moments.text(version.validFrom, console) ?? "-",
        Moments.text(version.validUntil, console) ?? "-",
        version.deliveries.map(String.init) ?? "-",
        version.receipt.map(Removed.text) ?? "-",
      ]
    }
    console.printRaw(
      Table.text(
        [
          "NUMBER", "ID", "STATE", "TYPE", "SIZE", "RELEASED", "BY", "VALID FROM", "UNTIL",
          "DELIVERED", "REMOVED",
        ], rows, style: console.style, width: console.width))
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

/// How often something was handed out, for people.
enum Delivered {
  /// Such as `3 times, last 2026-11-21 09:57`.
  static func text(_ count: Int64?, _ last: String?, _ console: Console) -> String? {
    guard let count else { return nil }
    guard count > 0, let last = Moments.text(last, console) else { return "never" }
    return count == 1 ? "once, \(last)" : "\(count) times, last \(last)"
  }
}

/// What keeps a document, for people.
enum Kept {
  static func text(_ document: DocumentBody, _ console: Console) -> String? {
    switch document.keptBy {
    case "document-held": "a legal hold"
    case "document-retained":
      "the retention, until \(Moments.text(document.retainedUntil, console) ?? "later")"
    default: document.keptBy
    }
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
