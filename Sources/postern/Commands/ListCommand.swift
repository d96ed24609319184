// `postern ls`: finds documents.

import HTTPMessage
import Wire

extension Command {
  /// The most requests for one page.
  private static let requestsMax = 200

  static let list = Command(
    "ls", "list documents, the newest first",
    discussion: """
      --search finds titles with words that begin so, in either case. Filters add up; only documents
      that you may read are shown.
      """,
    options: [
      .value("type", "WORD", "only documents of this type"),
      .value("label", "WORD", "only documents with this label", repeatable: true),
      .value("search", "TEXT", "only documents whose title has words that begin so"),
      .value("period", "PERIOD", "only documents about this year, month or day, such as 2026-11"),
      .value(
        "updated-since", "TIME", "only documents that changed since, such as 2026-11-21T09:00:00Z"),
      .value("created-from", "TIME", "only documents that were created then or later"),
      .value("created-before", "TIME", "only documents that were created before"),
      .flag("current", "only documents with a version that can be delivered now"),
      .flag("no-current", "only documents without one"),
      .value("sort", "ORDER", "by what", choices: ["created", "updated", "title"]),
      .flag("reverse", "turn the order round"),
    ] + Paging.options + ServerLocation.options,
    examples: [
      "postern ls --tenant acme --type invoice",
      "postern ls --search \"invoice march\" --period 2026 --sort title",
    ]
  ) { invocation throws(CommandError) in
    let query = try DocumentFilter.query(invocation) + Paging.query(invocation)
    let scope = try await TenantScope.find(invocation)
    let answer = try await scope.client.call(.get, scope.path("documents"), query: query)
    if invocation.isJSON {
      invocation.console.print(answer.text)
      return
    }
    let console = invocation.console
    var page = try answer.read(PageBody<DocumentBody>.self)
    // The server ends a search after it has looked at so many documents, found or not: what people
    // see as one page may take several requests.
    let limit = try invocation.number("limit", in: 1...200) ?? 50
    var requests = 1
    while page.items.count < limit, let cursor = page.nextCursor, requests < requestsMax {
      requests += 1
      let rest = [("limit", String(limit - page.items.count)), ("cursor", cursor)]
      let next = try await scope.client.call(
        .get, scope.path("documents"), query: try DocumentFilter.query(invocation) + rest
      ).read(PageBody<DocumentBody>.self)
      page = PageBody(items: page.items + next.items, nextCursor: next.nextCursor)
    }
    let rows = page.items.map { document in
      [
        document.id, document.type, document.currentVersion.map { "\($0.number)" } ?? "-",
        document.currentVersion?.size.map(Sizes.text) ?? "-",
        Moments.text(document.updatedAt, console) ?? "-", document.title,
      ]
    }
    console.printRaw(
      Table.text(
        ["ID", "TYPE", "VERSION", "SIZE", "UPDATED", "TITLE"], rows, style: console.style,
        width: console.width))
    Paging.note(page.nextCursor, invocation)
  }
}

/// The filters of `postern ls` as the server's query.
enum DocumentFilter {
  static func query(_ invocation: Invocation) throws(CommandError) -> [(String, String?)] {
    let labels = invocation.list("label")
    guard !(invocation.hasFlag("current") && invocation.hasFlag("no-current")) else {
      throw .usage("--current and --no-current exclude each other")
    }
    var current: String?
    if invocation.hasFlag("current") { current = "true" }
    if invocation.hasFlag("no-current") { current = "false" }
    return [
      ("type", invocation.value("type")),
      ("label", labels.isEmpty ? nil : labels.joined(separator: ",")),
      ("q", invocation.value("search")), ("period", invocation.value("period")),
      ("updated_since", try Moments.wire("updated-since", of: invocation)),
      ("created_from", try Moments.wire("created-from", of: invocation)),
      ("created_before", try Moments.wire("created-before", of: invocation)),
      ("current", current), ("sort", sort(invocation)),
    ]
  }

  /// Times come the last one first, titles from A to Z, unless turned round.
  private static func sort(_ invocation: Invocation) -> String? {
    let isReverse = invocation.hasFlag("reverse")
    guard let key = invocation.value("sort") else { return isReverse ? "created" : nil }
    return (key == "title") == isReverse ? "-" + key : key
  }
}
